// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Text logs whose records need more than one line to be understood: a walk over the lines that keeps the promise
// records + continued + skipped + blank = lines, and puts records together. A reader sees one line at a time; it calls
// textlog_begin() when that line begins a record, and says what the line was. Blank lines inside of a record belong
// to it, blank lines behind it do not.
#pragma once

#include "base/arena.h"
#include "format/format.h"
#include "format/sink.h"

enum { TEXTLOG_FACTS = 20000 }; // of one record: an upgrade of a whole distribution has thousands

struct textlog {
    const struct stream *stream;
    // The record being put together
    struct record record;
    const char *message; // where its message begins in the input; NULL: all of the record's text
    bool open, silent;
    // FORMAT_RENDERED: what stands in front of the message, and the message
    bool rendered;
    struct str front;
    struct buffer body;
    struct arena arena;    // for this record
    enum anomaly_kind why; // for LINE_SKIPPED, ANOMALY_NO_HEADER if nothing is said
    bool ended;            // the record takes no more lines
    // For the reader, kept over lines
    int state;
    struct str user, program;
    // The walk's own
    const struct sink *sink;
    VEC(struct fact) facts;
    struct fact spare;
    struct str line, text;
    uint64_t lines, blank;
    bool stop;
};

typedef enum line_kind textlog_reader(struct textlog *t, struct str line);
// `format` tells whether what is read is rendered.
enum status textlog_decode(const struct stream *stream, const struct sink *sink, unsigned traits, textlog_reader *read);

// The line being read begins a record: the one before is handed over.
struct record *textlog_begin(struct textlog *t);
// A new fact of the record, zeroed but for its kind. It moves when the next one is asked for.
struct fact *textlog_fact(struct textlog *t, enum fact_kind kind);
struct item *textlog_item(struct textlog *t, enum item_kind kind, struct str name);

// Takes a stamp of a known shape off the front of `*s`: Y year, m and d, H M S, b month by name, f a fraction or
// nothing, z a zone or nothing (then local), blank one or more blanks, all else itself. False, and `*s` unchanged, when
// it is not there or no such time.
bool textlog_stamp(struct str *s, const char *shape, struct stamp *ret);

struct str textlog_name(struct str path); // the last component
// Whose home the path is in: "alice" of "…/home/alice/x", "root" of "…/root/x"; absent elsewhere.
struct str textlog_user(struct str path);
// A level by its usual names ("warn", "WARNING", "crit", "E"); SEVERITY_COUNT when it is none.
enum severity textlog_severity(struct str word);
// How many of the first lines of `head`, blank ones aside, satisfy `is`: 0 … 100, 0 when the first three do not.
int textlog_share(struct str head, bool (*is)(struct str line));
