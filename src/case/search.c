// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Segments come in blocks that end in the middle of lines, so whole lines are put together in a buffer first.
// Plain text is looked for in the buffer as a whole, which is fast where hits are rare; an expression is tried
// line by line, since it could otherwise match across a line end. A hit is the beginning of its line; a
// thousand of them at a time are joined with the records they lie in. Joining by position alone would compare
// each hit with each record, so the first record of every run of 128 is noted, and a hit first finds its run.
#include "case/search.h"

#include "base/escape.h"
#include "base/limits.h"
#include "case/internal.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

// Lines looked up at once; records in a run (also in the SQL below); steps and KiB that one line may cost.
enum { GATHER = 1024, RUN = 128, MATCH_LIMIT = 1000000, MATCH_MEMORY = 16 << 10 };

struct matcher {
    struct str literal; // looked for by memmem(); absent: by `code`
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    bool by_line;
};

// The part of a source's text in which the wanted records lie.
struct stretch {
    uint32_t source_id;
    uint64_t from, to;
};

// Records RUN * number … RUN * number + RUN - 1, as far as they are of the source; the first begins at `begins`.
struct stand {
    uint64_t number, begins;
};

struct run {
    struct case_file *file;
    struct case_connection *connection;
    const struct search *search;
    search_each *each;
    void *context;
    struct search_summary *summary;
    struct error *error;
    struct matcher matcher;
    size_t limit;
    struct text_cursor cursor; // for the text of hits
    struct buffer lines;       // whole lines, and the beginning of one
    uint64_t at;               // of lines.p[0] in the source
    uint32_t source_id;
    uint64_t offsets[GATHER];
    size_t offsets_n;
    VEC(struct stand) stands; // of the source, in order; made when the first hits are looked up
    bool done;
};

// ---- Matching ----

static enum status compile(struct matcher *m, const struct search *s, struct error *error) {
    int code;
    PCRE2_SIZE at;
    PCRE2_UCHAR words[160];
    if (s->text.n == 0)
        return error_set(error, FAIL, 0, "there is nothing to search for");
    m->by_line = s->regex;
    if (!s->regex && !s->ignore_case) {
        m->literal = s->text;
        return OK;
    }
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    options |= (s->regex ? PCRE2_NEVER_BACKSLASH_C : PCRE2_LITERAL) | (s->ignore_case ? PCRE2_CASELESS : 0);
    m->code = pcre2_compile((PCRE2_SPTR)s->text.p, s->text.n, options, &code, &at, NULL);
    if (!m->code) {
        pcre2_get_error_message(code, words, sizeof words);
        return error_set(error, FAIL, 0, "the expression '%.*s' has an error at byte %zu: %s", STR_ARG(s->text),
                         (size_t)at, (const char *)words);
    }
    pcre2_jit_compile(m->code, PCRE2_JIT_COMPLETE); // where that fails it is interpreted: the same, slower
    m->match = pcre2_match_data_create_from_pattern(m->code, NULL);
    m->limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(m->limits, MATCH_LIMIT);
    pcre2_set_heap_limit(m->limits, MATCH_MEMORY);
    return OK;
}

static void free_matcher(struct matcher *m) {
    pcre2_match_data_free(m->match);
    pcre2_match_context_free(m->limits);
    pcre2_code_free(m->code);
}

// The first match at or behind `at`: OK, END when there is none, FAIL when the expression is too costly.
static enum status find_match(const struct matcher *m, struct str text, size_t at, struct search_span *ret) {
    if (m->literal.p) {
        ptrdiff_t found = str_find(str_skip(text, at), m->literal);
        if (found >= 0)
            *ret = (struct search_span){at + (size_t)found, at + (size_t)found + m->literal.n};
        return found >= 0 ? OK : END;
    }
    int n = pcre2_match(m->code, (PCRE2_SPTR)text.p, text.n, at, 0, m->match, m->limits);
    if (n < 0)
        return n == PCRE2_ERROR_NOMATCH ? END : FAIL;
    const PCRE2_SIZE *found = pcre2_get_ovector_pointer(m->match);
    *ret = (struct search_span){found[0], found[1] > found[0] ? found[1] : found[0]};
    return OK;
}

