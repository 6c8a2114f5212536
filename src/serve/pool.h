// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Connections to the case, a few, for the questions that come with the program. Whoever holds one is watched:
// past the deadline, or when the browser has gone, the question is interrupted.
#pragma once

#include "case/case.h"

#include <stdatomic.h>

struct pool;

struct lease {
    struct case_connection *connection;
    const atomic_bool *stop; // turns true with the interruption
    size_t slot;
};

enum status pool_open(struct case_file *file, struct pool **ret, struct error *error);
// Interrupts what runs, waits for it, closes. NULL is fine.
void pool_close(struct pool *pool);
// Waits for a free connection. `gone_fd`: the socket of whoever asks, -1 for none. FAIL when there is none
// within the deadline.
enum status pool_take(struct pool *pool, int gone_fd, unsigned seconds, struct lease *ret, struct error *error);
// Gives it back. When the question failed because it was interrupted, says so in `*error` instead.
void pool_give(struct pool *pool, struct lease *lease, struct error *error);
