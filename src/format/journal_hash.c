// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The two hashes of journal files, as their authors published them: lookup3 (hashlittle2, Bob Jenkins, public domain)
// and SipHash-2-4 (Aumasson and Bernstein). Neither is used here to be safe from anybody, only to see whether the bytes
// are those journald wrote: whoever edits a message in place with a hex editor mostly forgets the hash.
#include "format/journal.h"

#include <endian.h>

static uint32_t read_u32(const char *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return le32toh(v);
}

static uint64_t read_u64(const char *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return le64toh(v);
}

static inline uint32_t turn32(uint32_t v, int by) {
    return v << by | v >> (32 - by);
}

static inline uint64_t turn64(uint64_t v, int by) {
    return v << by | v >> (64 - by);
}

// The last bytes, as if zeros followed.
static struct str pad(struct str s, char ret[16]) {
    memset(ret, 0, 16);
    if (s.n)
        memcpy(ret, s.p, s.n);
    return (struct str){ret, 16};
}

uint64_t journal_jenkins(struct str s) {
    uint32_t a, b, c;
    a = b = c = 0xdeadbeef + (uint32_t)s.n;
    if (!s.n)
        return (uint64_t)c << 32 | b;
    for (; s.n > 12; s = str_skip(s, 12)) {
        static const int turns[6] = {4, 6, 8, 16, 19, 4};
        a += read_u32(s.p);
        b += read_u32(s.p + 4);
        c += read_u32(s.p + 8);
        for (int i = 0; i < 6; i += 3) {
            a = (a - c) ^ turn32(c, turns[i]);
            c += b;
            b = (b - a) ^ turn32(a, turns[i + 1]);
            a += c;
            c = (c - b) ^ turn32(b, turns[i + 2]);
            b += a;
        }
    }
    char last[16];
    s = pad(s, last);
    a += read_u32(s.p);
    b += read_u32(s.p + 4);
    c += read_u32(s.p + 8);
    c = (c ^ b) - turn32(b, 14);
    a = (a ^ c) - turn32(c, 11);
    b = (b ^ a) - turn32(a, 25);
    c = (c ^ b) - turn32(b, 16);
    a = (a ^ c) - turn32(c, 4);
    b = (b ^ a) - turn32(a, 14);
    c = (c ^ b) - turn32(b, 24);
    return (uint64_t)c << 32 | b;
}

static inline void sip_round(uint64_t v[4]) {
    v[0] += v[1];
    v[1] = turn64(v[1], 13) ^ v[0];
    v[0] = turn64(v[0], 32);
    v[2] += v[3];
    v[3] = turn64(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = turn64(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = turn64(v[1], 17) ^ v[2];
    v[2] = turn64(v[2], 32);
}

static inline void sip_word(uint64_t v[4], uint64_t word) {
    v[3] ^= word;
    sip_round(v);
    sip_round(v);
    v[0] ^= word;
}

uint64_t journal_siphash(struct str s, const unsigned char key[16]) {
    uint64_t k0 = read_u64((const char *)key), k1 = read_u64((const char *)key + 8), length = (uint64_t)s.n << 56;
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                     k1 ^ 0x7465646279746573};
    for (; s.n >= 8; s = str_skip(s, 8))
        sip_word(v, read_u64(s.p));
    char last[16];
    s = pad(s, last);
    sip_word(v, read_u64(s.p) | length);
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
