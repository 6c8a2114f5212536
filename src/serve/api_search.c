// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Search over the raw text of all records, in their order. Text is found whatever its case; a regular
// expression is run by the store, which takes time linear in the text whatever the expression.
#include "serve/room.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { HITS = 200, TEXT_MAX = 1024, HIT_TEXT = 8 << 10, SPANS_MAX = 50, MATCH_EFFORT = 100000 };

struct search {
    struct scope scope;
    struct str text, program;
    bool regex;
    uint64_t source, limit, after; // source UINT64_MAX: all
    pcre2_code *code;              // finds the places to mark
    pcre2_match_data *match;
    pcre2_match_context *effort;
    struct buffer json;
    uint64_t hits, last;
};

static enum status read_search(struct call *call, struct search *s, struct error *error) {
    json_t *scope = NULL;
    const struct json_field fields[] = {
        {"text", JSON_TEXT, true, &s->text},       {"regex", JSON_BOOL, true, &s->regex},
        {"scope", JSON_WITHIN, false, &scope},     {"program", JSON_TEXT, false, &s->program},
        {"source", JSON_COUNT, false, &s->source}, {"limit", JSON_COUNT, false, &s->limit},
        {"after", JSON_COUNT, false, &s->after}};
    enum status status = JSON_TAKE(call->body, fields, error);
    if (status == OK)
        status = scope_read(scope, &call->arena, &s->scope, error);
    if (status == OK && s->text.n == 0)
        status = error_set(error, FAIL, 0, "'text' is empty; say what to look for");
    if (status == OK && s->text.n > TEXT_MAX)
        status = error_set(error, FAIL, 0, "'text' is longer than %d bytes", TEXT_MAX);
    s->program = s->program.n ? s->program : STR_NONE;
    s->limit = s->limit == 0 ? HITS : s->limit < LIMIT_SEARCH_HITS ? s->limit : LIMIT_SEARCH_HITS;
    return status;
}

// Marks are a help to the eye; an expression this library does not know still finds, unmarked.
static void compile_marks(struct search *s) {
    int code;
    PCRE2_SIZE at;
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | (s->regex ? 0 : PCRE2_LITERAL | PCRE2_CASELESS);
    s->code = pcre2_compile((PCRE2_SPTR)s->text.p, s->text.n, options, &code, &at, NULL);
    if (!s->code)
        return;
    s->match = pcre2_match_data_create_from_pattern(s->code, NULL);
    s->effort = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(s->effort, MATCH_EFFORT);
    pcre2_set_heap_limit(s->effort, 1024); // KiB
}

static void free_marks(struct search *s) {
    pcre2_match_data_free(s->match);
    pcre2_match_context_free(s->effort);
    pcre2_code_free(s->code);
}

// JavaScript counts UTF-16 units.
static size_t utf16_length(const char *p, size_t n) {
    size_t units = 0;
    for (size_t i = 0; i < n; i++)
        units += ((unsigned char)p[i] & 0xc0) != 0x80 ? 1 + ((unsigned char)p[i] >= 0xf0) : 0;
    return units;
}

static void add_spans(struct search *s, struct str text) {
    size_t at = 0, units = 0, counted = 0, n = 0;
    buffer_add(&s->json, S(",\"spans\":["));
    while (s->code && at <= text.n && n < SPANS_MAX &&
           pcre2_match(s->code, (PCRE2_SPTR)text.p, text.n, at, 0, s->match, s->effort) > 0) {
        const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s->match);
        if (found[1] > found[0]) {
            units += utf16_length(text.p + counted, found[0] - counted);
            size_t length = utf16_length(text.p + found[0], found[1] - found[0]);
            buffer_print(&s->json, "%s[%zu,%zu]", n++ ? "," : "", units, units + length);
            units += length;
            counted = found[1];
        }
        at = found[1] > at ? found[1] : at + 1;
    }
    buffer_add_char(&s->json, ']');
}

static bool ignore_columns(void *context, const struct answer_column *columns, size_t n) {
    (void)context, (void)columns, (void)n;
    return true;
}

static void add_text(struct buffer *b, const char *key, const struct case_value *v) {
    buffer_print(b, ",\"%s\":", key);
    buffer_add_json(b, v->type == TYPE_TEXT ? v->text : STR_NONE);
}

