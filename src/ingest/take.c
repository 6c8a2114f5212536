// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One source, from the second look (are its bytes in the case already?) to its row in the ledger. Lines go from the
// reader's thread to the recorder; a stream that is decoded as a whole goes from the decoder to the recorder.
#include "ingest/run.h"

#include "base/escape.h"
#include "base/limits.h"
#include "ingest/decoder.h"

#include <stdlib.h>

// Host facts of an origin, once, when its host is known by name.
static enum status write_origin(struct run *r, struct origin *o) {
    struct case_names *names = case_writer_names(r->writer);
    if (!o || o->written || !o->hostname.p || !utf8_valid(o->hostname))
        return OK;
    uint32_t host = intern_find(&names->host, o->hostname);
    ptrdiff_t dot = str_find_char(o->hostname, '.');
    if (!host && dot > 0)
        host = intern_find(&names->host, str_head(o->hostname, (size_t)dot));
    if (!host)
        return OK;
    o->written = true;
    const struct {
        const char *key;
        struct str value;
    } facts[] = {
        {"os", o->os}, {"machine_id", o->machine_id}, {"time_zone", o->zone ? str_of(zone_name(o->zone)) : STR_NONE}};
    enum status status = OK;
    for (size_t i = 0; i < sizeof facts / sizeof *facts && status == OK; i++)
        if (facts[i].value.p && utf8_valid(facts[i].value))
            status = case_add_host_fact(r->writer, host, str_of(facts[i].key), facts[i].value, r->error);
    return status;
}

// Paths are bytes; the tables hold text.
static struct str clean_text(struct run *r, struct str s) {
    if (!s.p || utf8_valid(s))
        return s;
    char *p = arena_take(&r->arena, s.n * 4 + 1);
    return (struct str){p, utf8_clean(s, p)};
}

static enum status record_batches(struct run *r, struct source_row *row, struct error *broken) {
    enum status status = OK;
    for (bool last = false; !last && status == OK;) {
        struct batch *b = reader_next(r->reader);
        status = recorder_take(r->recorder, b, r->error);
        last = b->last;
        r->progress.lines += b->lines;
        run_tell_progress(r, b->stored, false);
        row->stored_bytes = b->stored;
        if (last) {
            row->bytes = b->size;
            row->sha256 = arena_copy(&r->arena, str_of(b->sha256));
            if (b->status == FAIL)
                *broken = b->error;
            if (b->status == FATAL)
                status = error_set(r->error, FATAL, b->error.sys, "%s", b->error.text);
            if (b->status == FAIL && status == OK) {
                const struct anomaly_row a = {row->source_id, 0, b->size, 0, b->fault, str_of(b->error.text)};
                status = case_add_anomaly(r->writer, &a, r->error);
            }
        }
        reader_give_back(r->reader, b);
        if (status == OK)
            status = run_flush_sometimes(r);
    }
    return status;
}

static enum status read_lines(struct run *r, const struct job *j, struct source_row *row, struct source *source,
                              struct str head, bool ended, uint64_t skip, struct text_writer *text,
                              struct error *broken) {
    const struct reader_job job = {source, head, ended, j->look.format, text, skip, r->options->stop};
    enum status status = reader_start(r->reader, &job, r->error);
    if (status == OK)
        status = record_batches(r, row, broken);
    reader_stop(r->reader);
    return status;
}

// ---- Decoding one source ----

struct decoding {
    struct run *run;
    const struct whole *whole;
};

static enum status tick_decoding(void *context, uint64_t bytes, uint64_t lines) {
    struct decoding *d = context;
    struct run *r = d->run;
    uint64_t all = d->whole->bytes.n;
    r->progress.lines += lines;
    run_tell_progress(r, all ? (uint64_t)((double)d->whole->stored * (double)bytes / (double)all) : 0, false);
    return run_flush_sometimes(r);
}

// What broke: the stream itself, or what is in it. The first of both is the reason, each is an anomaly.
static enum status note_break(struct run *r, const struct source_row *row, int fault, const struct error *why,
                              struct error *broken) {
    if (why->status < SKIP)
        return OK;
    if (broken->status < SKIP)
        *broken = *why;
    const struct anomaly_row a = {row->source_id, 0, row->bytes, 0, fault, str_of(why->text)};
    return case_add_anomaly(r->writer, &a, r->error);
}

