// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Asking. The SQL of a question becomes a subselect of ours, which filters, orders, pages or bins it. The
// only text that is put together here is that subselect, names of its columns (quoted, and only if the SQL
// was found to have them) and numbers; all else is bound.
#include "notebook/question.h"

#include "base/clock.h"
#include "notebook/wire.h"

#include <stdlib.h>
#include <strings.h>

enum { BOUND_BY_US = 7 }; // hosts, host, from, to, window_from, window_to, filter_text

struct asking {
    struct case_connection *connection;
    const struct question *q;
    const struct answer_sink *sink;
    struct answer_meta *meta;
    struct error *error;
    struct str sql; // of the question, without the semicolon at its end
    usec from, to, window_from, window_to;
    struct buffer text;    // the statement being put together
    size_t sql_at;         // where the question's SQL begins in it
    struct buffer columns; // names of the question's columns, each with a NUL behind it
    VEC(struct case_param) params;
    char one_host[1025];
};

// ---- Values ----

static void bind(struct asking *a, const char *name, struct case_value value) {
    *VEC_PUSH(&a->params) = (struct case_param){name, value};
}

static void take_range(void *context, const struct case_result *result, size_t row) {
    usec *range = context;
    range[0] = case_time_at(result, 0, row);
    range[1] = case_time_at(result, 1, row);
}

enum status question_range(struct case_connection *connection, usec *ret_from, usec *ret_to, struct error *error) {
    usec range[2] = {USEC_NONE, USEC_NONE};
    enum status status =
        case_each(connection, S("select min(first_ts), max(last_ts) from source"), NULL, 0, take_range, range, error);
    // A source is given its times when it has been read; until then the records tell.
    if (status == OK && range[0] == USEC_NONE)
        status = case_each(connection, S("select min(ts), max(ts) from log"), NULL, 0, take_range, range, error);
    *ret_from = range[0];
    *ret_to = range[1];
    return status;
}

static void take_host(void *context, const struct case_result *result, size_t row) {
    struct asking *a = context;
    struct str name = case_text_at(result, 0, row);
    if (name.n && name.n < sizeof a->one_host)
        memcpy(a->one_host, name.p, name.n);
}

// Whether the SQL has `$name` and not merely `$name_and_more`.
static bool mentions(struct str sql, struct str name) {
    for (ptrdiff_t at; (at = str_find(sql, name)) >= 0;) {
        sql = str_skip(sql, (size_t)at + name.n);
        char c = sql.n ? sql.p[0] : ' ';
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
            return true;
    }
    return false;
}

static enum status bind_host(struct asking *a) {
    const struct scope *s = &a->q->scope;
    if (!mentions(a->sql, S("$host")))
        return OK;
    if (s->hosts && s->hosts_n == 1) {
        bind(a, "host", case_from_text(s->hosts[0]));
        return OK;
    }
    enum status status = OK;
    if (!s->hosts)
        status = case_each(a->connection, S("select min(name) from host_t having count(*) = 1"), NULL, 0, take_host, a,
                           a->error);
    if (status == OK && !a->one_host[0])
        return error_set(a->error, FAIL, 0, "this cell needs one host: choose one");
    bind(a, "host", case_from_text(str_of(a->one_host)));
    return status;
}

static enum status bind_all(struct asking *a) {
    const struct question *q = a->q;
    a->from = q->scope.from, a->to = q->scope.to;
    if (a->from == USEC_NONE || a->to == USEC_NONE) {
        usec from, to;
        enum status status = question_range(a->connection, &from, &to, a->error);
        if (status != OK)
            return status;
        a->from = a->from == USEC_NONE ? from : a->from;
        a->to = a->to == USEC_NONE ? to : a->to;
    }
    a->window_from = q->window_from == USEC_NONE ? a->from : q->window_from;
    a->window_to = q->window_to == USEC_NONE ? a->to : q->window_to;
    bind(a, "hosts",
         q->scope.hosts ? case_from_texts(q->scope.hosts, q->scope.hosts_n) : (struct case_value){.type = TYPE_NULL});
    bind(a, "from", case_from_time(a->from));
    bind(a, "to", case_from_time(a->to));
    bind(a, "window_from", case_from_time(a->window_from));
    bind(a, "window_to", case_from_time(a->window_to));
    bind(a, "filter_text", case_from_text(q->filter));
    for (size_t i = 0; i < q->scope.params_n; i++)
        *VEC_PUSH(&a->params) = q->scope.params[i];
    return bind_host(a);
}

// ---- Statements ----

