// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Rows of facts into their tables (table.h), names into their dimensions, and the numbers that tie both.
#include "case/writer.h"

#include "base/limits.h"
#include "case/internal.h"
#include "case/writer_internal.h"
#include "record/record.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLACE = 3 /* of log_t: the first field of `place` */ };

static_assert(sizeof(struct class_key) == 12, "no padding: its bytes are compared");

enum status writer_end_row(struct case_writer *w, struct table *t, struct error *error) {
    bool full = table_is_full(t);
    enum status status = table_end_row(t, error);
    if (status == OK && full)
        status = ledger_announce(w->ledger, w->connection, error);
    return status == OK && full ? table_flush(t, error) : status;
}

// ---- Rows ----

static enum status add_class(struct case_writer *w, const struct class_key *k, uint32_t id, struct error *error) {
    struct table *t = &w->class;
    TABLE_PUT(t, 0, uint32_t, id);
    TABLE_PUT(t, 1, uint32_t, k->host_id);
    TABLE_PUT(t, 2, uint32_t, k->program_id);
    TABLE_PUT(t, 3, uint8_t, k->quality);
    TABLE_PUT_OR_NULL(t, 4, uint8_t, k->facility < FACILITY_COUNT ? k->facility : 0, k->facility >= FACILITY_COUNT);
    TABLE_PUT(t, 5, bool, k->inferred & 1);
    TABLE_PUT_OR_NULL(t, 6, uint8_t, k->severity < SEVERITY_COUNT ? k->severity : 0, k->severity >= SEVERITY_COUNT);
    TABLE_PUT(t, 7, bool, k->inferred >> 1);
    return writer_end_row(w, t, error);
}

// Few classes come again and again, so the place a program had last is looked at before the table.
static enum status find_class(struct case_writer *w, const struct log_row *r, uint32_t *ret, struct error *error) {
    const struct class_key key = {r->host_id,          r->program_id,
                                  (uint8_t)r->quality, r->facility,
                                  r->severity,         (uint8_t)(r->facility_inferred | r->severity_inferred << 1)};
    struct recent_class *recent = &w->recent[(r->program_id * 5 + r->severity) % RECENT];
    if (recent->class_id && memcmp(&recent->key, &key, sizeof key) == 0) {
        *ret = recent->class_id;
        return OK;
    }
    size_t known = w->classes.n;
    *ret = intern_id(&w->classes, (struct str){(const char *)&key, sizeof key});
    *recent = (struct recent_class){key, *ret};
    return w->classes.n > known ? add_class(w, &key, *ret, error) : OK;
}

enum status case_add_log(struct case_writer *w, const struct log_row *r, struct error *error) {
    struct table *t = &w->log;
    uint32_t class_id;
    enum status status = find_class(w, r, &class_id, error);
    if (status != OK)
        return status;
    TABLE_PUT(t, 0, uint64_t, r->record_id);
    TABLE_PUT_OR_NULL(t, 1, int64_t, r->ts == USEC_NONE ? 0 : r->ts, r->ts == USEC_NONE);
    TABLE_PUT(t, 2, uint32_t, class_id);
    TABLE_PUT(t, PLACE, uint32_t, r->source_id);
    TABLE_PUT(t, PLACE + 1, uint64_t, r->offset);
    TABLE_PUT(t, PLACE + 2, uint32_t, r->length);
    TABLE_PUT(t, PLACE + 3, uint32_t, r->head);
    TABLE_PUT_OR_NULL(t, PLACE + 4, int32_t, r->pid, r->pid < 0 || r->pid > INT32_MAX);
    if (r->record_id >= w->next_record)
        w->next_record = r->record_id + 1;
    return writer_end_row(w, t, error);
}

