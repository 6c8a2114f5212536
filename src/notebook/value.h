// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One value of an answer as others read it. Used by all that hand answers out: the page, its exports, the
// command line.
#pragma once

#include "case/case.h"

// As people read it; nothing for NULL. Text is what the evidence has, unescaped.
void value_text(struct buffer *ret, const struct case_value *value);
// As JSON; times as "2026-03-04T05:06:07Z". With `safe_integers`, those a JavaScript number cannot hold are text.
void value_json(struct buffer *ret, const struct case_value *value, bool safe_integers);
// Whether a spreadsheet would run the text as a formula. Numbers are none.
bool value_is_formula(struct str text);
// One CSV cell (RFC 4180). A text that a spreadsheet would run gets an apostrophe before it.
void value_csv(struct buffer *ret, const struct case_value *value);
