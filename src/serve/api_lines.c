// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The raw lines around a record or a byte: from the text itself, so that lines no record came of are seen,
// too. Records are then put to the lines they begin on.
#include "serve/room.h"

#include <errno.h>

enum {
    NEIGHBOURS = 100000,   // records of one source stand close together; looking at a few is quick
    SPAN = 512 << 10,      // bytes looked at before and behind
    LINE_SHOWN = 64 << 10, // bytes of a line that are sent; its length says how long it is
    AROUND = 20,
    AROUND_MAX = 500,
};

struct place {
    uint64_t source_id, offset, length; // length 0: the line that holds the byte
};

struct known {
    uint64_t record_id, offset;
    usec ts;
};

struct view {
    struct place hit;
    uint64_t start; // in the source, of `text`
    struct buffer text;
    VEC(struct known) records; // in order of offset
    struct buffer source;      // JSON
};

// ---- Asking the case ----

static void take_place(void *context, const struct case_result *result, size_t row) {
    struct view *v = context;
    v->hit = (struct place){(uint64_t)case_integer_at(result, 0, row), (uint64_t)case_integer_at(result, 1, row),
                            (uint64_t)case_integer_at(result, 2, row)};
}

static void take_source(void *context, const struct case_result *result, size_t row) {
    static const char *const keys[] = {"path", "container", "format", "sha256"};
    struct view *v = context;
    v->source.n = 0;
    buffer_print(&v->source, "{\"source_id\":%llu", (unsigned long long)v->hit.source_id);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        buffer_print(&v->source, ",\"%s\":", keys[i]);
        buffer_add_json(&v->source, case_text_at(result, i, row));
    }
    buffer_add_char(&v->source, '}');
}

static void take_known(void *context, const struct case_result *result, size_t row) {
    struct view *v = context;
    *VEC_PUSH(&v->records) = (struct known){(uint64_t)case_integer_at(result, 0, row),
                                            (uint64_t)case_integer_at(result, 1, row), case_time_at(result, 2, row)};
}

// The columns are unsigned: without a cast in the SQL both sides would be widened, and every row looked at.
static struct case_param number_param(const char *name, uint64_t n) {
    return (struct case_param){name, case_from_integer(n > INT64_MAX ? INT64_MAX : (int64_t)n)};
}

static enum status find_record(struct case_connection *c, uint64_t id, struct view *v, struct error *error) {
    struct case_param param = number_param("id", id);
    enum status status = case_each(c, S("select source_id, \"offset\", length from log where record_id = $id::ubigint"),
                                   &param, 1, take_place, v, error);
    if (status == OK && v->hit.source_id == 0)
        status = error_set(error, FAIL, ENOENT, "there is no record %llu", (unsigned long long)id);
    return status;
}

static enum status find_source(struct case_connection *c, struct view *v, struct error *error) {
    struct case_param param = number_param("id", v->hit.source_id);
    enum status status =
        case_each(c, S("select path, container, format, sha256 from source where source_id = $id::uinteger"), &param, 1,
                  take_source, v, error);
    if (status == OK && v->source.n == 0)
        status = error_set(error, FAIL, ENOENT, "there is no source %llu", (unsigned long long)v->hit.source_id);
    return status;
}

static enum status find_records(struct case_connection *c, struct view *v, struct error *error) {
    struct case_param params[] = {number_param("id", v->hit.source_id), number_param("first", v->start),
                                  number_param("last", v->start + v->text.n)};
    return case_each(c,
                     S("select record_id, \"offset\", ts from log where source_id = $id::uinteger and "
                       "\"offset\" between $first::ubigint and $last::ubigint order by \"offset\""),
                     params, sizeof params / sizeof *params, take_known, v, error);
}

// ---- Cutting lines ----

// Where the line begins that is `lines` lines before the one at `at`.
static size_t go_back(struct str text, size_t at, size_t lines) {
    while (true) {
        ptrdiff_t end = str_rfind_char(str_head(text, at), '\n');
        if (end < 0)
            return 0;
        at = (size_t)end;
        if (lines-- == 0)
            return at + 1;
    }
}

// Behind the end of the line that is `lines` lines after the one at `at`.
static size_t go_on(struct str text, size_t at, size_t lines) {
    for (size_t i = 0; i <= lines && at < text.n; i++) {
        ptrdiff_t end = str_find_char(str_skip(text, at), '\n');
        at = end < 0 ? text.n : at + (size_t)end + 1;
    }
    return at;
}

