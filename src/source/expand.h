// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Archives (tar, cpio, zip, 7z), told by content, become items of their own: "x.tar.gz/var/log/syslog". They are
// walked once, their members copied into a spool without a name; nothing is ever made under a path the
// evidence names. Archives in archives are opened too, LIMIT_ARCHIVE_DEPTH deep.
#pragma once

#include "source/source.h"
#include "source/spool.h"

#include <stdatomic.h>

// A symbolic or hard link met inside: `path` as of an item, `target` raw.
struct source_link {
    struct str path, target;
};
typedef VEC(struct source_link) source_links;

struct source_expansion {
    struct source_spool *spool;
    // Whether a member that begins with `head` (as stored, up to LIMIT_PROBE bytes) is worth its room. When
    // not, it is listed with its head only. NULL: all are.
    bool (*wants)(void *context, struct str path, struct str head);
    void *context;
    const atomic_bool *stop; // may be NULL
};

// OK when the item is an archive: its members (also of archives in it) have been added, and what is wrong with it to
// the troubles. SKIP when it is none, or cannot be opened. FATAL without a disk.
enum status source_expand(const struct source_item *item, const struct source_expansion *how, struct arena *arena,
                          source_items *ret_items, source_links *ret_links, source_troubles *ret_troubles,
                          struct error *error);

// The kind of archive that a stream starting with `head` is: "tar"; NULL when none. Wants 512 bytes.
const char *source_archive_kind(struct str head);
// The name of a member below its archive: no leading "/", no "." and no "..", which becomes "%2e%2e" (*ret_unsafe).
// Absent when it has more than LIMIT_WALK_DEPTH parts or LIMIT_PATH bytes, or none.
struct str source_member_name(struct arena *arena, struct str name, bool *ret_unsafe);
