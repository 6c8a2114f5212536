// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See value.h.
#include "notebook/value.h"

#include "base/escape.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void add_double(struct buffer *ret, double value) {
    char text[40];
    for (int digits = 15; digits <= 17; digits++) { // the shortest that reads back the same
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    buffer_add(ret, str_of(text));
}

void value_text(struct buffer *ret, const struct case_value *value) {
    char time[CIVIL_TEXT];
    switch (value->type) {
    case TYPE_BOOL:
        buffer_add(ret, value->boolean ? S("true") : S("false"));
        break;
    case TYPE_INTEGER:
        buffer_print(ret, "%lld", (long long)value->integer);
        break;
    case TYPE_DOUBLE:
        add_double(ret, value->real);
        break;
    case TYPE_TIME:
        buffer_add(ret, (struct str){time, civil_print(value->time, time)});
        break;
    case TYPE_TEXT:
        buffer_add(ret, value->text);
        break;
    case TYPE_NULL:
    case TYPE_TEXTS:
        break;
    }
}

void value_visible(struct buffer *ret, struct str text, bool keep_lines) {
    while (text.n) {
        size_t plain = 0;
        while (plain < text.n && !(keep_lines && (text.p[plain] == '\n' || text.p[plain] == '\t')))
            plain++;
        size_t room = plain * ESCAPE_TERMINAL_MAX + 1;
        ret->n += escape_terminal(str_head(text, plain), buffer_room(ret, room), room);
        text = str_skip(text, plain);
        if (text.n) {
            buffer_add_char(ret, text.p[0]);
            text = str_skip(text, 1);
        }
    }
}

void value_json(struct buffer *ret, const struct case_value *value, bool safe_integers) {
    const int64_t exact = (int64_t)1 << 53;
    char text[CIVIL_TEXT];
    bool quoted = safe_integers && value->type == TYPE_INTEGER && (value->integer > exact || value->integer < -exact);
    if (quoted)
        buffer_print(ret, "\"%lld\"", (long long)value->integer);
    else if (value->type == TYPE_BOOL || value->type == TYPE_INTEGER ||
             (value->type == TYPE_DOUBLE && isfinite(value->real)))
        value_text(ret, value);
    else if (value->type == TYPE_TIME)
        buffer_add_json(ret, (struct str){text, civil_print_iso(value->time, text)});
    else if (value->type == TYPE_TEXT)
        buffer_add_json(ret, value->text);
    else
        buffer_add(ret, S("null"));
}

void value_object(struct buffer *ret, const struct answer_column *columns, const struct case_value *values, size_t n) {
    buffer_add_char(ret, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buffer_add_char(ret, ',');
        buffer_add_json(ret, str_of(columns[i].name));
        buffer_add_char(ret, ':');
        value_json(ret, &values[i], false);
    }
    buffer_add_char(ret, '}');
}

static bool is_number(struct str s) {
    char text[64], *end;
    if (s.n == 0 || s.n >= sizeof text || isspace((unsigned char)s.p[0]))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    strtod(text, &end);
    return end == text + s.n && strspn(text, "+-.0123456789eE") == s.n;
}

bool value_is_formula(struct str text) {
    static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};
    if (text.n == 0 || is_number(text))
        return false;
    while (text.n && text.p[0] == ' ') // spreadsheets look behind them
        text = str_skip(text, 1);
    if (text.n && memchr("=+-@\t\r\n", text.p[0], 7))
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (str_starts(text, str_of(wide[i])))
            return true;
    return false;
}

// A spreadsheet may take `;` or a tab for what parts the cells, and what follows for a cell of its own.
static bool needs_quotes(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if (memchr("\",;\t\r\n", s.p[i], 6))
            return true;
    return s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

static void add_cell(struct buffer *ret, struct str shown) {
    bool quoted = needs_quotes(shown);
    if (quoted)
        buffer_add_char(ret, '"');
    for (size_t i = 0; i < shown.n; i++) {
        if (shown.p[i] == '"')
            buffer_add_char(ret, '"');
        buffer_add_char(ret, shown.p[i]);
    }
    if (quoted)
        buffer_add_char(ret, '"');
}

void value_csv(struct buffer *ret, const struct case_value *value, enum value_csv_keep keep) {
    struct buffer shown = {0};
    if (value->type != TYPE_TEXT) {
        value_text(ret, value);
        return;
    }
    if (!(keep & VALUE_CSV_FORMULAS) && value_is_formula(value->text))
        buffer_add_char(&shown, '\'');
    if (keep & VALUE_CSV_RAW)
        buffer_add(&shown, value->text);
    else
        value_visible(&shown, value->text, true);
    add_cell(ret, buffer_str(&shown));
    buffer_done(&shown);
}

void value_csv_row(struct buffer *ret, const struct case_value *values, size_t n, enum value_csv_keep keep) {
    for (size_t i = 0; i < n; i++) {
        if (i)
            buffer_add_char(ret, ',');
        value_csv(ret, &values[i], keep);
    }
    buffer_add(ret, S("\r\n"));
}

void value_csv_names(struct buffer *ret, const struct answer_column *columns, size_t n, enum value_csv_keep keep) {
    struct case_value *names = must_alloc(n * sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = case_from_text(str_of(columns[i].name));
    value_csv_row(ret, names, n, keep);
    free(names);
}
