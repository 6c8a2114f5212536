// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The hottest code of the house after the cutting of lines: about a third of a microsecond per record, most
// of it inside the store. A log row is held back until the next record begins, because lines that continue
// it make it longer.
#include "ingest/recorder.h"

#include "base/limits.h"
#include "ingest/attempts.h"
#include "ingest/facts.h"
#include "ingest/infer.h"
#include "ingest/years.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_CLOCK_ANOMALIES = 1000, NAME_CACHE = 64 };

// What is known of a program, looked up once per name.
struct program {
    const struct meaning *meaning;
    uint8_t facility;
    bool known;
};

struct host {
    usec first, last;
    uint64_t records;
};

// A run of skipped lines, told as one anomaly.
struct skipped {
    uint64_t offset, end, lines;
    uint8_t kind;
};

struct recorder {
    struct case_writer *writer;
    struct case_names *names;
    struct attempts *attempts;
    usec now;
    VEC(struct program) programs; // by program_id
    VEC(struct host) hosts;       // by host_id
    uint32_t host_cache[NAME_CACHE], program_cache[NAME_CACHE];
    uint64_t next_record;
    enum status status; // of rows written from callbacks
    struct error *error;

    // Of the source being recorded.
    struct recorder_source source;
    uint32_t host_id; // of the evidence
    struct recorder_counts counts;
    uint8_t file_facility;
    struct years_roll roll;
    int64_t day_key, day_usec; // the last date and its midnight
    usec last_ts;
    size_t clock_anomalies;
    struct log_row pending;
    bool has_pending;
    uint64_t pending_lines;
    struct skipped skipped;
    struct attempt last_logon; // for "last message repeated N times"
    bool has_last_logon;
};

static void keep_status(struct recorder *r, enum status status) {
    if (status != OK && r->status == OK)
        r->status = status;
}

static void note(struct recorder *r, enum anomaly_kind kind, uint64_t record_id, uint64_t offset, uint64_t length,
                 struct str detail) {
    const struct anomaly_row row = {r->source.source_id, record_id, offset, length, kind, detail};
    keep_status(r, case_add_anomaly(r->writer, &row, r->error));
}

// ---- Names ----

// Hosts and programs come again and again: a glance at a few bytes mostly finds the number without a hash.
static uint32_t cached_id(uint32_t cache[NAME_CACHE], struct intern *table, struct str name) {
    if (!name.n)
        return 0;
    uint32_t *id =
        &cache[(name.n * 31 + (unsigned char)name.p[0] * 7 + (unsigned char)name.p[name.n - 1]) % NAME_CACHE];
    if (!*id || !str_eq(intern_value(table, *id), name))
        *id = facts_name(table, name);
    return *id;
}

static struct program *program_at(struct recorder *r, uint32_t id) {
    while (r->programs.n <= id)
        *VEC_PUSH(&r->programs) = (struct program){0};
    struct program *p = &r->programs.at[id];
    if (!p->known) {
        struct str name = intern_value(&r->names->program, id);
        *p = (struct program){meaning_of(name), (uint8_t)infer_facility_of_program(name), true};
    }
    return p;
}

static void count_host(struct recorder *r, uint32_t id, usec ts) {
    while (r->hosts.n <= id)
        *VEC_PUSH(&r->hosts) = (struct host){USEC_NONE, USEC_NONE, 0};
    struct host *h = &r->hosts.at[id];
    h->records++;
    if (ts == USEC_NONE)
        return;
    if (h->first == USEC_NONE || ts < h->first)
        h->first = ts;
    if (ts > h->last)
        h->last = ts;
}

// ---- Time ----

// A stamp with a year, for those after it that have none: a file may change its dialect, before New Year too. A
// year far from the others is a clock that was wrong.
static void keep_year(struct recorder *r, const struct stamp *s) {
    int years = s->year - r->source.year;
    if (abs(years - r->roll.years) <= 1)
        r->roll = (struct years_roll){.month = s->month, .day = s->day, .of_day = s->of_day, .years = years};
}

