// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// `lhx ingest`: reads evidence into a case and ends.
#include "cli/commands.h"
#include "cli/door.h"
#include "cli/reading.h"

static const struct call_option OPTIONS[] = {
    [READING_CASE] = {"case", 0, "DIR", "the case folder; made when it is not there, else added to"},
    [READING_TZ] = {"tz", 0, "[SOURCE=]ZONE", READING_TZ_HELP},
    [READING_GEOIP] = {"geoip", 0, "FILE", READING_GEOIP_HELP},
    [READING_PROGRESS] = {"progress", 0, "HOW", READING_PROGRESS_HELP},
    {0},
};

static enum exit_status run_ingest(const struct call *call) {
    const char *folder = call_value(call, READING_CASE);
    struct reading *reading;
    struct case_file *file;
    struct error error;
    if (!folder)
        return say_usage(call->command, "ingest: say where the case shall be: --case DIR");
    if (!call->operands_n && !call_value(call, READING_TZ))
        return say_usage(call->command, "ingest: say what to read, or with --tz how to take what was read");
    enum exit_status status = reading_new(call, &reading);
    if (status != EXIT_DONE)
        return status;
    error_clear(&error);
    if (case_open(folder, CASE_CREATE, &file, &error) != OK) {
        reading_free(reading);
        return say_failed(&error);
    }
    door_block_signals();
    reading_start(reading, file, NULL);
    reading_follow(reading);
    status = reading_wait(reading);
    reading_free(reading);
    case_close(file);
    return status;
}

const struct command COMMAND_INGEST = {
    .name = "ingest",
    .operands = "EVIDENCE… --case DIR",
    .summary = "read evidence into a case, do not serve",
    .details =
        "EVIDENCE is a file, a folder, or - for standard input; compressed or not. An existing case is added to;\n"
        "bytes that are in it already are not read again. Ctrl-C keeps what was read; the same command goes on.\n"
        "With --tz, times of sources that were read in another zone are moved; without EVIDENCE nothing else is done.",
    .options = OPTIONS,
    .least = 0,
    .most = SIZE_MAX,
    .heavy = true,
    .run = run_ingest,
};
