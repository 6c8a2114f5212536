// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// `lhx info`: what is in a case, piece by piece, and for each piece that was not understood the reason. The
// questions are SQL over the same views everybody has.
#include "cli/commands.h"
#include "cli/folder.h"
#include "cli/output.h"
#include "cli/table.h"

enum { FORMAT, OUTPUT };

static const struct call_option OPTIONS[] = {
    [FORMAT] = {"format", 0, "FORMAT", "only the list of sources, as csv, json, jsonl or parquet"},
    [OUTPUT] = {"output", 'o', "FILE", "write there instead of standard output"},
    {0},
};

static const struct {
    const char *title, *sql, *none;
} PARTS[] = {
    {"Sources",
     "select path, container, format, state, zone_from, year_from, bytes, lines, records, continued, skipped, blank, "
     "first_ts, last_ts from source where state in ('read', 'partial', 'reading') order by source_id",
     "Nothing was read."},
    {"Not read, or not to the end", "select path, state, reason from source where state <> 'read' order by source_id",
     "All evidence was read to its end."},
    {"Skipped lines and other anomalies",
     "select s.path, a.kind, count(*) as count, min(a.\"offset\") as first_offset, any_value(a.detail) as example "
     "from anomaly a left join source s using (source_id) group by all order by count desc, s.path, a.kind limit 200",
     "None."},
    {"Hosts", "select name, records, first_ts, last_ts, time_zone, os from host order by records desc, name limit 100",
     "No record names a host."},
    {"Events",
     "select kind, outcome, count(*) as lines, sum(count) as count from logon group by all order by count desc",
     "No logons."},
};

static const char SOURCES_SQL[] = "select * from source order by source_id";

struct part {
    struct table *table;
    uint64_t rows;
};

static bool take_columns(void *context, const struct answer_column *columns, size_t n) {
    struct part *part = context;
    part->table = table_new(stdout, columns, n);
    return true;
}

static bool take_row(void *context, const struct case_value *values, size_t n) {
    struct part *part = context;
    (void)n;
    table_row(part->table, values);
    part->rows++;
    return true;
}

static enum status print_part(struct case_connection *connection, size_t i, struct error *error) {
    struct part part = {0};
    struct answer_sink sink = {&part, take_columns, take_row};
    struct answer_meta meta;
    struct question question = question_of(str_of(PARTS[i].sql));
    printf("%s%s\n", i ? "\n" : "", PARTS[i].title);
    enum status status = question_run(connection, &question, &sink, &meta, error);
    if (part.rows)
        table_end(part.table);
    else
        table_drop(part.table), printf("%s\n", PARTS[i].none);
    return status;
}

static enum exit_status print_parts(struct case_connection *connection, struct error *error) {
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        if (print_part(connection, i, error) >= SKIP)
            return say_failed(error);
    return EXIT_DONE;
}

static enum exit_status write_sources(const struct call *call, struct case_connection *connection,
                                      struct error *error) {
    struct output *output;
    struct output_options options = {.format = call_value(call, FORMAT), .path = call_value(call, OUTPUT)};
    enum exit_status status = output_open(call->command, &options, &output);
    if (status != EXIT_DONE)
        return status;
    struct question question = question_of(str_of(SOURCES_SQL));
    struct answer_sink sink = output_sink(output);
    struct answer_meta meta;
    bool good = question_run(connection, &question, &sink, &meta, error) < SKIP;
    return output_close(output, good, error) != OK || !good ? say_failed(error) : EXIT_DONE;
}

static enum exit_status run_info(const struct call *call) {
    struct case_file *file;
    struct case_connection *connection;
    struct error error;
    enum exit_status status = EXIT_FAILED;
    error_clear(&error);
    if (folder_open(call->operands[0], &file, &error) != OK)
        return say_failed(&error);
    if (case_connect(file, &connection, &error) != OK) {
        status = say_failed(&error);
    } else {
        bool listed = call_has(call, FORMAT) || call_has(call, OUTPUT);
        status = listed ? write_sources(call, connection, &error) : print_parts(connection, &error);
        case_disconnect(connection);
    }
    case_close(file);
    return status;
}

const struct command COMMAND_INFO = {
    .name = "info",
    .operands = "DIR",
    .summary = "list the sources of a case, what was skipped, and why",
    .options = OPTIONS,
    .least = 1,
    .most = 1,
    .run = run_info,
};
