// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The run as a whole. First every source is looked at (format, first stamp), because the year of one file
// is told by its neighbours; then each is read, its row in the ledger written before and after, so that a
// run that is killed leaves a case that knows what it has and what it has not.
#include "ingest/run.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/limits.h"

#include <stdlib.h>

bool run_is_stopped(const struct run *r) {
    return r->options->stop && atomic_load(r->options->stop);
}

// ---- Report and progress ----

void run_add_trouble(struct run *r, struct str path, struct str reason, bool failed) {
    struct arena *a = &r->report->strings;
    *VEC_PUSH(&r->report->troubles) = (struct ingest_trouble){arena_copy(a, path), arena_copy(a, reason), failed};
}

void run_tell_progress(struct run *r, uint64_t stored, bool always) {
    usec now = clock_steady();
    r->progress.bytes = r->bytes_before + stored;
    if (r->options->progress && (always || now - r->last_progress > USEC_SECOND / 10)) {
        r->last_progress = now;
        r->options->progress(r->options->context, &r->progress);
    }
}

// What has been read becomes visible after a third of a second first, then every second and a half.
enum status run_flush_sometimes(struct run *r) {
    usec now = clock_steady();
    if (now - r->last_flush < USEC_SECOND * 3 / 2)
        return OK;
    r->last_flush = now;
    return case_flush(r->writer, r->error);
}

// ---- The first look ----

static void look_at_source(struct run *r, struct job *j) {
    struct source *source = NULL;
    struct error error;
    size_t n = 0;
    error_clear(&error);
    j->look.state = SOURCE_STATE_READING;
    j->look.years.path = j->item->path;
    j->look.years.mtime = j->item->mtime;
    j->origin = origin_of(r->origins, j->item->path, r->paths, r->paths_n);
    if (str_eq(j->item->path, S("-")))
        return; // can be read once only: looked at when its turn comes
    if (source_open(j->item, &source, &error) != OK) {
        look_refuse(&j->look, SOURCE_STATE_FAILED, str_of(error.text), &r->arena);
        return;
    }
    char *head = must_alloc(LIMIT_PROBE);
    enum status status = look_read(source, head, &n, &error);
    if (status >= FAIL && n == 0)
        look_refuse(&j->look, SOURCE_STATE_FAILED, str_of(error.text), &r->arena);
    else
        look_at(&j->look, j->item->path, (struct str){head, n}, status != OK, &r->arena);
    free(head);
    source_close(source);
}

// When a source begins, near enough to put sources in order; those that do not say come last.
static usec beginning_of(const struct job *j) {
    const struct stamp *s = &j->look.years.first;
    if (!s->present)
        return INT64_MAX;
    return civil_days(s->year ? s->year : j->look.years.year, s->month, s->day) * USEC_DAY + s->of_day;
}

