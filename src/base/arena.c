// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Nobody above handles a lack of memory: half a case is worth less than a clear end.
#include "base/arena.h"

#include "base/escape.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BLOCK = 2 << 20, SMALL_BLOCK = 64 << 10 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(16) char bytes[];
};

_Noreturn void must_end(void) {
    fputs("lhx: out of memory\n", stderr);
    _exit(3);
}

void *must_alloc(size_t bytes) {
    void *p = malloc(bytes ? bytes : 1);
    if (!p)
        must_end();
    return p;
}

void *must_zero(size_t count, size_t bytes) {
    void *p = calloc(count ? count : 1, bytes ? bytes : 1);
    if (!p)
        must_end();
    return p;
}

void *must_grow(void *p, size_t count, size_t bytes) {
    p = reallocarray(p, count ? count : 1, bytes ? bytes : 1);
    if (!p)
        must_end();
    return p;
}

char *must_copy(struct str s) {
    char *p = must_alloc(s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

char *must_print(const char *format, ...) {
    char *text;
    va_list ap;
    va_start(ap, format);
    if (vasprintf(&text, format, ap) < 0)
        must_end();
    va_end(ap);
    return text;
}

// The first one is small: most arenas hold a record or the words of one answer.
static struct arena_block *new_small_block(void) {
    struct arena_block *b = must_alloc(SMALL_BLOCK);
    *b = (struct arena_block){.size = SMALL_BLOCK - sizeof *b};
    return b;
}

// Two-megabyte blocks on a two-megabyte boundary, so that the kernel can back each with one page.
static struct arena_block *new_block(size_t bytes) {
    size_t size = sizeof(struct arena_block) + bytes;
    size = size < BLOCK ? BLOCK : (size + BLOCK - 1) / BLOCK * BLOCK;
    struct arena_block *b = aligned_alloc(BLOCK, size);
    if (!b)
        must_end();
    madvise(b, size, MADV_HUGEPAGE);
    *b = (struct arena_block){.size = size - sizeof *b};
    return b;
}

static void enter_block(struct arena *a, struct arena_block *b) {
    a->now = b;
    a->next = b->bytes;
    a->end = b->bytes + b->size;
}

void *arena_take(struct arena *a, size_t bytes) {
    if (bytes > SIZE_MAX / 2)
        must_end();
    bytes = ((bytes ? bytes : 1) + 15) & ~(size_t)15; // an empty arena has no place to point at, not even for nothing
    while ((size_t)(a->end - a->next) < bytes) {
        struct arena_block **link = a->now ? &a->now->next : &a->first;
        if (!*link || (*link)->size < bytes) {
            bool small = !a->first && bytes <= SMALL_BLOCK - sizeof(struct arena_block);
            struct arena_block *b = small ? new_small_block() : new_block(bytes);
            b->next = *link;
            *link = b;
        }
        enter_block(a, *link);
    }
    void *p = a->next;
    a->next += bytes;
    return p;
}

struct str arena_copy(struct arena *a, struct str s) {
    char *p = arena_take(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return (struct str){p, s.n};
}

struct str arena_print(struct arena *a, const char *format, ...) {
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    char *p = arena_take(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    va_end(ap);
    return (struct str){p, (size_t)n};
}

void arena_clear(struct arena *a) {
    if (a->first)
        enter_block(a, a->first);
}

void arena_done(struct arena *a) {
    for (struct arena_block *b = a->first, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    *a = (struct arena){0};
}

char *buffer_room(struct buffer *b, size_t bytes) {
    if (b->room - b->n < bytes) {
        b->room = b->room * 2 > b->n + bytes ? b->room * 2 : b->n + bytes + 256;
        b->p = must_grow(b->p, b->room, 1);
    }
    return b->p + b->n;
}

void buffer_add(struct buffer *b, struct str s) {
    if (s.n)
        memcpy(buffer_room(b, s.n), s.p, s.n);
    b->n += s.n;
}

void buffer_add_char(struct buffer *b, char c) {
    *buffer_room(b, 1) = c;
    b->n++;
}

void buffer_print(struct buffer *b, const char *format, ...) {
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    vsnprintf(buffer_room(b, (size_t)n + 1), (size_t)n + 1, format, again);
    b->n += (size_t)n;
    va_end(again);
    va_end(ap);
}

void buffer_add_json(struct buffer *b, struct str s) {
    if (!s.p) {
        buffer_add(b, S("null"));
        return;
    }
    char *p = buffer_room(b, s.n * ESCAPE_JSON_MAX + 2);
    p[0] = '"';
    size_t n = escape_json(s, p + 1);
    p[n + 1] = '"';
    b->n += n + 2;
}

void buffer_done(struct buffer *b) {
    free(b->p);
    *b = (struct buffer){0};
}
