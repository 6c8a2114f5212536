// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The document for a script: one object with the cells in order, rows as objects.
#include "cli/report.h"
#include "notebook/value.h"

static void add_member(struct report *r, const char *key, struct str value) {
    buffer_print(&r->line, "\"%s\":", key);
    buffer_add_json(&r->line, value);
}

static void add_time(struct report *r, const char *key, usec time) {
    struct case_value value = case_from_time(time);
    buffer_print(&r->line, ",\"%s\":", key);
    value_json(&r->line, &value, false);
}

static void begin(struct report *r) {
    r->line.n = 0;
    buffer_add_char(&r->line, '{');
    add_member(r, "notebook", r->notebook->name);
    buffer_add_char(&r->line, ',');
    add_member(r, "title", r->notebook->title);
    add_time(r, "from", r->scope->from);
    add_time(r, "to", r->scope->to);
    buffer_add(&r->line, S(",\"cells\":["));
    report_flush(r);
}

static void text(struct report *r, struct str markdown) {
    (void)r, (void)markdown;
}

static void cell(struct report *r) {
    buffer_add(&r->line, r->cells ? S(",\n{") : S("\n{"));
    add_member(r, "id", r->cell->id);
    buffer_add_char(&r->line, ',');
    add_member(r, "view", r->cell->view);
    buffer_add_char(&r->line, ',');
    add_member(r, "title", r->cell->title);
    buffer_add(&r->line, S(",\"rows\":["));
    report_flush(r);
}

static void columns(struct report *r) {
    (void)r;
}

static void row(struct report *r, const struct case_value *values) {
    buffer_add(&r->line, r->rows ? S(",\n ") : S("\n "));
    value_object(&r->line, r->columns, values, r->columns_n);
    report_flush(r);
}

static void cell_end(struct report *r, const struct answer_meta *meta, const struct error *error) {
    buffer_add_char(&r->line, ']');
    if (error) {
        buffer_add_char(&r->line, ',');
        add_member(r, "error", str_of(error->text));
    } else {
        buffer_print(&r->line, ",\"truncated\":%s", meta->truncated ? "true" : "false");
    }
    if (!error && meta->total >= 0)
        buffer_print(&r->line, ",\"total\":%lld", (long long)meta->total);
    buffer_add_char(&r->line, '}');
    report_flush(r);
}

static void end(struct report *r) {
    fputs("\n]}\n", r->out);
}

const struct report_format REPORT_JSON = {
    .name = "json",
    .begin = begin,
    .text = text,
    .cell = cell,
    .columns = columns,
    .row = row,
    .cell_end = cell_end,
    .end = end,
};
