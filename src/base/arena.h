// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Memory by lifetime. There are three: a batch (a few thousand records), a query, the process. What belongs
// to one is taken from its arena and goes with it in one step; nothing is freed alone. Blocks are kept and
// used again, because a page fault costs more than parsing the line it is needed for.
#pragma once

#include "base/str.h"

#include <stdlib.h> // free(), for VEC_DONE

struct arena_block;

struct arena {
    struct arena_block *first, *now;
    char *next, *end;
};

// Zeroed is a valid empty arena. Memory is not cleared. Never NULL: without memory the process ends with a
// message, since no caller could go on.
void *arena_take(struct arena *arena, size_t bytes) __attribute__((malloc, returns_nonnull, alloc_size(2)));
// A copy that lives as long as the arena, followed by a NUL that does not count.
struct str arena_copy(struct arena *arena, struct str s);
// `printf` into the arena.
struct str arena_print(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Forgets all that was taken and keeps the blocks.
void arena_clear(struct arena *arena);
void arena_done(struct arena *arena);

// malloc and realloc that end the process with a message instead of returning NULL.
void *must_alloc(size_t bytes) __attribute__((malloc, returns_nonnull, alloc_size(1)));
void *must_zero(size_t count, size_t bytes) __attribute__((malloc, returns_nonnull, alloc_size(1, 2)));
void *must_grow(void *p, size_t count, size_t bytes) __attribute__((returns_nonnull));
char *must_copy(struct str s) __attribute__((malloc, returns_nonnull));
char *must_print(const char *format, ...) __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));
// Ends it with the same message, for memory that is not malloc's.
_Noreturn void must_end(void);

// A growing array: VEC(struct thing) things = {0}; *VEC_PUSH(&things) = thing;
#define VEC(type)                                                                                                      \
    struct {                                                                                                           \
        type *at;                                                                                                      \
        size_t n, room;                                                                                                \
    }
#define VEC_PUSH(v)                                                                                                    \
    ((v)->n == (v)->room ? (void)((v)->room = (v)->room ? (v)->room * 2 : 16,                                          \
                                  (v)->at = must_grow((v)->at, (v)->room, sizeof *(v)->at))                            \
                         : (void)0,                                                                                    \
     &(v)->at[(v)->n++])
#define VEC_DONE(v) (free((v)->at), (v)->at = NULL, (v)->n = (v)->room = 0)

// A growing byte buffer.
struct buffer {
    char *p;
    size_t n, room;
};
void buffer_add(struct buffer *b, struct str s);
void buffer_add_char(struct buffer *b, char c);
void buffer_print(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Room for `bytes` more at `b->p + b->n`; the caller adds to `b->n` what was written.
char *buffer_room(struct buffer *b, size_t bytes);
void buffer_add_json(struct buffer *b, struct str s); // with quotes; absent (p == NULL) is null
void buffer_done(struct buffer *b);
static inline struct str buffer_str(const struct buffer *b) {
    return (struct str){b->p, b->n};
}
