// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The first look at a source: what its first bytes tell of its format, and what its first stamps tell of the
// year. Nothing is read for good yet.
#pragma once

#include "format/format.h"
#include "ingest/years.h"
#include "source/source.h"

struct look {
    const struct format *format; // NULL: will not be read; `state` and `reason` say why
    enum source_state state;     // SOURCE_STATE_READING as long as nothing is against it
    struct str reason;           // in the arena given
    struct years_file years;
};

// Up to LIMIT_PROBE bytes from the front of a source; END when that is all there is.
enum status look_read(struct source *source, char *bytes, size_t *ret_n, struct error *error);
// Judges a source by its first bytes; `ended` when they are all.
void look_at(struct look *look, struct str path, struct str head, bool ended, struct arena *arena);
// It cannot be read at all.
void look_refuse(struct look *look, enum source_state state, struct str reason, struct arena *arena);
