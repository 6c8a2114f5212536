// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Evidence into a case: walks the paths, tells formats apart, settles each source's zone and year, reads,
// and keeps the ledger. Two threads per source: one reads, hashes, keeps the text and cuts records
// (reader.h); the other gives them time, names and meaning and stores them (recorder.h).
#pragma once

#include "case/case.h"
#include "source/source.h"

#include <stdatomic.h>

// `--tz ZONE` and `--tz SOURCE=ZONE`.
struct ingest_zone {
    struct str source; // absent: for every source; else a path or the end of one
    struct str zone;   // "Europe/Berlin", "+02:00", "UTC"
};

struct ingest_progress {
    uint64_t bytes, bytes_total; // as stored; bytes_total 0 when not known
    uint64_t lines, records;
    size_t sources, sources_total; // done; in all
    struct str source;             // being read now
};

struct ingest_options {
    const struct ingest_zone *zones;
    size_t zones_n;
    usec now;                // "later than the evidence": bounds the year of year-less stamps
    const atomic_bool *stop; // when it turns true, what is done is kept and the run ends with END
    // Called about ten times a second, from the thread that called ingest_run(). May be NULL.
    void (*progress)(void *context, const struct ingest_progress *progress);
    void *context;
};

// A source that was not read, or not to its end.
struct ingest_trouble {
    struct str path, reason;
    bool failed; // true: should have been read; counts for the exit status
};

struct ingest_report {
    VEC(struct ingest_trouble) troubles;
    size_t sources, read, duplicates;
    size_t rezoned;                 // sources of the case whose times were moved to the zone an option names
    uint64_t records, lines, bytes; // bytes of text, decompressed
    struct arena strings;
};

// Without paths only the zones of what the case has are set anew. OK; END when stopped; FAIL when there was nothing to
// read; FATAL when the case cannot be written (disk full). Troubles are in the report in every case, and what was read
// before stays.
enum status ingest_run(struct case_file *file, char *const *paths, size_t n, const struct ingest_options *options,
                       struct ingest_report *ret, struct error *error);
void ingest_report_done(struct ingest_report *report);
