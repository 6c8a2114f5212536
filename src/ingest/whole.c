// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
#include "ingest/whole.h"

#include "base/arena.h"
#include "base/limits.h"
#include "record/vocabulary.h"
#include "source/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { SMALL = 8 << 20 };

struct taking {
    struct whole *whole;
    struct buffer small;        // all of it, up to SMALL bytes
    struct source_spool *spool; // NULL as long as it is small
    const char *folder;
    struct text_writer *text;
    struct digest digest;
};

// Moves what was small into a spool.
static enum status grow_large(struct taking *t, struct error *error) {
    t->spool = source_spool_new(t->folder);
    enum status status = source_spool_open(t->spool, error);
    return status == OK ? source_spool_put(t->spool, 0, t->small.p, t->small.n, error) : status;
}

static enum status keep(struct taking *t, struct str bytes, struct error *error) {
    uint64_t at = t->whole->size;
    enum status status = OK;
    if (!t->spool && at + bytes.n <= SMALL)
        buffer_add(&t->small, bytes);
    else if (!t->spool)
        status = grow_large(t, error);
    if (status == OK && t->spool)
        status = source_spool_put(t->spool, at, bytes.p, bytes.n, error);
    return status;
}

// FAIL when there is no room for it: then it ends here. FATAL when its text cannot be kept.
static enum status take(struct taking *t, struct str bytes, struct error *error) {
    enum status status = keep(t, bytes, error);
    if (status != OK)
        return status;
    t->whole->size += bytes.n;
    digest_add(&t->digest, bytes);
    return t->text && text_write(t->text, bytes, error) != OK ? FATAL : OK;
}

static enum status map(struct taking *t, struct error *error) {
    struct whole *w = t->whole;
    if (!t->spool) {
        w->bytes = t->small.n ? buffer_str(&t->small) : S("");
        return OK;
    }
    void *p = mmap(NULL, w->size, PROT_READ, MAP_PRIVATE, source_spool_file(t->spool), 0);
    if (p == MAP_FAILED)
        return error_set(error, FATAL, errno, "no address space for %llu bytes", (unsigned long long)w->size);
    w->bytes = (struct str){p, w->size};
    w->mapped = true;
    return OK;
}

enum status whole_read(struct source *source, struct str head, bool ended, const char *folder, struct text_writer *text,
                       const atomic_bool *stop, struct whole *ret, struct error *error) {
    struct taking t = {.whole = ret, .folder = folder, .text = text};
    char *block = must_alloc(LIMIT_READ_BLOCK);
    *ret = (struct whole){.fault = ANOMALY_COUNT};
    error_clear(&ret->broken);
    digest_begin(&t.digest);
    enum status status = take(&t, head, &ret->broken);
    if (status == OK && ended)
        status = END;
    while (status == OK) {
        size_t n = 0;
        status = stop && atomic_load(stop) ? END : source_read(source, block, LIMIT_READ_BLOCK, &n, &ret->broken);
        ret->fault = status == FAIL ? source_fault(source) : ANOMALY_COUNT;
        if (status == OK)
            status = take(&t, (struct str){block, n}, &ret->broken);
    }
    if (status == FAIL && ret->fault == ANOMALY_COUNT)
        ret->fault = ANOMALY_TRUNCATED; // no room for the rest
    ret->status = status;
    ret->stored = source_consumed(source);
    digest_text(&t.digest, ret->sha256);
    digest_done(&t.digest);
    free(block);
    status = status == FATAL ? error_set(error, FATAL, ret->broken.sys, "%s", ret->broken.text) : map(&t, error);
    if (status != OK || t.spool)
        buffer_done(&t.small);
    source_spool_free(t.spool); // a mapping stays
    return status;
}

void whole_done(struct whole *w) {
    if (w->mapped)
        munmap((void *)(uintptr_t)w->bytes.p, w->bytes.n);
    else if (w->bytes.n)
        free((void *)(uintptr_t)w->bytes.p);
    w->bytes = STR_NONE;
}
