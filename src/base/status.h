// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// How things end. A reader of evidence needs more than yes and no: one bad record is not a bad file, and
// one bad file is not a failed run. Functions return an `enum status`; the detail is written once, where
// it is known, into the caller's `struct error`. Library code never prints.
#pragma once

#include <stdarg.h>
#include <stdint.h>

enum status {
    OK,    // done
    END,   // nothing more to come
    DOUBT, // done, with something the analyst should know (an anomaly was noted)
    SKIP,  // this record was left out, the next one may be fine
    FAIL,  // this source or operation cannot go on; others can
    FATAL, // the run cannot go on: no memory, no disk, a broken case
};

// What went wrong, in words for a person: names the thing, the byte and the value, and the way out.
struct error {
    enum status status;
    uint64_t offset; // byte in the source, UINT64_MAX when there is none
    int sys;         // errno, 0 when there is none
    char text[512];  // one line, UTF-8, terminated, control characters escaped
};

// Fills `*error` (which may be NULL) and returns `status`. Keeps the first error when one is there already.
enum status error_set(struct error *error, enum status status, int sys, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static inline void error_clear(struct error *error) {
    *error = (struct error){.offset = UINT64_MAX};
}
