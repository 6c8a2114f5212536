// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One item as a stream of bytes. A plain file goes from the kernel straight into the caller's buffer; a
// compressed one goes through a small buffer of stored bytes. What surprises: everything decoded in front of
// a fault is handed out first, so a fault is remembered and told by the read after.
#include "source/source.h"

#include "base/limits.h"
#include "record/vocabulary.h"
#include "source/codec.h"
#include "source/refusal.h"
#include "source/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STORED = 256 << 10 }; // bytes of the stored stream held at once

struct source {
    int fd;
    bool waits;        // a pipe: an empty one may fill again
    bool stored_end;   // read() has said so
    bool member;       // stands in a spool, whose file is not ours to close
    uint64_t base;     // where in the spool
    struct str broken; // of the item
    struct str container;
    char *both;             // the container's name when it is one in another
    uint64_t size;          // of the file when it was opened; 0: not known
    uint64_t stored, given; // bytes read from the file, bytes handed out
    struct str in;          // stored bytes that wait, a part of `room`
    char *room;             // STORED bytes, or CODEC_MAGIC_MAX for a plain file
    const struct codec *codec;
    void *state;       // of the member being read; NULL between members
    bool over;         // `last` is the answer from now on
    struct error last; // status END or FAIL
    int fault;
    char path[];
};

static struct str source_path(const struct source *s) {
    return str_of(s->path);
}

// ---- Stored bytes ----

static enum status fail_reading(const struct source *s, int sys, struct error *error) {
    char name[REFUSAL_NAME];
    refusal_name(source_path(s), name);
    if (sys == EAGAIN)
        return error_set(error, FAIL, sys, "%s gives data only as they come (copy it to a file first)", name);
    return error_set(error, FAIL, sys, "cannot read %s at byte %llu: %s", name, (unsigned long long)s->stored,
                     strerrordesc_np(sys));
}

// One read() that was answered. OK with *ret_n == 0 at the end.
static enum status read_stored(struct source *s, char *to, size_t size, size_t *ret_n, struct error *error) {
    *ret_n = 0;
    if (s->member && size > s->size - s->stored)
        size = (size_t)(s->size - s->stored);
    while (!s->stored_end) {
        // Several readers share a spool: none may move its position.
        ssize_t n = s->waits ? read(s->fd, to, size) : pread(s->fd, to, size, (off_t)(s->base + s->stored));
        if (n >= 0) {
            s->stored_end = n == 0;
            s->stored += (uint64_t)n;
            *ret_n = (size_t)n;
            return OK;
        }
        if (errno == EAGAIN && s->waits)
            poll(&(struct pollfd){.fd = s->fd, .events = POLLIN}, 1, -1);
        else if (errno != EINTR)
            return fail_reading(s, errno, error);
    }
    return OK;
}

// Moves what waits to the front and reads until `wanted` bytes wait or the end has come.
static enum status fill(struct source *s, size_t wanted, size_t size, struct error *error) {
    enum status status = OK;
    if (s->in.n)
        memmove(s->room, s->in.p, s->in.n);
    s->in.p = s->room;
    while (status == OK && s->in.n < wanted && !s->stored_end) {
        size_t n;
        status = read_stored(s, s->room + s->in.n, size - s->in.n, &n, error);
        s->in.n += n;
    }
    return status;
}

// ---- Opening ----

// Access times are evidence. O_NOATIME is refused to those who do not own the file.
static int open_quietly(const char *path) {
    int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    int fd = open(path, flags | O_NOATIME);
    return fd < 0 && errno == EPERM ? open(path, flags) : fd;
}

static enum status skip_item(const struct source_item *item, const char *why, struct error *error) {
    char name[REFUSAL_NAME];
    return error_set(error, SKIP, 0, "%s is %s", refusal_name(item->path, name), why);
}

static enum status open_file(const struct source_item *item, struct source *s, struct error *error) {
    struct stat st;
    s->fd = open_quietly(s->path);
    if (s->fd < 0 || fstat(s->fd, &st) != 0)
        return refusal_error(error, errno, item->path);
    if (!S_ISREG(st.st_mode))
        return skip_item(item, refusal_kind(st.st_mode), error);
    if (item->inode && (item->inode != st.st_ino || item->device != st.st_dev))
        return skip_item(item, "not the file it was when the folder was listed: replaced meanwhile (read it again)",
                         error);
    s->size = (uint64_t)st.st_size;
    posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return OK;
}

