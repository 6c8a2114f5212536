// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A whole source in memory, for formats that decode rather than cut lines. What is small is read into memory; what
// is larger goes through a spool, which nobody can shorten while it is mapped.
#pragma once

#include "case/text.h"
#include "ingest/digest.h"
#include "source/source.h"

#include <stdatomic.h>

struct whole {
    struct str bytes;
    uint64_t size; // bytes taken
    bool mapped;
    char sha256[DIGEST_TEXT];
    uint64_t stored;    // stored bytes consumed
    enum status status; // END; FAIL when the source broke: `bytes` is what came before
    int fault;          // enum anomaly_kind of a break
    struct error broken;
};

// Reads `head` and what is left of `source`; keeps it as text, too, when `text` is not NULL. `folder` is where the
// spool is made. FATAL when the text cannot be kept (disk full).
enum status whole_read(struct source *source, struct str head, bool ended, const char *folder, struct text_writer *text,
                       const atomic_bool *stop, struct whole *ret, struct error *error);
void whole_done(struct whole *whole);