static int compare_jobs(const void *a, const void *b) {
    const struct job *x = a, *y = b;
    usec from = beginning_of(x), to = beginning_of(y);
    if (from != to)
        return from < to ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static void solve_years(struct run *r) {
    struct years_file *files = must_zero(r->items.n, sizeof *files);
    for (size_t i = 0; i < r->items.n; i++)
        files[i] = r->jobs[i].look.years;
    years_solve(files, r->items.n, r->options->now);
    for (size_t i = 0; i < r->items.n; i++)
        r->jobs[i].look.years = files[i];
    free(files);
}

// ---- The run ----

static enum status read_all(struct run *r) {
    enum status status = OK;
    for (size_t i = 0; i < r->items.n && status == OK && !run_is_stopped(r); i++) {
        struct job *j = &r->jobs[i];
        r->progress.source = j->item->path;
        bool unread = !j->look.format && j->look.state != SOURCE_STATE_READING;
        status = unread ? run_put_unread(r, j) : run_take_source(r, j);
        r->bytes_before += j->item->size > 0 ? (uint64_t)j->item->size : 0;
        r->progress.sources++;
        run_tell_progress(r, 0, i + 1 == r->items.n);
    }
    return status;
}

static void look_at_all(struct run *r) {
    r->jobs = must_zero(r->items.n, sizeof *r->jobs);
    for (size_t i = 0; i < r->items.n && !run_is_stopped(r); i++) {
        r->jobs[i].item = &r->items.at[i];
        look_at_source(r, &r->jobs[i]);
        if (r->items.at[i].size > 0)
            r->progress.bytes_total += (uint64_t)r->items.at[i].size;
    }
    solve_years(r);
    // Oldest first: the numbers of records then follow time across rotated files.
    qsort(r->jobs, r->items.n, sizeof *r->jobs, compare_jobs);
}

static void report_walk(struct run *r) {
    for (size_t i = 0; i < r->troubles.n; i++)
        run_add_trouble(r, r->troubles.at[i].path, r->troubles.at[i].reason, r->troubles.at[i].failed);
}

// What the walk met and could not take stands in the ledger like everything else.
static enum status put_walk(struct run *r) {
    enum status status = OK;
    for (size_t i = 0; i < r->troubles.n && status == OK; i++) {
        const struct source_trouble *t = &r->troubles.at[i];
        const struct source_item item = {.path = t->path, .mtime = USEC_NONE};
        const enum source_state state = t->failed ? SOURCE_STATE_FAILED : SOURCE_STATE_NO_FILE;
        const struct job job = {.item = &item, .look = {.state = state, .reason = t->reason}};
        struct source_row row;
        if (known_unread(r->known, t->path, 0, USEC_NONE))
            continue;
        run_begin_row(r, &job, &row);
        status = case_put_source(r->writer, &row, r->error);
    }
    return status;
}

static enum status run_all(struct run *r) {
    enum status status = zones_new(r->options->zones, r->options->zones_n, &r->zones, r->error);
    if (status == OK && r->paths_n)
        status = source_walk(r->paths, r->paths_n, &r->arena, &r->items, &r->troubles, r->error);
    if (status == OK)
        status = members_expand(&r->members, case_folder(r->file), &r->arena, &r->items, &r->troubles, r->options->stop,
                                r->error);
    report_walk(r);
    if (status != OK)
        return status;
    status = case_writer_open(r->file, &r->writer, r->error);
    if (status != OK)
        return status;
    status = rezone(r->writer, r->zones, &r->report->rezoned, r->error);
    if (status == OK)
        status = known_new(r->file, &r->known, r->error);
    if (status != OK)
        return status;
    r->origins = origins_new(&r->arena);
    origins_take(r->origins, &r->items, &r->members.links, &r->members.archives);
    r->recorder = recorder_new(r->writer, r->options->now);
    r->reader = reader_new();
    r->progress.sources_total = r->report->sources = r->items.n;
    r->last_flush = clock_steady() - USEC_SECOND;
    look_at_all(r);
    status = put_walk(r);
    if (status == OK)
        status = read_all(r);
    if (status == OK)
        status = case_flush(r->writer, r->error); // the hosts must be there to be told of
    if (status == OK)
        status = recorder_finish(r->recorder, r->error);
    return status;
}

enum status ingest_run(struct case_file *file, char *const *paths, size_t n, const struct ingest_options *options,
                       struct ingest_report *ret, struct error *error) {
    struct run r = {.options = options, .paths = paths, .paths_n = n, .report = ret, .file = file, .error = error};
    *ret = (struct ingest_report){0};
    enum status status = run_all(&r);
    recorder_free(r.recorder);
    reader_free(r.reader);
    enum status closed = case_writer_close(r.writer, error);
    known_free(r.known);
    origins_free(r.origins);
    zones_free(r.zones);
    free(r.jobs);
    VEC_DONE(&r.items);
    members_done(&r.members);
    VEC_DONE(&r.troubles);
    arena_done(&r.arena);
    if (status == OK)
        status = closed;
    return status == OK && run_is_stopped(&r) ? END : status;
}

void ingest_report_done(struct ingest_report *report) {
    VEC_DONE(&report->troubles);
    arena_done(&report->strings);
}
