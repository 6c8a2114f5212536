// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A wide character takes two columns and a combining one none, so widths are counted in columns of the
// terminal, not in bytes.
#include "cli/table.h"

#include "base/escape.h"
#include "notebook/value.h"

#include <locale.h>
#include <stdlib.h>
#include <wchar.h>

enum { HELD_ROWS = 500, WIDEST = 200 };

struct table {
    FILE *out;
    size_t columns_n;
    size_t *widths;
    bool *right; // numbers stand at the right
    struct arena memory;
    VEC(struct str) held; // row by row, until widths are settled
    bool settled;
    struct str *cells; // one row, while it is being written
    struct buffer scratch;
};

static size_t measure_width(struct str s) {
    size_t width = 0;
    uint32_t code;
    for (size_t n; s.n; s = str_skip(s, n ? n : 1)) {
        n = utf8_decode(s, &code);
        int w = code < 0x80 ? 1 : wcwidth((wchar_t)code);
        width += n == 0 || w < 0 ? 1 : (size_t)w;
    }
    return width;
}

static void write_row(struct table *t, const struct str *cells) {
    for (size_t i = 0; i < t->columns_n; i++) {
        size_t width = measure_width(cells[i]);
        int pad = width < t->widths[i] ? (int)(t->widths[i] - width) : 0;
        bool last = i + 1 == t->columns_n;
        if (t->right[i])
            fprintf(t->out, "%*s", pad, "");
        fwrite(cells[i].n ? cells[i].p : "", 1, cells[i].n, t->out);
        if (!t->right[i] && !last)
            fprintf(t->out, "%*s", pad, "");
        fputs(last ? "\n" : "  ", t->out);
    }
}

static void write_rule(struct table *t) {
    for (size_t i = 0; i < t->columns_n; i++) {
        for (size_t k = 0; k < t->widths[i]; k++)
            fputc('-', t->out);
        fputs(i + 1 == t->columns_n ? "\n" : "  ", t->out);
    }
}

static void widen(struct table *t, size_t column, struct str cell) {
    size_t width = measure_width(cell);
    if (width > WIDEST)
        width = WIDEST;
    if (width > t->widths[column])
        t->widths[column] = width;
}

static void settle(struct table *t) {
    t->settled = true;
    for (size_t i = 0; i + t->columns_n <= t->held.n && t->columns_n; i += t->columns_n) {
        write_row(t, t->held.at + i);
        if (i == 0)
            write_rule(t);
    }
}

// Appends what a value looks like to the scratch; returns its bytes.
static size_t show(struct table *t, const struct case_value *value) {
    struct buffer text = {0};
    size_t before = t->scratch.n;
    value_text(&text, value);
    value_visible(&t->scratch, buffer_str(&text), false);
    buffer_done(&text);
    return t->scratch.n - before;
}

// Fills t->cells with what a row looks like.
static void show_row(struct table *t, const struct case_value *values) {
    t->scratch.n = 0;
    for (size_t i = 0; i < t->columns_n; i++)
        t->cells[i].n = show(t, &values[i]);
    const char *at = t->scratch.p; // only now: the scratch may have moved
    for (size_t i = 0; i < t->columns_n; at += t->cells[i++].n)
        t->cells[i].p = at;
}

static void hold_row(struct table *t) {
    for (size_t i = 0; i < t->columns_n; i++) {
        widen(t, i, t->cells[i]);
        *VEC_PUSH(&t->held) = arena_copy(&t->memory, t->cells[i]);
    }
}

struct table *table_new(FILE *out, const struct answer_column *columns, size_t n) {
    struct table *t = must_zero(1, sizeof *t);
    setlocale(LC_CTYPE, "C.UTF-8"); // for wcwidth()
    t->out = out;
    t->columns_n = n;
    t->widths = must_zero(n + 1, sizeof *t->widths);
    t->right = must_zero(n + 1, sizeof *t->right);
    t->cells = must_zero(n + 1, sizeof *t->cells);
    struct case_value *names = must_zero(n + 1, sizeof *names);
    for (size_t i = 0; i < n; i++) {
        names[i] = (struct case_value){.type = TYPE_TEXT, .text = str_of(columns[i].name)};
        t->right[i] = columns[i].type == TYPE_INTEGER || columns[i].type == TYPE_DOUBLE;
    }
    show_row(t, names);
    hold_row(t);
    free(names);
    return t;
}

void table_row(struct table *t, const struct case_value *values) {
    show_row(t, values);
    if (t->settled)
        write_row(t, t->cells);
    else
        hold_row(t);
    if (!t->settled && t->held.n >= HELD_ROWS * t->columns_n)
        settle(t);
}

void table_end(struct table *t) {
    if (!t->settled)
        settle(t);
    table_drop(t);
}

void table_drop(struct table *t) {
    if (!t)
        return;
    VEC_DONE(&t->held);
    buffer_done(&t->scratch);
    arena_done(&t->memory);
    free(t->widths);
    free(t->right);
    free(t->cells);
    free(t);
}