// Loads the text around the hit and cuts it to whole lines.
static enum status load_text(struct case_file *file, struct view *v, size_t before, size_t after, struct error *error) {
    uint64_t size = case_text_size(file, (uint32_t)v->hit.source_id);
    if (v->hit.offset >= size)
        return error_set(error, FAIL, ENOENT, "source %llu has %llu bytes; there is no byte %llu",
                         (unsigned long long)v->hit.source_id, (unsigned long long)size,
                         (unsigned long long)v->hit.offset);
    v->start = v->hit.offset > SPAN ? v->hit.offset - SPAN : 0;
    uint64_t length = v->hit.offset - v->start + (v->hit.length < SPAN ? v->hit.length : SPAN) + SPAN;
    enum status status = case_text(file, (uint32_t)v->hit.source_id, v->start, length, &v->text, error);
    if (status != OK)
        return status;
    struct str text = buffer_str(&v->text);
    size_t hit = (size_t)(v->hit.offset - v->start);
    size_t from = go_back(text, hit, before), line = go_back(text, hit, 0);
    size_t end = hit + (v->hit.length ? (size_t)v->hit.length - 1 : 0);
    size_t to = go_on(text, end < text.n ? end : text.n, after);
    if (v->hit.length == 0) { // a byte: its line is the hit
        v->hit.offset = v->start + line;
        v->hit.length = go_on(text, line, 0) - line;
    }
    memmove(v->text.p, v->text.p + from, to - from);
    v->text.n = to - from;
    v->start += from;
    return OK;
}

static const struct known *find_known(const struct view *v, uint64_t offset) {
    size_t low = 0, high = v->records.n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (v->records.at[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < v->records.n && v->records.at[low].offset == offset ? &v->records.at[low] : NULL;
}

static void add_line(struct view *v, struct buffer *b, uint64_t offset, struct str line) {
    const struct known *k = find_known(v, offset);
    bool hit = offset >= v->hit.offset && offset < v->hit.offset + v->hit.length;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (k)
        buffer_print(b, "{\"record_id\":%llu,\"offset\":%llu", (unsigned long long)k->record_id,
                     (unsigned long long)offset);
    else
        buffer_print(b, "{\"record_id\":null,\"offset\":%llu", (unsigned long long)offset);
    buffer_print(b, ",\"length\":%zu,\"ts\":", line.n);
    json_time(b, k ? k->ts : USEC_NONE);
    buffer_add(b, S(",\"text\":"));
    buffer_add_json(b, str_head(line, LINE_SHOWN));
    buffer_print(b, ",\"hit\":%s}", hit ? "true" : "false");
}

static void add_lines(struct view *v, struct buffer *b) {
    struct str rest = buffer_str(&v->text), line;
    buffer_add(b, S(",\"lines\":["));
    while (str_cut(&rest, '\n', &line)) {
        if (line.p != v->text.p)
            buffer_add_char(b, ',');
        add_line(v, b, v->start + (uint64_t)(line.p - v->text.p), line);
    }
    buffer_add_char(b, ']');
}

// ---- The calls ----

static size_t number_of_query(struct call *call, struct str name) {
    uint64_t n = AROUND;
    struct str text = http_query(call->exchange->request, name);
    if (text.p && !str_to_u64(text, &n))
        n = AROUND;
    return n < AROUND_MAX ? (size_t)n : AROUND_MAX;
}

static enum status find_all(struct call *call, const uint64_t *record_id, struct view *v, struct error *error) {
    struct lease lease;
    size_t before = number_of_query(call, S("before")), after = number_of_query(call, S("after"));
    enum status status = pool_take(call->serve->pool, call->exchange->fd, 0, &lease, error);
    if (status != OK)
        return status;
    if (record_id)
        status = find_record(lease.connection, *record_id, v, error);
    if (status == OK)
        status = find_source(lease.connection, v, error);
    if (status == OK)
        status = load_text(call->serve->file, v, before, after, error);
    if (status == OK)
        status = find_records(lease.connection, v, error);
    pool_give(call->serve->pool, &lease, error);
    return status;
}

static void answer_lines(struct call *call, const uint64_t *record_id, struct place place) {
    struct view v = {.hit = place};
    struct buffer b = {0};
    struct error error;
    error_clear(&error);
    if (find_all(call, record_id, &v, &error) == OK) {
        buffer_add(&b, S("{\"source\":"));
        buffer_add(&b, buffer_str(&v.source));
        add_lines(&v, &b);
        buffer_add_char(&b, '}');
        answer_json(call, &b);
    } else {
        answer_error(call, 422, &error, -1);
    }
    buffer_done(&b);
    buffer_done(&v.text);
    buffer_done(&v.source);
    VEC_DONE(&v.records);
}

void api_record(struct call *call) {
    uint64_t id;
    if (str_to_u64(call->rest, &id))
        answer_lines(call, &id, (struct place){0});
    else
        answer_refusal(call->exchange, 404);
}

void api_lines(struct call *call) {
    struct place place = {0};
    ptrdiff_t slash = str_find_char(call->rest, '/');
    if (slash > 0 && str_to_u64(str_head(call->rest, (size_t)slash), &place.source_id) &&
        place.source_id <= UINT32_MAX && str_to_u64(str_skip(call->rest, (size_t)slash + 1), &place.offset))
        answer_lines(call, NULL, place);
    else
        answer_refusal(call->exchange, 404);
}
