// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Search over all raw lines, a page of hits at a time. A hit may be a record of a megabyte; what is sent is the
// part around the first match.
#include "serve/room.h"

#include "case/search.h"

enum {
    HITS = 200,
    TEXT_MAX = 1024,
    HIT_TEXT = 8 << 10, // bytes of a hit that are sent; all of it is seen when it is opened
    HIT_LEAD = 1 << 10, // of these before the first match, when it is far in
};

static enum status read_search(struct call *call, struct search *s, struct error *error) {
    json_t *json = NULL;
    struct scope scope;
    uint64_t source = 0, limit = HITS;
    const struct json_field fields[] = {
        {"text", JSON_TEXT, true, &s->text},    {"regex", JSON_BOOL, true, &s->regex},
        {"scope", JSON_WITHIN, false, &json},   {"program", JSON_TEXT, false, &s->program},
        {"source", JSON_COUNT, false, &source}, {"limit", JSON_COUNT, false, &limit},
        {"after", JSON_COUNT, false, &s->after}};
    enum status status = JSON_TAKE(call->body, fields, error);
    if (status == OK)
        status = scope_read(json, &call->arena, &scope, error);
    if (status != OK)
        return status;
    if (s->text.n == 0)
        return error_set(error, FAIL, 0, "'text' is empty; say what to look for");
    if (s->text.n > TEXT_MAX)
        return error_set(error, FAIL, 0, "'text' is longer than %d bytes", TEXT_MAX);
    if (source > UINT32_MAX)
        return error_set(error, FAIL, 0, "there is no source %llu", (unsigned long long)source);
    s->hosts = scope.hosts;
    s->hosts_n = scope.hosts_n;
    s->from = scope.from;
    s->to = scope.to;
    s->program = s->program.n ? s->program : STR_NONE;
    s->source_id = (uint32_t)source;
    s->ignore_case = !s->regex;
    s->limit = limit == 0 ? HITS : limit < LIMIT_SEARCH_HITS ? (size_t)limit : LIMIT_SEARCH_HITS;
    return OK;
}

static bool is_within(char c) {
    return ((unsigned char)c & 0xc0) == 0x80; // a byte of a character that began before
}

// Where in the hit what is shown of it begins, and how long that is; whole characters.
static size_t cut_text(const struct search_hit *hit, struct str *ret) {
    size_t first = hit->spans_n ? hit->spans[0].from : 0;
    size_t from = first + HIT_LEAD > HIT_TEXT ? first - HIT_LEAD : 0;
    size_t to = from + HIT_TEXT < hit->text.n ? from + HIT_TEXT : hit->text.n;
    while (from < to && is_within(hit->text.p[from]))
        from++;
    while (to > from && to < hit->text.n && is_within(hit->text.p[to]))
        to--;
    *ret = (struct str){hit->text.p + from, to - from};
    return from;
}

// JavaScript counts UTF-16 units.
static size_t utf16_length(struct str s) {
    size_t units = 0;
    for (size_t i = 0; i < s.n; i++)
        units += is_within(s.p[i]) ? 0 : (unsigned char)s.p[i] >= 0xf0 ? 2 : 1;
    return units;
}

static void add_spans(struct buffer *b, const struct search_hit *hit, size_t from, struct str shown) {
    size_t counted = 0, units = 0;
    buffer_add(b, S(",\"spans\":["));
    for (size_t i = 0; i < hit->spans_n; i++) {
        struct search_span span = hit->spans[i];
        if (span.from < from + counted || span.to > from + shown.n)
            break;
        units += utf16_length((struct str){shown.p + counted, span.from - from - counted});
        size_t length = utf16_length((struct str){shown.p + span.from - from, span.to - span.from});
        buffer_print(b, "%s[%zu,%zu]", i ? "," : "", units, units + length);
        units += length;
        counted = span.to - from;
    }
    buffer_add_char(b, ']');
}

static void add_text(struct buffer *b, const char *key, struct str text) {
    buffer_print(b, ",\"%s\":", key);
    buffer_add_json(b, text);
}

struct hits {
    struct buffer json;
    const struct exchange *exchange;
};

static bool add_hit(void *context, const struct search_hit *hit) {
    struct hits *h = context;
    struct buffer *b = &h->json;
    struct str shown;
    size_t from = cut_text(hit, &shown);
    buffer_add(b, b->p[b->n - 1] == '[' ? S("{") : S(",{"));
    buffer_print(b, "\"record_id\":%llu,\"ts\":", (unsigned long long)hit->record_id);
    json_time(b, hit->ts);
    add_text(b, "host", hit->host);
    add_text(b, "program", hit->program);
    buffer_print(b, ",\"source_id\":%u,\"offset\":%llu", hit->source_id, (unsigned long long)hit->offset);
    add_text(b, "text", shown);
    add_spans(b, hit, from, shown);
    buffer_add_char(b, '}');
    return !exchange_left(h->exchange);
}

static enum status run_search(struct call *call, struct search *s, struct hits *hits, struct search_summary *ret,
                              struct error *error) {
    struct lease lease;
    enum status status = pool_take(call->serve->pool, call->exchange->fd, 0, &lease, error);
    if (status != OK)
        return status;
    s->stop = lease.stop;
    status = search_run(call->serve->file, lease.connection, s, add_hit, hits, ret, error);
    if (status < SKIP && atomic_load(lease.stop))
        status = error_set(error, FAIL, 0, "stopped");
    pool_give(call->serve->pool, &lease, error);
    return status;
}

void api_search(struct call *call) {
    struct search search = {.from = USEC_NONE, .to = USEC_NONE};
    struct search_summary summary = {0};
    struct hits hits = {.exchange = call->exchange};
    struct buffer *b = &hits.json;
    struct error error;
    double started = serve_now_ms();
    error_clear(&error);
    if (read_search(call, &search, &error) != OK) {
        answer_error(call, 400, &error, -1);
        return;
    }
    buffer_add(b, S("{\"hits\":["));
    if (run_search(call, &search, &hits, &summary, &error) < SKIP) {
        buffer_print(b, "],\"searched\":%llu,\"milliseconds\":%.1f,\"truncated\":%s,\"after\":",
                     (unsigned long long)summary.hits, serve_now_ms() - started, summary.truncated ? "true" : "false");
        if (summary.truncated)
            buffer_print(b, "%llu}", (unsigned long long)summary.after);
        else
            buffer_add(b, S("null}"));
        answer_json(call, b);
    } else {
        answer_error(call, 422, &error, -1);
    }
    buffer_done(b);
}
