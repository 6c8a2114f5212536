// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Starting and stopping, and what reading tells the page.
#include "serve/room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static char *copy_or_null(const char *z) {
    return z ? must_copy(str_of(z)) : NULL;
}

static char *name_of_folder(const char *folder) {
    struct str s = str_of(folder);
    ptrdiff_t slash = str_rfind_char(s, '/');
    s = slash >= 0 && (size_t)slash + 1 < s.n ? str_skip(s, (size_t)slash + 1) : s;
    if (str_ends(s, S(".lhx")) && s.n > 4)
        s.n -= 4;
    return must_copy(s);
}

static enum status start_listening(struct serve *s, const struct serve_options *options, struct error *error) {
    struct listener_rooms rooms = {s, routes_admit, routes_handle, routes_refuse};
    enum status status = listener_open(options->bind, options->port, &s->listener, error);
    if (status != OK)
        return status;
    uint16_t port = listener_port(s->listener);
    if (!guard_init(&s->guard, port))
        return error_set(error, FAIL, errno, "the kernel has no random numbers: %s", strerror(errno));
    snprintf(s->address, sizeof s->address, "http://%s:%u/#t=%s",
             listener_is_v6_only(s->listener) ? "[::1]" : "127.0.0.1", port, s->guard.token);
    return listener_run(s->listener, &rooms, error);
}

enum status serve_start(struct case_file *file, const struct serve_options *options, struct serve **ret,
                        struct error *error) {
    struct serve *s = must_zero(1, sizeof *s);
    pthread_condattr_t attr;
    s->file = file;
    s->name = options->name ? copy_or_null(options->name) : name_of_folder(case_folder(file));
    s->attribution = copy_or_null(options->attribution);
    s->query_seconds = options->query_seconds;
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->counts_lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->told, &attr);
    pthread_condattr_destroy(&attr);
    enum status status = pool_open(file, &s->pool, error);
    if (status == OK)
        status = start_listening(s, options, error);
    if (status != OK)
        serve_stop(s);
    else
        *ret = s;
    return status;
}

const char *serve_address(const struct serve *s) {
    return s->address;
}

void serve_progress(struct serve *s, const struct serve_progress *progress) {
    char *source = copy_or_null(progress->source), *message = copy_or_null(progress->message);
    pthread_mutex_lock(&s->lock);
    free(s->source);
    free(s->message);
    s->progress = *progress;
    s->progress.source = s->source = source;
    s->progress.message = s->message = message;
    s->reading_known = true;
    s->progress_n++;
    pthread_cond_broadcast(&s->told);
    pthread_mutex_unlock(&s->lock);
}

bool serve_is_reading(struct serve *s) {
    return case_is_writable(s->file);
}

struct worker_place serve_place(const struct call *call) {
    struct serve *s = call->serve;
    return (struct worker_place){.folder = serve_is_reading(s) ? NULL : case_folder(s->file),
                                 .seconds = s->query_seconds,
                                 .gone_fd = call->exchange->fd};
}

void serve_stop(struct serve *s) {
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->told);
    pthread_mutex_unlock(&s->lock);
    listener_stop(s->listener); // cuts connections, which ends their questions
    pool_close(s->pool);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->counts_lock);
    pthread_cond_destroy(&s->told);
    free(s->name);
    free(s->attribution);
    free(s->source);
    free(s->message);
    explicit_bzero(&s->guard, sizeof s->guard);
    free(s);
}
