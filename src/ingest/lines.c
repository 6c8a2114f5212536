// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// memchr over whole blocks. The unfinished line of a block is kept aside and put in front of the next, so
// that every line that is handed on is one slice.
#include "ingest/lines.h"

#include "base/arena.h"

#include <stdlib.h>

void lines_begin(struct lines *l, uint64_t position) {
    char *carry = l->carry ? l->carry : must_alloc(LIMIT_LINE);
    *l = (struct lines){.carry = carry, .position = position};
}

void lines_done(struct lines *l) {
    free(l->carry);
    *l = (struct lines){0};
}

static void hand_on(struct str line, uint64_t offset, lines_take *take, void *context) {
    uint64_t whole = line.n > LIMIT_LINE ? line.n : 0;
    if (whole)
        line.n = LIMIT_LINE_HEAD;
    else if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    take(context, line, offset, whole);
}

// The end of a long line has come: its head, moved to where it lives as long as the block.
static void end_long(struct lines *l, char *room, uint64_t end, lines_take *take, void *context) {
    memcpy(room, l->carry, LIMIT_LINE_HEAD);
    take(context, (struct str){room, LIMIT_LINE_HEAD}, l->long_from, end - l->long_from);
    l->in_long = false;
    l->carry_n = 0;
}

static void keep_rest(struct lines *l, struct str rest, uint64_t offset) {
    if (rest.n > LIMIT_LINE) {
        l->in_long = true;
        l->long_from = offset;
        rest.n = LIMIT_LINE_HEAD;
    }
    memcpy(l->carry, rest.p, rest.n);
    l->carry_n = rest.n;
}

// All whole lines of `bytes`, which begin at `offset`; keeps the rest.
static void cut(struct lines *l, struct str bytes, uint64_t offset, lines_take *take, void *context) {
    const char *from = bytes.p, *end = bytes.p + bytes.n;
    for (const char *nl; from < end && (nl = memchr(from, '\n', (size_t)(end - from))); from = nl + 1)
        hand_on(str_between(from, nl), offset + (uint64_t)(from - bytes.p), take, context);
    keep_rest(l, str_between(from, end), offset + (uint64_t)(from - bytes.p));
}

void lines_feed(struct lines *l, char *block, size_t n, lines_take *take, void *context) {
    struct str bytes = {block, n};
    uint64_t offset = l->position;
    l->position += n;
    if (l->in_long) {
        ptrdiff_t nl = str_find_char(bytes, '\n');
        if (nl < 0)
            return;
        end_long(l, block - LINES_ROOM, offset + (uint64_t)nl, take, context);
        bytes = str_skip(bytes, (size_t)nl + 1);
        offset += (uint64_t)nl + 1;
    } else if (l->carry_n) {
        memcpy(block - l->carry_n, l->carry, l->carry_n);
        bytes = (struct str){block - l->carry_n, n + l->carry_n};
        offset -= l->carry_n;
        l->carry_n = 0;
    }
    cut(l, bytes, offset, take, context);
}

void lines_end(struct lines *l, char *room, lines_take *take, void *context) {
    if (l->in_long) {
        end_long(l, room, l->position, take, context);
    } else if (l->carry_n) {
        memcpy(room, l->carry, l->carry_n);
        hand_on((struct str){room, l->carry_n}, l->position - l->carry_n, take, context);
        l->carry_n = 0;
    }
}