static enum status decode_whole(struct run *r, const struct job *j, struct source_row *row, const struct whole *whole,
                                struct text_writer *text, uint64_t skip, struct error *broken) {
    const struct stream stream = {whole->bytes, j->item->path, j->item->mtime};
    struct decoding decoding = {r, whole};
    const struct decoder_job job = {.recorder = r->recorder,
                                    .format = j->look.format,
                                    .stream = &stream,
                                    .text = text,
                                    .skip = skip,
                                    .stop = r->options->stop,
                                    .tick = tick_decoding,
                                    .context = &decoding};
    struct decoder_result result;
    row->bytes = whole->bytes.n;
    row->stored_bytes = whole->stored;
    row->sha256 = arena_copy(&r->arena, str_of(whole->sha256));
    enum status status = whole->status == FAIL ? note_break(r, row, whole->fault, &whole->broken, broken) : OK;
    if (status == OK)
        status = decoder_run(&job, &result, r->error);
    if (status == OK)
        status = note_break(r, row, ANOMALY_DAMAGED, &result.broken, broken);
    return status;
}

static enum status decode_source(struct run *r, const struct job *j, struct source_row *row, struct source *source,
                                 struct str head, bool ended, uint64_t skip, struct text_writer *text,
                                 struct error *broken) {
    bool rendered = j->look.format->traits & FORMAT_RENDERED;
    struct whole whole;
    enum status status = whole_read(source, head, ended, case_folder(r->file), rendered ? NULL : text, r->options->stop,
                                    &whole, r->error);
    source_close(source);
    if (status == OK && !run_is_stopped(r))
        status = decode_whole(r, j, row, &whole, text, skip, broken);
    whole_done(&whole);
    enum status closed = text_writer_close(text, r->error);
    return status == OK && closed != OK ? FATAL : status;
}

// New Years inside the file may tell that it began earlier than thought; then its rows are moved.
static enum status correct_year(struct run *r, struct job *j, struct source_row *row, struct recorder_counts *c) {
    if (!c->yearless)
        return OK;
    j->look.years.last = c->last_stamp;
    int year = years_check(&j->look.years, c->last_year - c->first_year, r->options->now);
    if (year == c->first_year)
        return OK;
    enum status status = case_flush(r->writer, r->error);
    struct str moved = arena_print(&r->arena, "ts + to_years(%d)", year - c->first_year);
    if (status == OK)
        status =
            case_move_times(r->writer, row->source_id, moved, S("'year-solved', 'year-solved-zone-assumed'"), r->error);
    if (c->first_ts != USEC_NONE) {
        int shift = year - c->first_year;
        struct civil first = civil_from_usec(c->first_ts), last = civil_from_usec(c->last_ts);
        first.year += shift;
        last.year += shift;
        c->first_ts = civil_to_usec(&first);
        c->last_ts = civil_to_usec(&last);
    }
    row->year_from = S("New Years counted inside the file, back from its last change");
    return status;
}

static void fill_counts(struct source_row *row, const struct recorder_counts *c) {
    row->lines = c->lines;
    row->records = c->records;
    row->continued = c->continued;
    row->skipped = c->skipped;
    row->blank = c->blank;
    row->first_ts = c->first_ts;
    row->last_ts = c->last_ts;
}

static enum status end_source(struct run *r, struct job *j, struct source_row *row, const struct error *broken) {
    struct recorder_counts counts;
    enum status status = recorder_end(r->recorder, &counts, r->error);
    if (status == OK)
        status = correct_year(r, j, row, &counts);
    fill_counts(row, &counts);
    if (!counts.yearless)
        row->year_from = S("in the records");
    else if (!row->year_from.n)
        row->year_from = S("record in the same file");
    row->state = SOURCE_STATE_READ;
    if (j->look.format->traits & FORMAT_NO_LINES)
        row->lines = SOURCE_NO_LINES;
    if (broken->status >= SKIP) {
        row->state = SOURCE_STATE_PARTIAL;
        row->reason = clean_text(r, arena_copy(&r->arena, str_of(broken->text)));
        run_add_trouble(r, j->item->path, row->reason, true);
    }
    r->report->records += counts.records;
    r->report->lines += counts.lines;
    r->report->bytes += row->bytes;
    r->report->read++;
    r->progress.records = r->report->records;
    if (status == OK && run_is_stopped(r)) {
        row->state = SOURCE_STATE_READING; // not to its end: read again when the run is continued
        return OK;
    }
    if (status == OK)
        status = write_origin(r, j->origin);
    return status;
}

void run_begin_row(struct run *r, const struct job *j, struct source_row *row) {
    *row = (struct source_row){.source_id = case_writer_next_source(r->writer),
                               .path = clean_text(r, j->item->path),
                               .first_ts = USEC_NONE,
                               .last_ts = USEC_NONE,
                               .mtime = j->item->mtime,
                               .stored_bytes = j->item->size > 0 ? (uint64_t)j->item->size : 0,
                               .state = j->look.state,
                               .reason = j->look.reason};
}

// Named by the user, not met on a walk.
static bool is_given(const struct run *r, struct str path) {
    for (size_t i = 0; i < r->paths_n; i++)
        if (str_eq(str_of(r->paths[i]), path))
            return true;
    return false;
}

