// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Calendar arithmetic on microseconds since 1970-01-01T00:00:00Z, proleptic Gregorian, without libc's zone
// state. Only the years 1 to 9999 are read; any `usec` at all can be printed.
#pragma once

#include "base/str.h"

typedef int64_t usec;
#define USEC_NONE INT64_MIN
#define USEC_SECOND ((usec)1000000)
#define USEC_MINUTE (60 * USEC_SECOND)
#define USEC_HOUR (60 * USEC_MINUTE)
#define USEC_DAY (24 * USEC_HOUR)

struct civil {
    int year, month, day; // month 1..12, day 1..31
    int hour, minute, second, micro;
};

static inline bool civil_is_leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

// Days since 1970-01-01.
int64_t civil_days(int year, int month, int day);
// Days in a month; 0 for a month out of range.
int civil_month_days(int year, int month);
// Whether all fields are in range (second up to 60, for a leap second).
bool civil_valid(const struct civil *c);
// The moment a civil time denotes in UTC. A second of 60 counts as the first of the next minute.
usec civil_to_usec(const struct civil *c);
struct civil civil_from_usec(usec t);

enum { CIVIL_TEXT = 40 };
// "2026-03-04 05:06:07.123456" (fraction left out when zero), as DuckDB prints a TIMESTAMP. Terminated.
size_t civil_print(usec t, char ret[CIVIL_TEXT]);
// "2026-03-04T05:06:07.123456Z"
size_t civil_print_iso(usec t, char ret[CIVIL_TEXT]);
// Reads what the two above print, and a date alone; with or without Z or +hh:mm.
bool civil_parse(struct str s, usec *ret);