enum status case_add_logon(struct case_writer *w, const struct logon_row *r, struct error *error) {
    struct table *t = &w->logon;
    TABLE_PUT(t, 0, uint64_t, r->record_id);
    TABLE_PUT_OR_NULL(t, 1, int64_t, r->ts == USEC_NONE ? 0 : r->ts, r->ts == USEC_NONE);
    TABLE_PUT(t, 2, uint32_t, r->host_id);
    TABLE_PUT(t, 3, uint32_t, r->user_id);
    TABLE_PUT(t, 4, uint32_t, r->actor_id);
    TABLE_PUT(t, 5, uint8_t, r->outcome);
    TABLE_PUT_OR_NULL(t, 6, uint8_t, r->reason < REASON_COUNT ? r->reason : 0, r->reason >= REASON_COUNT);
    TABLE_PUT_OR_NULL(t, 7, uint8_t, r->method < METHOD_COUNT ? r->method : 0, r->method >= METHOD_COUNT);
    TABLE_PUT(t, 8, uint8_t, r->kind);
    TABLE_PUT(t, 9, uint32_t, r->program_id);
    TABLE_PUT_OR_NULL(t, 10, int32_t, r->pid, r->pid < 0 || r->pid > INT32_MAX);
    TABLE_PUT(t, 11, uint32_t, r->address_id);
    TABLE_PUT_OR_NULL(t, 12, int32_t, r->port, r->port < 0);
    TABLE_PUT(t, 13, uint32_t, r->terminal_id);
    TABLE_PUT(t, 14, uint32_t, r->key_id);
    TABLE_PUT(t, 15, uint32_t, r->count);
    TABLE_PUT(t, 16, uint32_t, r->lines);
    TABLE_PUT(t, 17, uint32_t, r->source_id);
    TABLE_PUT(t, 18, uint8_t, r->witnesses);
    return writer_end_row(w, t, error);
}

enum status case_add_anomaly(struct case_writer *w, const struct anomaly_row *r, struct error *error) {
    struct table *t = &w->anomaly;
    TABLE_PUT(t, 0, uint32_t, r->source_id);
    TABLE_PUT_OR_NULL(t, 1, uint64_t, r->record_id, r->record_id == 0);
    TABLE_PUT(t, 2, uint64_t, r->offset);
    TABLE_PUT(t, 3, uint64_t, r->length);
    TABLE_PUT(t, 4, uint8_t, (uint8_t)r->kind);
    writer_put_text(t, 5, r->detail);
    return writer_end_row(w, t, error);
}

// ---- Names ----

static const struct {
    const char *table;
    size_t field; // in struct case_names
} NAMES[NAME_TABLES] = {
    {"host_t", offsetof(struct case_names, host)}, {"program_t", offsetof(struct case_names, program)},
    {"user_t", offsetof(struct case_names, user)}, {"terminal_t", offsetof(struct case_names, terminal)},
    {"key_t", offsetof(struct case_names, key)},   {"address_name_t", offsetof(struct case_names, address)},
};

static struct intern *names_at(struct case_writer *w, size_t i) {
    return (struct intern *)((char *)&w->names + NAMES[i].field);
}

struct loading {
    struct intern *names;
    bool damaged;
};

static void take_name(void *context, const struct case_result *r, size_t row) {
    struct loading *l = context;
    if (intern_id(l->names, case_text_at(r, 1, row)) != case_integer_at(r, 0, row))
        l->damaged = true;
}

static enum status load_names(struct case_writer *w, size_t i, struct error *error) {
    char sql[128];
    struct loading l = {.names = names_at(w, i)};
    snprintf(sql, sizeof sql, "select #1, #2 from (from facts.main.%s) order by #1", NAMES[i].table);
    enum status status = case_each(w->connection, str_of(sql), NULL, 0, take_name, &l, error);
    w->names_written[i] = l.names->n;
    if (status == OK && l.damaged)
        status =
            error_set(error, FATAL, 0, "the table %s of this case is damaged; read the evidence again into a new case",
                      NAMES[i].table);
    return status;
}

// Four numbers as they are usually written: nearly all addresses there are.
static bool is_plain_ipv4(struct str s) {
    int parts = 0;
    while (s.n) {
        size_t digits = 0;
        unsigned value = 0;
        for (; digits < s.n && digits < 3 && (unsigned char)(s.p[digits] - '0') <= 9; digits++)
            value = value * 10 + (unsigned)(s.p[digits] - '0');
        if (!digits || value > 255 || (digits > 1 && s.p[0] == '0'))
            return false;
        s = str_skip(s, digits);
        if (++parts == 4)
            return s.n == 0;
        if (!str_take(&s, S(".")))
            return false;
    }
    return false;
}