static void find_spans(const struct matcher *m, struct search_hit *hit) {
    struct search_span span;
    size_t at = 0;
    hit->spans_n = 0;
    while (hit->spans_n < SEARCH_SPANS && at <= hit->text.n && find_match(m, hit->text, at, &span) == OK) {
        if (span.to > span.from)
            hit->spans[hit->spans_n++] = span;
        at = span.to > at ? span.to : at + 1;
    }
}

// ---- From places to records ----

static const struct str STANDS_SQL = S("select record_id // 128 as number, min(place.\"offset\") as begins from log_t "
                                       "where place.source_id = $source::uinteger "
                                       "group by number order by begins");

static const struct str RECORDS_SQL =
    S("with hit as (select unnest($offsets)::ubigint as o, unnest($numbers)::ubigint as number), "
      "own as (select l.record_id, h.o from log_t l join hit h on l.record_id // 128 = h.number "
      "where l.place.source_id = $source::uinteger and h.o >= l.place.\"offset\" "
      "and h.o <= l.place.\"offset\" + l.place.length), "
      "first as (select record_id, min(o) as o from own group by record_id) "
      "select record_id, ts, host, program, \"offset\", length, o from first join log using (record_id) "
      "where record_id > $after::ubigint "
      "and ($hosts is null or host in $hosts) and ($program is null or program = $program) "
      "and ($from is null or ts >= $from) and ($to is null or ts <= $to) "
      "union all select 0, null, null, null, o, 0, o from hit where $bare and o not in (select o from own) "
      "order by o");

static struct case_value hosts_or_null(const struct search *s) {
    return s->hosts ? case_from_texts(s->hosts, s->hosts_n) : (struct case_value){.type = TYPE_NULL};
}

// A record has its length; a line without a record goes to its end.
static void read_text(struct run *r, struct search_hit *hit, struct buffer *raw) {
    struct text_segment *segment = text_segment(r->file->text, hit->source_id, NULL);
    if (!segment)
        return;
    text_append(&r->cursor, segment, hit->offset, hit->record_id ? hit->length : LIMIT_LINE_HEAD, raw, NULL);
    ptrdiff_t end = hit->record_id ? -1 : str_find_char(buffer_str(raw), '\n');
    if (end >= 0)
        raw->n = (size_t)end;
    hit->length = (uint32_t)raw->n;
}

static bool add_hit(struct run *r, const struct case_result *result, size_t row) {
    struct search_hit hit = {
        .record_id = (uint64_t)case_integer_at(result, 0, row),
        .ts = case_time_at(result, 1, row),
        .host = case_text_at(result, 2, row),
        .program = case_text_at(result, 3, row),
        .source_id = r->source_id,
        .offset = (uint64_t)case_integer_at(result, 4, row),
        .length = (uint32_t)case_integer_at(result, 5, row),
    };
    struct buffer raw = {0}, clean = {0};
    if (r->summary->hits == r->limit) {
        r->summary->truncated = true;
        return false;
    }
    read_text(r, &hit, &raw);
    hit.text = (struct str){buffer_room(&clean, raw.n * 4 + 1), 0};
    hit.text.n = utf8_clean(buffer_str(&raw), clean.p);
    find_spans(&r->matcher, &hit);
    r->summary->hits++;
    r->summary->after = hit.record_id ? hit.record_id : r->summary->after;
    bool more = r->each(r->context, &hit);
    buffer_done(&raw);
    buffer_done(&clean);
    return more;
}

// Numbers as a list of texts, the one list a parameter can be.
static struct case_value list_of(const uint64_t *numbers, size_t n, struct arena *arena) {
    struct str *texts = arena_take(arena, n * sizeof *texts);
    for (size_t i = 0; i < n; i++)
        texts[i] = arena_print(arena, "%llu", (unsigned long long)numbers[i]);
    return case_from_texts(texts, n);
}

static void take_stand(void *context, const struct case_result *result, size_t row) {
    struct run *r = context;
    *VEC_PUSH(&r->stands) =
        (struct stand){(uint64_t)case_integer_at(result, 0, row), (uint64_t)case_integer_at(result, 1, row)};
}

