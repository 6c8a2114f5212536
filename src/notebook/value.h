// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One value of an answer as others read it. Used by all that hand answers out: the page, its exports, the
// command line.
#pragma once

#include "notebook/question.h"

// As people read it; nothing for NULL. Text is what the evidence has, unescaped.
void value_text(struct buffer *ret, const struct case_value *value);
// Text with its control and deceptive characters made visible (base/escape.h); newlines and tabs stay when
// `keep_lines`.
void value_visible(struct buffer *ret, struct str text, bool keep_lines);
// As JSON; times as "2026-03-04T05:06:07Z". With `safe_integers`, those a JavaScript number cannot hold are text.
void value_json(struct buffer *ret, const struct case_value *value, bool safe_integers);
// A row as an object, `{"name":value,…}`, integers as they are.
void value_object(struct buffer *ret, const struct answer_column *columns, const struct case_value *values, size_t n);
// Whether a spreadsheet would run the text as a formula. Numbers are none.
bool value_is_formula(struct str text);

enum value_csv_keep {
    VALUE_CSV_DEFUSED = 0,
    VALUE_CSV_RAW = 1,      // control characters stay
    VALUE_CSV_FORMULAS = 2, // what a spreadsheet would run stays; else it gets an apostrophe before it
};
// One CSV cell (RFC 4180).
void value_csv(struct buffer *ret, const struct case_value *value, enum value_csv_keep keep);
// The line of names, and the line of a row. They end in CR LF: what reads CSV reads both, and a spreadsheet
// expects it.
void value_csv_names(struct buffer *ret, const struct answer_column *columns, size_t n, enum value_csv_keep keep);
void value_csv_row(struct buffer *ret, const struct case_value *values, size_t n, enum value_csv_keep keep);
