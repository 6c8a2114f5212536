// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The reading half of ingest, in a thread of its own: bytes of one source in, batches of cut records out.
// On the way the bytes are hashed and kept as the source's text segment.
#pragma once

#include "case/text.h"
#include "format/format.h"
#include "ingest/digest.h"
#include "source/source.h"

#include <stdatomic.h>

// One physical line that matters: a record's first line, a line that belongs to the record before, or one
// that was skipped. Blank lines are only counted.
struct cut {
    uint64_t offset; // of the line's first byte in the source's text
    uint32_t length; // without its line end
    uint32_t head;   // bytes before the message
    uint8_t kind;    // enum line_kind
    uint8_t anomaly; // enum anomaly_kind the reader itself noted, ANOMALY_COUNT: none
    uint64_t whole;  // bytes of the line in the evidence, when it was cut
    struct record record;
};

struct batch {
    char *bytes; // the records' slices point in here
    size_t n, room;
    struct cut *cuts;
    size_t cuts_n, cuts_room;
    uint64_t lines, blank;
    uint64_t stored; // stored bytes consumed up to here, for progress
    bool last;
    // With `last`:
    enum status status; // END; FAIL when the source broke; FATAL when the text could not be kept
    int fault;          // enum anomaly_kind of a break
    struct error error;
    uint64_t size; // bytes of text in all
    char sha256[DIGEST_TEXT];
};

struct reader;

struct reader_job {
    struct source *source; // taken over
    struct str head;       // bytes already taken from `source`; copied
    bool ended;            // `head` is all there was
    const struct format *format;
    struct text_writer *text; // taken over
    uint64_t skip;            // bytes at the front that are in the case already: kept as text, not cut
    const atomic_bool *stop;  // may be NULL
};

// The buffers, for one source after the other.
struct reader *reader_new(void);
void reader_free(struct reader *reader);

// Begins with a source. Every start needs its reader_stop(), also one that failed.
enum status reader_start(struct reader *reader, const struct reader_job *job, struct error *error);
// The next batch; the last one has `last` set. Good until given back.
struct batch *reader_next(struct reader *reader);
void reader_give_back(struct reader *reader, struct batch *batch);
// Ends with the source, also in the middle of it.
void reader_stop(struct reader *reader);
