// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What is too long for the header. The hash multiplies and folds 16 bytes at a time; it only has to spread and to be
// unknown to whoever wrote the log.
#include "base/str.h"

#include <sys/random.h>

ptrdiff_t str_rfind_char(struct str s, char c) {
    const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;
    return at ? at - s.p : -1;
}

ptrdiff_t str_find(struct str s, struct str needle) {
    if (needle.n == 0)
        return 0;
    if (needle.n > s.n)
        return -1;
    const char *at = memmem(s.p, s.n, needle.p, needle.n);
    return at ? at - s.p : -1;
}

ptrdiff_t str_rfind(struct str s, struct str needle) {
    if (needle.n > s.n)
        return -1;
    for (size_t i = s.n - needle.n + 1; i-- > 0;)
        if (needle.n == 0 || memcmp(s.p + i, needle.p, needle.n) == 0)
            return (ptrdiff_t)i;
    return -1;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

struct str str_trim(struct str s) {
    while (s.n && is_blank(s.p[0]))
        s = str_skip(s, 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static unsigned char lower(unsigned char c) {
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

bool str_eq_nocase(struct str a, struct str b) {
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower((unsigned char)a.p[i]) != lower((unsigned char)b.p[i]))
            return false;
    return true;
}

bool str_to_u64(struct str s, uint64_t *ret) {
    uint64_t v = 0;
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned d = (unsigned char)s.p[i] - '0';
        if (d > 9 || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, d, &v))
            return false;
    }
    *ret = v;
    return true;
}

static uint64_t hash_seed;

__attribute__((constructor)) static void seed_hash(void) {
    if (getrandom(&hash_seed, sizeof hash_seed, 0) != (ssize_t)sizeof hash_seed)
        hash_seed = 0x9e3779b97f4a7c15u;
}

static uint64_t mix(uint64_t a, uint64_t b) {
    __uint128_t m = (__uint128_t)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t load(const char *p, size_t n) {
    uint64_t v = 0;
    memcpy(&v, p, n);
    return v;
}

uint64_t str_hash(struct str s) {
    const uint64_t k0 = 0xa0761d6478bd642fu, k1 = 0xe7037ed1a0b428dbu;
    uint64_t h = hash_seed ^ mix(s.n ^ k0, k1);
    const char *p = s.p;
    size_t n = s.n;
    for (; n >= 16; p += 16, n -= 16)
        h = mix(load(p, 8) ^ k0 ^ h, load(p + 8, 8) ^ k1);
    uint64_t a = n > 8 ? load(p, 8) : load(p, n);
    uint64_t b = n > 8 ? load(p + 8, n - 8) : 0;
    return mix(a ^ k0 ^ h, b ^ k1 ^ s.n);
}
