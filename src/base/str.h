// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Slices. A `struct str` points at bytes somebody else owns and never frees them. It may hold any byte,
// NUL included, and is not terminated: evidence is like that. An absent value is { NULL, 0 }; an empty
// one has a pointer and no length.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

// A slice of a literal, at compile time.
#define S(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
// For printf: "%.*s", STR_ARG(s)
#define STR_ARG(s) (int)((s).n < INT32_MAX ? (s).n : INT32_MAX), (s).p ? (s).p : ""

static inline struct str str_of(const char *z) {
    return (struct str){z, z ? strlen(z) : 0};
}

static inline struct str str_between(const char *from, const char *to) {
    return (struct str){from, to > from ? (size_t)(to - from) : 0};
}

static inline bool str_eq(struct str a, struct str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_starts(struct str s, struct str prefix) {
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(struct str s, struct str suffix) {
    return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

// The rest after `n` bytes; an empty slice when there are fewer.
static inline struct str str_skip(struct str s, size_t n) {
    if (n > s.n)
        n = s.n;
    return (struct str){n ? s.p + n : s.p, s.n - n}; // an absent slice stays absent
}

static inline struct str str_head(struct str s, size_t n) {
    return (struct str){s.p, n < s.n ? n : s.n};
}

// Takes `prefix` off the front of `*s`; false, and nothing changed, when it is not there.
static inline bool str_take(struct str *s, struct str prefix) {
    if (!str_starts(*s, prefix))
        return false;
    *s = str_skip(*s, prefix.n);
    return true;
}

// Position of the first or last `c`, or -1.
static inline ptrdiff_t str_find_char(struct str s, char c) {
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? at - s.p : -1;
}

// Takes what comes before the next `mark` off the front of `*rest`, and the mark; all of it when there is none. False
// when nothing is left.
static inline bool str_cut(struct str *rest, char mark, struct str *ret) {
    if (!rest->n)
        return false;
    ptrdiff_t at = str_find_char(*rest, mark);
    *ret = at < 0 ? *rest : str_head(*rest, (size_t)at);
    *rest = str_skip(*rest, ret->n + (at >= 0));
    return true;
}

ptrdiff_t str_rfind_char(struct str s, char c);

// Position of the first or last `needle`, or -1. An empty needle is found at 0, or at the end.
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_rfind(struct str s, struct str needle);

// Without blanks and tabs at both ends.
struct str str_trim(struct str s);

// ASCII letters compared without case; other bytes exactly.
bool str_eq_nocase(struct str a, struct str b);

// Decimal digits only, all of the slice, at most UINT64_MAX; false otherwise and `*ret` untouched.
bool str_to_u64(struct str s, uint64_t *ret);

// 64-bit hash, good enough for tables an attacker may try to fill with one value: it is seeded once per
// process from getrandom().
uint64_t str_hash(struct str s);