static struct str cut_text(struct str text) {
    size_t n = text.n < HIT_TEXT ? text.n : HIT_TEXT;
    while (n < text.n && n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    return str_head(text, n);
}

// record_id, ts, host, program, source_id, offset, text
static bool add_hit(void *context, const struct case_value *v, size_t n) {
    struct search *s = context;
    struct str text = cut_text(v[6].type == TYPE_TEXT ? v[6].text : S(""));
    (void)n;
    buffer_add(&s->json, s->hits++ ? S(",{") : S("{"));
    buffer_print(&s->json, "\"record_id\":%lld,\"ts\":", (long long)v[0].integer);
    json_time(&s->json, v[1].type == TYPE_TIME ? v[1].time : USEC_NONE);
    add_text(&s->json, "host", &v[2]);
    add_text(&s->json, "program", &v[3]);
    buffer_print(&s->json, ",\"source_id\":%lld,\"offset\":%lld,\"text\":", (long long)v[4].integer,
                 (long long)v[5].integer);
    buffer_add_json(&s->json, text);
    add_spans(s, text);
    buffer_add_char(&s->json, '}');
    s->last = (uint64_t)v[0].integer;
    return true;
}

static struct str sql_of(const struct search *s) {
    static const struct str
        literal = S("with line as (select record_id, ts, host, program, source_id, \"offset\", "
                    "message_text(source_id::uinteger, \"offset\", length::uinteger) as text from log "
                    "where record_id > $after and ($hosts is null or host in $hosts) "
                    "and (ts is null or ts between $from and $to) and ($program is null or program = $program) "
                    "and ($source is null or source_id = $source)) "
                    "select * from line where contains(lower(text), lower($text)) order by record_id"),
        regex = S("with line as (select record_id, ts, host, program, source_id, \"offset\", "
                  "message_text(source_id::uinteger, \"offset\", length::uinteger) as text from log "
                  "where record_id > $after and ($hosts is null or host in $hosts) "
                  "and (ts is null or ts between $from and $to) and ($program is null or program = $program) "
                  "and ($source is null or source_id = $source)) "
                  "select * from line where regexp_matches(text, $text) order by record_id");
    return s->regex ? regex : literal;
}

static enum status run_search(struct call *call, struct search *s, struct answer_meta *meta, struct error *error) {
    struct case_param params[] = {
        {"after", {.type = TYPE_INTEGER, .integer = (int64_t)s->after}},
        {"text", {.type = TYPE_TEXT, .text = s->text}},
        {"program", {.type = s->program.p ? TYPE_TEXT : TYPE_NULL, .text = s->program}},
        {"source", {.type = s->source != UINT64_MAX ? TYPE_INTEGER : TYPE_NULL, .integer = (int64_t)s->source}},
    };
    struct question q = {
        .sql = sql_of(s), .scope = s->scope, .window_from = USEC_NONE, .window_to = USEC_NONE, .limit = s->limit};
    q.scope.params = params;
    q.scope.params_n = sizeof params / sizeof *params;
    struct answer_sink sink = {s, ignore_columns, add_hit};
    struct lease lease;
    enum status status = pool_take(call->serve->pool, call->exchange->fd, 0, &lease, error);
    if (status != OK)
        return status;
    status = question_run(lease.connection, &q, &sink, meta, error);
    pool_give(call->serve->pool, &lease, error);
    return status;
}

void api_search(struct call *call) {
    struct search s = {.source = UINT64_MAX};
    struct answer_meta meta;
    struct error error;
    error_clear(&error);
    if (read_search(call, &s, &error) != OK) {
        answer_error(call, 400, &error, -1);
        return;
    }
    compile_marks(&s);
    buffer_add(&s.json, S("{\"hits\":["));
    if (run_search(call, &s, &meta, &error) == OK) {
        buffer_print(&s.json, "],\"searched\":%llu,\"milliseconds\":%.1f,\"truncated\":%s,\"after\":",
                     (unsigned long long)s.hits, meta.milliseconds, meta.truncated ? "true" : "false");
        if (meta.truncated)
            buffer_print(&s.json, "%llu}", (unsigned long long)s.last);
        else
            buffer_add(&s.json, S("null}"));
        answer_json(call, &s.json);
    } else {
        answer_error(call, 422, &error, -1);
    }
    buffer_done(&s.json);
    free_marks(&s);
}
