// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The document for a terminal or a mail: Markdown stays as it is, answers become tables.
#include "cli/report.h"
#include "cli/table.h"
#include "notebook/value.h"

#include <stdlib.h>

static void write_escaped(struct report *r, struct str text) {
    r->line.n = 0;
    value_visible(&r->line, text, true);
    fwrite(r->line.p, 1, r->line.n, r->out);
}

static void write_line(struct report *r, struct str text, char underline) {
    write_escaped(r, text);
    fputc('\n', r->out);
    for (size_t i = 0; underline && i < text.n; i++)
        fputc(underline, r->out);
    fputs(underline ? "\n\n" : "\n", r->out);
}

static void begin(struct report *r) {
    write_line(r, r->notebook->title, '=');
    if (r->notebook->hypothesis.n)
        write_line(r, r->notebook->hypothesis, 0);
}

static void text(struct report *r, struct str markdown) {
    while (markdown.n && strchr(" \t\r\n", markdown.p[markdown.n - 1]))
        markdown.n--;
    while (markdown.n && strchr("\r\n", markdown.p[0]))
        markdown = str_skip(markdown, 1);
    if (markdown.n)
        write_line(r, markdown, 0);
}

static void cell(struct report *r) {
    write_line(r, r->cell->title.n ? r->cell->title : r->cell->id, '-');
    if (r->cell->note.n)
        write_line(r, r->cell->note, 0);
}

// The shown columns of a row, packed to the front.
static size_t pick(const struct report *r, const void *from, void *to, size_t size) {
    size_t n = 0;
    for (size_t i = 0; i < r->columns_n; i++)
        if (report_shows(r, i))
            memcpy((char *)to + n++ * size, (const char *)from + i * size, size);
    return n;
}

static void columns(struct report *r) {
    struct answer_column *shown = must_zero(r->columns_n + 1, sizeof *shown);
    size_t n = pick(r, r->columns, shown, sizeof *shown);
    r->table = table_new(r->out, shown, n);
    free(shown);
}

static struct str without_stars(struct buffer *ret, struct str prose) {
    size_t begin = ret->n;
    for (size_t i = 0; i < prose.n; i++)
        if (prose.p[i] == '*' && i + 1 < prose.n && prose.p[i + 1] == '*')
            i++;
        else
            buffer_add_char(ret, prose.p[i]);
    return (struct str){ret->p ? ret->p + begin : "", ret->n - begin};
}

static void row(struct report *r, const struct case_value *values) {
    struct case_value *all = must_zero(r->columns_n + 1, sizeof *all);
    struct case_value *shown = must_zero(r->columns_n + 1, sizeof *shown);
    memcpy(all, values, r->columns_n * sizeof *all);
    for (size_t i = 0; i < r->columns_n; i++)
        if (all[i].type == TYPE_TEXT && report_is_prose(r, i)) {
            r->line.n = 0;
            all[i].text = without_stars(&r->line, all[i].text); // one column of prose in a cell
        }
    pick(r, all, shown, sizeof *shown);
    table_row(r->table, shown);
    free(shown);
    free(all);
}

static void cell_end(struct report *r, const struct answer_meta *meta, const struct error *error) {
    if (r->table && r->rows)
        table_end(r->table);
    else
        table_drop(r->table);
    r->table = NULL;
    if (error)
        fprintf(r->out, "This cell has no answer: %s\n", error->text);
    else if (!r->rows)
        write_escaped(r, r->cell->empty.n ? r->cell->empty : S("No rows.")), fputc('\n', r->out);
    r->line.n = 0;
    report_add_more(&r->line, r, meta);
    if (r->line.n)
        fprintf(r->out, "%.*s\n", STR_ARG(buffer_str(&r->line)));
    fputc('\n', r->out);
}

static void end(struct report *r) {
    (void)r;
}

const struct report_format REPORT_TEXT = {
    .name = "text",
    .most_rows = 100,
    .begin = begin,
    .text = text,
    .cell = cell,
    .columns = columns,
    .row = row,
    .cell_end = cell_end,
    .end = end,
};
