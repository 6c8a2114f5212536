// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The year of stamps that have none. Solved over the whole set of rotated files before they are read, from
// what is seen at their beginnings; New Year inside a file is found while reading. Pure functions.
#pragma once

#include "record/record.h"

// ---- While reading ----

// Zeroed to begin with a source.
struct years_roll {
    int years; // crossed so far
    uint8_t month, day;
    usec of_day;
    // The last jump of more than half a year. A host without a battery wakes up on 1 January and has the right
    // time a minute later: that was no New Year, and is taken back.
    bool jumped;
    int years_before;
    double before, landed; // days into the year
};

// How many New Years lie between the first stamp given and this one. It is below 0 when the first one was
// from a new year and this one is from the old. A step back of less than half a year is a clock step, not a
// New Year; so is going from the first days of January to the last of December.
int years_roll(struct years_roll *roll, const struct stamp *stamp);

// ---- Before reading ----

// What is known of one file of the evidence. Files of one folder with the same base name ("auth.log" of
// auth.log, auth.log.1, auth.log.2.gz, auth.log-20240107.xz) are one rotated set.
struct years_file {
    struct str path;
    usec mtime;         // USEC_NONE when not known
    struct stamp first; // the first stamp, not present when there is none
    struct stamp last;  // the last stamp where it was cheap to get, else not present
    int crossed;        // New Years between `first` and `last`; one is seen without it
    bool has_leap_day;  // 29 February was seen among the first stamps
    int known_year;     // a record near the front that does carry a year; 0: none
    // Answers:
    int year;              // of the first stamp
    const char *year_from; // the rule, for the `year_from` column; NULL when all stamps looked at have years
    usec until;            // no record can be later; USEC_NONE when nothing says so
};

// Solves all files. `now` bounds the years: nothing is later than a day after it.
void years_solve(struct years_file *files, size_t n, usec now);

// After a file was read: the year its first stamp should have had, seeing that `crossed` New Years lie
// inside it and that its last record cannot be later than its mtime or `now`. Equal to file->year mostly.
// `file->last`, when it was set to the last stamp of all, makes this exact to the day.
int years_check(const struct years_file *file, int crossed, usec now);

// ---- Names of rotated files ----

struct years_name {
    struct str base;      // what the names of a set share, with the folder: "/var/log/auth"
    int64_t age;          // 0: being written; else larger is older, within one manner of naming
    int year, month, day; // the date in the name; 0: none
};

// Takes "auth.log.2.gz", "secure-20240107", "messages-20240107-1704600000.xz", "auth.log.2024-01-07" and
// "syslog.old" apart.
struct years_name years_name(struct str path);
