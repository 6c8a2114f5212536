// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// `lhx search`: raw lines, also those that are no record, each with the source it lies in and the byte where
// it begins.
#include "case/search.h"

#include "cli/commands.h"
#include "cli/folder.h"
#include "notebook/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { REGEX, CASE, HOST, PROGRAM, FROM, TO, LIMIT, FORMAT };

static const struct call_option OPTIONS[] = {
    [REGEX] = {"regex", 0, NULL, "TEXT is a Perl-compatible regular expression"},
    [CASE] = {"case-sensitive", 0, NULL, "capital and small letters differ"},
    [HOST] = {"host", 0, "NAME", "only records of this host; may be given again"},
    [PROGRAM] = {"program", 0, "NAME", "only records of this program"},
    [FROM] = {"from", 0, "TIME", "from here on: 2026-03-04 or 2026-03-04T05:06:07Z (UTC)"},
    [TO] = {"to", 0, "TIME", "up to here"},
    [LIMIT] = {"limit", 0, "N", "at most N hits (default: all)"},
    [FORMAT] = {"format", 0, "FORMAT", "text (default) or jsonl"},
    {0},
};

struct finder {
    struct case_connection *connection; // for paths: the search itself holds another
    bool json, colour;
    uint32_t source_id; // whose path is in `path`
    struct buffer path, line;
    struct error error; // of looking up a path
};

static void add_coloured(struct buffer *line, const struct search_hit *hit, bool colour) {
    size_t at = 0;
    for (size_t i = 0; colour && i < hit->spans_n; i++) {
        const struct search_span *span = &hit->spans[i];
        value_visible(line, (struct str){hit->text.p + at, span->from - at}, true);
        buffer_add(line, S("\033[1;31m"));
        value_visible(line, (struct str){hit->text.p + span->from, span->to - span->from}, true);
        buffer_add(line, S("\033[m"));
        at = span->to;
    }
    value_visible(line, str_skip(hit->text, at), true);
}

static void add_json(struct finder *f, const struct search_hit *hit) {
    struct case_value time = case_from_time(hit->ts);
    struct buffer *line = &f->line;
    buffer_add(line, S("{\"path\":"));
    buffer_add_json(line, buffer_str(&f->path));
    buffer_print(line, ",\"source_id\":%u,\"offset\":%llu,\"record_id\":", hit->source_id,
                 (unsigned long long)hit->offset);
    buffer_print(line, hit->record_id ? "%llu" : "null", (unsigned long long)hit->record_id);
    buffer_add(line, S(",\"ts\":"));
    value_json(line, &time, false);
    buffer_add(line, S(",\"host\":"));
    buffer_add_json(line, hit->host);
    buffer_add(line, S(",\"program\":"));
    buffer_add_json(line, hit->program);
    buffer_add(line, S(",\"text\":"));
    buffer_add_json(line, hit->text);
    buffer_add_char(line, '}');
}

static void take_path(void *context, const struct case_result *result, size_t row) {
    buffer_add(context, case_text_at(result, 0, row));
}

// The path of a source; asked for once per source, since hits come source by source.
static bool find_path(struct finder *f, uint32_t source_id) {
    const struct case_param param = {"source", case_from_integer(source_id)};
    if (f->source_id == source_id)
        return true;
    f->source_id = source_id;
    f->path.n = 0;
    return case_each(f->connection, S("select path from source where source_id = $source"), &param, 1, take_path,
                     &f->path, &f->error) == OK;
}

static bool print_hit(void *context, const struct search_hit *hit) {
    struct finder *f = context;
    if (!find_path(f, hit->source_id))
        return false;
    f->line.n = 0;
    if (f->json) {
        add_json(f, hit);
    } else {
        value_visible(&f->line, buffer_str(&f->path), false);
        buffer_print(&f->line, ":%llu:", (unsigned long long)hit->offset);
        add_coloured(&f->line, hit, f->colour);
    }
    buffer_add_char(&f->line, '\n');
    return fwrite(f->line.p, 1, f->line.n, stdout) == f->line.n;
}

typedef VEC(struct str) names;

static enum exit_status take_options(const struct call *call, struct search *search, names *hosts,
                                     struct finder *finder) {
    const char *format = call_value(call, FORMAT);
    uint64_t limit = UINT32_MAX;
    *search = (struct search){
        .text = str_of(call->operands[1]),
        .regex = call_has(call, REGEX),
        .ignore_case = !call_has(call, REGEX) && !call_has(call, CASE),
        .from = USEC_NONE,
        .to = USEC_NONE,
        .program = str_of(call_value(call, PROGRAM)),
    };
    if (format && strcmp(format, "text") != 0 && strcmp(format, "jsonl") != 0)
        return say_usage(call->command, "--format: there is no '%s'; there are text and jsonl", format);
    if (!call_time(call, FROM, &search->from) || !call_time(call, TO, &search->to) ||
        !call_number(call, LIMIT, UINT32_MAX, &limit))
        return EXIT_USAGE;
    for (size_t i = 0; i < call->values.n; i++)
        if (call->values.at[i].option == HOST)
            *VEC_PUSH(hosts) = str_of(call->values.at[i].text);
    search->hosts = hosts->at;
    search->hosts_n = hosts->n;
    search->limit = limit ? (size_t)limit : UINT32_MAX;
    search->bare = !hosts->n && !search->program.p && search->from == USEC_NONE && search->to == USEC_NONE;
    finder->json = format && strcmp(format, "jsonl") == 0;
    finder->colour = !finder->json && isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    return EXIT_DONE;
}

static enum exit_status search_case(const struct search *search, struct case_file *file, struct finder *finder) {
    struct case_connection *connection = NULL;
    struct search_summary summary;
    struct error error;
    error_clear(&error);
    enum status status = case_connect(file, &connection, &error);
    if (status == OK)
        status = case_connect(file, &finder->connection, &error);
    if (status == OK)
        status = search_run(file, connection, search, print_hit, finder, &summary, &error);
    case_disconnect(finder->connection);
    case_disconnect(connection);
    if (finder->error.status >= SKIP)
        return say_failed(&finder->error);
    return status >= SKIP ? say_failed(&error) : EXIT_DONE;
}

static enum exit_status run_search(const struct call *call) {
    struct case_file *file;
    struct error error;
    struct search search;
    names hosts = {0};
    struct finder finder = {0};
    error_clear(&error);
    enum exit_status status = take_options(call, &search, &hosts, &finder);
    if (status == EXIT_DONE && folder_open(call->operands[0], &file, &error) != OK)
        status = say_failed(&error);
    else if (status == EXIT_DONE) {
        status = search_case(&search, file, &finder);
        case_close(file);
    }
    VEC_DONE(&hosts);
    buffer_done(&finder.path);
    buffer_done(&finder.line);
    return status;
}

const struct command COMMAND_SEARCH = {
    .name = "search",
    .operands = "DIR TEXT",
    .summary = "find raw lines that hold a text",
    .details =
        "Prints SOURCE:BYTE:LINE. Text is found whatever its case. Without filters, lines that are no record are\n"
        "found, too.",
    .options = OPTIONS,
    .least = 2,
    .most = 2,
    .heavy = true,
    .run = run_search,
};
