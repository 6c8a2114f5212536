// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
#include "ingest/whole.h"

#include "base/arena.h"
#include "base/limits.h"
#include "record/vocabulary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SMALL = 8 << 20 };

struct taking {
    struct whole *whole;
    struct buffer small; // all of it, up to SMALL bytes
    int fd;              // -1 as long as it is small
    uint64_t size;
    const char *folder;
    struct text_writer *text;
    struct digest digest;
    struct error *error;
};

static enum status write_all(struct taking *t, struct str bytes) {
    while (bytes.n) {
        ssize_t n = write(t->fd, bytes.p, bytes.n);
        if (n < 0 && errno != EINTR)
            return error_set(t->error, FATAL, errno, "cannot write to a temporary file in '%s'", t->folder);
        bytes = str_skip(bytes, n > 0 ? (size_t)n : 0);
    }
    return OK;
}

static int open_nameless(const char *folder) {
    char name[LIMIT_PATH];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
    snprintf(name, sizeof name, "%s/.spool-XXXXXX", folder);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

static enum status grow_large(struct taking *t) {
    t->fd = open_nameless(t->folder);
    if (t->fd < 0)
        return error_set(t->error, FATAL, errno, "cannot make a temporary file in '%s'", t->folder);
    return write_all(t, buffer_str(&t->small));
}

static enum status take(struct taking *t, struct str bytes) {
    digest_add(&t->digest, bytes);
    if (t->text && text_write(t->text, bytes, t->error) != OK)
        return FATAL;
    t->size += bytes.n;
    if (t->fd < 0 && t->size <= SMALL) {
        buffer_add(&t->small, bytes);
        return OK;
    }
    enum status status = t->fd < 0 ? grow_large(t) : OK;
    return status == OK ? write_all(t, bytes) : status;
}

static enum status map(struct taking *t) {
    if (t->fd < 0) {
        t->whole->bytes = buffer_str(&t->small);
        if (!t->whole->bytes.p)
            t->whole->bytes = S("");
        return OK;
    }
    void *p = mmap(NULL, t->size, PROT_READ, MAP_PRIVATE, t->fd, 0);
    if (p == MAP_FAILED)
        return error_set(t->error, FATAL, errno, "no address space for %llu bytes", (unsigned long long)t->size);
    t->whole->bytes = (struct str){p, t->size};
    t->whole->mapped = true;
    buffer_done(&t->small);
    return OK;
}

enum status whole_read(struct source *source, struct str head, bool ended, const char *folder, struct text_writer *text,
                       const atomic_bool *stop, struct whole *ret, struct error *error) {
    struct taking t = {.whole = ret, .fd = -1, .folder = folder, .text = text, .error = error};
    char *block = must_alloc(LIMIT_READ_BLOCK);
    enum status status = OK, got = ended ? END : OK;
    *ret = (struct whole){.fault = ANOMALY_COUNT};
    error_clear(&ret->broken);
    digest_begin(&t.digest);
    status = take(&t, head);
    while (status == OK && got == OK) {
        size_t n = 0;
        got = stop && atomic_load(stop) ? END : source_read(source, block, LIMIT_READ_BLOCK, &n, &ret->broken);
        if (got == OK)
            status = take(&t, (struct str){block, n});
    }
    ret->status = got;
    ret->fault = got == FAIL ? source_fault(source) : ANOMALY_COUNT;
    ret->stored = source_consumed(source);
    digest_text(&t.digest, ret->sha256);
    digest_done(&t.digest);
    free(block);
    if (status == OK)
        status = map(&t);
    if (status != OK)
        buffer_done(&t.small);
    if (t.fd >= 0)
        close(t.fd);
    return status;
}

void whole_done(struct whole *w) {
    if (w->mapped)
        munmap((void *)(uintptr_t)w->bytes.p, w->bytes.n);
    else if (w->bytes.n)
        free((void *)(uintptr_t)w->bytes.p);
    w->bytes = STR_NONE;
}