static enum status open_member(const struct source_item *item, struct source *s) {
    s->member = true;
    s->fd = source_spool_file(item->spool);
    s->base = item->at;
    s->size = item->length;
    s->broken = item->broken;
    return OK;
}

static enum status open_input(struct source *s, struct error *error) {
    s->waits = true;
    s->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    return s->fd < 0 ? error_set(error, FAIL, errno, "standard input is closed") : OK;
}

// Looks at the first bytes and, when they are compressed, makes room for more of them.
static enum status find_container(struct source *s, struct error *error) {
    s->room = must_alloc(CODEC_MAGIC_MAX);
    enum status status = fill(s, CODEC_MAGIC_MAX, CODEC_MAGIC_MAX, error);
    s->codec = status == OK ? codec_find(s->in) : NULL;
    if (s->codec) {
        s->room = must_grow(s->room, STORED, 1);
        s->in.p = s->room;
    }
    return status;
}

static void name_container(const struct source_item *item, struct source *s) {
    s->container = s->codec ? str_of(s->codec->name) : item->container;
    if (s->codec && item->container.n) {
        s->both = must_print("%s, %.*s", s->codec->name, STR_ARG(item->container));
        s->container = str_of(s->both);
    }
}

enum status source_open(const struct source_item *item, struct source **ret, struct error *error) {
    struct source *s = must_zero(1, sizeof *s + item->path.n + 1);
    memcpy(s->path, item->path.p, item->path.n);
    s->fd = -1;
    s->fault = ANOMALY_COUNT;
    enum status status = item->spool                  ? open_member(item, s)
                         : str_eq(item->path, S("-")) ? open_input(s, error)
                                                      : open_file(item, s, error);
    if (status == OK)
        status = find_container(s, error);
    if (status == OK)
        name_container(item, s);
    if (status != OK) {
        source_close(s);
        s = NULL;
    }
    *ret = s;
    return status;
}

void source_close(struct source *s) {
    if (!s)
        return;
    if (s->state)
        s->codec->close(s->state);
    if (s->fd >= 0 && !s->member)
        close(s->fd);
    free(s->both);
    free(s->room);
    free(s);
}

// ---- Plain ----

// A log that is rotated with "copytruncate" becomes short while it is read. One that grows is as long as it was, or
// longer.
static enum status end_plain(struct source *s, struct error *error) {
    char name[REFUSAL_NAME];
    if (s->stored >= s->size && !s->broken.n)
        return END;
    s->fault = ANOMALY_TRUNCATED;
    if (s->broken.n)
        return error_set(error, FAIL, 0, "%.*s", STR_ARG(s->broken));
    return error_set(error, FAIL, 0, "%s became shorter while it was read: it ends at byte %llu, and had %llu",
                     refusal_name(source_path(s), name), (unsigned long long)s->stored, (unsigned long long)s->size);
}

static enum status read_plain(struct source *s, char *buffer, size_t size, size_t *ret_n, struct error *error) {
    size_t early = s->in.n < size ? s->in.n : size, n = 0;
    if (early)
        memcpy(buffer, s->in.p, early);
    s->in = str_skip(s->in, early);
    enum status status = early < size ? read_stored(s, buffer + early, size - early, &n, error) : OK;
    *ret_n = early + n;
    s->given += *ret_n;
    if (status != OK)
        s->fault = ANOMALY_DAMAGED;
    else if (*ret_n == 0)
        return end_plain(s, error);
    return status;
}

// ---- Compressed ----

// "gzip data of 'x' end too early, at byte 88 …"
static enum status fault_at(struct source *s, int fault, const char *what, struct error *error) {
    char name[REFUSAL_NAME];
    s->fault = fault;
    return error_set(error, FAIL, 0, "%s data of %s %s at byte %llu of the file, after %llu decompressed bytes",
                     s->codec->name, refusal_name(source_path(s), name), what, (unsigned long long)source_consumed(s),
                     (unsigned long long)s->given);
}