// The year of a stamp that has none, as the source goes on through New Year.
static int year_of(struct recorder *r, const struct stamp *s) {
    if (s->year) {
        keep_year(r, s);
        return s->year;
    }
    if (!r->counts.yearless)
        r->counts.first_year = r->source.year;
    r->counts.yearless = true;
    r->counts.last_stamp = *s;
    r->counts.last_year = r->source.year + years_roll(&r->roll, s);
    return r->counts.last_year;
}

static usec midnight_of(struct recorder *r, int year, const struct stamp *s) {
    int64_t key = (int64_t)year * 512 + s->month * 32 + s->day;
    if (key != r->day_key) {
        r->day_key = key;
        r->day_usec = civil_days(year, s->month, s->day) * USEC_DAY;
    }
    return r->day_usec;
}

static enum quality quality_of(const struct recorder *r, const struct stamp *s) {
    bool zone = s->has_zone || r->source.zone;
    if (!s->year)
        return zone ? QUALITY_YEAR_SOLVED : QUALITY_YEAR_SOLVED_ZONE_ASSUMED;
    return s->has_zone ? QUALITY_EXACT : zone ? QUALITY_ZONE_GIVEN : QUALITY_ZONE_ASSUMED;
}

static usec time_of(struct recorder *r, const struct stamp *s, enum quality *ret_quality) {
    if (!s->present) {
        *ret_quality = r->last_ts == USEC_NONE ? QUALITY_NONE : QUALITY_INHERITED;
        return r->last_ts;
    }
    *ret_quality = quality_of(r, s);
    usec local = midnight_of(r, year_of(r, s), s) + s->of_day;
    if (s->has_zone)
        return local - s->zone * USEC_MINUTE;
    return r->source.zone ? zone_to_utc(r->source.zone, local, NULL) : local;
}

// Time that goes back, jumps, or has not come yet is told, not mended.
static void watch_clock(struct recorder *r, usec ts, const struct cut *cut) {
    if (ts == USEC_NONE)
        return;
    enum anomaly_kind kind = ANOMALY_COUNT;
    if (r->last_ts != USEC_NONE && ts < r->last_ts - USEC_MINUTE)
        kind = ANOMALY_CLOCK_BACK;
    else if (r->last_ts != USEC_NONE && ts > r->last_ts + 365 * USEC_DAY)
        kind = ANOMALY_CLOCK_JUMP;
    else if (ts > r->now + USEC_DAY)
        kind = ANOMALY_FUTURE;
    if (kind != ANOMALY_COUNT && r->clock_anomalies++ < MAX_CLOCK_ANOMALIES)
        note(r, kind, r->next_record, cut->offset, cut->length, STR_NONE);
    r->last_ts = ts;
    if (r->counts.first_ts == USEC_NONE || ts < r->counts.first_ts)
        r->counts.first_ts = ts;
    if (ts > r->counts.last_ts)
        r->counts.last_ts = ts;
}

// ---- Meaning ----

static void write_attempt(void *context, const struct attempt *a) {
    struct recorder *r = context;
    const struct logon_row row = {.record_id = a->record_id,
                                  .ts = a->ts,
                                  .host_id = a->host_id,
                                  .user_id = a->user_id,
                                  .actor_id = a->actor_id,
                                  .outcome = (uint8_t)a->outcome,
                                  .reason = (uint8_t)a->reason,
                                  .method = (uint8_t)a->method,
                                  .kind = (uint8_t)a->kind,
                                  .program_id = a->program_id,
                                  .pid = a->pid,
                                  .address_id = a->address_id,
                                  .port = a->port,
                                  .terminal_id = a->terminal_id,
                                  .key_id = a->key_id,
                                  .count = a->count,
                                  .lines = a->lines,
                                  .source_id = r->source.source_id,
                                  .witnesses = (uint8_t)(1 << r->source.format->witness)};
    keep_status(r, case_add_logon(r->writer, &row, r->error));
}

