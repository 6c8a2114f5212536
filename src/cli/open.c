// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// `lhx open`: the page is there at once, and fills as the evidence is read.
#include "cli/commands.h"
#include "cli/door.h"
#include "cli/folder.h"
#include "cli/reading.h"

#include <stdio.h>
#include <stdlib.h>

enum { PORT = READING_OPTIONS_N, NO_BROWSER };

static const struct call_option OPTIONS[] = {
    [READING_CASE] = {"case", 0, "DIR", "the case folder (default: one per evidence, in ~/.cache/lhx)"},
    [READING_TZ] = {"tz", 0, "[SOURCE=]ZONE", READING_TZ_HELP},
    [READING_GEOIP] = {"geoip", 0, "FILE", READING_GEOIP_HELP},
    [READING_PROGRESS] = {"progress", 0, "HOW", READING_PROGRESS_HELP},
    [PORT] = {"port", 0, "N", "listen there (default: a free one)"},
    [NO_BROWSER] = {"no-browser", 0, NULL, "only print the address"},
    {0},
};

// ---- What the page is told ----

static void tell_progress(void *context, const struct progress *p) {
    static const enum serve_phase PHASES[] = {
        [PROGRESS_READING] = SERVE_READING, [PROGRESS_LOCATING] = SERVE_LOCATING, [PROGRESS_DERIVING] = SERVE_DERIVING,
        [PROGRESS_DONE] = SERVE_DONE,       [PROGRESS_FAILED] = SERVE_FAILED,
    };
    char *source = p->read.source.p ? must_copy(p->read.source) : NULL;
    struct serve_progress told = {
        .phase = PHASES[p->phase],
        .bytes = p->read.bytes,
        .bytes_total = p->read.bytes_total,
        .records = p->read.records,
        .lines = p->read.lines,
        .sources = p->read.sources,
        .sources_total = p->read.sources_total,
        .source = source,
        .rate = p->rate,
        .seconds_left = p->seconds_left,
    };
    serve_progress(context, &told);
    free(source);
}

static void tell_failure(void *context, const struct error *error) {
    struct serve_progress told = {.phase = SERVE_FAILED, .seconds_left = -1, .message = error->text};
    serve_progress(context, &told);
}

// ---- The command ----

static enum exit_status read_and_serve(struct reading *reading, struct case_file *file,
                                       const struct serve_options *options, bool browser) {
    struct serve *serve;
    struct door door;
    struct error error;
    error_clear(&error);
    door_block_signals();
    if (serve_start(file, options, &serve, &error) != OK)
        return say_failed(&error);
    struct reading_watch watch = {serve, tell_progress, tell_failure};
    tell_progress(serve, &(struct progress){.phase = PROGRESS_READING, .seconds_left = -1});
    door_announce(&door, serve, browser);
    reading_start(reading, file, &watch);
    bool leaving = reading_follow(reading);
    enum exit_status status = reading_wait(reading);
    if (!leaving && status != EXIT_FAILED)
        door_wait_signal();
    door_close(&door);
    serve_stop(serve);
    return status;
}

static enum exit_status open_in(const struct call *call, struct reading *reading, const char *folder) {
    struct case_file *file;
    struct error error;
    uint64_t port = 0;
    error_clear(&error);
    if (!call_number(call, PORT, UINT16_MAX, &port))
        return EXIT_USAGE;
    if (case_open(folder, CASE_CREATE, &file, &error) != OK)
        return say_failed(&error);
    struct serve_options options = {.port = (uint16_t)port, .attribution = reading_attribution(reading)};
    enum exit_status status = read_and_serve(reading, file, &options, !call_has(call, NO_BROWSER));
    case_close(file);
    return status;
}

static enum exit_status run_open(const struct call *call) {
    const char *given = call_value(call, READING_CASE);
    char *folder = NULL;
    struct reading *reading;
    struct error error;
    error_clear(&error);
    if (call->operands_n == 1 && folder_is_case(call->operands[0]))
        return say_usage(call->command, "'%s' is a case: lhx serve %s", call->operands[0], call->operands[0]);
    enum exit_status status = reading_new(call, &reading);
    if (status != EXIT_DONE)
        return status;
    if (given)
        folder = must_copy(str_of(given));
    else if (folder_of_evidence(call->operands, call->operands_n, &folder, &error) != OK)
        status = say_failed(&error);
    if (status == EXIT_DONE)
        status = open_in(call, reading, folder);
    reading_free(reading);
    free(folder);
    return status;
}

const struct command COMMAND_OPEN = {
    .name = "open",
    .operands = "EVIDENCE… [--case DIR]",
    .summary = "read evidence and show its page",
    .details =
        "EVIDENCE is a file, a folder, or - for standard input; compressed or not. Prints the address of the page,\n"
        "which listens on this machine only. What was read before is not read again. Ctrl-C ends.",
    .options = OPTIONS,
    .least = 1,
    .most = SIZE_MAX,
    .heavy = true,
    .run = run_open,
};