// Passes the zeros that tapes and xz leave between members. OK with a full magic waiting, or what the end left.
static enum status skip_padding(struct source *s, struct error *error) {
    for (;;) {
        enum status status = s->in.n < CODEC_MAGIC_MAX ? fill(s, CODEC_MAGIC_MAX, STORED, error) : OK;
        size_t zeros = 0;
        while (zeros < s->in.n && s->in.p[zeros] == '\0')
            zeros++;
        if (status != OK || zeros == 0)
            return status;
        s->in = str_skip(s->in, zeros);
    }
}

static enum status begin_member(struct source *s, struct error *error) {
    enum status status = skip_padding(s, error);
    if (status != OK || s->in.n == 0)
        return status != OK ? status : END;
    size_t fits = s->codec->match(s->in);
    if (fits == s->in.n && fits < s->codec->magic_size)
        return fault_at(s, ANOMALY_TRUNCATED, "end too early,", error);
    if (fits < s->codec->magic_size)
        return fault_at(s, ANOMALY_DAMAGED, "are followed by something else, which was not read,", error);
    s->state = s->codec->open();
    return s->state ? OK : error_set(error, FATAL, ENOMEM, "no memory to decompress");
}

static enum status check_bounds(struct source *s, struct error *error) {
    if (s->given > LIMIT_INFLATE_TOTAL)
        return fault_at(s, ANOMALY_BOMB, "are a bomb: stopped at 200 GiB,", error);
    if (s->given > LIMIT_INFLATE_FREE && s->given / LIMIT_INFLATE_RATIO > source_consumed(s))
        return fault_at(s, ANOMALY_BOMB, "are a bomb: more than 250 bytes out of one, stopped", error);
    return OK;
}

// One step of the codec, into `*io`, whose `in` is not used.
static enum status unpack(struct source *s, struct codec_io *io, struct error *error) {
    enum status status = s->in.n == 0 ? fill(s, 1, STORED, error) : OK;
    if (status != OK)
        return status;
    size_t room = io->room, waiting = s->in.n;
    io->in = s->in;
    enum codec_result result = s->codec->step(s->state, io);
    s->in = io->in;
    s->given += room - io->room;
    switch (result) {
    case CODEC_DAMAGED:
        return fault_at(s, ANOMALY_DAMAGED, "are damaged", error);
    case CODEC_GREEDY:
        return fault_at(s, ANOMALY_BOMB, "ask for more than 256 MiB of memory", error);
    case CODEC_MEMBER:
        s->codec->close(s->state);
        s->state = NULL;
        break;
    case CODEC_MORE:
        if (room == io->room && waiting == s->in.n)
            return fault_at(s, waiting ? ANOMALY_DAMAGED : ANOMALY_TRUNCATED,
                            waiting ? "are damaged" : "end too early,", error);
        break;
    }
    return check_bounds(s, error);
}

static enum status read_packed(struct source *s, char *buffer, size_t size, size_t *ret_n, struct error *error) {
    struct codec_io io = {.out = buffer, .room = size};
    enum status status = OK;
    // Text that is there is not held back until a slow pipe brings more.
    while (status == OK && io.room && (io.room == size || s->in.n)) {
        status = s->state ? OK : begin_member(s, error);
        if (status == OK)
            status = unpack(s, &io, error);
    }
    *ret_n = size - io.room;
    if (status == FAIL && s->fault == ANOMALY_COUNT)
        s->fault = ANOMALY_DAMAGED; // the disk, not the data
    return status;
}

enum status source_read(struct source *s, char *buffer, size_t size, size_t *ret_n, struct error *error) {
    *ret_n = 0;
    if (!s->over) {
        error_clear(&s->last);
        s->last.status = (s->codec ? read_packed : read_plain)(s, buffer, size, ret_n, &s->last);
        s->over = s->last.status != OK;
        if (*ret_n)
            return OK;
    }
    if (s->last.status != OK && s->last.status != END && error) {
        *error = s->last;
        error->offset = s->given;
    }
    return s->last.status;
}

// ---- Telling ----

uint64_t source_consumed(const struct source *s) {
    return s->stored - s->in.n;
}

struct str source_container(const struct source *s) {
    return s->container;
}

bool source_seekable(const struct source *s, uint64_t *ret_size) {
    *ret_size = s->size;
    return !s->codec && !s->waits;
}

void source_seek(struct source *s, uint64_t offset) {
    s->in.n = 0;
    s->stored = offset < s->size ? offset : s->size;
    s->stored_end = s->over = false;
}

int source_fault(const struct source *s) {
    return s->fault;
}
