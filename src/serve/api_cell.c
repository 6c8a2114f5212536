// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Notebooks, their cells, and the analyst's own SQL: questions in, answers as JSON out.
#include "serve/room.h"

#include "notebook/value.h"

#include <errno.h>

enum {
    ANSWER_BYTES = 64 << 20, // of JSON sent to the page at once; the rest is `truncated`
    EXPORT_SECONDS = 3600,   // of a cell of ours; how fast it is depends on who takes it
};

// ---- Scope ----

static struct case_value value_of(const json_t *v) {
    if (json_is_string(v))
        return (struct case_value){.type = TYPE_TEXT, .text = {json_string_value(v), json_string_length(v)}};
    if (json_is_integer(v))
        return (struct case_value){.type = TYPE_INTEGER, .integer = json_integer_value(v)};
    if (json_is_real(v))
        return (struct case_value){.type = TYPE_DOUBLE, .real = json_real_value(v)};
    if (json_is_boolean(v))
        return (struct case_value){.type = TYPE_BOOL, .boolean = json_is_true(v)};
    return (struct case_value){.type = TYPE_NULL};
}

static enum status read_hosts(const json_t *list, struct arena *arena, struct scope *ret, struct error *error) {
    size_t n = json_array_size(list);
    struct str *hosts = arena_take(arena, (n + 1) * sizeof *hosts);
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(list, i);
        if (!json_is_string(v))
            return error_set(error, FAIL, 0, "'hosts' must be a list of names");
        hosts[i] = value_of(v).text;
    }
    ret->hosts = hosts;
    ret->hosts_n = n;
    return OK;
}

static enum status read_params(const json_t *object, struct arena *arena, struct scope *ret, struct error *error) {
    struct case_param *params = arena_take(arena, (json_object_size(object) + 1) * sizeof *params);
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)object, key, v) {
        if (json_is_object(v) || json_is_array(v))
            return error_set(error, FAIL, 0, "the parameter '%.80s' must be text or a number", key);
        params[ret->params_n++] = (struct case_param){key, value_of(v)};
    }
    ret->params = params;
    return OK;
}

enum status scope_read(const json_t *json, struct arena *arena, struct scope *ret, struct error *error) {
    json_t *hosts = NULL, *params = NULL;
    *ret = (struct scope){.from = USEC_NONE, .to = USEC_NONE};
    if (!json)
        return OK;
    const struct json_field fields[] = {{"hosts", JSON_LIST, false, &hosts},
                                        {"from", JSON_MOMENT, false, &ret->from},
                                        {"to", JSON_MOMENT, false, &ret->to},
                                        {"params", JSON_WITHIN, false, &params}};
    enum status status = JSON_TAKE(json, fields, error);
    if (status == OK && hosts)
        status = read_hosts(hosts, arena, ret, error);
    if (status == OK && params)
        status = read_params(params, arena, ret, error);
    return status;
}

// ---- Answers ----

struct page {
    struct buffer json;
    uint64_t rows;
    bool full;
};

static bool page_columns(void *context, const struct answer_column *columns, size_t n) {
    static const char *const types[] = {[TYPE_BOOL] = "boolean",
                                        [TYPE_INTEGER] = "integer",
                                        [TYPE_DOUBLE] = "double",
                                        [TYPE_TEXT] = "text",
                                        [TYPE_TIME] = "time"};
    struct buffer *b = &((struct page *)context)->json;
    buffer_add(b, S("{\"columns\":["));
    for (size_t i = 0; i < n; i++) {
        const char *type = columns[i].type <= TYPE_TIME ? types[columns[i].type] : NULL;
        buffer_add(b, i ? S(",{\"name\":") : S("{\"name\":"));
        buffer_add_json(b, str_of(columns[i].name));
        buffer_print(b, ",\"type\":\"%s\"}", type ? type : "text");
    }
    buffer_add(b, S("],\"rows\":["));
    return true;
}

static void add_row(struct buffer *b, const struct case_value *values, size_t n) {
    buffer_add_char(b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buffer_add_char(b, ',');
        value_json(b, &values[i], true);
    }
    buffer_add_char(b, ']');
}

static bool page_row(void *context, const struct case_value *values, size_t n) {
    struct page *p = context;
    if (p->json.n > ANSWER_BYTES) {
        p->full = true;
        return false;
    }
    if (p->rows++)
        buffer_add_char(&p->json, ',');
    add_row(&p->json, values, n);
    return true;
}

static void answer_page(struct call *call, struct page *p, const struct answer_meta *meta) {
    buffer_add(&p->json, S("],\"total\":"));
    if (meta->total >= 0 && !p->full)
        buffer_print(&p->json, "%lld", (long long)meta->total);
    else
        buffer_add(&p->json, S("null"));
    buffer_print(&p->json, ",\"truncated\":%s,\"milliseconds\":%.1f", meta->truncated || p->full ? "true" : "false",
                 meta->milliseconds);
    if (meta->bin)
        buffer_print(&p->json, ",\"binned\":{\"seconds\":%.3f}", (double)meta->bin / 1e6);
    buffer_add_char(&p->json, '}');
    answer_json(call, &p->json);
}

