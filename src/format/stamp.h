// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The stamp at the front of a line of text. Half a century of daemons wrote it, each a little differently;
// the shapes below are the ones met in real logs. Reading one costs a few nanoseconds, since every line of
// every file begins with one.
#pragma once

#include "record/record.h"

enum stamp_kind {
    STAMP_NONE,
    STAMP_BSD,      // "Mar  7 19:06:53": RFC 3164 and ctime(), with or without weekday, year, fraction
    STAMP_ISO,      // "2024-03-07T19:06:53.123456+01:00": RFC 3339, the zone may be missing
    STAMP_SPACED,   // "2024-03-07 19:06:53,123": many programs' own logs begin like this, too
    STAMP_NO_MONTH, // the shape of STAMP_BSD, but the month is none
};

struct stamp_found {
    enum stamp_kind kind;
    bool valid;    // false: the shape is right, but there is no such day or time; the stamp is absent then
    bool fraction; // parts of a second were written
    bool weekday;  // a weekday came first: the way ctime() writes
};

// Takes a stamp off the front of `*s`, and the colon some daemons end STAMP_BSD with. What is left is empty or
// begins with a blank. When there is none, `*s` and `*ret` stay as they are.
struct stamp_found stamp_read(struct str *s, struct stamp *ret);
