// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The host a source comes from, as its own files tell: where the evidence holds /var/log it mostly holds
// /etc, too. Looked up beside the source only: the machine we run on says nothing about somebody's logs,
// unless it is the machine's own /var/log that is read.
#pragma once

#include "base/arena.h"
#include "base/zone.h"
#include "source/expand.h"

struct origin {
    struct str root;     // the folder that is the host's "/": "" for the machine itself
    struct str hostname; // absent when not recorded
    struct str os;       // PRETTY_NAME of os-release
    struct str machine_id;
    struct zone *zone;    // NULL when not recorded
    struct str zone_name; // "Europe/Berlin"
    bool written;         // its facts are in the case
    struct str zone_from; // for the `zone_from` column: "/etc/timezone in the evidence"
};

struct origins;

struct origins *origins_new(struct arena *arena);
// Makes the members of archives known, whose files cannot be looked up in a file system. They must stay.
void origins_take(struct origins *origins, const source_items *items, const source_links *links,
                  const source_items *archives);
// Whether a file is one of those that name a host.
bool origin_is_sign(struct str path);
// The origin of a source's path; the same pointer for sources of the same root. NULL when the path is not
// inside anything that looks like a host's file system. `given` are the paths the user named.
struct origin *origin_of(struct origins *origins, struct str path, char *const *given, size_t given_n);
void origins_free(struct origins *origins);
