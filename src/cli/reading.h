// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Reading evidence into a case from beginning to end, as `lhx open` and `lhx ingest` do it: read, locate,
// derive, finish. It runs in a thread of its own, so that whoever called can watch signals meanwhile.
#pragma once

#include "case/case.h"
#include "cli/call.h"
#include "cli/progress.h"

// The options both commands have, at the head of their tables.
enum { READING_CASE, READING_TZ, READING_GEOIP, READING_PROGRESS, READING_OPTIONS_N };
#define READING_TZ_HELP "zone of stamps that have none: Europe/Berlin, +02:00; also for one source"
#define READING_GEOIP_HELP "locate addresses by this MMDB file, not by the built-in countries"
#define READING_PROGRESS_HELP "bar, json (a line a second on standard error) or none"

// Who else wants to know. Called from the reading thread; each may be NULL.
struct reading_watch {
    void *context;
    void (*progress)(void *context, const struct progress *progress);
    void (*failed)(void *context, const struct error *error);
};

struct reading;

// Checks options and operands; says why and returns EXIT_USAGE or EXIT_FAILED when one will not do.
enum exit_status reading_new(const struct call *call, struct reading **ret);
void reading_start(struct reading *reading, struct case_file *file, const struct reading_watch *watch);
// The line the licence of the chosen database of locations asks to be shown; lives as long as `reading`.
const char *reading_attribution(const struct reading *reading);
// Until it has ended: the first of the signals of door.h asks it to end early and keeps what was read, the second ends
// the process. True when there was one.
bool reading_follow(struct reading *reading);
// Waits for the end, names on standard error what could not be read, and tells how it went.
enum exit_status reading_wait(struct reading *reading);
void reading_free(struct reading *reading); // NULL is fine
