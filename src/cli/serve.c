// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// `lhx serve`: the page of a finished case, until Ctrl-C.
#include "serve/serve.h"

#include "cli/commands.h"
#include "cli/door.h"
#include "cli/folder.h"
#include "intel/geo.h"

enum { PORT, NO_BROWSER, BIND };

static const struct call_option OPTIONS[] = {
    [PORT] = {"port", 0, "N", "listen there (default: a free one)"},
    [NO_BROWSER] = {"no-browser", 0, NULL, "only print the address"},
    [BIND] = {"bind", 0, "ADDRESS", "a loopback address (default: 127.0.0.1); others are refused"},
    {0},
};

static enum exit_status serve_case(struct case_file *file, const struct serve_options *options, bool browser) {
    struct serve *serve;
    struct door door;
    struct error error;
    error_clear(&error);
    door_block_signals();
    if (serve_start(file, options, &serve, &error) != OK)
        return say_failed(&error);
    door_announce(&door, serve, browser);
    door_wait_signal();
    door_close(&door);
    serve_stop(serve);
    return EXIT_DONE;
}

static enum exit_status run_serve(const struct call *call) {
    struct case_file *file;
    struct error error;
    uint64_t port = 0;
    error_clear(&error);
    if (!call_number(call, PORT, UINT16_MAX, &port))
        return EXIT_USAGE;
    if (folder_open(call->operands[0], &file, &error) != OK)
        return say_failed(&error);
    struct arena memory = {0};
    struct serve_options options = {
        .bind = call_value(call, BIND),
        .port = (uint16_t)port,
        .attribution = intel_attribution(file, &memory).p,
    };
    enum exit_status status = serve_case(file, &options, !call_has(call, NO_BROWSER));
    arena_done(&memory);
    case_close(file);
    return status;
}

const struct command COMMAND_SERVE = {
    .name = "serve",
    .operands = "DIR",
    .summary = "show the page of a finished case",
    .details = "Listens on this machine only. The printed address holds a secret; whoever has it sees the case.",
    .options = OPTIONS,
    .least = 1,
    .most = 1,
    .heavy = true,
    .run = run_serve,
};
