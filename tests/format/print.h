// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What a format makes of a stream, as text for people and for comparing: a line a record, its facts below it.
#pragma once

#include "base/arena.h"
#include "format/format.h"

struct printed {
    uint64_t lines, records, continued, skipped, blank; // as the format told them
    uint64_t facts;
    bool broke; // the stream broke off or was refused
};

// Appends to `ret` (NULL: only counts). Ends the process when the format breaks its contract: lines that are not
// accounted for, slices that are empty but not absent, words out of range.
struct printed print_stream(const struct format *format, const struct stream *stream, struct buffer *ret);
// Physical lines of a text.
uint64_t print_count_lines(struct str bytes);