// Runs `q` on one of our connections, or in a child when it is not of a notebook of ours.
static enum status run_question(struct call *call, const struct notebook *nb, const struct question *q,
                                const struct answer_sink *sink, struct answer_meta *meta, struct error *error) {
    struct worker_place place = serve_place(call);
    struct lease lease;
    if (!nb || nb->origin != NOTEBOOK_BUILT_IN)
        return worker_run(&place, q, sink, meta, error);
    enum status status = pool_take(call->serve->pool, call->exchange->fd, q->limit ? 0 : EXPORT_SECONDS, &lease, error);
    if (status != OK)
        return status;
    status = question_run(lease.connection, q, sink, meta, error);
    pool_give(call->serve->pool, &lease, error);
    return status;
}

static void answer_question(struct call *call, const struct notebook *nb, const struct question *q) {
    struct page page = {0};
    struct answer_sink sink = {&page, page_columns, page_row};
    struct answer_meta meta = {.total = -1, .error_byte = -1};
    struct error error;
    error_clear(&error);
    if (run_question(call, nb, q, &sink, &meta, &error) == OK)
        answer_page(call, &page, &meta);
    else
        answer_error(call, 422, &error, meta.error_byte);
    buffer_done(&page.json);
}

// ---- What is asked ----

static enum status read_window(const json_t *json, struct question *q, struct error *error) {
    uint64_t bins = 0;
    if (!json)
        return OK;
    const struct json_field fields[] = {{"from", JSON_MOMENT, true, &q->window_from},
                                        {"to", JSON_MOMENT, true, &q->window_to},
                                        {"bins", JSON_COUNT, false, &bins}};
    enum status status = JSON_TAKE(json, fields, error);
    if (status == OK && q->window_from > q->window_to)
        status = error_set(error, FAIL, 0, "the window ends before it begins");
    q->bins = bins < QUESTION_BINS_MAX ? (uint32_t)bins : QUESTION_BINS_MAX;
    return status;
}

static enum status read_sort(const json_t *json, struct question *q, struct error *error) {
    if (!json)
        return OK;
    const struct json_field fields[] = {{"column", JSON_TEXT, true, &q->sort},
                                        {"descending", JSON_BOOL, false, &q->descending}};
    return JSON_TAKE(json, fields, error);
}

// What an export and a cell have in common: finds the notebook and its cell and makes the question. The
// caller frees `*ret_notebook`, also on failure.
static enum status read_cell(struct call *call, const json_t *json, const json_t *scope, struct notebook **ret_notebook,
                             struct question *q, struct error *error) {
    struct str name = STR_NONE, id = STR_NONE;
    json_t *window = NULL, *sort = NULL, *own_scope = NULL;
    const struct json_field fields[] = {
        {"notebook", JSON_TEXT, true, &name},      {"cell", JSON_TEXT, true, &id},
        {"scope", JSON_WITHIN, false, &own_scope}, {"window", JSON_WITHIN, false, &window},
        {"sort", JSON_WITHIN, false, &sort},       {"filter", JSON_TEXT, false, &q->filter},
        {"offset", JSON_COUNT, false, &q->offset}, {"limit", JSON_COUNT, false, &q->limit}};
    enum status status = JSON_TAKE(json, fields, error);
    if (status == OK)
        status = scope_read(own_scope ? own_scope : scope, &call->arena, &q->scope, error);
    if (status == OK)
        status = read_window(window, q, error);
    if (status == OK)
        status = read_sort(sort, q, error);
    if (status == OK)
        status = notebook_find(case_folder(call->serve->file), name, ret_notebook, error);
    if (status != OK)
        return status;
    const struct notebook_cell *cell = notebook_cell(*ret_notebook, id);
    if (!cell)
        return error_set(error, FAIL, ENOENT, "the notebook %.*s has no cell '%.*s'", STR_ARG(name),
                         (int)(id.n < 80 ? id.n : 80), id.p);
    q->want_total = str_eq(cell->view, S("table"));
    q->filter = q->filter.n ? q->filter : STR_NONE;
    struct scope given = q->scope;
    return notebook_question(*ret_notebook, cell, given.params, given.params_n, &call->arena, q, error);
}

void api_cell(struct call *call) {
    struct notebook *nb = NULL;
    struct question q = question_of(STR_NONE);
    struct error error;
    error_clear(&error);
    if (read_cell(call, call->body, NULL, &nb, &q, &error) != OK) {
        answer_error(call, 400, &error, -1);
    } else {
        q.limit = q.limit == 0 || q.limit > LIMIT_QUERY_ROWS ? LIMIT_QUERY_ROWS : q.limit;
        answer_question(call, nb, &q);
    }
    notebook_free(nb);
}

