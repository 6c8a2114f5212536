// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Segments come in blocks that end in the middle of lines, so whole lines are put together in a buffer first.
// Plain text is looked for in the buffer as a whole, which is fast where hits are rare; an expression is
// tried line by line, since it could otherwise match across a line end.
#include "case/search.h"

#include "base/limits.h"
#include "case/internal.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { EFFORT = 1000000, EFFORT_MEMORY = 16 << 10 }; // steps, KiB

struct search {
    struct case_file *file;
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    bool by_line;
    bool (*take)(void *context, const struct search_hit *hit);
    void *context;
    uint32_t source_id;
    uint64_t offset;     // of lines.p[0] in the source
    struct buffer lines; // whole lines, and the beginning of one
    struct error *error;
};

// ---- The expression ----

static enum status compile(struct search *s, const struct search_wish *wish) {
    int code;
    PCRE2_SIZE at;
    PCRE2_UCHAR words[200];
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    options |= wish->regex ? 0 : PCRE2_LITERAL | PCRE2_CASELESS;
    s->code = pcre2_compile((PCRE2_SPTR)wish->text.p, wish->text.n, options, &code, &at, NULL);
    if (!s->code) {
        pcre2_get_error_message(code, words, sizeof words);
        return error_set(s->error, FAIL, 0, "'%.*s' is not a regular expression: %s at byte %zu", STR_ARG(wish->text),
                         (const char *)words, (size_t)at);
    }
    pcre2_jit_compile(s->code, PCRE2_JIT_COMPLETE); // where that fails it is interpreted: the same, slower
    s->match = pcre2_match_data_create_from_pattern(s->code, NULL);
    s->limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(s->limits, EFFORT);
    pcre2_set_heap_limit(s->limits, EFFORT_MEMORY);
    s->by_line = wish->regex;
    return OK;
}

static void free_search(struct search *s) {
    pcre2_match_data_free(s->match);
    pcre2_match_context_free(s->limits);
    pcre2_code_free(s->code);
    buffer_done(&s->lines);
}

// OK with the place, END when it is not in there.
static enum status find(struct search *s, struct str text, size_t *ret_from, size_t *ret_to) {
    int n = pcre2_match(s->code, (PCRE2_SPTR)text.p, text.n, 0, 0, s->match, s->limits);
    if (n == PCRE2_ERROR_NOMATCH)
        return END;
    if (n < 0)
        return error_set(s->error, FAIL, 0, "the expression takes too long on a line; make it simpler");
    const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s->match);
    *ret_from = found[0];
    *ret_to = found[1] > found[0] ? found[1] : found[0];
    return OK;
}

// ---- Lines ----

static enum status give(struct search *s, size_t begin, size_t end, size_t from, size_t to) {
    struct search_hit hit = {
        .source_id = s->source_id,
        .offset = s->offset + begin,
        .line = {s->lines.p + begin, end - begin},
        .from = from,
        .to = to,
    };
    return s->take(s->context, &hit) ? OK : END;
}

static size_t line_end(const struct search *s, size_t begin, size_t limit) {
    const char *end = memchr(s->lines.p + begin, '\n', limit - begin);
    return end ? (size_t)(end - s->lines.p) : limit;
}

static enum status search_each_line(struct search *s, size_t limit) {
    enum status status = OK;
    for (size_t begin = 0, end; status == OK && begin < limit; begin = end + 1) {
        size_t from, to;
        end = line_end(s, begin, limit);
        enum status found = find(s, (struct str){s->lines.p + begin, end - begin}, &from, &to);
        if (found == OK)
            status = give(s, begin, end, from, to);
        else if (found != END)
            status = found;
    }
    return status;
}

static enum status search_all_lines(struct search *s, size_t limit) {
    enum status status = OK;
    for (size_t at = 0; status == OK && at < limit;) {
        size_t from, to;
        status = find(s, (struct str){s->lines.p + at, limit - at}, &from, &to);
        if (status != OK)
            return status == END ? OK : status;
        struct str before = {s->lines.p, at + from};
        size_t begin = (size_t)(str_rfind_char(before, '\n') + 1);
        size_t end = line_end(s, at + from, limit);
        status = give(s, begin, end, at + from - begin, at + to - begin);
        at = end + 1;
    }
    return status;
}

// Searches what is whole in the buffer, and keeps the rest.
static enum status search_buffer(struct search *s, bool last) {
    ptrdiff_t newline = str_rfind_char(buffer_str(&s->lines), '\n');
    size_t limit = newline >= 0 ? (size_t)newline + 1 : 0;
    if (last || (limit == 0 && s->lines.n > LIMIT_LINE)) // a line longer than that is looked at in pieces
        limit = s->lines.n;
    enum status status = s->by_line ? search_each_line(s, limit) : search_all_lines(s, limit);
    memmove(s->lines.p, s->lines.p + limit, s->lines.n - limit);
    s->lines.n -= limit;
    s->offset += limit;
    return status;
}

static enum status search_source(struct search *s, uint32_t source_id) {
    struct text_cursor cursor = {0};
    struct text_segment *segment = text_segment(s->file->text, source_id, NULL);
    if (!segment)
        return OK; // a source that was not read has no text
    enum status status = OK;
    uint64_t at = 0;
    s->source_id = source_id;
    s->offset = s->lines.n = 0;
    buffer_room(&s->lines, LIMIT_SEGMENT_BLOCK);
    for (struct str bytes; status == OK && (bytes = text_at(&cursor, segment, at, LIMIT_SEGMENT_BLOCK)).n;) {
        at += bytes.n;
        buffer_add(&s->lines, bytes);
        status = search_buffer(s, false);
    }
    if (status == OK)
        status = search_buffer(s, true);
    text_cursor_done(&cursor);
    return status;
}

// ---- Sources ----

static enum status search_sources(struct search *s, struct case_connection *connection) {
    struct case_result *result;
    size_t rows;
    enum status status =
        case_query(connection, S("select source_id from source order by source_id"), NULL, 0, &result, s->error);
    if (status != OK)
        return status;
    while (status == OK && (status = case_fetch(result, &rows, s->error)) == OK)
        for (size_t i = 0; status == OK && i < rows; i++)
            status = search_source(s, (uint32_t)case_value(result, 0, i).integer);
    case_result_free(result);
    return status;
}

enum status case_search(struct case_file *file, const struct search_wish *wish,
                        bool (*take)(void *context, const struct search_hit *hit), void *context, struct error *error) {
    struct search s = {.file = file, .take = take, .context = context, .error = error};
    struct case_connection *connection;
    enum status status = compile(&s, wish);
    if (status == OK && wish->source_id) {
        status = search_source(&s, wish->source_id);
    } else if (status == OK && (status = case_connect(file, &connection, error)) == OK) {
        status = search_sources(&s, connection);
        case_disconnect(connection);
    }
    free_search(&s);
    return status == END ? OK : status;
}