// The address in its usual spelling, where it has another: IPv4 written as IPv6, capitals, a zone id. NULL for
// a host name.
static void put_ip(struct table *t, struct str name) {
    char text[INET6_ADDRSTRLEN + 1], out[INET6_ADDRSTRLEN];
    struct in6_addr a;
    bool plain = is_plain_ipv4(name);
    TABLE_PUT(t, 3, bool, plain);
    t->valid[3][t->rows / 64] |= UINT64_C(1) << (t->rows % 64);
    ptrdiff_t zone = str_find_char(name, '%');
    if (zone >= 0)
        name.n = (size_t)zone;
    if (plain || name.n >= sizeof text)
        return;
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    if (inet_pton(AF_INET, text, &a) == 1)
        inet_ntop(AF_INET, &a, out, sizeof out);
    else if (inet_pton(AF_INET6, text, &a) == 1)
        inet_ntop(IN6_IS_ADDR_V4MAPPED(&a) ? AF_INET : AF_INET6, IN6_IS_ADDR_V4MAPPED(&a) ? &a.s6_addr[12] : a.s6_addr,
                  out, sizeof out);
    else
        return;
    TABLE_PUT(t, 3, bool, true);
    table_put_known(t, 2, str_of(out));
}

static void put_key(struct table *t, struct str name) {
    ptrdiff_t blank = str_find_char(name, ' ');
    table_put_known(t, 2, str_skip(name, (size_t)(blank + 1)));
    if (blank > 0)
        table_put_known(t, 3, str_head(name, (size_t)blank));
}

// Names that came since the last time. Their bytes are the attacker's: valid UTF-8 was made of them when
// they were interned.
static enum status flush_names(struct case_writer *w, size_t i, struct error *error) {
    struct intern *table = names_at(w, i);
    struct table *t = &w->name_tables[i];
    enum status status = OK;
    for (; status == OK && w->names_written[i] < table->n; w->names_written[i]++) {
        TABLE_PUT(t, 0, uint32_t, (uint32_t)w->names_written[i] + 1);
        table_put_text(t, 1, table->values.at[w->names_written[i]]);
        for (idx_t column = 2; column < t->columns; column++)
            table_put_null(t, column);
        if (table == &w->names.address)
            put_ip(t, table->values.at[w->names_written[i]]);
        if (table == &w->names.key)
            put_key(t, table->values.at[w->names_written[i]]);
        status = writer_end_row(w, t, error);
    }
    return status == OK ? table_flush(t, error) : status;
}

enum status case_flush(struct case_writer *w, struct error *error) {
    enum status status = ledger_announce(w->ledger, w->connection, error);
    for (size_t i = 0; i < NAME_TABLES && status == OK; i++)
        status = flush_names(w, i, error);
    struct table *facts[] = {&w->class, &w->log, &w->logon, &w->anomaly};
    for (size_t i = 0; i < sizeof facts / sizeof *facts && status == OK; i++)
        status = table_flush(facts[i], error);
    for (size_t i = 0; i < FACT_TABLES && status == OK; i++)
        status = table_flush(&w->facts[i], error);
    if (status == OK)
        status = ledger_settle(w->ledger, w->connection, error);
    case_changed(w->file);
    return status;
}

// ---- Small statements ----

static enum status run_params(struct case_writer *w, struct str sql, const struct case_param *params, size_t n,
                              struct error *error) {
    enum status status = case_each(w->connection, sql, params, n, NULL, NULL, error);
    return status == FAIL ? FATAL : status;
}

enum status case_put_source(struct case_writer *w, const struct source_row *r, struct error *error) {
    return ledger_put(w->ledger, w->connection, r, error);
}

static struct str print_time(struct arena *a, usec t) {
    char text[CIVIL_TEXT];
    return t == USEC_NONE ? STR_NONE : arena_copy(a, (struct str){text, civil_print(t, text)});
}