static struct str skip_blank(struct str s) {
    while (s.n) {
        if (strchr(" \t\r\n", s.p[0]) && s.p[0]) {
            s = str_skip(s, 1);
        } else if (str_starts(s, S("--"))) {
            ptrdiff_t end = str_find_char(s, '\n');
            s = str_skip(s, end < 0 ? s.n : (size_t)end);
        } else {
            break;
        }
    }
    return s;
}

static struct str without_semicolon(struct str s) {
    while (s.n && strchr("; \t\r\n", s.p[s.n - 1]) && s.p[s.n - 1])
        s.n--;
    return s;
}

// Whether the SQL can stand in brackets behind a FROM. `describe`, `summarize` and `explain` cannot all.
static bool is_subselect(struct str sql) {
    static const char *const words[] = {"select", "with", "from", "values"};
    sql = skip_blank(sql);
    if (sql.n && sql.p[0] == '(')
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sql.n > strlen(words[i]) && strncasecmp(sql.p, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static void begin(struct asking *a, const char *before) {
    a->text.n = 0;
    buffer_print(&a->text, "%s", before);
}

// The newline ends a comment on the last line.
static void add_subselect(struct asking *a) {
    buffer_add(&a->text, S(" from ("));
    a->sql_at = a->text.n;
    buffer_add(&a->text, a->sql);
    buffer_add(&a->text, S("\n) as answer "));
}

static void note_position(struct asking *a, size_t sql_at) {
    int64_t at = case_error_position(a->connection);
    a->meta->error_byte = at >= (int64_t)sql_at ? at - (int64_t)sql_at : -1;
}

static enum status start(struct asking *a, struct str sql, size_t sql_at, struct case_result **ret) {
    enum status status = case_query(a->connection, sql, a->params.at, a->params.n, ret, a->error);
    if (status >= SKIP)
        note_position(a, sql_at);
    return status;
}

// Takes the next name off a->columns.
static bool take_column(struct str *rest, struct str *ret) {
    if (rest->n == 0)
        return false;
    *ret = str_head(*rest, strlen(rest->p));
    *rest = str_skip(*rest, ret->n + 1);
    return true;
}

static bool has_column(const struct asking *a, struct str name) {
    struct str rest = buffer_str(&a->columns), column;
    while (take_column(&rest, &column))
        if (str_eq(column, name))
            return true;
    return false;
}

static enum status find_columns(struct asking *a) {
    struct case_result *result;
    begin(a, "select *");
    add_subselect(a);
    buffer_add(&a->text, S("limit 0"));
    enum status status = start(a, buffer_str(&a->text), a->sql_at, &result);
    if (status >= SKIP)
        return status;
    for (size_t i = 0; i < case_columns(result); i++) {
        const char *name = case_column_name(result, i);
        buffer_add(&a->columns, (struct str){name, strlen(name) + 1});
    }
    case_result_free(result);
    return OK;
}

static enum status need_column(struct asking *a, struct str name, const char *what) {
    if (has_column(a, name))
        return OK;
    struct buffer names = {0};
    struct str rest = buffer_str(&a->columns), column;
    while (take_column(&rest, &column))
        buffer_print(&names, "%s%.*s", names.n ? ", " : "", STR_ARG(column));
    buffer_add_char(&names, '\0');
    error_set(a->error, FAIL, 0, "%s: there is no column %.*s; there are: %.300s", what,
              (int)(name.n < 80 ? name.n : 80), name.p ? name.p : "", names.p);
    buffer_done(&names);
    return FAIL;
}

static void add_filter(struct asking *a) {
    if (!a->q->filter.p)
        return;
    struct str rest = buffer_str(&a->columns), column;
    buffer_add(&a->text, S("where contains(lower(concat_ws(chr(31)"));
    while (take_column(&rest, &column)) {
        buffer_add(&a->text, S(", "));
        case_quote(&a->text, column, '"');
        buffer_add(&a->text, S("::varchar"));
    }
    buffer_add(&a->text, S(")), lower($filter_text)) "));
}

// ---- Answers ----

const struct answer_column *answer_keep(struct arena *arena, const struct answer_column *columns, size_t n) {
    struct answer_column *kept = arena_take(arena, n * sizeof *kept);
    for (size_t i = 0; i < n; i++)
        kept[i] = (struct answer_column){arena_copy(arena, str_of(columns[i].name)).p, columns[i].type};
    return kept;
}

static bool give_columns(struct asking *a, const struct case_result *result) {
    size_t n = case_columns(result);
    struct answer_column *columns = must_zero(n, sizeof *columns);
    for (size_t i = 0; i < n; i++)
        columns[i] = (struct answer_column){case_column_name(result, i), case_column_type(result, i)};
    bool more = a->sink->columns(a->sink->context, columns, n);
    free(columns);
    return more;
}

// Hands `rows` rows on; false when there need be no more.
static bool give_rows(struct asking *a, const struct case_result *result, size_t rows, struct case_value *values) {
    size_t n = case_columns(result);
    for (size_t row = 0; row < rows; row++) {
        if (a->q->limit && a->meta->rows == a->q->limit) {
            a->meta->truncated = true;
            return false;
        }
        for (size_t i = 0; i < n; i++)
            values[i] = case_value(result, i, row);
        a->meta->rows++;
        if (!a->sink->row(a->sink->context, values, n))
            return false;
    }
    return true;
}

static enum status give(struct asking *a, struct str sql, size_t sql_at) {
    struct case_result *result;
    enum status status = start(a, sql, sql_at, &result);
    if (status >= SKIP)
        return status;
    struct case_value *values = must_zero(case_columns(result), sizeof *values);
    bool more = give_columns(a, result);
    size_t rows;
    while (more && (status = case_fetch(result, &rows, a->error)) == OK)
        more = give_rows(a, result, rows, values);
    free(values);
    case_result_free(result);
    return status >= SKIP ? status : OK;
}

static void take_count(void *context, const struct case_result *result, size_t row) {
    *(int64_t *)context = case_integer_at(result, 0, row);
}

static enum status count(struct asking *a, int64_t *ret) {
    enum status status =
        case_each(a->connection, buffer_str(&a->text), a->params.at, a->params.n, take_count, ret, a->error);
    if (status >= SKIP)
        note_position(a, a->sql_at);
    return status;
}

// The page of rows, one more to see whether there are more.
static enum status answer_rows(struct asking *a) {
    const struct question *q = a->q;
    begin(a, "select *");
    add_subselect(a);
    add_filter(a);
    if (q->sort.p) {
        buffer_add(&a->text, S("order by "));
        case_quote(&a->text, q->sort, '"');
        buffer_print(&a->text, "%s nulls last ", q->descending ? " desc" : "");
    }
    if (q->limit)
        buffer_print(&a->text, "limit %llu ", (unsigned long long)q->limit + 1);
    if (q->offset)
        buffer_print(&a->text, "offset %llu", (unsigned long long)q->offset);
    return give(a, buffer_str(&a->text), a->sql_at);
}

static enum status answer_total(struct asking *a) {
    struct answer_meta *m = a->meta;
    if (!m->truncated && (m->rows || !a->q->offset)) {
        m->total = (int64_t)(a->q->offset + m->rows);
        return OK;
    }
    if (!a->q->want_total)
        return OK;
    begin(a, "select count(*)");
    add_subselect(a);
    add_filter(a);
    return count(a, &m->total);
}

static enum status answer_plain(struct asking *a) {
    const struct question *q = a->q;
    enum status status = OK;
    if (!is_subselect(a->sql)) {
        if (q->sort.p || q->filter.p || q->offset)
            return error_set(a->error, FAIL, 0, "only the rows of a SELECT can be sorted, filtered or paged");
        status = give(a, a->sql, 0);
    } else {
        if (q->sort.p || q->filter.p)
            status = find_columns(a);
        if (status == OK && q->sort.p)
            status = need_column(a, q->sort, "cannot sort");
        if (status == OK)
            status = answer_rows(a);
    }
    return status == OK ? answer_total(a) : status;
}

// ---- Bins ----

// The narrowest width a person can read that makes at most `bins` bins.
static usec bin_width(usec span, uint32_t bins) {
    // Milliseconds: to half a second, to half a minute, to half an hour, to a week.
    static const int64_t steps[] = {1,        2,        5,        10,        20,       50,      100,     200,
                                    500,      1000,     2000,     5000,      10000,    15000,   30000,   60000,
                                    120000,   300000,   600000,   900000,    1800000,  3600000, 7200000, 10800000,
                                    21600000, 43200000, 86400000, 172800000, 604800000};
    usec least = span / bins + 1;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * 1000 >= least)
            return steps[i] * 1000;
    return (least / USEC_DAY + 1) * USEC_DAY;
}

static void add_window(struct asking *a) {
    buffer_add(&a->text, S("where ts between $window_from and $window_to "));
}

// Rows kept back until it is known that there are few enough of them.
struct held {
    struct buffer rows; // as wire values
    const struct answer_column *columns;
    size_t columns_n, rows_n;
    struct arena names;
};

static bool hold_columns(void *context, const struct answer_column *columns, size_t n) {
    struct held *h = context;
    h->columns = answer_keep(&h->names, columns, n);
    h->columns_n = n;
    return true;
}

static bool hold_row(void *context, const struct case_value *values, size_t n) {
    struct held *h = context;
    for (size_t i = 0; i < n; i++)
        wire_put_value(&h->rows, &values[i]);
    h->rows_n++;
    return true;
}

static void release(const struct held *h, const struct answer_sink *sink) {
    struct wire wire = {.rest = buffer_str(&h->rows)};
    struct case_value *values = must_zero(h->columns_n, sizeof *values);
    bool more = sink->columns(sink->context, h->columns, h->columns_n);
    while (more && wire.rest.n) {
        for (size_t i = 0; i < h->columns_n; i++)
            values[i] = wire_get_value(&wire);
        more = sink->row(sink->context, values, h->columns_n);
    }
    free(values);
}

// Gives the rows as they are when they are few; `*ret_few` false, and nothing given, when they are not.
static enum status answer_single(struct asking *a, bool *ret_few) {
    struct held held = {0};
    const struct answer_sink *sink = a->sink;
    begin(a, "select *");
    add_subselect(a);
    add_window(a);
    buffer_print(&a->text, "order by ts limit %d", QUESTION_SINGLE + 1);
    a->sink = &(struct answer_sink){&held, hold_columns, hold_row};
    enum status status = give(a, buffer_str(&a->text), a->sql_at);
    a->sink = sink;
    *ret_few = held.rows_n <= QUESTION_SINGLE;
    a->meta->rows = 0;
    if (status == OK && *ret_few) {
        release(&held, sink);
        a->meta->rows = held.rows_n;
        a->meta->total = (int64_t)held.rows_n;
    }
    buffer_done(&held.rows);
    arena_done(&held.names);
    return status;
}

// Whether there are more rows than can be shown one by one. Stops at the first too many.
static enum status find_many(struct asking *a, bool *ret) {
    int64_t rows = 0;
    begin(a, "select count(*) from (select 1");
    add_subselect(a);
    add_window(a);
    buffer_print(&a->text, "limit %d)", QUESTION_SINGLE + 1);
    enum status status = count(a, &rows);
    *ret = rows > QUESTION_SINGLE;
    return status;
}

static enum status answer_bins(struct asking *a) {
    uint32_t bins = a->q->bins == 0 ? QUESTION_BINS : a->q->bins > QUESTION_BINS_MAX ? QUESTION_BINS_MAX : a->q->bins;
    a->meta->bin = bin_width(a->window_to > a->window_from ? a->window_to - a->window_from : 0, bins);
    begin(a, "select ");
    buffer_print(&a->text, "time_bucket(to_microseconds(%lld), ts) as ts, ", (long long)a->meta->bin);
    if (a->q->lane.p)
        case_quote(&a->text, a->q->lane, '"');
    else
        buffer_add(&a->text, S("null"));
    buffer_print(&a->text, "::varchar as lane, %s as count",
                 has_column(a, S("count")) ? "sum(answer.\"count\")::bigint" : "count(*)");
    add_subselect(a);
    add_window(a);
    buffer_add(&a->text, S("group by 1, 2 order by 1, 2"));
    return give(a, buffer_str(&a->text), a->sql_at);
}

static enum status answer_binned(struct asking *a) {
    enum status status = find_columns(a);
    if (status == OK)
        status = need_column(a, S("ts"), "a timeline needs one of times");
    if (status == OK && a->q->lane.p)
        status = need_column(a, a->q->lane, "cannot make lanes");
    bool many = false, few = false;
    if (status == OK && !a->q->counted)
        status = find_many(a, &many);
    if (status == OK && !many)
        status = answer_single(a, &few);
    return status == OK && !few ? answer_bins(a) : status;
}

enum status question_run(struct case_connection *connection, const struct question *question,
                         const struct answer_sink *sink, struct answer_meta *ret_meta, struct error *error) {
    usec started = clock_steady();
    *ret_meta = (struct answer_meta){.total = -1, .error_byte = -1};
    struct asking a = {.connection = connection,
                       .q = question,
                       .sink = sink,
                       .meta = ret_meta,
                       .error = error,
                       .sql = without_semicolon(question->sql)};
    enum status status = bind_all(&a);
    if (status == OK)
        status = question->binned ? answer_binned(&a) : answer_plain(&a);
    buffer_done(&a.text);
    buffer_done(&a.columns);
    VEC_DONE(&a.params);
    ret_meta->milliseconds = (double)(clock_steady() - started) / 1e3;
    return status;
}
