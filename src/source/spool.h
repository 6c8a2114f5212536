// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Where bytes of the evidence lie while a case is made: the members of archives one after the other, or one large
// source that is decoded as a whole. A temporary file without a name, so that nothing of the evidence ever becomes a
// path on this machine, and nothing stays behind when the program is killed.
#pragma once

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct source_spool;

// One in `folder` (which must stay as it is), for at most half of what is free there and LIMIT_INFLATE_TOTAL.
struct source_spool *source_spool_new(const char *folder);
// Makes its file when it is not there yet: to be called before all that follows. FATAL when the folder takes none.
enum status source_spool_open(struct source_spool *spool, struct error *error);
void source_spool_free(struct source_spool *spool); // NULL is fine; items in it cannot be opened any more

int source_spool_file(const struct source_spool *spool);
// Where the next member begins.
uint64_t source_spool_end(const struct source_spool *spool);
// Puts bytes at `at`, which may lie beyond the end: what is between reads as zeros. FAIL when the bound is reached or
// the disk is full.
enum status source_spool_put(struct source_spool *spool, uint64_t at, const char *p, size_t n, struct error *error);
// Makes the next member begin at `end`.
void source_spool_close_member(struct source_spool *spool, uint64_t end);
// Gives the disk back what stood from..to.
void source_spool_drop(struct source_spool *spool, uint64_t from, uint64_t to);
