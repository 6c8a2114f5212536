// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Logs of one JSON object a line, whose reader only has to say what an object means. Arrays of objects, one on each
// line or in front, are read as well, and an object laid out over many lines for people to read. What is no object is
// passed over and noted.
#pragma once

#include "format/format.h"
#include "format/json.h"
#include "format/sink.h"

// What a reader is given, and fills. All strings may come from `arena`, which is cleared after each record.
struct jsonl {
    const struct stream *stream;
    struct json_object object;
    struct arena arena;
    struct record record; // as RECORD_EMPTY at first
    VEC(struct fact) facts;
    bool limit; // more facts than JSONL_FACTS
};

enum { JSONL_FACTS = 20000 }; // of one record: a snapshot of a host's packages is one

typedef void jsonl_reader(struct jsonl *j);
enum status jsonl_decode(const struct stream *stream, const struct sink *sink, jsonl_reader *read);

// How sure: all of `head`'s whole objects but a few are what `is` wants, and the first is. 0 or 60 … 95.
int jsonl_probe(struct str head, bool (*is)(const struct json_object *object));

// The text of a member; absent when there is none.
struct str jsonl_text(struct jsonl *j, const char *path);
// The first of some members that is there. The list ends with NULL.
struct str jsonl_any(struct jsonl *j, const char *const *paths);
// Reads the record's stamp from a member: a date, or seconds since 1970 in a number. False when it is no time.
bool jsonl_stamp(struct jsonl *j, const char *path);
// A new fact, zeroed but for its kind, or with what "not recorded" is in a flow, alert, item or logon. It moves when
// the next one is asked for.
struct fact *jsonl_fact(struct jsonl *j, enum fact_kind kind);
