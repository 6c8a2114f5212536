// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// How a stream is written. One file per format fills one `struct format` and one row of FORMATS in
// format.c. Formats are told by content, not by name; the name only breaks ties.
#pragma once

#include "record/record.h"

struct format {
    const char *name; // as in the `source` view: "syslog"
    const char *what; // for people: "syslog, RFC 3164 and 5424"
    // How sure this format is of a stream that begins with `head` (at most LIMIT_PROBE bytes, cut at a line
    // end when there is one): 0 not at all … 100 certain. `path` is what the evidence calls it.
    int (*probe)(struct str head, struct str path);
    // Cuts one physical line, without its line end. `after_record` tells whether a record came before it in
    // this source. Fills `*ret` for LINE_RECORD; for LINE_SKIPPED only `ret->anomaly`.
    enum line_kind (*line)(struct str line, bool after_record, struct record *ret);
};

extern const struct format *const FORMATS[]; // ends with NULL
// The surest format, or NULL when none is at least 50; `*ret_reason` (a static text) then says what it
// looks like instead ("nginx access log, not read yet", "ELF executable", "binary data").
const struct format *format_detect(struct str head, struct str path, const char **ret_reason);