// A key is told by its type and fingerprint; without a fingerprint it is none to follow.
static uint32_t key_id(struct intern *table, const struct logon *l) {
    char name[2 * LIMIT_NAME];
    if (!l->fingerprint.n || !l->key_type.n || l->fingerprint.n + l->key_type.n >= sizeof name)
        return facts_name(table, l->fingerprint);
    int n = snprintf(name, sizeof name, "%.*s %.*s", STR_ARG(l->key_type), STR_ARG(l->fingerprint));
    return facts_name(table, (struct str){name, (size_t)n});
}

static void take_logon(struct recorder *r, const struct log_row *row, const struct meaning *meaning,
                       const struct logon *l) {
    struct case_names *n = r->names;
    const struct attempt a = {.record_id = row->record_id,
                              .ts = row->ts,
                              .host_id = row->host_id,
                              .program_id = row->program_id,
                              .meaning = meaning,
                              .pid = row->pid,
                              .outcome = l->outcome,
                              .kind = l->kind,
                              .reason = l->reason,
                              .method = l->method,
                              .step = l->step,
                              .user_id = facts_name(&n->user, l->user),
                              .actor_id = facts_name(&n->user, l->actor),
                              .address_id = facts_name(&n->address, l->source),
                              .terminal_id = facts_name(&n->terminal, l->tty),
                              .key_id = key_id(&n->key, l),
                              .port = l->port,
                              .count = l->count < LIMIT_REPEAT ? l->count : LIMIT_REPEAT,
                              .lines = 1};
    r->last_logon = a;
    r->has_last_logon = true;
    attempts_add(r->attempts, &a);
}

// "last message repeated N times": the logon before it, N times more.
static bool repeat_last(struct recorder *r, const struct log_row *row, struct str message) {
    uint32_t n = meaning_repeats_last(message);
    if (!n)
        return false;
    if (n > LIMIT_REPEAT)
        note(r, ANOMALY_BAD_REPEAT, row->record_id, row->offset, row->length, STR_NONE);
    else if (r->has_last_logon && (!row->host_id || r->last_logon.host_id == row->host_id)) {
        struct attempt again = r->last_logon;
        again.record_id = row->record_id;
        again.ts = row->ts;
        again.count = n;
        attempts_add(r->attempts, &again);
    }
    return true;
}

static void take_fact(struct recorder *r, const struct log_row *row, const struct meaning *meaning,
                      const struct fact *f) {
    const struct fact_place place = {row->record_id, row->ts, row->host_id, row->source_id, row->offset, row->length};
    if (f->kind == FACT_LOGON)
        take_logon(r, row, meaning, &f->logon);
    else
        keep_status(r, facts_write(r->writer, &place, f, r->error));
}

static void read_meaning(struct recorder *r, const struct log_row *row, const struct record *record) {
    const struct meaning *meaning = program_at(r, row->program_id)->meaning;
    const struct message message = {record->program, record->message, record->pid};
    struct fact facts[FACTS_MAX];
    if (!row->program_id || record->message.n < 64)
        if (repeat_last(r, row, record->message))
            return;
    size_t n = meaning_read(meaning, &message, facts);
    r->has_last_logon = false;
    for (size_t i = 0; i < n; i++)
        take_fact(r, row, meaning, &facts[i]);
}

// What the format itself tells of a line.
static void read_facts(struct recorder *r, const struct log_row *row, const struct record *record) {
    struct fact facts[FACTS_MAX];
    if (!r->source.format->facts)
        return;
    size_t n = r->source.format->facts(record, facts);
    for (size_t i = 0; i < n; i++)
        take_fact(r, row, program_at(r, row->program_id)->meaning, &facts[i]);
}

// ---- Records ----

