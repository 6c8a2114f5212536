// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Facts that are rare beside log records: a row each, their words as text. Every string here was chosen by whoever
// wrote the evidence, so each is made valid UTF-8 and bounded on its way in.
#include "base/escape.h"
#include "case/writer_internal.h"

#include <stdlib.h>

enum { MAX_TEXT = 16 << 10 }; // bytes of one text column

const char *const FACT_TABLE_NAMES[FACT_TABLES] = {"flow_t", "alert_t", "host_event_t", "host_item_t"};

void writer_put_text(struct table *t, idx_t column, struct str s) {
    if (s.n > MAX_TEXT)
        s.n = MAX_TEXT;
    if (!s.n) {
        table_put_null(t, column);
    } else if (utf8_valid(s)) {
        table_put_text(t, column, s);
    } else {
        char *clean = must_alloc(4 * s.n);
        table_put_text(t, column, (struct str){clean, utf8_clean(s, clean)});
        free(clean);
    }
}

// Numbers from evidence: what is negative or too large for the column is not known.
static void put_port(struct table *t, idx_t column, int32_t port) {
    bool none = port < 0 || port > UINT16_MAX;
    TABLE_PUT_OR_NULL(t, column, int32_t, none ? 0 : port, none);
}

static void put_count(struct table *t, idx_t column, int64_t n) {
    TABLE_PUT_OR_NULL(t, column, uint64_t, n < 0 ? 0 : n, n < 0);
}

static void put_word(struct table *t, idx_t column, uint8_t word, uint8_t n) {
    TABLE_PUT_OR_NULL(t, column, uint8_t, word < n ? word : 0, word >= n);
}

// The four columns that all these tables begin with.
static void put_place(struct table *t, const struct fact_place *p) {
    TABLE_PUT(t, 0, uint64_t, p->record_id);
    TABLE_PUT_OR_NULL(t, 1, int64_t, p->ts == USEC_NONE ? 0 : p->ts, p->ts == USEC_NONE);
    TABLE_PUT(t, 2, uint32_t, p->host_id);
    TABLE_PUT(t, 3, uint32_t, p->source_id);
}

enum status case_add_flow(struct case_writer *w, const struct fact_place *p, const struct flow *f, uint32_t src_id,
                          uint32_t dst_id, struct error *error) {
    struct table *t = &w->facts[TABLE_FLOW];
    put_place(t, p);
    TABLE_PUT(t, 4, uint32_t, src_id);
    put_port(t, 5, f->src_port);
    TABLE_PUT(t, 6, uint32_t, dst_id);
    put_port(t, 7, f->dst_port);
    writer_put_text(t, 8, f->protocol);
    put_word(t, 9, f->direction, FLOW_DIRECTION_COUNT);
    put_word(t, 10, f->decision, FLOW_DECISION_COUNT);
    put_count(t, 11, f->packets);
    put_count(t, 12, f->bytes);
    put_count(t, 13, f->packets_back);
    put_count(t, 14, f->bytes_back);
    put_count(t, 15, f->duration);
    writer_put_text(t, 16, f->state);
    writer_put_text(t, 17, f->service);
    return writer_end_row(w, t, error);
}

enum status case_add_alert(struct case_writer *w, const struct fact_place *p, const struct alert *a,
                           struct error *error) {
    struct table *t = &w->facts[TABLE_ALERT];
    put_place(t, p);
    TABLE_PUT(t, 4, uint64_t, p->offset);
    TABLE_PUT(t, 5, uint32_t, p->length);
    writer_put_text(t, 6, a->id);
    writer_put_text(t, 7, a->name);
    put_word(t, 8, a->severity, ALERT_SEVERITY_COUNT);
    const struct str texts[] = {a->description, a->provider, a->techniques, a->entities,
                                a->user,        a->source,   a->command};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        writer_put_text(t, 9 + i, texts[i]);
    return writer_end_row(w, t, error);
}

enum status case_add_event(struct case_writer *w, const struct fact_place *p, const struct host_event *e,
                           struct error *error) {
    struct table *t = &w->facts[TABLE_EVENT];
    put_place(t, p);
    put_word(t, 4, e->kind, HOST_EVENT_COUNT);
    writer_put_text(t, 5, e->detail);
    return writer_end_row(w, t, error);
}

enum status case_add_item(struct case_writer *w, const struct fact_place *p, const struct item *i,
                          struct error *error) {
    struct table *t = &w->facts[TABLE_ITEM];
    put_place(t, p);
    put_word(t, 4, i->kind, ITEM_COUNT);
    writer_put_text(t, 5, i->name);
    writer_put_text(t, 6, i->user);
    writer_put_text(t, 7, i->value);
    TABLE_PUT_OR_NULL(t, 8, int64_t, i->number, i->number == ITEM_NO_NUMBER);
    writer_put_text(t, 9, i->detail);
    return writer_end_row(w, t, error);
}

// ---- All that stands at a record ----

// Tables of facts that have record_id, ts and source_id.
static const char *const OF_RECORDS[] = {"logon_t", "flow_t", "alert_t", "host_event_t", "host_item_t"};
enum { OF_RECORDS_N = sizeof OF_RECORDS / sizeof *OF_RECORDS };

void writer_print_removal(struct buffer *sql, const char *sources) {
    for (size_t i = 0; i < OF_RECORDS_N; i++)
        buffer_print(sql, "delete from facts.main.%s where source_id in (%s);", OF_RECORDS[i], sources);
}

enum status case_move_times(struct case_writer *w, uint32_t source_id, struct str to, struct str qualities,
                            struct error *error) {
    struct buffer sql = {0};
    buffer_print(&sql,
                 "create or replace temp table moved as select record_id from facts.main.log_t where "
                 "place.source_id = %u and class_id in (select class_id from facts.main.class_t where ts_quality in "
                 "(%.*s));",
                 source_id, STR_ARG(qualities));
    for (size_t i = 0; i < OF_RECORDS_N; i++)
        buffer_print(&sql, "update facts.main.%s set ts = %.*s where source_id = %u and record_id in (from moved);",
                     OF_RECORDS[i], STR_ARG(to), source_id);
    buffer_print(&sql,
                 "update facts.main.log_t set ts = %.*s where place.source_id = %u and record_id in (from moved);"
                 "drop table moved",
                 STR_ARG(to), source_id);
    buffer_add_char(&sql, '\0');
    enum status status = case_execute(w->connection, sql.p, error);
    buffer_done(&sql);
    return status;
}
