// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What a reader of a log format hands on: one record, cut but not interpreted. All slices point into the
// bytes the reader was given and live as long as those (a batch).
#pragma once

#include "base/civil.h"
#include "record/vocabulary.h"

// A moment as the record tells it. The zone and the year may be missing; ingest fills them in from what is
// known of the source.
struct stamp {
    int16_t year; // 0: not in the record
    uint8_t month, day;
    usec of_day;  // microseconds since local midnight, 0 .. USEC_DAY - 1 (one second more on a leap second)
    int16_t zone; // minutes east of UTC
    bool has_zone;
    bool present; // false: the record has no time at all
};

enum { PID_NONE = -1 };

struct record {
    struct stamp stamp;
    struct str host;    // absent when the record has none
    struct str program; // the tag without pid and path; "sshd(pam_unix)" and "syslogd 1.4.1" stay as they are
    struct str message; // from the first byte after the tag to the end of the record
    int64_t pid;        // PID_NONE when there is none
    uint8_t facility;   // enum facility; FACILITY_COUNT when the record does not say
    uint8_t severity;   // enum severity; SEVERITY_COUNT when the record does not say
    uint8_t anomaly;    // enum anomaly_kind; ANOMALY_COUNT when there is none
};

// What one physical line turned out to be. records + continued + skipped + blank = lines, always.
enum line_kind {
    LINE_RECORD,    // begins a record
    LINE_CONTINUED, // belongs to the record before it
    LINE_SKIPPED,   // is nothing we know; `anomaly` says why
    LINE_BLANK,     // is empty or white space, and belongs to nothing
};
