// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A stream that is decoded as a whole: between the format, which hands over records, and the recorder and the text
// segment, which keep them. One thread.
#pragma once

#include "ingest/recorder.h"
#include "ingest/whole.h"

struct decoder_job {
    struct recorder *recorder;
    const struct format *format;
    const struct stream *stream;
    struct text_writer *text; // where rendered records go; not used by other formats
    uint64_t skip;            // bytes at the front whose records are in the case already
    const atomic_bool *stop;  // may be NULL
    // After each few records; anything but OK ends the reading.
    enum status (*tick)(void *context, uint64_t bytes, uint64_t lines);
    void *context;
};

struct decoder_result {
    uint64_t text;       // bytes of text kept, FORMAT_RENDERED
    struct error broken; // FAIL, SKIP: why decoding ended early
};

// OK; FATAL when it cannot be kept.
enum status decoder_run(const struct decoder_job *job, struct decoder_result *ret, struct error *error);
