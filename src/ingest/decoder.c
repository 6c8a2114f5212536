// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What surprises: of a stream that has grown, the known part is decoded once more, to count its records; as many are
// passed over. A rendering has no offset in common with the input that could tell.
#include "ingest/decoder.h"

#include "base/limits.h"

enum { TICK_EVERY = 256 };

struct run {
    const struct decoder_job *job;
    struct decoder_result *result;
    struct error *error;
    enum status status;
    uint64_t known_records, known_notes; // to pass over
    uint64_t records, notes;
    uint64_t at; // bytes of the input dealt with
    uint64_t lines;
};

static bool is_stopped(const struct run *r) {
    return r->status != OK || (r->job->stop && atomic_load(r->job->stop));
}

// ---- Counting what is known ----

static bool count_record(void *context, const struct decoded *d) {
    struct run *r = context;
    (void)d;
    r->known_records++;
    return !is_stopped(r);
}

static bool count_note(void *context, const struct noted *n) {
    struct run *r = context;
    (void)n;
    r->known_notes++;
    return !is_stopped(r);
}

static void count_known(struct run *r) {
    if (!r->job->skip)
        return;
    const struct sink sink = {.record = count_record, .note = count_note, .context = r};
    struct stream known = *r->job->stream;
    struct error ignored;
    error_clear(&ignored);
    known.bytes = str_head(known.bytes, r->job->skip);
    r->job->format->decode(&known, &sink, &ignored);
}

// ---- Keeping ----

static bool is_rendered(const struct run *r) {
    return r->job->format->traits & FORMAT_RENDERED;
}

static void keep(struct run *r, struct str bytes) {
    if (r->status == OK && bytes.n)
        r->status = text_write(r->job->text, bytes, r->error) == OK ? OK : FATAL;
    r->result->text += bytes.n;
}

// A rendered record over the limit of a record's length is cut: what follows is not lost in the evidence.
static void take_rendered(struct run *r, const struct decoded *d) {
    struct str head = str_head(d->text, LIMIT_LINE), message = str_head(d->record.message, LIMIT_LINE);
    uint64_t offset = r->result->text;
    keep(r, head);
    keep(r, message);
    keep(r, S("\n"));
    if (r->status == OK)
        r->status = recorder_take_decoded(r->job->recorder, d, offset, (uint32_t)(head.n + message.n), (uint32_t)head.n,
                                          r->error);
}

static void take_kept(struct run *r, const struct decoded *d) {
    struct decoded whole = *d;
    if (!whole.record.message.p)
        whole.record.message = d->text;
    uint64_t length = d->text.n < LIMIT_LINE ? d->text.n : LIMIT_LINE;
    uint64_t head = (uint64_t)(whole.record.message.p - d->text.p);
    r->at = (uint64_t)(d->text.p - r->job->stream->bytes.p);
    r->status = recorder_take_decoded(r->job->recorder, &whole, r->at, (uint32_t)length,
                                      (uint32_t)(head < length ? head : length), r->error);
}

static void tick(struct run *r) {
    if (r->status == OK && r->job->tick && r->records % TICK_EVERY == 0) {
        r->status = r->job->tick(r->job->context, r->at, r->lines);
        r->lines = 0;
    }
}

static bool take_record(void *context, const struct decoded *decoded) {
    struct run *r = context;
    struct decoded d = *decoded;
    if (++r->records <= r->known_records)
        return !is_stopped(r);
    if (r->job->format->traits & FORMAT_NO_LINES)
        d.lines = 0;
    r->lines += d.lines;
    is_rendered(r) ? take_rendered(r, &d) : take_kept(r, &d);
    tick(r);
    return !is_stopped(r);
}

static bool take_note(void *context, const struct noted *noted) {
    struct run *r = context;
    struct noted n = *noted;
    if (++r->notes <= r->known_notes)
        return !is_stopped(r);
    if (r->job->format->traits & FORMAT_NO_LINES)
        n.skipped = n.blank = 0;
    r->lines += n.skipped + n.blank;
    if (r->status == OK)
        r->status = recorder_take_note(r->job->recorder, &n, r->error);
    return !is_stopped(r);
}

static void take_position(void *context, uint64_t bytes) {
    struct run *r = context;
    r->at = bytes;
}

enum status decoder_run(const struct decoder_job *job, struct decoder_result *ret, struct error *error) {
    struct run r = {.job = job, .result = ret, .error = error};
    const struct sink sink = {.record = take_record, .note = take_note, .at = take_position, .context = &r};
    *ret = (struct decoder_result){0};
    error_clear(&ret->broken);
    count_known(&r);
    job->format->decode(job->stream, &sink, &ret->broken);
    return r.status;
}
