// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A batch is one read() with room in front for the unfinished line of the one before (lines.h), in a buffer
// that is used again. Three batches go round between the two threads.
#include "ingest/reader.h"

#include "base/limits.h"
#include "ingest/lines.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { BATCHES = 3 };

struct queue {
    struct batch *at[BATCHES];
    size_t n;
};

struct reader {
    struct reader_job job;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct queue full, empty;
    bool closing;
    struct batch batches[BATCHES];
    struct digest digest;
    // From here: the reading thread's own.
    uint64_t position; // in the text, of the batch's first byte
    struct lines lines;
    struct batch *batch; // being filled
    bool after_record;
    struct error error;
};

// ---- Queues ----

static void push(struct reader *r, struct queue *q, struct batch *b) {
    pthread_mutex_lock(&r->lock);
    q->at[q->n++] = b;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

// The oldest of a queue; NULL when the reader is being closed.
static struct batch *pop(struct reader *r, struct queue *q) {
    pthread_mutex_lock(&r->lock);
    while (q->n == 0 && !r->closing)
        pthread_cond_wait(&r->changed, &r->lock);
    struct batch *b = NULL;
    if (q->n && !r->closing) {
        b = q->at[0];
        memmove(q->at, q->at + 1, --q->n * sizeof *q->at);
    }
    pthread_mutex_unlock(&r->lock);
    return b;
}

// ---- Cutting ----

static struct cut *add_cut(struct batch *b) {
    if (b->cuts_n == b->cuts_room) {
        b->cuts_room = b->cuts_room ? b->cuts_room * 2 : 16384;
        b->cuts = must_grow(b->cuts, b->cuts_room, sizeof *b->cuts);
    }
    return &b->cuts[b->cuts_n++];
}

static void cut_line(void *context, struct str line, uint64_t offset, uint64_t whole) {
    struct reader *r = context;
    struct batch *b = r->batch;
    struct cut *c = add_cut(b);
    enum line_kind kind = r->job.format->line(line, r->after_record, &c->record);
    b->lines++;
    if (kind == LINE_BLANK) {
        b->cuts_n--;
        b->blank++;
        return;
    }
    c->offset = offset;
    c->length = (uint32_t)line.n;
    c->head = kind == LINE_RECORD && c->record.message.p ? (uint32_t)(c->record.message.p - line.p) : c->length;
    c->kind = (uint8_t)kind;
    c->whole = whole;
    c->anomaly = whole ? ANOMALY_LONG_LINE : ANOMALY_COUNT;
    if (kind == LINE_RECORD)
        r->after_record = true;
}

// ---- Reading ----

enum { BATCH_ROOM = LINES_ROOM + LIMIT_READ_BLOCK };

static char *block_place(struct batch *b) {
    return b->bytes + LINES_ROOM;
}

// The next bytes of the source into the batch: first those taken when the format was told.
static enum status read_block(struct reader *r, struct batch *b, size_t *ret_n) {
    if (r->job.head.n) {
        size_t n = r->job.head.n < LIMIT_READ_BLOCK ? r->job.head.n : LIMIT_READ_BLOCK;
        memcpy(block_place(b), r->job.head.p, n);
        r->job.head = str_skip(r->job.head, n);
        *ret_n = n;
        return OK;
    }
    if (r->job.ended || (r->job.stop && atomic_load(r->job.stop)))
        return END;
    return source_read(r->job.source, block_place(b), LIMIT_READ_BLOCK, ret_n, &r->error);
}

// Keeps and cuts one block; the part that the case knows already is kept only.
static enum status take_block(struct reader *r, char *block, size_t n) {
    struct str bytes = {block, n};
    digest_add(&r->digest, bytes);
    if (text_write(r->job.text, bytes, &r->error) != OK)
        return FATAL;
    uint64_t known = r->job.skip > r->position ? r->job.skip - r->position : 0;
    if (known < n)
        lines_feed(&r->lines, block + known, n - (size_t)known, cut_line, r);
    r->position += n;
    return OK;
}

static void end_source(struct reader *r, struct batch *b, enum status status) {
    b->last = true;
    b->status = status;
    if (status != FATAL)
        lines_end(&r->lines, b->bytes, cut_line, r);
    b->fault = status == FAIL ? source_fault(r->job.source) : ANOMALY_COUNT;
    enum status closed = text_writer_close(r->job.text, &r->error);
    r->job.text = NULL;
    if (closed != OK)
        b->status = FATAL;
    b->error = r->error;
    b->size = r->position;
    digest_text(&r->digest, b->sha256);
}

static void *run(void *p) {
    struct reader *r = p;
    for (struct batch *b; (b = pop(r, &r->empty));) {
        size_t n = 0;
        r->batch = b;
        b->cuts_n = 0;
        b->lines = b->blank = 0;
        b->last = false;
        enum status status = read_block(r, b, &n);
        if (status == OK)
            status = take_block(r, block_place(b), n);
        if (status != OK)
            end_source(r, b, status);
        b->stored = r->job.source ? source_consumed(r->job.source) : 0;
        bool last = b->last;
        push(r, &r->full, b);
        if (last)
            break;
    }
    return NULL;
}

struct reader *reader_new(void) {
    struct reader *r = must_zero(1, sizeof *r);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    for (size_t i = 0; i < BATCHES; i++) {
        r->batches[i].bytes = must_alloc(BATCH_ROOM);
        madvise(r->batches[i].bytes, BATCH_ROOM, MADV_HUGEPAGE);
    }
    return r;
}

void reader_free(struct reader *r) {
    if (!r)
        return;
    digest_done(&r->digest);
    for (size_t i = 0; i < BATCHES; i++) {
        free(r->batches[i].bytes);
        free(r->batches[i].cuts);
    }
    lines_done(&r->lines);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->changed);
    free(r);
}

enum status reader_start(struct reader *r, const struct reader_job *job, struct error *error) {
    r->job = *job;
    r->position = 0;
    r->after_record = r->closing = false;
    lines_begin(&r->lines, job->skip);
    r->full.n = r->empty.n = 0;
    error_clear(&r->error);
    digest_begin(&r->digest);
    for (size_t i = 0; i < BATCHES; i++)
        push(r, &r->empty, &r->batches[i]);
    int sys = pthread_create(&r->thread, NULL, run, r);
    r->running = sys == 0;
    return sys ? error_set(error, FATAL, sys, "cannot start a thread: %s", strerror(sys)) : OK;
}

struct batch *reader_next(struct reader *r) {
    return pop(r, &r->full);
}

void reader_give_back(struct reader *r, struct batch *b) {
    push(r, &r->empty, b);
}

void reader_stop(struct reader *r) {
    pthread_mutex_lock(&r->lock);
    r->closing = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    if (r->running)
        pthread_join(r->thread, NULL);
    r->running = false;
    text_writer_abandon(r->job.text);
    source_close(r->job.source);
    r->job.text = NULL;
    r->job.source = NULL;
}
