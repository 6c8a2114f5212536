// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See pool.h. One thread watches all; it sleeps while nothing runs.
#include "serve/pool.h"

#include "base/clock.h"
#include "base/limits.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { CONNECTIONS = 4, WATCH_MS = 100 };

enum fate { RUNS, LATE, GONE, CLOSING };

struct slot {
    struct case_connection *connection;
    bool taken;
    enum fate fate;
    atomic_bool stop;
    int gone_fd;
    unsigned seconds;
    usec deadline;
};

struct pool {
    struct slot slots[CONNECTIONS];
    size_t taken;
    bool closing;
    pthread_t watcher;
    bool watched;
    pthread_mutex_t lock;
    pthread_cond_t given, changed; // given: a slot is free; changed: there is something to watch
};

static struct timespec to_timespec(usec t) {
    return (struct timespec){t / USEC_SECOND, t % USEC_SECOND * 1000};
}

static bool has_left(int fd) {
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};
    return fd >= 0 && poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static void watch_slot(struct pool *pool, struct slot *s) {
    if (!s->taken)
        return;
    if (s->fate == RUNS && pool->closing)
        s->fate = CLOSING;
    else if (s->fate == RUNS && clock_steady() >= s->deadline)
        s->fate = LATE;
    else if (s->fate == RUNS && has_left(s->gone_fd))
        s->fate = GONE;
    if (s->fate == RUNS)
        return;
    atomic_store(&s->stop, true);
    case_interrupt(s->connection); // again and again: one may come between two statements
}

static void *watch(void *p) {
    struct pool *pool = p;
    pthread_mutex_lock(&pool->lock);
    while (!pool->closing || pool->taken) {
        struct timespec until = to_timespec(clock_steady() + WATCH_MS * USEC_SECOND / 1000);
        if (pool->taken)
            pthread_cond_timedwait(&pool->changed, &pool->lock, &until);
        else
            pthread_cond_wait(&pool->changed, &pool->lock);
        for (size_t i = 0; i < CONNECTIONS; i++)
            watch_slot(pool, &pool->slots[i]);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static void init_cond(pthread_cond_t *cond) {
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

enum status pool_open(struct case_file *file, struct pool **ret, struct error *error) {
    struct pool *pool = must_zero(1, sizeof *pool);
    enum status status = OK;
    pthread_mutex_init(&pool->lock, NULL);
    init_cond(&pool->given);
    init_cond(&pool->changed);
    for (size_t i = 0; i < CONNECTIONS && status == OK; i++)
        status = case_connect(file, &pool->slots[i].connection, error);
    if (status == OK && pthread_create(&pool->watcher, NULL, watch, pool) == 0)
        pool->watched = true;
    else if (status == OK)
        status = error_set(error, FAIL, 0, "cannot start a thread");
    if (status != OK)
        pool_close(pool);
    else
        *ret = pool;
    return status;
}

void pool_close(struct pool *pool) {
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_cond_broadcast(&pool->given);
    pthread_mutex_unlock(&pool->lock);
    if (pool->watched)
        pthread_join(pool->watcher, NULL);
    for (size_t i = 0; i < CONNECTIONS; i++)
        case_disconnect(pool->slots[i].connection);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->given);
    pthread_cond_destroy(&pool->changed);
    free(pool);
}

static struct slot *find_free(struct pool *pool) {
    for (size_t i = 0; i < CONNECTIONS && !pool->closing; i++)
        if (!pool->slots[i].taken)
            return &pool->slots[i];
    return NULL;
}

enum status pool_take(struct pool *pool, int gone_fd, unsigned seconds, struct lease *ret, struct error *error) {
    seconds = seconds ? seconds : LIMIT_QUERY_SECONDS;
    struct timespec until = to_timespec(clock_steady() + seconds * USEC_SECOND);
    struct slot *s;
    int waited = 0;
    pthread_mutex_lock(&pool->lock);
    while (!(s = find_free(pool)) && !pool->closing && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&pool->given, &pool->lock, &until);
    if (s) {
        s->taken = true;
        s->fate = RUNS;
        atomic_store(&s->stop, false);
        s->gone_fd = gone_fd;
        s->seconds = seconds;
        s->deadline = clock_steady() + seconds * USEC_SECOND;
        pool->taken++;
        pthread_cond_broadcast(&pool->changed);
        *ret = (struct lease){s->connection, &s->stop, (size_t)(s - pool->slots)};
    }
    pthread_mutex_unlock(&pool->lock);
    return s ? OK
             : error_set(error, FAIL, ETIMEDOUT, "busy with %d other questions; ask again in a moment", CONNECTIONS);
}

void pool_give(struct pool *pool, struct lease *lease, struct error *error) {
    pthread_mutex_lock(&pool->lock);
    struct slot *s = &pool->slots[lease->slot];
    enum fate fate = s->fate;
    unsigned seconds = s->seconds;
    s->taken = false;
    pool->taken--;
    pthread_cond_signal(&pool->given);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    if (fate == RUNS || !error || error->status < SKIP)
        return;
    error_clear(error);
    if (fate == LATE)
        error_set(error, FAIL, ETIMEDOUT, "stopped after %u s; ask for less, such as a shorter time range", seconds);
    else
        error_set(error, FAIL, ECANCELED, "stopped: nobody waits for the answer");
}
