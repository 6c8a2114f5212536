// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// message_text(source_id, offset, length): the text of a record, out of its segment, as valid UTF-8. Rows
// come in file order nearly always, so a block is decompressed once and serves a few thousand rows.
#include "case/internal.h"

#include "base/escape.h"
#include "base/limits.h"

#include <stdlib.h>

// What a thread keeps between calls. Threads are few (DuckDB's own), a block each.
struct scratch {
    struct text_cursor cursor;
    struct buffer raw, clean;
};

static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;

static void free_scratch(void *p) {
    struct scratch *s = p;
    text_cursor_done(&s->cursor);
    buffer_done(&s->raw);
    buffer_done(&s->clean);
    free(s);
}

static void make_key(void) {
    pthread_key_create(&scratch_key, free_scratch);
}

static struct scratch *get_scratch(void) {
    pthread_once(&scratch_once, make_key);
    struct scratch *s = pthread_getspecific(scratch_key);
    if (!s) {
        s = must_zero(1, sizeof *s);
        pthread_setspecific(scratch_key, s);
    }
    return s;
}

// rsyslog writes control characters as # and three octal digits.
static bool is_escape(struct str s) {
    return s.n >= 4 && s.p[0] == '#' && s.p[1] == '0' && s.p[2] >= '0' && s.p[2] <= '3' && s.p[3] >= '0' &&
           s.p[3] <= '7';
}

static struct str undo_escapes(struct str s, struct buffer *ret) {
    ret->n = 0;
    char *w = buffer_room(ret, s.n);
    while (s.n)
        if (is_escape(s)) {
            *w++ = (char)((s.p[2] - '0') * 8 + s.p[3] - '0');
            s = str_skip(s, 4);
        } else {
            *w++ = s.p[0];
            s = str_skip(s, 1);
        }
    ret->n = (size_t)(w - ret->p);
    return buffer_str(ret);
}

static bool has_escape(struct str s) {
    for (ptrdiff_t at; (at = str_find_char(s, '#')) >= 0; s = str_skip(s, (size_t)at + 1))
        if (is_escape(str_skip(s, (size_t)at)))
            return true;
    return false;
}

// Absent, with an error, when its part of the segment is damaged.
static struct str record_text(struct scratch *s, struct text_segment *segment, uint64_t offset, uint32_t length,
                              struct error *error) {
    struct str text = text_at(&s->cursor, segment, offset, length);
    if (text.n < length) { // lies in two blocks
        s->raw.n = 0;
        if (text_append(&s->cursor, segment, offset, length, &s->raw, error) != OK)
            return STR_NONE;
        text = buffer_str(&s->raw);
    }
    if ((text_segment_flags(segment) & TEXT_ESCAPED) && has_escape(text))
        text = undo_escapes(text, &s->clean);
    if (utf8_valid(text))
        return text;
    struct buffer cleaned = {0};
    cleaned.n = utf8_clean(text, buffer_room(&cleaned, text.n * 4));
    buffer_done(&s->clean);
    s->clean = cleaned;
    return buffer_str(&s->clean);
}

struct rows {
    const uint32_t *source;
    const uint64_t *offset;
    const uint32_t *length;
};

static void message_text(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
    struct text_store *store = duckdb_scalar_function_get_extra_info(info);
    struct scratch *s = get_scratch();
    duckdb_vector in[3];
    for (idx_t i = 0; i < 3; i++)
        in[i] = duckdb_data_chunk_get_vector(input, i);
    struct rows rows = {duckdb_vector_get_data(in[0]), duckdb_vector_get_data(in[1]), duckdb_vector_get_data(in[2])};
    struct text_segment *segment = NULL;
    struct error error;
    uint32_t of = 0;
    error_clear(&error);
    idx_t n = duckdb_data_chunk_get_size(input);
    duckdb_vector_ensure_validity_writable(output);
    uint64_t *valid = duckdb_vector_get_validity(output);
    s->cursor.segment = NULL; // another case may have been open in this thread
    for (idx_t i = 0; i < n; i++) {
        if (!segment || of != rows.source[i]) {
            of = rows.source[i];
            segment = text_segment(store, of, &error);
        }
        if (!segment)
            break;
        if (rows.length[i] > LIMIT_LINE * 2) {
            duckdb_validity_set_row_invalid(valid, i);
            continue;
        }
        struct str text = record_text(s, segment, rows.offset[i], rows.length[i], &error);
        if (error.status != OK)
            break;
        duckdb_vector_assign_string_element_len(output, i, text.p ? text.p : "", text.n);
    }
    if (error.status != OK) // no rows rather than some with a part missing
        duckdb_scalar_function_set_error(info, error.text);
}

enum status case_register_functions(duckdb_connection con, struct text_store *text, struct error *error) {
    static const duckdb_type types[] = {DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_UBIGINT, DUCKDB_TYPE_UINTEGER};
    duckdb_scalar_function f = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(f, "message_text");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        duckdb_logical_type type = duckdb_create_logical_type(types[i]);
        duckdb_scalar_function_add_parameter(f, type);
        duckdb_destroy_logical_type(&type);
    }
    duckdb_logical_type varchar = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_scalar_function_set_return_type(f, varchar);
    duckdb_destroy_logical_type(&varchar);
    duckdb_scalar_function_set_extra_info(f, text, NULL);
    duckdb_scalar_function_set_function(f, message_text);
    enum status status = duckdb_register_scalar_function(con, f) == DuckDBSuccess
                             ? OK
                             : error_set(error, FATAL, 0, "cannot register message_text()");
    duckdb_destroy_scalar_function(&f);
    return status;
}
