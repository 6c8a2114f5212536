// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The year of stamps that have none. Solved over the whole set of rotated files before they are read, from
// what is seen at their beginnings; New Year inside a file is found while reading. Pure functions.
#pragma once

#include "base/arena.h"
#include "record/record.h"

// ---- While reading ----

// Zeroed to begin with a source.
struct years_roll {
    int years; // crossed so far
    uint8_t month, day;
    usec of_day;
};

// How many New Years lie between the first stamp given and this one. A step back of less than half a year is
// a clock step, not a New Year.
int years_roll(struct years_roll *roll, const struct stamp *stamp);

// ---- Before reading ----

// What is known of one file of the evidence. Files with the same `host_root` and base name ("auth.log" of
// auth.log, auth.log.1, auth.log.2.gz, auth.log-20240107.xz) are one rotated set.
struct years_file {
    struct str path;
    usec mtime;         // USEC_NONE when not known
    struct stamp first; // the first stamp, not present when there is none
    struct stamp last;  // the last stamp where it was cheap to get, else not present
    bool has_leap_day;  // 29 February was seen among the first stamps
    int known_year;     // a record near the front that does carry a year; 0: none
    // Answers:
    int year;             // of the first stamp
    const char *year_from; // the rule, for the `year_from` column; NULL when all stamps looked at have years
};

// Solves all files. `now` bounds the years: nothing is later than a day after it.
void years_solve(struct years_file *files, size_t n, usec now);

// After a file was read: the year its first stamp should have had, seeing that `crossed` New Years lie
// inside it and that its last record cannot be later than its mtime or `now`. Equal to file->year mostly.
int years_check(const struct years_file *file, int crossed, usec now);
