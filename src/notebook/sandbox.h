// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the child gives up before it looks at the case. For good, and for all threads it will start.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum sandbox_lock {
    SANDBOX_PATHS = 1, // Landlock: nothing but reading below one folder
    SANDBOX_CALLS = 2, // seccomp: no sockets, no programs, no opening for writing, no signals to others
};

// Memory, processor seconds and open files are bounded; no core is dumped; nothing is written to a file.
// Returns which locks the kernel granted: an old one has no Landlock, and the store's own lock-down then
// stands alone against reading other files.
unsigned sandbox_enter(const char *folder, uint64_t memory, unsigned seconds);
