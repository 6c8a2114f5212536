// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Both ends of the child. The parent starts the program anew as a child with one socket as its standard
// input and output, sends one question, and hands on what comes back until the end, the deadline, or until
// nobody listens any more. The child does not fork from the parent: it would inherit its threads' locks, its
// memory and its open files.
#include "notebook/worker.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "notebook/sandbox.h"
#include "notebook/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- The parent ----

struct watch {
    pid_t pid;
    int fd, gone_fd;
    unsigned seconds;
    usec deadline; // on the steady clock; time spent in the sink does not count
    const struct answer_sink *sink;
    struct answer_meta *meta;
    struct error *error;
    struct buffer frame;
    struct case_value *values;
    size_t columns;
    bool full;      // the sink wants no more
    bool broke_off; // the child ended before its answer, or said what it must not
};

static unsigned allowed_seconds(const struct worker_place *place) {
    const char *set = getenv("LHX_QUERY_SECONDS");
    uint64_t n;
    if (place->seconds)
        return place->seconds;
    return set && str_to_u64(str_of(set), &n) && n >= 1 && n <= 86400 ? (unsigned)n : LIMIT_QUERY_SECONDS;
}

static enum status start_child(struct watch *w) {
    char *const argv[] = {"lhx", WORKER_COMMAND, NULL};
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return error_set(w->error, FAIL, errno, "no socket for the query process: %s", strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pair[1], 0);
    posix_spawn_file_actions_adddup2(&actions, pair[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    int sys = posix_spawn(&w->pid, "/proc/self/exe", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pair[1]);
    w->fd = pair[0];
    if (sys == 0)
        return OK;
    close(w->fd);
    return error_set(w->error, FAIL, sys, "the query process cannot be started: %s", strerror(sys));
}

static enum status stop_late(struct watch *w) {
    return error_set(w->error, FAIL, ETIMEDOUT,
                     "stopped after %u s; ask for less (a shorter time range, a LIMIT), or set LHX_QUERY_SECONDS",
                     w->seconds);
}

// Waits until the socket is ready for `events`. FAIL at the deadline and when nobody listens.
static enum status await(struct watch *w, short events) {
    while (true) {
        struct pollfd fds[2] = {{.fd = w->fd, .events = events}, {.fd = w->gone_fd, .events = POLLRDHUP}};
        usec left = w->deadline - clock_steady();
        if (left <= 0)
            return stop_late(w);
        int n = poll(fds, 2, left < USEC_HOUR ? (int)(left / 1000) + 1 : 3600000);
        if (n < 0 && errno != EINTR)
            return error_set(w->error, FAIL, errno, "waiting for the query process: %s", strerror(errno));
        if (n > 0 && fds[1].revents)
            return error_set(w->error, FAIL, ECANCELED, "stopped: nobody waits for the answer");
        if (n > 0 && fds[0].revents)
            return OK;
    }
}

static enum status fail_child(struct watch *w) {
    w->broke_off = true;
    return FAIL;
}

static enum status send_all(struct watch *w, struct str bytes) {
    while (bytes.n) {
        enum status status = await(w, POLLOUT);
        if (status != OK)
            return status;
        ssize_t n = send(w->fd, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return fail_child(w);
        bytes = str_skip(bytes, n > 0 ? (size_t)n : 0);
    }
    return OK;
}

static enum status receive(struct watch *w, char *ret, size_t n) {
    while (n) {
        enum status status = await(w, POLLIN);
        if (status != OK)
            return status;
        ssize_t got = recv(w->fd, ret, n, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
            return fail_child(w);
        if (got > 0)
            ret += got, n -= (size_t)got;
    }
    return OK;
}

static enum status take_columns(struct watch *w, struct wire *wire) {
    uint64_t n = wire_get_u64(wire);
    if (wire->bad || n > WIRE_COLUMNS_MAX || w->values)
        return fail_child(w);
    struct answer_column *columns = must_zero(n, sizeof *columns);
    struct arena names = {0};
    for (size_t i = 0; i < n; i++) {
        columns[i].name = arena_copy(&names, wire_get_str(wire)).p;
        columns[i].type = (enum case_type)wire_get_u8(wire);
        wire->bad |= columns[i].type == TYPE_NULL || columns[i].type > TYPE_TIME;
    }
    w->columns = n;
    w->values = must_zero(n, sizeof *w->values);
    if (!wire->bad)
        w->full = !w->sink->columns(w->sink->context, columns, n);
    arena_done(&names);
    free(columns);
    return wire->bad ? fail_child(w) : OK;
}

static enum status take_rows(struct watch *w, struct wire *wire) {
    if (!w->columns)
        return fail_child(w);
    while (wire->rest.n && !w->full) {
        for (size_t i = 0; i < w->columns; i++)
            w->values[i] = wire_get_value(wire);
        if (wire->bad)
            return fail_child(w);
        w->full = !w->sink->row(w->sink->context, w->values, w->columns);
    }
    return OK;
}

static enum status take_error(struct watch *w, struct wire *wire) {
    struct str text = wire_get_str(wire);
    int64_t byte = (int64_t)wire_get_u64(wire);
    if (wire->bad)
        return fail_child(w);
    w->meta->error_byte = byte;
    return error_set(w->error, FAIL, 0, "%.*s", (int)(text.n < 511 ? text.n : 511), text.p ? text.p : "");
}

static enum status take_frame(struct watch *w, char kind) {
    struct wire wire = {.rest = buffer_str(&w->frame)};
    switch (kind) {
    case WIRE_COLUMNS:
        return take_columns(w, &wire);
    case WIRE_ROWS:
        return take_rows(w, &wire);
    case WIRE_ERROR:
        return take_error(w, &wire);
    case WIRE_DONE:
        wire_get_meta(&wire, w->meta);
        return wire.bad ? fail_child(w) : END;
    default:
        return fail_child(w);
    }
}

static enum status read_frame(struct watch *w, char *ret_kind) {
    char head[WIRE_HEAD];
    size_t n;
    enum status status = receive(w, head, sizeof head);
    if (status == OK && !wire_head(head, ret_kind, &n))
        status = fail_child(w);
    if (status != OK)
        return status;
    w->frame.n = 0;
    status = receive(w, buffer_room(&w->frame, n), n);
    w->frame.n = n;
    return status;
}

// END when the answer is whole, or the sink has had enough.
static enum status read_answer(struct watch *w) {
    enum status status = OK;
    char kind;
    while (status == OK && !w->full) {
        status = read_frame(w, &kind);
        usec before = clock_steady();
        if (status == OK)
            status = take_frame(w, kind);
        w->deadline += clock_steady() - before;
    }
    return status == OK ? END : status;
}

// How a child died that did not say so itself.
static enum status explain_death(struct watch *w, int how) {
    if (WIFSIGNALED(how) && WTERMSIG(how) == SIGXCPU)
        return stop_late(w);
    return error_set(w->error, FAIL, ENOMEM,
                     "the query needed more memory than it may have, or broke its process (%s %d); ask for less",
                     WIFSIGNALED(how) ? "signal" : "status", WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
}

// The child is gone when this returns, whatever it was doing. One that is dying by itself keeps its own status.
static enum status end_child(struct watch *w, enum status status) {
    int how = 0;
    kill(w->pid, SIGKILL);
    close(w->fd);
    while (waitpid(w->pid, &how, 0) < 0 && errno == EINTR)
        ;
    if (w->broke_off)
        status = explain_death(w, how);
    buffer_done(&w->frame);
    free(w->values);
    return status == END ? OK : status;
}

enum status worker_run(const struct worker_place *place, const struct question *question,
                       const struct answer_sink *sink, struct answer_meta *ret_meta, struct error *error) {
    *ret_meta = (struct answer_meta){.total = -1, .error_byte = -1};
    if (question->sql.n > LIMIT_QUERY_TEXT)
        return error_set(error, FAIL, 0, "the SQL is %zu bytes long; %d are allowed", question->sql.n,
                         LIMIT_QUERY_TEXT);
    if (!place->folder)
        return error_set(error, FAIL, EBUSY,
                         "the evidence is still being read; SQL of your own runs when that is done");
    usec started = clock_steady();
    struct error own;
    error_clear(&own);
    struct watch w = {.fd = -1,
                      .gone_fd = place->gone_fd,
                      .seconds = allowed_seconds(place),
                      .sink = sink,
                      .meta = ret_meta,
                      .error = &own};
    w.deadline = started + w.seconds * USEC_SECOND;
    enum status status = start_child(&w);
    if (status == OK) {
        size_t begun = wire_begin(&w.frame, WIRE_QUESTION);
        wire_put_str(&w.frame, str_of(place->folder));
        wire_put_u64(&w.frame, place->memory ? place->memory : LIMIT_QUERY_MEMORY);
        wire_put_u64(&w.frame, w.seconds);
        wire_put_question(&w.frame, question);
        wire_end(&w.frame, begun);
        status = send_all(&w, buffer_str(&w.frame));
        if (status == OK)
            status = read_answer(&w);
        status = end_child(&w, status);
    }
    ret_meta->milliseconds = (double)(clock_steady() - started) / 1e3;
    return status == OK ? OK : error_set(error, status, own.sys, "%s", own.text);
}

// ---- The child ----

struct outlet {
    struct buffer frame;
    size_t begun; // of the frame of rows being filled
    bool filling;
    bool too_long;
};

static bool flush_frame(struct outlet *o, size_t begun) {
    o->too_long = o->too_long || o->frame.n - begun - WIRE_HEAD > WIRE_FRAME_MAX;
    if (o->too_long)
        return false;
    wire_end(&o->frame, begun);
    bool fine = file_write(STDOUT_FILENO, buffer_str(&o->frame));
    o->frame.n = 0;
    o->filling = false;
    return fine;
}

static bool put_columns(void *context, const struct answer_column *columns, size_t n) {
    struct outlet *o = context;
    size_t begun = wire_begin(&o->frame, WIRE_COLUMNS);
    wire_put_u64(&o->frame, n);
    for (size_t i = 0; i < n; i++) {
        wire_put_str(&o->frame, str_of(columns[i].name));
        wire_put_u8(&o->frame, (uint8_t)columns[i].type);
    }
    return flush_frame(o, begun);
}

static bool put_row(void *context, const struct case_value *values, size_t n) {
    struct outlet *o = context;
    if (!o->filling) {
        o->begun = wire_begin(&o->frame, WIRE_ROWS);
        o->filling = true;
    }
    for (size_t i = 0; i < n; i++)
        wire_put_value(&o->frame, &values[i]);
    return o->frame.n < WIRE_ROWS_ENOUGH || flush_frame(o, o->begun);
}

static int put_error(struct outlet *o, const struct answer_meta *meta, const struct error *error) {
    o->frame.n = 0;
    size_t begun = wire_begin(&o->frame, WIRE_ERROR);
    wire_put_str(&o->frame, str_of(error->text));
    wire_put_u64(&o->frame, (uint64_t)meta->error_byte);
    o->too_long = false;
    return flush_frame(o, begun) ? 0 : 1;
}

static int answer(const struct question *q, const char *folder, uint64_t memory) {
    struct error error;
    error_clear(&error);
    struct case_file *file;
    struct case_connection *connection;
    struct outlet o = {0};
    struct answer_meta meta = {.error_byte = -1};
    struct answer_sink sink = {&o, put_columns, put_row};
    enum status status = case_open(folder, CASE_READ, &file, &error);
    if (status == OK)
        status = case_connect(file, &connection, &error);
    if (status == OK)
        status = case_lock_down(connection, memory, &error);
    if (status == OK)
        status = question_run(connection, q, &sink, &meta, &error);
    if (status == OK && o.filling)
        flush_frame(&o, o.begun);
    if (o.too_long)
        status = error_set(&error, FAIL, 0, "a row of the answer is longer than %d MiB", WIRE_FRAME_MAX >> 20);
    if (status != OK)
        return put_error(&o, &meta, &error);
    size_t begun = wire_begin(&o.frame, WIRE_DONE);
    wire_put_meta(&o.frame, &meta);
    return flush_frame(&o, begun) ? 0 : 1;
}

static bool read_all(char *ret, size_t n) {
    while (n) {
        ssize_t got = read(STDIN_FILENO, ret, n);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0)
            ret += got, n -= (size_t)got;
    }
    return true;
}

static bool read_question(struct buffer *ret) {
    char head[WIRE_HEAD], kind;
    size_t n;
    if (!read_all(head, sizeof head) || !wire_head(head, &kind, &n) || kind != WIRE_QUESTION)
        return false;
    bool whole = read_all(buffer_room(ret, n), n);
    ret->n = n;
    return whole;
}

// Ends by _exit: the store's own ending may take long, and there is nothing to save.
int worker_main(int argc, char **argv) {
    (void)argc, (void)argv;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct buffer text = {0};
    struct arena arena = {0};
    if (!read_question(&text)) {
        fputs("lhx: query-worker is a part of lhx and not for use by hand\n", stderr);
        return 2;
    }
    struct wire wire = {.rest = buffer_str(&text)};
    char *folder = must_copy(wire_get_str(&wire));
    uint64_t memory = wire_get_u64(&wire);
    unsigned seconds = (unsigned)wire_get_u64(&wire);
    struct question q;
    wire_get_question(&wire, &arena, &q);
    if (wire.bad)
        _exit(2);
    sandbox_enter(folder, memory, seconds);
    _exit(answer(&q, folder, memory));
}
