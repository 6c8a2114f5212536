// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Raw lines by what they hold, straight from the text segments: the fastest way to a line, and the only one to
// lines that are no record.
#pragma once

#include "case/case.h"

struct search_wish {
    struct str text;
    bool regex;         // `text` is a Perl-compatible expression; else plain text, found whatever its case
    uint32_t source_id; // 0: all sources, in their order
};

struct search_hit {
    uint32_t source_id;
    uint64_t offset; // of the line's first byte in the source's text
    struct str line; // without its line end; lives until the taker returns
    size_t from, to; // the first match in it
};

// Hands each line that matches to `take`, until that returns false. FAIL names the place in an expression that
// is none, and says so when an expression is too costly.
enum status case_search(struct case_file *file, const struct search_wish *wish,
                        bool (*take)(void *context, const struct search_hit *hit), void *context, struct error *error);
