// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Blocks of bytes into physical lines, whatever the blocks' boundaries. A line over LIMIT_LINE is handed on
// as its first LIMIT_LINE_HEAD bytes, once, when its end has come: the rest of a long line is never taken for
// a line of its own, however much it may look like one.
#pragma once

#include "base/limits.h"
#include "base/str.h"

// Room a caller leaves free in front of each block, for the unfinished line of the block before.
#define LINES_ROOM (LIMIT_LINE_HEAD + LIMIT_LINE)

// One line, without its line end (a carriage return before it is cut off as well). `offset` counts from the
// first byte fed. `whole` is its true length when it was cut, else 0. The slice lives as long as the block.
typedef void lines_take(void *context, struct str line, uint64_t offset, uint64_t whole);

struct lines {
    char *carry; // the unfinished line, or the head of a long one
    size_t carry_n;
    uint64_t position;  // bytes fed so far
    uint64_t long_from; // where the long line began that is being passed over
    bool in_long;
};

void lines_begin(struct lines *lines, uint64_t position); // keeps the memory of an earlier use
// `block` has LINES_ROOM bytes free before it, which are overwritten.
void lines_feed(struct lines *lines, char *block, size_t n, lines_take *take, void *context);
// What is left without a line end. `room` has LINES_ROOM bytes.
void lines_end(struct lines *lines, char *room, lines_take *take, void *context);
void lines_done(struct lines *lines);
