// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// An answer on its way out: rows become a table for people, CSV, JSON, JSON lines or Parquet. Whoever wrote
// the log also wrote for the analyst's terminal and spreadsheet, so control characters leave in a visible
// form and spreadsheet formulas are defused, unless the caller asked for the bare bytes.
#pragma once

#include "cli/call.h"
#include "notebook/question.h"

#include <stdio.h>

struct output_options {
    const char *format; // a name of OUTPUT_FORMATS; NULL: what `path` ends in, else "table"
    const char *path;   // NULL: standard output
    bool raw;           // text as it stands in the evidence; not to a terminal
    bool csv_raw;       // cells that a spreadsheet would run as formulas stay as they are
};

struct output;

extern const char OUTPUT_FORMATS[]; // "table, csv, json, jsonl or parquet"

// Checks the options (EXIT_USAGE, having said why) and makes an output. Nothing is opened before the first
// row or the end of an answer without rows, so that a question with an error overwrites no file.
enum exit_status output_open(const struct command *command, const struct output_options *options, struct output **ret);
struct answer_sink output_sink(struct output *output);
// After the answer: writes what is left. `good` false: a file that was begun is removed. FAIL for a full disk.
enum status output_close(struct output *output, bool good, struct error *error);