// Where nothing tells, RFC 3164 (4.3.3) says what a line without PRI is: user, notice.
static void fill_origin(struct recorder *r, const struct record *record, struct log_row *row) {
    uint8_t facility = record->facility, usual = SEVERITY_INFO;
    row->facility_inferred = facility >= FACILITY_COUNT;
    if (row->facility_inferred)
        facility = program_at(r, row->program_id)->facility;
    if (facility >= FACILITY_COUNT)
        facility = r->file_facility;
    if (facility >= FACILITY_COUNT) {
        facility = FACILITY_USER;
        usual = SEVERITY_NOTICE;
    }
    row->facility = facility;
    row->severity = record->severity;
    row->severity_inferred = record->severity >= SEVERITY_COUNT;
    if (row->severity_inferred)
        row->severity = (uint8_t)infer_severity(record->message, usual);
}

static void let_go(struct recorder *r) {
    if (!r->has_pending)
        return;
    r->has_pending = false;
    keep_status(r, case_add_log(r->writer, &r->pending, r->error));
}

static void let_skipped_go(struct recorder *r) {
    if (!r->skipped.lines)
        return;
    char text[32];
    int n = snprintf(text, sizeof text, "%llu line%s", (unsigned long long)r->skipped.lines,
                     r->skipped.lines > 1 ? "s" : "");
    note(r, r->skipped.kind, 0, r->skipped.offset, r->skipped.end - r->skipped.offset, (struct str){text, (size_t)n});
    r->skipped.lines = 0;
}

// The row of a record that begins.
static struct log_row *begin_row(struct recorder *r, const struct record *record, const struct cut *cut) {
    struct log_row *row = &r->pending;
    let_go(r);
    *row = (struct log_row){.record_id = r->next_record,
                            .host_id = cached_id(r->host_cache, &r->names->host, record->host),
                            .program_id = cached_id(r->program_cache, &r->names->program, record->program),
                            .pid = record->pid,
                            .source_id = r->source.source_id,
                            .offset = cut->offset,
                            .length = cut->length,
                            .head = cut->head};
    if (!row->host_id)
        row->host_id = r->host_id;
    row->ts = time_of(r, &record->stamp, &row->quality);
    watch_clock(r, row->ts, cut);
    fill_origin(r, record, row);
    if (record->anomaly < ANOMALY_COUNT)
        note(r, record->anomaly, row->record_id, cut->offset, cut->length, STR_NONE);
    count_host(r, row->host_id, row->ts);
    r->has_pending = true;
    r->pending_lines = 1;
    r->counts.records++;
    r->next_record++;
    return row;
}

static void take_record(struct recorder *r, const struct cut *cut) {
    struct log_row *row = begin_row(r, &cut->record, cut);
    if (cut->whole) // its end is missing, and messages are read from the end
        return;
    read_facts(r, row, &cut->record);
    read_meaning(r, row, &cut->record);
}

static void take_continued(struct recorder *r, const struct cut *cut) {
    uint64_t length = cut->offset + cut->length - r->pending.offset;
    r->counts.continued++;
    if (++r->pending_lines <= LIMIT_RECORD_LINES && length <= LIMIT_LINE)
        r->pending.length = (uint32_t)length;
    else if (r->pending_lines == LIMIT_RECORD_LINES + 1 || length - cut->length - 1 <= LIMIT_LINE)
        note(r, ANOMALY_MANY_LINES, r->pending.record_id, cut->offset, cut->length, STR_NONE);
}

static void take_skipped(struct recorder *r, const struct cut *cut) {
    if (r->skipped.lines && r->skipped.kind != cut->record.anomaly)
        let_skipped_go(r);
    if (!r->skipped.lines)
        r->skipped = (struct skipped){.offset = cut->offset, .kind = cut->record.anomaly};
    r->skipped.end = cut->offset + cut->length;
    r->skipped.lines++;
    r->counts.skipped++;
}

