// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Evidence in: paths become named byte streams. Everything is opened read-only, without blocking and without
// touching access times where the kernel allows; nothing is written, nothing is extracted, and no path from
// inside the evidence is ever opened by name outside it. Compression (gzip, xz, zstd, bzip2, lz4, also many
// members in a row) is told by content, undone on the way, and bounded: see LIMIT_INFLATE_*. What lies inside is
// handed on as it is; source/expand.h opens what is an archive.
#pragma once

#include "base/arena.h"
#include "base/civil.h"
#include "base/status.h"

struct source_spool;

struct source_item {
    struct str path;      // as the user would type it; "-" for standard input; "x.tar/var/log/syslog" for a member
    struct str container; // of a member: "tar", "gzip, tar", …; absent for a file
    int64_t size;         // bytes as stored, -1 when not known (a pipe)
    usec mtime;           // USEC_NONE when not known
    uint64_t device, inode;
    // A member of an archive: its bytes are here, not in a file of that path.
    const struct source_spool *spool; // NULL for a file
    uint64_t at, length;              // where in the spool; less than `size` when not all of it was kept
    struct str broken;                // why its end is missing; absent when it is whole
};

typedef VEC(struct source_item) source_items;

// What walking met and could not take: a FIFO, a socket, a loop, a folder without permission.
struct source_trouble {
    struct str path;   // raw, as everywhere: escape it before showing
    struct str reason; // one line without the path, safe to show: says what it is and what to do
    bool failed;       // true: should have been read (exit status 1); false: is nothing to read (a socket, a device)
};
typedef VEC(struct source_trouble) source_troubles;

// Walks `paths` (files, folders, "-"), each file once however often it is named or linked, sorted by path.
// Symbolic links named here are followed, those met inside are not. Strings live in `arena`. FAIL when a path named by
// the user does not exist or nothing at all can be read.
enum status source_walk(char *const *paths, size_t n, struct arena *arena, source_items *ret_items,
                        source_troubles *ret_troubles, struct error *error);

struct source;

// Opens one item. SKIP with the reason when it is not a regular file any more, or another than the one listed
// (`inode` 0 stands for "any"); FAIL with errno otherwise. `*ret` is NULL unless OK.
enum status source_open(const struct source_item *item, struct source **ret, struct error *error);
// Up to `size` bytes of decompressed data: OK with *ret_n > 0; END; FAIL when the stream breaks (truncated,
// damaged, a bomb: `anomaly` in source_fault()). All bytes before the fault have been delivered, and the answer
// stays the same from then on. error->offset counts decompressed bytes, the text names the stored one. A file that
// grows or shrinks meanwhile ends where the kernel says it does.
enum status source_read(struct source *source, char *buffer, size_t size, size_t *ret_n, struct error *error);
// Stored bytes consumed so far, for progress.
uint64_t source_consumed(const struct source *source);
// "gzip", "xz", …; for a member also what it stands in: "gzip, tar" (good until the source is closed); or absent.
struct str source_container(const struct source *source);
// enum anomaly_kind of the fault that source_read() reported: TRUNCATED, DAMAGED (also when the disk fails), BOMB;
// ANOMALY_COUNT when there was none.
int source_fault(const struct source *source);
// Whether source_seek() may be asked: bytes as they are stored, in a file or a spool, `*ret_size` of them.
bool source_seekable(const struct source *source, uint64_t *ret_size);
// Goes on reading at `offset`.
void source_seek(struct source *source, uint64_t offset);
void source_close(struct source *source); // NULL is fine
