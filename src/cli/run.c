// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// `lhx run`: a notebook without the page. One cell that cannot be answered does not keep the others from it.
#include "cli/commands.h"
#include "cli/folder.h"
#include "cli/report.h"
#include "notebook/worker.h"

#include <errno.h>

enum { HOST, FROM, TO, PARAM, ROWS, FORMAT, OUTPUT };

static const struct call_option OPTIONS[] = {
    [HOST] = {"host", 0, "NAME", "only this host; may be given again"},
    [FROM] = {"from", 0, "TIME", "from here on: 2026-03-04 or 2026-03-04T05:06:07Z (UTC)"},
    [TO] = {"to", 0, "TIME", "up to here"},
    [PARAM] = {"param", 0, "NAME=VALUE", "a parameter of the notebook; may be given again"},
    [ROWS] = {"rows", 0, "N", "at most N rows of a cell, 0 for all (default: text 100, html 1000, json all)"},
    [FORMAT] = {"format", 0, "FORMAT", "text (default), json or html"},
    [OUTPUT] = {"output", 'o', "FILE", "write there instead of standard output"},
    {0},
};

static const struct report_format *const FORMATS[] = {&REPORT_TEXT, &REPORT_JSON, &REPORT_HTML};

struct run {
    const struct call *call;
    const struct report_format *format;
    struct notebook *notebook;
    struct case_file *file;
    struct case_connection *connection;
    VEC(struct str) hosts;
    VEC(struct case_param) params;
    struct scope scope;
    uint64_t most_rows;
    struct report report;
    struct arena memory; // of one cell
};

// ---- Options ----

static enum exit_status take_param(struct run *run, const char *text) {
    struct str whole = str_of(text);
    ptrdiff_t equals = str_find_char(whole, '=');
    if (equals <= 0)
        return say_usage(run->call->command, "--param: '%s' is not NAME=VALUE", text);
    struct str name = str_head(whole, (size_t)equals);
    for (size_t i = 0; i < run->notebook->params_n; i++)
        if (str_eq(str_of(run->notebook->params[i].name), name)) {
            *VEC_PUSH(&run->params) = (struct case_param){
                run->notebook->params[i].name, {.type = TYPE_TEXT, .text = str_skip(whole, (size_t)equals + 1)}};
            return EXIT_DONE;
        }
    return say_usage(run->call->command, "--param: the notebook '%.*s' has no parameter '%.*s'",
                     STR_ARG(run->notebook->name), STR_ARG(name));
}

static enum exit_status take_format(struct run *run) {
    const char *name = call_value(run->call, FORMAT);
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (strcmp(FORMATS[i]->name, name ? name : "text") == 0)
            run->format = FORMATS[i];
    if (!run->format)
        return say_usage(run->call->command, "--format: there is no '%s'; there are text, json and html", name);
    run->most_rows = run->format->most_rows;
    return call_number(run->call, ROWS, UINT32_MAX, &run->most_rows) ? EXIT_DONE : EXIT_USAGE;
}

static enum exit_status take_options(struct run *run) {
    const struct call *call = run->call;
    run->scope = (struct scope){.from = USEC_NONE, .to = USEC_NONE};
    if (!call_time(call, FROM, &run->scope.from) || !call_time(call, TO, &run->scope.to))
        return EXIT_USAGE;
    if (run->scope.from != USEC_NONE && run->scope.to != USEC_NONE && run->scope.from > run->scope.to)
        return say_usage(call->command, "--from %s is after --to %s", call_value(call, FROM), call_value(call, TO));
    for (size_t i = 0; i < call->values.n; i++) {
        const struct call_value *v = &call->values.at[i];
        if (v->option == HOST)
            *VEC_PUSH(&run->hosts) = str_of(v->text);
        enum exit_status status = v->option == PARAM ? take_param(run, v->text) : EXIT_DONE;
        if (status != EXIT_DONE)
            return status;
    }
    run->scope.hosts = run->hosts.at;
    run->scope.hosts_n = run->hosts.n;
    return take_format(run);
}

// ---- Cells ----

static bool take_columns(void *context, const struct answer_column *columns, size_t n) {
    struct run *run = context;
    run->report.columns = answer_keep(&run->memory, columns, n);
    run->report.columns_n = n;
    run->format->columns(&run->report);
    return true;
}

