// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The document for a colleague: one file that needs nothing else and runs nothing. All that comes from the
// evidence or from a notebook is text here; its own policy forbids scripts, pictures and links to elsewhere.
#include "cli/report.h"
#include "notebook/value.h"

static const char HEAD[] =
    "<!doctype html>\n<html lang=en><meta charset=utf-8>\n"
    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=referrer content=no-referrer><meta name=color-scheme content=\"light dark\">\n<style>\n"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}\n"
    "h1{font-size:1.6rem}h2{font-size:1.15rem;margin:2rem 0 .3rem}\n"
    "table{border-collapse:collapse;font-size:13px;display:block;overflow-x:auto}\n"
    "th,td{text-align:left;vertical-align:top;padding:.2rem .7rem .2rem 0;border-bottom:1px solid #8884}\n"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    "td{white-space:pre-wrap;overflow-wrap:anywhere}.quiet{opacity:.7}.error{color:#c22}\n"
    "@media print{table{display:table}}\n</style>\n";

static void add_escaped(struct buffer *ret, struct str text) {
    struct buffer shown = {0};
    value_visible(&shown, text, true);
    for (size_t i = 0; i < shown.n; i++)
        switch (shown.p[i]) {
        case '&':
            buffer_add(ret, S("&amp;"));
            break;
        case '<':
            buffer_add(ret, S("&lt;"));
            break;
        case '>':
            buffer_add(ret, S("&gt;"));
            break;
        case '"':
            buffer_add(ret, S("&quot;"));
            break;
        default:
            buffer_add_char(ret, shown.p[i]);
        }
    buffer_done(&shown);
}

// Words in which ** begins and ends what is bold.
static void add_prose(struct buffer *ret, struct str text) {
    bool bold = false;
    for (ptrdiff_t at; (at = str_find(text, S("**"))) >= 0; text = str_skip(text, (size_t)at + 2)) {
        add_escaped(ret, str_head(text, (size_t)at));
        buffer_add(ret, bold ? S("</b>") : S("<b>"));
        bold = !bold;
    }
    add_escaped(ret, text);
    if (bold)
        buffer_add(ret, S("</b>"));
}

static void add_element(struct buffer *ret, const char *open, struct str text, const char *close) {
    buffer_add(ret, str_of(open));
    add_prose(ret, text);
    buffer_add(ret, str_of(close));
    buffer_add_char(ret, '\n');
}

static void begin(struct report *r) {
    r->line.n = 0;
    buffer_add(&r->line, S(HEAD));
    buffer_add(&r->line, S("<title>"));
    add_escaped(&r->line, r->notebook->title);
    buffer_add(&r->line, S("</title>\n"));
    add_element(&r->line, "<h1>", r->notebook->title, "</h1>");
    if (r->notebook->hypothesis.n)
        add_element(&r->line, "<p class=quiet>", r->notebook->hypothesis, "</p>");
    report_flush(r);
}

// Headings, list items and paragraphs: as much of Markdown as a notebook's text between its cells needs.
static void text(struct report *r, struct str rest) {
    bool open = false;
    struct str line;
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        bool heading = str_starts(line, S("#")), item = str_starts(line, S("- "));
        if (open && (heading || item || !line.n))
            buffer_add(&r->line, S("</p>\n")), open = false;
        while (heading && str_starts(line, S("#")))
            line = str_skip(line, 1);
        if (heading)
            add_element(&r->line, "<h2>", str_trim(line), "</h2>");
        else if (item)
            add_element(&r->line, "<ul><li>", str_skip(line, 2), "</ul>");
        else if (line.n)
            add_element(&r->line, open ? "" : "<p>", line, ""), open = true;
    }
    if (open)
        buffer_add(&r->line, S("</p>\n"));
    report_flush(r);
}

static void cell(struct report *r) {
    add_element(&r->line, "<h2>", r->cell->title.n ? r->cell->title : r->cell->id, "</h2>");
    if (r->cell->note.n)
        add_element(&r->line, "<p class=quiet>", r->cell->note, "</p>");
    report_flush(r);
}

static bool is_number(const struct report *r, size_t column) {
    return r->columns[column].type == TYPE_INTEGER || r->columns[column].type == TYPE_DOUBLE;
}

static void columns(struct report *r) {
    buffer_add(&r->line, S("<table><tr>"));
    for (size_t i = 0; i < r->columns_n; i++)
        if (report_shows(r, i)) {
            buffer_add(&r->line, is_number(r, i) ? S("<th class=n>") : S("<th>"));
            add_escaped(&r->line, str_of(r->columns[i].name));
        }
    buffer_add_char(&r->line, '\n');
    report_flush(r);
}

static void row(struct report *r, const struct case_value *values) {
    struct buffer value = {0};
    buffer_add(&r->line, S("<tr>"));
    for (size_t i = 0; i < r->columns_n; i++) {
        if (!report_shows(r, i))
            continue;
        value.n = 0;
        value_text(&value, &values[i]);
        buffer_add(&r->line, is_number(r, i) ? S("<td class=n>") : S("<td>"));
        (report_is_prose(r, i) ? add_prose : add_escaped)(&r->line, buffer_str(&value));
    }
    buffer_add_char(&r->line, '\n');
    report_flush(r);
    buffer_done(&value);
}

static void cell_end(struct report *r, const struct answer_meta *meta, const struct error *error) {
    if (r->columns)
        buffer_add(&r->line, S("</table>\n"));
    if (error)
        add_element(&r->line, "<p class=error>This cell has no answer: ", str_of(error->text), "</p>");
    else if (!r->rows)
        add_element(&r->line, "<p class=quiet>", r->cell->empty.n ? r->cell->empty : S("No rows."), "</p>");
    struct buffer more = {0};
    report_add_more(&more, r, meta);
    if (more.n)
        add_element(&r->line, "<p class=quiet>", buffer_str(&more), "</p>");
    buffer_done(&more);
    report_flush(r);
}

static void end(struct report *r) {
    buffer_add(&r->line, S("<p class=quiet>Made by Linux Host Explorer " LHX_VERSION " from the case "));
    add_escaped(&r->line, str_of(r->folder));
    buffer_add(&r->line, S(". All times are UTC.</p>\n"));
    report_flush(r);
}

const struct report_format REPORT_HTML = {
    .name = "html",
    .most_rows = 1000,
    .begin = begin,
    .text = text,
    .cell = cell,
    .columns = columns,
    .row = row,
    .cell_end = cell_end,
    .end = end,
};