// One statement for many: each looks at the whole table.
static enum status put_hosts(struct case_writer *w, const struct host_row *rows, size_t n, struct error *error) {
    static const char *const HOST_PARAMS[] = {"id", "first", "last", "records"};
    enum { COLUMNS = sizeof HOST_PARAMS / sizeof *HOST_PARAMS };
    struct arena a = {0};
    struct case_param params[COLUMNS];
    struct str *cells = arena_take(&a, n * COLUMNS * sizeof *cells);
    for (size_t i = 0; i < n; i++) {
        cells[i] = arena_print(&a, "%u", rows[i].host_id);
        cells[n + i] = print_time(&a, rows[i].first);
        cells[2 * n + i] = print_time(&a, rows[i].last);
        cells[3 * n + i] = arena_print(&a, "%llu", (unsigned long long)rows[i].records);
    }
    for (size_t column = 0; column < COLUMNS; column++)
        params[column] = (struct case_param){HOST_PARAMS[column], case_from_texts(cells + column * n, n)};
    enum status status = run_params(
        w,
        S("update facts.main.host_t as h set first_ts = least(coalesce(h.first_ts, n.first), n.first), "
          "last_ts = greatest(coalesce(h.last_ts, n.last), n.last), records = coalesce(h.records, 0) + n.records "
          "from (select unnest($id)::uinteger as id, unnest($first)::timestamp as first, "
          "unnest($last)::timestamp as last, unnest($records)::ubigint as records) n where h.host_id = n.id"),
        params, COLUMNS, error);
    arena_done(&a);
    return status;
}

enum status case_put_hosts(struct case_writer *w, const struct host_row *rows, size_t n, struct error *error) {
    enum { AT_ONCE = 1 << 16 };
    enum status status = OK;
    for (size_t i = 0; i < n && status == OK; i += AT_ONCE)
        status = put_hosts(w, rows + i, n - i < AT_ONCE ? n - i : AT_ONCE, error);
    return status;
}

enum status case_add_host_fact(struct case_writer *w, uint32_t host_id, struct str key, struct str value,
                               struct error *error) {
    const struct case_param params[] = {
        {"id", case_from_integer(host_id)}, {"key", case_from_text(key)}, {"value", case_from_text(value)}};
    return run_params(w,
                      S("insert into facts.main.host_fact_t select $id, $key, $value, null where not exists "
                        "(from facts.main.host_fact_t where host_id = $id and key = $key and value = $value)"),
                      params, 3, error);
}

enum status case_open_text(struct case_file *file, uint32_t source_id, uint32_t flags, struct text_writer **ret,
                           struct error *error) {
    return text_writer_open(file->text, source_id, flags, ret, error);
}

enum status case_execute(struct case_connection *c, const char *sql, struct error *error) {
    if (!c->may_write || c->file->mode != CASE_CREATE)
        return error_set(error, FAIL, 0, "the case '%s' is open for reading only", c->file->folder);
    return case_run(c->con, c->file->folder, sql, error);
}

enum status case_connect_writer(struct case_file *file, struct case_connection **ret, struct error *error) {
    enum status status = case_connect(file, ret, error);
    if (status == OK)
        (*ret)->may_write = true;
    return status;
}

// ---- Opening and closing ----

// A source that was being read when the program ended is read again from its beginning.
static enum status remove_unfinished(struct case_writer *w, struct error *error) {
    static const char sources[] = "select source_id from facts.main.source_t where state = 'reading'";
    struct buffer sql = {0};
    buffer_print(&sql, "begin;");
    writer_print_removal(&sql, sources);
    buffer_print(&sql,
                 "delete from facts.main.log_t where place.source_id in (%s);"
                 "delete from facts.main.anomaly_t where source_id in (%s);"
                 "delete from facts.main.source_t where state = 'reading';"
                 "commit",
                 sources, sources);
    buffer_add_char(&sql, '\0');
    enum status status = case_execute(w->connection, sql.p, error);
    buffer_done(&sql);
    return status;
}

