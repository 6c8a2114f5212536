// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What a case has read already, told by content: the same bytes are not read twice under whatever name, and
// of a log that has grown only the new part is.
#pragma once

#include "case/writer.h"
#include "format/format.h"
#include "source/source.h"

struct known;

enum known_as {
    KNOWN_NOT,
    KNOWN_WHOLE,  // all its bytes are in the case
    KNOWN_PREFIX, // a source of the case is its beginning
};

// `*ret` has to be freed also on failure.
enum status known_new(struct case_file *file, struct known **ret, struct error *error);
// `head` are its first bytes (LIMIT_PROBE, or all). Only when they are known is the item read through, to
// be sure. `*ret_source` is the source that has them, `*ret_skip` how many bytes that are.
enum known_as known_bytes(struct known *known, const struct source_item *item, const struct format *format,
                          struct str head, uint32_t *ret_source, uint64_t *ret_skip);
// Whether a source of this path has been read; then the same bytes there are no duplicate but the same again.
bool known_path(const struct known *known, struct str path);
// Whether this unread item (unknown format, empty, unreadable) has its row already, unchanged.
bool known_unread(const struct known *known, struct str path, int64_t size, usec mtime);
// A source that has been read.
void known_add(struct known *known, struct case_file *file, const struct source_row *row);
void known_free(struct known *known); // NULL is fine