static enum status note_stands(struct run *r) {
    const struct case_param source = {"source", case_from_integer(r->source_id)};
    return r->stands.n ? OK : case_each(r->connection, STANDS_SQL, &source, 1, take_stand, r, r->error);
}

// The run a byte of the source lies in, or before.
static uint64_t number_of(const struct run *r, uint64_t offset) {
    size_t low = 0, high = r->stands.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->stands.at[middle].begins <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? r->stands.at[low - 1].number : 0;
}

// Asks for the records of what was gathered, which is empty afterwards.
static enum status ask_records(struct run *r, struct case_result **ret) {
    struct arena arena = {0};
    uint64_t numbers[GATHER];
    const struct search *s = r->search;
    for (size_t i = 0; i < r->offsets_n; i++)
        numbers[i] = number_of(r, r->offsets[i]);
    struct case_param params[] = {
        {"offsets", list_of(r->offsets, r->offsets_n, &arena)},
        {"numbers", list_of(numbers, r->offsets_n, &arena)},
        {"source", case_from_integer(r->source_id)},
        {"after", case_from_integer((int64_t)s->after)},
        {"hosts", hosts_or_null(s)},
        {"program", case_from_text(s->program)},
        {"from", case_from_time(s->from)},
        {"to", case_from_time(s->to)},
        {"bare", {.type = TYPE_BOOL, .boolean = s->bare}},
    };
    r->offsets_n = 0;
    enum status status = case_query(r->connection, RECORDS_SQL, params, sizeof params / sizeof *params, ret, r->error);
    arena_done(&arena);
    return status;
}

static enum status flush_hits(struct run *r) {
    struct case_result *result;
    size_t rows;
    if (r->offsets_n == 0 || r->done)
        return OK;
    enum status status = note_stands(r);
    if (status == OK)
        status = ask_records(r, &result);
    if (status != OK)
        return status;
    while (!r->done && (status = case_fetch(result, &rows, r->error)) == OK)
        for (size_t i = 0; !r->done && i < rows; i++)
            r->done = !add_hit(r, result, i);
    case_result_free(result);
    return status == END ? OK : status;
}

static enum status gather(struct run *r, size_t line_begin) {
    r->offsets[r->offsets_n++] = r->at + line_begin;
    return r->offsets_n == GATHER ? flush_hits(r) : OK;
}

// ---- Through the text ----

static size_t find_line_end(const struct run *r, size_t begin, size_t limit) {
    const char *end = memchr(r->lines.p + begin, '\n', limit - begin);
    return end ? (size_t)(end - r->lines.p) : limit;
}

static enum status fail_costly(struct run *r) {
    return error_set(r->error, FAIL, 0, "the expression takes too long on the line at byte %llu; make it simpler",
                     (unsigned long long)r->at);
}

static enum status search_each_line(struct run *r, size_t limit) {
    enum status status = OK;
    for (size_t begin = 0, end; status == OK && !r->done && begin < limit; begin = end + 1) {
        struct search_span span;
        end = find_line_end(r, begin, limit);
        enum status found = find_match(&r->matcher, (struct str){r->lines.p + begin, end - begin}, 0, &span);
        if (found == OK)
            status = gather(r, begin);
        else if (found == FAIL)
            status = fail_costly(r);
    }
    return status;
}

static enum status search_all_lines(struct run *r, size_t limit) {
    enum status status = OK;
    struct str text = {r->lines.p, limit};
    for (size_t at = 0; status == OK && !r->done && at < limit;) {
        struct search_span span;
        enum status found = find_match(&r->matcher, text, at, &span);
        if (found != OK)
            return found == END ? OK : fail_costly(r);
        status = gather(r, (size_t)(str_rfind_char(str_head(text, span.from), '\n') + 1));
        at = find_line_end(r, span.from, limit) + 1;
    }
    return status;
}

