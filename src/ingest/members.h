// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The archives among what was walked give way to their members, which lie in a spool in the case folder until the
// run ends.
#pragma once

#include "source/expand.h"

struct members {
    struct source_spool *spool;
    source_links links;
    source_items archives; // what was opened
};

// Puts members in the place of archives. FATAL when the case folder takes no temporary file.
enum status members_expand(struct members *m, const char *folder, struct arena *arena, source_items *items,
                           source_troubles *troubles, const atomic_bool *stop, struct error *error);
void members_done(struct members *m);
