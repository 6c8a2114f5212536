// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// How a stream is written. One file per format fills one `struct format` and one row of FORMATS in
// format.c. Formats are told by content, not by name; the name only breaks ties.
#pragma once

#include "base/status.h"
#include "record/fact.h"
#include "record/record.h"

struct sink;

enum format_traits {
    FORMAT_BINARY = 1,   // also asked about what is surely no text
    FORMAT_RENDERED = 2, // the case keeps what decode() writes out; else the bytes as they are
    FORMAT_NO_LINES = 4, // has no lines to count: records are not lines
};

// What decode() works on: the whole stream, decompressed. It stays as it is until decode() returns.
struct stream {
    struct str bytes;
    struct str path; // what the evidence calls it
    usec mtime;      // USEC_NONE when not known
};

// A format either cuts lines (`line`) or decodes a whole stream (`decode`).
struct format {
    const char *name; // as in the `source` view: "syslog"
    const char *what; // for people: "syslog, RFC 3164 and 5424"
    // How sure this format is of a stream that begins with `head` (at most LIMIT_PROBE bytes, cut at a line
    // end when there is one): 0 not at all … 100 certain. `path` is what the evidence calls it.
    int (*probe)(struct str head, struct str path);
    // Cuts one physical line, without its line end. `after_record` tells whether a record came before it in
    // this source. Fills `*ret` for LINE_RECORD; for LINE_SKIPPED only `ret->anomaly`.
    enum line_kind (*line)(struct str line, bool after_record, struct record *ret);
    // With `line`, may be NULL: what a record states beyond its message's meaning. Up to FACTS_MAX.
    size_t (*facts)(const struct record *record, struct fact *ret);
    // Hands all records of the stream to the sink. OK; FAIL when the stream breaks off or is damaged beyond reading
    // on: all before it has been handed over, `error` says what and where, status SKIP when nothing of it can be
    // read by this program (an unknown flag).
    enum status (*decode)(const struct stream *stream, const struct sink *sink, struct error *error);
    unsigned traits;
    enum witness witness; // who tells, when it tells of a logon
};

extern const struct format *const FORMATS[]; // ends with NULL
// The surest format, or NULL when none is at least 50; `*ret_reason` (a static text) then says what it
// looks like instead ("ELF executable", "binary data").
const struct format *format_detect(struct str head, struct str path, const char **ret_reason);
