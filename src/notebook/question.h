// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A question is SQL with everything it depends on: hosts, time range, parameters, the window on screen, the
// order, the filter, the page of rows. Nothing of that ever becomes SQL text, save names of columns that the
// SQL itself was found to have. question_run() answers in this process; worker_run() (worker.h) in a child
// that can be killed, which is where all SQL belongs that did not come with the program.
#pragma once

#include "case/case.h"

// What the analyst is looking at.
struct scope {
    const struct str *hosts; // hosts_n names; NULL: all hosts
    size_t hosts_n;
    usec from, to;                   // both ends belong to it; USEC_NONE: where the evidence begins, ends
    const struct case_param *params; // parameters of the notebook, typed
    size_t params_n;
};

struct question {
    struct str sql;
    struct scope scope;
    // A timeline or a series: ordered by `ts`; with more than QUESTION_SINGLE rows in the window the answer is
    // (ts, lane, count), one row per bin and lane. `lane` names a column of the SQL; absent: one lane.
    bool binned;
    bool counted; // its rows have a column `count`: a series, which is summed and cheaper asked whole than asked twice
    struct str lane;
    usec window_from, window_to; // USEC_NONE: the scope
    uint32_t bins;               // at most this many bins over the window; 0: QUESTION_BINS
    struct str sort;             // a column of the SQL; absent: as the SQL orders
    bool descending;
    struct str filter;      // rows in which a column holds this text, whatever the case; absent: all
    uint64_t offset, limit; // limit 0: no bound
    bool want_total;
};

// `sql` over all of the evidence, with nothing that bounds or orders it.
static inline struct question question_of(struct str sql) {
    return (struct question){
        .sql = sql, .scope = {.from = USEC_NONE, .to = USEC_NONE}, .window_from = USEC_NONE, .window_to = USEC_NONE};
}

enum { QUESTION_SINGLE = 2000, QUESTION_BINS = 240, QUESTION_BINS_MAX = 5000 };

struct answer_column {
    const char *name;
    enum case_type type; // TYPE_BOOL, TYPE_INTEGER, TYPE_DOUBLE, TYPE_TIME or TYPE_TEXT
};

// Where an answer goes, row by row. Both return false for "no more, please". What they are given lives
// until they return.
struct answer_sink {
    void *context;
    bool (*columns)(void *context, const struct answer_column *columns, size_t n);
    bool (*row)(void *context, const struct case_value *values, size_t n);
};

// Columns that stay when the call they came with returns.
const struct answer_column *answer_keep(struct arena *arena, const struct answer_column *columns, size_t n);

// What is known about an answer when it has been given.
struct answer_meta {
    uint64_t rows;
    int64_t total;      // rows there are without offset and limit; -1: not counted
    bool truncated;     // there are more than `limit`
    usec bin;           // width of a bin; 0: rows are what the SQL gave
    int64_t error_byte; // where in the SQL the error is; -1: not known
    double milliseconds;
};

enum status question_run(struct case_connection *connection, const struct question *question,
                         const struct answer_sink *sink, struct answer_meta *ret_meta, struct error *error);

// The whole of the evidence, from the first to the last stamped record; USEC_NONE when there is none.
enum status question_range(struct case_connection *connection, usec *ret_from, usec *ret_to, struct error *error);
