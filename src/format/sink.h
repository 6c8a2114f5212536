// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Where a format that decodes a whole stream (`decode` of struct format) puts what it finds. Everything handed over is
// used before the call returns: slices need not live longer.
#pragma once

#include "format/format.h"

// One record. What the case keeps as its text:
//   FORMAT_RENDERED      `text`, then `record.message`, then a line end. `text` is what stands in front of the
//                        message, its last blank or line end included ("MESSAGE=", "2026-03-04T05:06:07Z web-01
//                        sshd[8]: ").
//   otherwise            `text` is the record as it stands in the input, a slice of it without the last line end, and
//                        `record.message` a slice of `text` that goes to its end, or absent: then all of `text` is.
struct decoded {
    struct record record;
    struct str text;
    uint64_t lines; // physical lines of the input this record took, at least 1; not used with FORMAT_NO_LINES
    const struct fact *facts;
    size_t facts_n;
    bool silent; // do not look for a meaning in the message: the facts here say it all
};

// Something that is no record, or an oddity. `offset` and `length` are of the input, or, FORMAT_RENDERED, of what was
// decoded so far: give the input's position in the detail, too.
struct noted {
    enum anomaly_kind kind; // ANOMALY_COUNT: nothing odd, only lines to count
    uint64_t offset, length;
    struct str detail;
    uint64_t skipped, blank; // physical lines passed over by it: counted, not used with FORMAT_NO_LINES
    bool of_record;          // it is about the record handed over last
};

struct sink {
    // Both return false when the run is to stop: return from decode() then.
    bool (*record)(void *context, const struct decoded *decoded);
    bool (*note)(void *context, const struct noted *noted);
    // Bytes of the input dealt with so far, for progress; now and then. NULL: nobody asks.
    void (*at)(void *context, uint64_t bytes);
    void *context;
};

static inline bool sink_record(const struct sink *sink, const struct decoded *decoded) {
    return sink->record(sink->context, decoded);
}
static inline bool sink_note(const struct sink *sink, const struct noted *noted) {
    return sink->note(sink->context, noted);
}
// Of a line of the input that is no record; `kind` ANOMALY_COUNT: nothing odd.
static inline bool sink_line(const struct sink *sink, const struct stream *stream, struct str line,
                             enum anomaly_kind kind, uint64_t skipped, uint64_t blank) {
    return sink_note(sink, &(struct noted){.kind = kind,
                                           .offset = (uint64_t)(line.p - stream->bytes.p),
                                           .length = line.n,
                                           .skipped = skipped,
                                           .blank = blank});
}
static inline void sink_at(const struct sink *sink, uint64_t bytes) {
    if (sink->at)
        sink->at(sink->context, bytes);
}

// A record with nothing known: PID_NONE, no facility, no severity, no anomaly, no time.
#define RECORD_EMPTY                                                                                                   \
    ((struct record){.pid = PID_NONE, .facility = FACILITY_COUNT, .severity = SEVERITY_COUNT, .anomaly = ANOMALY_COUNT})