void api_query(struct call *call) {
    struct question q = question_of(STR_NONE);
    q.limit = LIMIT_QUERY_ROWS;
    json_t *scope = NULL;
    struct error error;
    error_clear(&error);
    const struct json_field fields[] = {{"sql", JSON_TEXT, true, &q.sql}, {"scope", JSON_WITHIN, false, &scope}};
    if (JSON_TAKE(call->body, fields, &error) != OK || scope_read(scope, &call->arena, &q.scope, &error) != OK)
        answer_error(call, 400, &error, -1);
    else
        answer_question(call, NULL, &q);
}

// ---- Exports ----

struct export {
    struct exchange *exchange;
    struct buffer pending;
    const struct answer_column *columns; // of the call's arena
    struct arena *arena;
    enum { EXPORT_CSV, EXPORT_JSON, EXPORT_LINES } format;
    uint64_t rows;
};

enum { EXPORT_ENOUGH = 64 << 10 };

static bool export_columns(void *context, const struct answer_column *columns, size_t n) {
    static const char *const heads[][2] = {
        {"text/csv; charset=utf-8", "Content-Disposition: attachment; filename=\"lhx.csv\"\r\n"},
        {"application/json; charset=utf-8", "Content-Disposition: attachment; filename=\"lhx.json\"\r\n"},
        {"application/x-ndjson; charset=utf-8", "Content-Disposition: attachment; filename=\"lhx.jsonl\"\r\n"}};
    struct export *e = context;
    e->columns = answer_keep(e->arena, columns, n);
    if (e->format == EXPORT_CSV)
        value_csv_names(&e->pending, columns, n, VALUE_CSV_DEFUSED);
    else if (e->format == EXPORT_JSON)
        buffer_add_char(&e->pending, '[');
    return exchange_begin(e->exchange, heads[e->format][0], heads[e->format][1]);
}

static bool export_row(void *context, const struct case_value *values, size_t n) {
    struct export *e = context;
    if (e->format == EXPORT_CSV) {
        value_csv_row(&e->pending, values, n, VALUE_CSV_DEFUSED);
    } else {
        buffer_add(&e->pending, e->format == EXPORT_JSON && e->rows ? S(",\n") : S(""));
        value_object(&e->pending, e->columns, values, n);
        buffer_add(&e->pending, e->format == EXPORT_LINES ? S("\n") : S(""));
    }
    e->rows++;
    if (e->pending.n < EXPORT_ENOUGH)
        return true;
    bool open = exchange_write(e->exchange, buffer_str(&e->pending));
    e->pending.n = 0;
    return open;
}

// An answer that breaks off in the middle lacks its end, and the browser says the download failed.
static void export_question(struct call *call, struct export *e, const struct notebook *nb, const struct question *q) {
    struct answer_sink sink = {e, export_columns, export_row};
    struct answer_meta meta = {.error_byte = -1};
    struct error error;
    error_clear(&error);
    enum status status = run_question(call, nb, q, &sink, &meta, &error);
    if (status == OK) {
        buffer_add(&e->pending, e->format == EXPORT_JSON ? S("]\n") : S(""));
        if (exchange_write(e->exchange, buffer_str(&e->pending)))
            exchange_end(e->exchange);
    } else if (!call->exchange->begun) {
        answer_error(call, 422, &error, meta.error_byte);
    }
    buffer_done(&e->pending);
}

static bool read_format(struct str word, struct export *e) {
    static const char *const words[] = {"csv", "json", "jsonl"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(word, str_of(words[i]))) {
            e->format = i;
            return true;
        }
    return false;
}

void api_export(struct call *call) {
    struct export e = {.exchange = call->exchange, .arena = &call->arena};
    struct question q = question_of(STR_NONE);
    struct notebook *nb = NULL;
    struct str format = STR_NONE;
    json_t *cell = NULL, *scope = NULL;
    struct error error;
    error_clear(&error);
    const struct json_field fields[] = {{"cell", JSON_WITHIN, false, &cell},
                                        {"sql", JSON_TEXT, false, &q.sql},
                                        {"scope", JSON_WITHIN, false, &scope},
                                        {"format", JSON_TEXT, true, &format}};
    enum status status = JSON_TAKE(call->body, fields, &error);
    if (status == OK && !read_format(format, &e))
        status = error_set(&error, FAIL, 0, "'format' must be csv, json or jsonl");
    if (status == OK && !cell == !q.sql.p)
        status = error_set(&error, FAIL, 0, "one of 'cell' and 'sql' is needed");
    if (status == OK)
        status =
            cell ? read_cell(call, cell, scope, &nb, &q, &error) : scope_read(scope, &call->arena, &q.scope, &error);
    if (status == OK) {
        q.want_total = false;
        q.binned = false; // what was counted, not the counts
        export_question(call, &e, nb, &q);
    } else {
        answer_error(call, 400, &error, -1);
    }
    notebook_free(nb);
}
