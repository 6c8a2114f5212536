// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Questions whose SQL did not come with the program. The store stops a running statement only where it
// looks up from its work, and some functions never do, so they run in a child that can be killed: it opens
// the case read-only, gives up files, network, settings and memory, answers over a pipe, and is gone.
#pragma once

#include "notebook/question.h"

// The command (hidden from the help) that makes the program a child: argv[1] is this. It reads one question
// from standard input, answers on standard output, and returns an exit status.
#define WORKER_COMMAND "query-worker"
int worker_main(int argc, char **argv);

// Where the child runs and how long it may.
struct worker_place {
    const char *folder; // of a case that is not open for writing
    unsigned seconds;   // 0: LHX_QUERY_SECONDS of the environment, else LIMIT_QUERY_SECONDS
    uint64_t memory;    // bytes; 0: LIMIT_QUERY_MEMORY
    int gone_fd;        // a socket; when its other end closes, the child is killed; -1: none
};

// FAIL with words for: an error in the SQL, the deadline ("stopped after 30 s"), not enough memory.
enum status worker_run(const struct worker_place *place, const struct question *question,
                       const struct answer_sink *sink, struct answer_meta *ret_meta, struct error *error);