// Searches what is whole in the buffer and keeps the rest. A line over LIMIT_LINE is looked at in pieces.
static enum status search_buffer(struct run *r, bool last) {
    ptrdiff_t newline = str_rfind_char(buffer_str(&r->lines), '\n');
    size_t limit = newline >= 0 ? (size_t)newline + 1 : 0;
    if (last || (limit == 0 && r->lines.n > LIMIT_LINE))
        limit = r->lines.n;
    if (limit == 0)
        return OK;
    enum status status = r->matcher.by_line ? search_each_line(r, limit) : search_all_lines(r, limit);
    memmove(r->lines.p, r->lines.p + limit, r->lines.n - limit);
    r->lines.n -= limit;
    r->at += limit;
    return status;
}

static bool is_stopped(const struct run *r) {
    return r->done || (r->search->stop && atomic_load(r->search->stop));
}

static enum status search_stretch(struct run *r, const struct stretch *stretch) {
    struct text_cursor cursor = {0};
    if (stretch->from >= stretch->to)
        return OK; // a source that was not read has no text
    struct text_segment *segment = text_segment(r->file->text, stretch->source_id, r->error);
    enum status status = segment ? OK : FAIL;
    r->source_id = stretch->source_id;
    r->at = stretch->from;
    r->lines.n = 0;
    r->stands.n = 0;
    for (uint64_t at = stretch->from; status == OK && at < stretch->to && !is_stopped(r);) {
        uint64_t left = stretch->to - at;
        size_t before = r->lines.n;
        status = text_append(&cursor, segment, at, left < LIMIT_SEGMENT_BLOCK ? (size_t)left : LIMIT_SEGMENT_BLOCK,
                             &r->lines, r->error);
        size_t n = r->lines.n - before;
        if (n == 0)
            break;
        at += n;
        r->summary->bytes += n;
        if (status == OK)
            status = search_buffer(r, false);
    }
    if (status == OK)
        status = search_buffer(r, true);
    if (status == OK)
        status = flush_hits(r);
    text_cursor_done(&cursor);
    return status;
}

// ---- Which parts of which sources ----

static const struct str
    STRETCHES_SQL = S("select source_id, min(\"offset\"), max(\"offset\" + length) + 1 from log "
                      "where record_id > $after::ubigint and ($source::uinteger = 0 or source_id = $source::uinteger) "
                      "and ($from is null or ts >= $from) and ($to is null or ts <= $to) group by 1 order by 1"),
    WHOLE_SQL = S("select source_id, 0, bytes from source where $source::uinteger = 0 or source_id = $source::uinteger "
                  "order by 1");

typedef VEC(struct stretch) stretches;

static void take_stretch(void *context, const struct case_result *result, size_t row) {
    *VEC_PUSH((stretches *)context) =
        (struct stretch){(uint32_t)case_integer_at(result, 0, row), (uint64_t)case_integer_at(result, 1, row),
                         (uint64_t)case_integer_at(result, 2, row)};
}

static enum status find_stretches(struct run *r, stretches *ret) {
    const struct search *s = r->search;
    const struct case_param params[] = {
        {"after", case_from_integer((int64_t)s->after)},
        {"source", case_from_integer(s->source_id)},
        {"from", case_from_time(s->from)},
        {"to", case_from_time(s->to)},
    };
    return case_each(r->connection, s->bare ? WHOLE_SQL : STRETCHES_SQL, params, sizeof params / sizeof *params,
                     take_stretch, ret, r->error);
}

enum status search_run(struct case_file *file, struct case_connection *connection, const struct search *search,
                       search_each *each, void *context, struct search_summary *ret, struct error *error) {
    struct run *r = must_zero(1, sizeof *r);
    stretches parts = {0};
    *ret = (struct search_summary){0};
    r->file = file;
    r->connection = connection;
    r->search = search;
    r->each = each;
    r->context = context;
    r->summary = ret;
    r->error = error;
    r->limit = search->limit ? search->limit : LIMIT_SEARCH_HITS;
    enum status status = compile(&r->matcher, search, error);
    if (status == OK)
        status = find_stretches(r, &parts);
    for (size_t i = 0; status == OK && i < parts.n && !is_stopped(r); i++)
        status = search_stretch(r, &parts.at[i]);
    free_matcher(&r->matcher);
    text_cursor_done(&r->cursor);
    buffer_done(&r->lines);
    VEC_DONE(&r->stands);
    VEC_DONE(&parts);
    free(r);
    return status;
}
