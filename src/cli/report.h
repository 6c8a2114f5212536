// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A notebook as a document: the same cells as in the page, written one after the other as text, JSON or a
// single HTML file without scripts.
#pragma once

#include "notebook/notebook.h"

#include <stdio.h>

struct report {
    FILE *out;
    const struct notebook *notebook;
    const char *folder; // of the case
    const struct scope *scope;
    // The cell being written:
    const struct notebook_cell *cell;
    const struct answer_column *columns; // live as long as the cell
    size_t columns_n;
    uint64_t rows;
    size_t cells;
    struct table *table; // text
    struct buffer line;
};

struct report_format {
    const char *name;
    uint64_t most_rows; // of one cell, unless the caller says otherwise; 0: all
    void (*begin)(struct report *report);
    void (*text)(struct report *report, struct str markdown);
    void (*cell)(struct report *report); // what comes before the rows
    void (*columns)(struct report *report);
    void (*row)(struct report *report, const struct case_value *values);
    // After the rows. `error` NULL: it went well.
    void (*cell_end)(struct report *report, const struct answer_meta *meta, const struct error *error);
    void (*end)(struct report *report);
};

extern const struct report_format REPORT_TEXT, REPORT_JSON, REPORT_HTML;

// Whether a document shows a column: not the links of the page, nor what the cell hides.
bool report_shows(const struct report *report, size_t column);
// Whether a column holds words in which ** marks what is bold.
bool report_is_prose(const struct report *report, size_t column);
// Writes `line` to `out` and empties it.
void report_flush(struct report *report);
// Adds what is to be known of rows that are not there: "4120 more rows.", "Counts per 60 s.", or nothing.
void report_add_more(struct buffer *ret, const struct report *report, const struct answer_meta *meta);
