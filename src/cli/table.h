// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Aligned columns for people. Widths come from the first rows; the rest streams through.
#pragma once

#include "notebook/question.h"

#include <stdio.h>

struct table;

struct table *table_new(FILE *out, const struct answer_column *columns, size_t n);
void table_row(struct table *table, const struct case_value *values);
void table_end(struct table *table);  // writes what was held back, and frees
void table_drop(struct table *table); // frees and writes nothing; NULL is fine
