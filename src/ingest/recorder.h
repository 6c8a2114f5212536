// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The recording half of ingest: gives cut records their time, their names their numbers and their messages
// a meaning, and hands rows to the case. Goes on from source to source; one thread.
#pragma once

#include "base/zone.h"
#include "case/writer.h"
#include "format/sink.h"
#include "ingest/reader.h"

// What is settled about a source before its first record.
struct recorder_source {
    uint32_t source_id;
    struct str path;
    const struct zone *zone; // from an option or the evidence; NULL: taken as UTC
    int year;                // of the first record whose stamp has none
    struct str host;         // of the evidence, for records that name none; absent when not known
    const struct format *format;
};

// What came of it.
struct recorder_counts {
    uint64_t lines, records, continued, skipped, blank;
    usec first_ts, last_ts;    // USEC_NONE: no record with a time
    bool yearless;             // some stamp had no year
    int first_year, last_year; // given to year-less stamps
    struct stamp last_stamp;   // the last of them
};

struct recorder;

struct recorder *recorder_new(struct case_writer *writer, usec now);
void recorder_begin(struct recorder *recorder, const struct recorder_source *source);
enum status recorder_take(struct recorder *recorder, const struct batch *batch, struct error *error);
// A record and its facts as a format decoded them; `offset` and `length` are of its text in the segment, `head` the
// bytes before its message.
enum status recorder_take_decoded(struct recorder *recorder, const struct decoded *decoded, uint64_t offset,
                                  uint32_t length, uint32_t head, struct error *error);
enum status recorder_take_note(struct recorder *recorder, const struct noted *noted, struct error *error);
// Lets go of what is still open of the source.
enum status recorder_end(struct recorder *recorder, struct recorder_counts *ret, struct error *error);
// Writes first and last times of all hosts.
enum status recorder_finish(struct recorder *recorder, struct error *error);
void recorder_free(struct recorder *recorder); // NULL is fine
