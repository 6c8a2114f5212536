// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// `lhx query`: the analyst's own SQL. It runs in a child that can be killed and may touch nothing but the
// case; the rows come back over a pipe and leave through an output.
#include "cli/commands.h"
#include "cli/folder.h"
#include "cli/output.h"
#include "notebook/worker.h"

enum { FORMAT, OUTPUT, RAW, CSV_RAW, SECONDS };

static const struct call_option OPTIONS[] = {
    [FORMAT] = {"format", 0, "FORMAT", "table, csv, json, jsonl or parquet (default: table, or what FILE ends in)"},
    [OUTPUT] = {"output", 'o', "FILE", "write there instead of standard output"},
    [RAW] = {"raw", 0, NULL, "CSV: control characters as they stand in the evidence; not to a terminal"},
    [CSV_RAW] = {"csv-raw", 0, NULL, "CSV: leave cells alone that a spreadsheet would run as formulas"},
    [SECONDS] = {"seconds", 0, "N", "stop after N seconds (default: 30)"},
    {0},
};

// Points at the place in the SQL, when it is known and the SQL is one short line.
static void show_error_place(const char *sql, int64_t at) {
    size_t n = strlen(sql);
    if (at < 0 || (size_t)at > n || n > 160 || strpbrk(sql, "\n\r\t"))
        return;
    say("  %s", sql);
    say("  %*s^", (int)at, "");
}

static enum exit_status answer(const struct call *call, uint64_t seconds, struct output *output) {
    const char *folder = call->operands[0], *sql = call->operands[1];
    struct error error, write_error;
    struct answer_meta meta = {.error_byte = -1};
    error_clear(&error);
    error_clear(&write_error);
    struct worker_place place = {.folder = folder, .seconds = (unsigned)seconds, .gone_fd = -1};
    struct question question = question_of(str_of(sql));
    struct answer_sink sink = output_sink(output);
    enum status status = worker_run(&place, &question, &sink, &meta, &error);
    bool good = status < SKIP;
    if (output_close(output, good, &write_error) != OK)
        return say_failed(&write_error);
    if (good)
        return EXIT_DONE;
    enum exit_status result = say_failed(&error);
    show_error_place(sql, meta.error_byte);
    return result;
}

static enum exit_status run_query(const struct call *call) {
    struct output *output;
    struct error error;
    uint64_t seconds = 0;
    struct output_options options = {
        .format = call_value(call, FORMAT),
        .path = call_value(call, OUTPUT),
        .raw = call_has(call, RAW),
        .csv_raw = call_has(call, CSV_RAW),
    };
    error_clear(&error);
    if (!call_number(call, SECONDS, 86400, &seconds))
        return EXIT_USAGE;
    if (folder_check(call->operands[0], &error) != OK)
        return say_failed(&error);
    enum exit_status status = output_open(call->command, &options, &output);
    return status == EXIT_DONE ? answer(call, seconds, output) : status;
}

const struct command COMMAND_QUERY = {
    .name = "query",
    .operands = "DIR SQL",
    .summary = "answer one SQL statement from the case",
    .details = "The views are described in docs/schema.md: log, logon, source, anomaly, address, host and more.\n"
               "For instance: lhx query web-01.lhx \"select * from logon where outcome = 'success'\" -o logons.csv",
    .options = OPTIONS,
    .least = 2,
    .most = 2,
    .run = run_query,
};
