// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One attempt to log on leaves two to four lines. This joins them, while reading and in the order of the
// source, into one row: the daemon's verdict with the best of each field. State is bounded and goes by
// (host, pid, program family); what stays open is let go after two minutes of log time.
#pragma once

#include "meaning/meaning.h"

// A logon fact with its names as numbers of the case. Also what comes out, then with `lines` counted.
struct attempt {
    uint64_t record_id;
    usec ts; // USEC_NONE when the record has no time
    uint32_t host_id, program_id;
    const struct meaning *meaning; // the family the line was read by
    int64_t pid;                   // PID_NONE: joined with its neighbours of the same program and names
    enum outcome outcome;
    enum logon_kind kind;
    enum reason reason;
    enum method method;
    enum logon_step step;
    uint32_t user_id, actor_id, address_id, terminal_id, key_id; // 0: not recorded
    int32_t port;
    uint32_t count, lines;
};

typedef void attempts_emit(void *context, const struct attempt *attempt);

struct attempts;

struct attempts *attempts_new(attempts_emit *emit, void *context);
// The next logon fact of the source. May emit any number of attempts, also of others.
void attempts_add(struct attempts *attempts, const struct attempt *line);
// Emits all that is open: at the end of a source.
void attempts_flush(struct attempts *attempts);
void attempts_free(struct attempts *attempts);
