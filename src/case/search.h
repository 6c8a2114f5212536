// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Lines by what they hold. The text is searched where it lies, in the segments; only what was found is then
// looked up among the records, in batches.
#pragma once

#include "case/case.h"

#include <stdatomic.h>

struct search {
    struct str text;
    bool regex;       // `text` is a Perl-compatible expression, tried line by line
    bool ignore_case; // of all letters Unicode knows
    bool bare;        // also lines that belong to no record; they come with record_id 0
    // Which records; what is left out does not bound.
    const struct str *hosts;
    size_t hosts_n;
    usec from, to;           // USEC_NONE: no bound
    struct str program;      // absent: all
    uint32_t source_id;      // 0: all
    uint64_t after;          // record_id to go on behind; 0: from the beginning
    size_t limit;            // hits; 0: LIMIT_SEARCH_HITS
    const atomic_bool *stop; // may be NULL; when it turns true, the search ends as if there were no more
};

enum { SEARCH_SPANS = 32 };

struct search_span {
    size_t from, to; // bytes in the hit's text
};

struct search_hit {
    uint64_t record_id; // 0: the line belongs to no record
    usec ts;            // USEC_NONE: none
    struct str host, program;
    uint32_t source_id;
    uint64_t offset; // of the record in the source's text
    uint32_t length;
    struct str text; // all lines of the record, as valid UTF-8
    size_t spans_n;  // the first matches in it
    struct search_span spans[SEARCH_SPANS];
};

// False: no more, please. The hit lives until it returns.
typedef bool search_each(void *context, const struct search_hit *hit);

struct search_summary {
    uint64_t bytes; // of text looked at
    uint64_t hits;
    uint64_t after; // record_id of the last hit
    bool truncated; // there are more
};

// Each record that matches, in order. FAIL names the place in an expression that is none, and says so when one
// is too costly.
enum status search_run(struct case_file *file, struct case_connection *connection, const struct search *search,
                       search_each *each, void *context, struct search_summary *ret, struct error *error);