static bool take_row(void *context, const struct case_value *values, size_t n) {
    struct run *run = context;
    (void)n;
    run->format->row(&run->report, values);
    run->report.rows++;
    return !ferror(run->report.out);
}

static enum exit_status run_cell(struct run *run, const struct notebook_cell *cell) {
    struct report *report = &run->report;
    struct error error;
    struct answer_meta meta = {.total = -1};
    struct worker_place place = {.folder = run->call->operands[1], .gone_fd = -1};
    struct question question = question_of(STR_NONE);
    struct answer_sink sink = {run, take_columns, take_row};
    error_clear(&error);
    question.scope = run->scope;
    question.limit = run->most_rows;
    question.want_total = run->most_rows > 0;
    report->cell = cell;
    report->columns = NULL;
    report->columns_n = report->rows = 0;
    run->format->cell(report);
    enum status status =
        notebook_question(run->notebook, cell, run->params.at, run->params.n, &run->memory, &question, &error);
    if (status == OK)
        status = notebook_run(run->notebook, run->connection, &place, &question, &sink, &meta, &error);
    run->format->cell_end(report, &meta, status >= SKIP ? &error : NULL);
    if (status >= SKIP)
        say("cell '%.*s': %s", STR_ARG(cell->id), error.text);
    report->cells++;
    arena_clear(&run->memory);
    return status >= SKIP ? EXIT_FAILED : EXIT_DONE;
}

static enum exit_status write_report(struct run *run) {
    struct report *report = &run->report;
    enum exit_status status = EXIT_DONE;
    *report = (struct report){
        .out = report->out, .notebook = run->notebook, .folder = run->call->operands[1], .scope = &run->scope};
    run->format->begin(report);
    for (size_t i = 0; i < run->notebook->blocks_n; i++) {
        const struct notebook_block *block = &run->notebook->blocks[i];
        if (!block->is_cell)
            run->format->text(report, block->markdown);
        else if (!block->cell.hidden && run_cell(run, &block->cell) != EXIT_DONE)
            status = EXIT_FAILED;
    }
    run->format->end(report);
    buffer_done(&report->line);
    return status;
}

static enum exit_status write_file(struct run *run) {
    const char *path = call_value(run->call, OUTPUT);
    run->report.out = path ? fopen(path, "we") : stdout;
    if (!run->report.out) {
        say("cannot write '%s': %s", path, strerror(errno));
        return EXIT_FAILED;
    }
    enum exit_status status = write_report(run);
    bool written = fflush(run->report.out) == 0 && !ferror(run->report.out);
    if (path && fclose(run->report.out) != 0)
        written = false;
    if (path && !written) {
        say("cannot write '%s': %s", path, strerror(errno));
        status = EXIT_FAILED;
    }
    return status;
}

static enum exit_status run_in_case(struct run *run) {
    struct error error;
    error_clear(&error);
    const char *folder = run->call->operands[1];
    if (folder_open(folder, &run->file, &error) != OK)
        return say_failed(&error);
    if (notebook_find(folder, str_of(run->call->operands[0]), &run->notebook, &error) != OK)
        return say_usage(run->call->command, "%s", error.text);
    enum exit_status status = take_options(run);
    if (status != EXIT_DONE)
        return status;
    if (case_connect(run->file, &run->connection, &error) != OK)
        return say_failed(&error);
    status = write_file(run);
    case_disconnect(run->connection);
    return status;
}

static enum exit_status run_run(const struct call *call) {
    struct run run = {.call = call};
    enum exit_status status = run_in_case(&run);
    if (run.file)
        case_close(run.file);
    notebook_free(run.notebook);
    VEC_DONE(&run.hosts);
    VEC_DONE(&run.params);
    arena_done(&run.memory);
    return status;
}

const struct command COMMAND_RUN = {
    .name = "run",
    .operands = "NOTEBOOK DIR",
    .summary = "answer a notebook and write it down",
    .details = "Notebooks: overview, logons, search, and your own in ~/.config/lhx/notebooks or in the case.",
    .options = OPTIONS,
    .least = 2,
    .most = 2,
    .heavy = true,
    .run = run_run,
};
