// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the three kinds of document agree on.
#include "cli/report.h"

static bool holds(const struct notebook_option *option, struct str word) {
    for (size_t i = 0; option && i < option->n; i++)
        if (str_eq(option->values[i], word))
            return true;
    return false;
}

bool report_shows(const struct report *report, size_t column) {
    static const char *const PAGE_ONLY[] = {"record_id", "link", "link_label"};
    struct str name = str_of(report->columns[column].name);
    for (size_t i = 0; i < sizeof PAGE_ONLY / sizeof *PAGE_ONLY; i++)
        if (str_eq(name, str_of(PAGE_ONLY[i])))
            return false;
    return !holds(notebook_option(report->cell, S("hide")), name);
}

bool report_is_prose(const struct report *report, size_t column) {
    return str_eq(report->cell->view, S("findings")) && strcmp(report->columns[column].name, "text") == 0;
}

void report_flush(struct report *report) {
    fwrite(report->line.p, 1, report->line.n, report->out);
    report->line.n = 0;
}

void report_add_more(struct buffer *ret, const struct report *report, const struct answer_meta *meta) {
    size_t begun = ret->n;
    if (meta->total > (int64_t)report->rows)
        buffer_print(ret, "%lld more rows.", (long long)meta->total - (long long)report->rows);
    else if (meta->truncated)
        buffer_add(ret, S("There are more rows."));
    if (meta->bin)
        buffer_print(ret, "%sCounts per %lld s.", ret->n > begun ? " " : "", (long long)(meta->bin / USEC_SECOND));
}