static void take_cut(struct recorder *r, const struct cut *cut) {
    if (cut->kind == LINE_SKIPPED) {
        take_skipped(r, cut);
        return;
    }
    let_skipped_go(r);
    if (cut->kind == LINE_RECORD)
        take_record(r, cut);
    else
        take_continued(r, cut);
    if (cut->anomaly < ANOMALY_COUNT)
        note(r, cut->anomaly, r->pending.record_id, cut->offset, cut->whole, STR_NONE);
}

enum status recorder_take(struct recorder *r, const struct batch *batch, struct error *error) {
    r->error = error;
    for (size_t i = 0; i < batch->cuts_n && r->status == OK; i++)
        take_cut(r, &batch->cuts[i]);
    r->counts.lines += batch->lines;
    r->counts.blank += batch->blank;
    return r->status;
}

// ---- Decoded ----

enum status recorder_take_decoded(struct recorder *r, const struct decoded *d, uint64_t offset, uint32_t length,
                                  uint32_t head, struct error *error) {
    const struct cut cut = {.offset = offset, .length = length, .head = head, .anomaly = ANOMALY_COUNT};
    r->error = error;
    let_skipped_go(r);
    struct log_row *row = begin_row(r, &d->record, &cut);
    for (size_t i = 0; i < d->facts_n && r->status == OK; i++)
        take_fact(r, row, program_at(r, row->program_id)->meaning, &d->facts[i]);
    if (!d->silent && d->record.message.p)
        read_meaning(r, row, &d->record);
    r->counts.lines += d->lines;
    r->counts.continued += d->lines ? d->lines - 1 : 0;
    return r->status;
}

enum status recorder_take_note(struct recorder *r, const struct noted *n, struct error *error) {
    r->error = error;
    if (n->kind < ANOMALY_COUNT)
        note(r, n->kind, n->of_record && r->has_pending ? r->pending.record_id : 0, n->offset, n->length, n->detail);
    r->counts.lines += n->skipped + n->blank;
    r->counts.skipped += n->skipped;
    r->counts.blank += n->blank;
    return r->status;
}

// ---- Sources ----

struct recorder *recorder_new(struct case_writer *writer, usec now) {
    struct recorder *r = must_zero(1, sizeof *r);
    r->writer = writer;
    r->names = case_writer_names(writer);
    r->now = now;
    r->next_record = case_writer_next_record(writer);
    r->attempts = attempts_new(write_attempt, r);
    return r;
}

void recorder_begin(struct recorder *r, const struct recorder_source *source) {
    r->source = *source;
    r->counts = (struct recorder_counts){.first_ts = USEC_NONE, .last_ts = USEC_NONE};
    r->host_id = facts_host(&r->names->host, source->host);
    r->file_facility = (uint8_t)infer_facility_of_file(source->path);
    r->roll = (struct years_roll){0};
    r->day_key = -1;
    r->last_ts = USEC_NONE;
    r->clock_anomalies = 0;
    r->has_pending = r->has_last_logon = false;
    r->skipped = (struct skipped){0};
}

enum status recorder_end(struct recorder *r, struct recorder_counts *ret, struct error *error) {
    r->error = error;
    let_go(r);
    let_skipped_go(r);
    attempts_flush(r->attempts);
    *ret = r->counts;
    return r->status;
}

enum status recorder_finish(struct recorder *r, struct error *error) {
    VEC(struct host_row) rows = {0};
    for (uint32_t id = 1; id < r->hosts.n; id++) {
        struct host *h = &r->hosts.at[id];
        if (h->records)
            *VEC_PUSH(&rows) = (struct host_row){id, h->first, h->last, h->records};
        *h = (struct host){USEC_NONE, USEC_NONE, 0};
    }
    enum status status = case_put_hosts(r->writer, rows.at, rows.n, error);
    VEC_DONE(&rows);
    return status;
}

void recorder_free(struct recorder *r) {
    if (!r)
        return;
    attempts_free(r->attempts);
    VEC_DONE(&r->programs);
    VEC_DONE(&r->hosts);
    free(r);
}