static void take_numbers(void *context, const struct case_result *r, size_t row) {
    struct case_writer *w = context;
    w->last_source = (uint32_t)case_integer_at(r, 0, row);
    w->next_record = (uint64_t)case_integer_at(r, 1, row);
}

static enum status load_numbers(struct case_writer *w, struct error *error) {
    return case_each(w->connection,
                     S("select coalesce((select max(source_id) from facts.main.source_t), 0), "
                       "coalesce((select max(record_id) from facts.main.log_t), 0) + 1"),
                     NULL, 0, take_numbers, w, error);
}

static void take_class(void *context, const struct case_result *r, size_t row) {
    struct case_writer *w = context;
    int64_t v[6];
    for (size_t column = 0; column < 6; column++)
        v[column] = case_integer_at(r, column, row);
    const struct class_key key = {(uint32_t)v[0], (uint32_t)v[1], (uint8_t)v[2],
                                  (uint8_t)v[3],  (uint8_t)v[4],  (uint8_t)v[5]};
    intern_id(&w->classes, (struct str){(const char *)&key, sizeof key});
}

static enum status load_classes(struct case_writer *w, struct error *error) {
    return case_each(w->connection,
                     S("select host_id, program_id, enum_code(ts_quality), coalesce(enum_code(facility), 24), "
                       "coalesce(enum_code(severity), 8), facility_inferred::int + 2 * severity_inferred::int "
                       "from facts.main.class_t order by class_id"),
                     NULL, 0, take_class, w, error);
}

static enum status open_tables(struct case_writer *w, struct error *error) {
    enum status status = table_open(&w->log, w->connection, "log_t", error);
    if (status == OK)
        status = table_open(&w->logon, w->connection, "logon_t", error);
    if (status == OK)
        status = table_open(&w->anomaly, w->connection, "anomaly_t", error);
    if (status == OK)
        status = table_open(&w->class, w->connection, "class_t", error);
    for (size_t i = 0; i < FACT_TABLES && status == OK; i++)
        status = table_open(&w->facts[i], w->connection, FACT_TABLE_NAMES[i], error);
    for (size_t i = 0; i < NAME_TABLES && status == OK; i++)
        status = table_open(&w->name_tables[i], w->connection, NAMES[i].table, error);
    return status;
}

enum status case_writer_open(struct case_file *file, struct case_writer **ret, struct error *error) {
    struct case_writer *w = must_zero(1, sizeof *w);
    w->file = file;
    w->ledger = ledger_new();
    enum status status = case_connect_writer(file, &w->connection, error);
    if (status == OK)
        status = remove_unfinished(w, error);
    if (status == OK)
        status = load_numbers(w, error);
    if (status == OK)
        status = load_classes(w, error);
    for (size_t i = 0; i < NAME_TABLES && status == OK; i++)
        status = load_names(w, i, error);
    if (status == OK)
        status = open_tables(w, error);
    if (status != OK) {
        case_writer_close(w, NULL);
        return status;
    }
    *ret = w;
    return OK;
}

enum status case_writer_close(struct case_writer *w, struct error *error) {
    if (!w)
        return OK;
    enum status status = w->log.appender ? case_flush(w, error) : OK;
    ledger_free(w->ledger);
    table_close(&w->log);
    table_close(&w->logon);
    table_close(&w->anomaly);
    table_close(&w->class);
    for (size_t i = 0; i < FACT_TABLES; i++)
        table_close(&w->facts[i]);
    for (size_t i = 0; i < NAME_TABLES; i++) {
        table_close(&w->name_tables[i]);
        intern_done(names_at(w, i));
    }
    intern_done(&w->classes);
    case_disconnect(w->connection);
    free(w);
    return status;
}

struct case_names *case_writer_names(struct case_writer *w) {
    return &w->names;
}

uint32_t case_writer_next_source(struct case_writer *w) {
    return ++w->last_source;
}

uint64_t case_writer_next_record(const struct case_writer *w) {
    return w->next_record;
}

struct case_connection *case_writer_connection(struct case_writer *w) {
    return w->connection;
}