// A source that is not read still has its row: nothing is passed over in silence. What the user named and
// nobody can read is a failure; among the files of a folder it is to be expected.
enum status run_put_unread(struct run *r, const struct job *j) {
    struct source_row row;
    if (known_unread(r->known, j->item->path, j->item->size, j->item->mtime))
        return OK;
    run_begin_row(r, j, &row);
    if (j->look.state == SOURCE_STATE_FAILED)
        run_add_trouble(r, j->item->path, j->look.reason, true);
    else if (j->look.state == SOURCE_STATE_UNKNOWN_FORMAT)
        run_add_trouble(r, j->item->path, j->look.reason, is_given(r, j->item->path));
    return case_put_source(r->writer, &row, r->error);
}

// The same evidence given again is nothing to tell; the same bytes under another name are.
static enum status put_duplicate(struct run *r, struct job *j, uint32_t of) {
    r->report->duplicates++;
    if (known_path(r->known, clean_text(r, j->item->path)))
        return OK;
    j->look.state = SOURCE_STATE_DUPLICATE;
    j->look.reason = arena_print(&r->arena, "the same bytes as source %u", of);
    return run_put_unread(r, j);
}

// For stamps without a year in what is decoded: as old as the file at most.
static int year_of_mtime(const struct run *r, const struct source_item *item) {
    return civil_from_usec(item->mtime == USEC_NONE ? r->options->now : item->mtime).year;
}

static enum status read_source(struct run *r, struct job *j, struct source *source, struct str head, bool ended,
                               uint64_t skip) {
    struct source_row row;
    struct recorder_source info = {.path = j->item->path,
                                   .year = j->look.years.year ? j->look.years.year : year_of_mtime(r, j->item),
                                   .host = j->origin ? j->origin->hostname : STR_NONE,
                                   .format = j->look.format};
    struct text_writer *text = NULL;
    struct error broken;
    error_clear(&broken);
    run_begin_row(r, j, &row);
    row.state = SOURCE_STATE_READING;
    row.container = source_container(source);
    if (row.container.p) // outlives the source
        row.container = clean_text(r, arena_copy(&r->arena, row.container));
    row.format = str_of(j->look.format->name);
    row.year_from = str_of(j->look.years.year_from);
    info.source_id = row.source_id;
    struct zone_choice zone = zones_choose(r->zones, j->item->path, j->origin);
    info.zone = zone.zone;
    row.zone = zone.name;
    row.zone_from = zone.because;
    if (skip)
        row.reason = arena_print(&r->arena, "grown: its first %llu bytes were in the case", (unsigned long long)skip);
    enum status status = case_put_source(r->writer, &row, r->error);
    if (status == OK)
        status = case_open_text(r->file, row.source_id, j->look.format->traits & FORMAT_RENDERED ? 0 : TEXT_ESCAPED,
                                &text, r->error);
    if (status != OK) {
        source_close(source);
        return status;
    }
    recorder_begin(r->recorder, &info);
    if (j->look.format->decode)
        status = decode_source(r, j, &row, source, head, ended, skip, text, &broken);
    else
        status = read_lines(r, j, &row, source, head, ended, skip, text, &broken);
    if (status == OK)
        status = end_source(r, j, &row, &broken);
    if (status == OK)
        status = case_put_source(r->writer, &row, r->error);
    known_add(r->known, r->file, &row);
    return status == OK ? run_flush_sometimes(r) : status;
}

// Looks at a source again, now to read it: its bytes may be in the case already, or their beginning.
enum status run_take_source(struct run *r, struct job *j) {
    struct source *source = NULL;
    struct error error;
    size_t n = 0;
    uint64_t skip = 0;
    error_clear(&error);
    if (source_open(j->item, &source, &error) != OK) {
        look_refuse(&j->look, SOURCE_STATE_FAILED, str_of(error.text), &r->arena);
        return run_put_unread(r, j);
    }
    char *head = must_alloc(LIMIT_PROBE);
    enum status status = look_read(source, head, &n, &error);
    bool ended = status == END, is_pipe = str_eq(j->item->path, S("-"));
    if (is_pipe) {
        look_at(&j->look, j->item->path, (struct str){head, n}, ended, &r->arena);
        years_solve(&j->look.years, 1, r->options->now);
    }
    enum known_as as = KNOWN_NOT;
    uint32_t of = 0;
    if (j->look.format && !is_pipe)
        as = known_bytes(r->known, j->item, j->look.format, (struct str){head, n}, &of, &skip);
    if (j->look.format && as != KNOWN_WHOLE) {
        status = read_source(r, j, source, (struct str){head, n}, ended, skip);
    } else {
        source_close(source);
        status = as == KNOWN_WHOLE ? put_duplicate(r, j, of) : run_put_unread(r, j);
    }
    free(head);
    return status;
}
