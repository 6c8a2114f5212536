// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// inet_pton() does the reading: it is strict (no octal, no "127.1"), which is what a log needs. A range that
// lies inside another stands before it in the table; the first that fits wins.
#include "intel/address.h"

#include <arpa/inet.h>

const char *const ADDRESS_KIND_NAMES[] = {"public",   "private",       "loopback",    "link-local", "multicast",
                                          "reserved", "documentation", "carrier-nat", "unspecified"};

struct range {
    const char *from;
    int bits;
    enum address_kind kind;
};

static const struct range RANGES_4[] = {
    {"0.0.0.0", 32, ADDRESS_UNSPECIFIED},       {"0.0.0.0", 8, ADDRESS_RESERVED},
    {"10.0.0.0", 8, ADDRESS_PRIVATE},           {"100.64.0.0", 10, ADDRESS_CARRIER_NAT},
    {"127.0.0.0", 8, ADDRESS_LOOPBACK},         {"169.254.0.0", 16, ADDRESS_LINK_LOCAL},
    {"172.16.0.0", 12, ADDRESS_PRIVATE},        {"192.0.0.0", 24, ADDRESS_RESERVED},
    {"192.0.2.0", 24, ADDRESS_DOCUMENTATION},   {"192.168.0.0", 16, ADDRESS_PRIVATE},
    {"198.18.0.0", 15, ADDRESS_RESERVED},       {"198.51.100.0", 24, ADDRESS_DOCUMENTATION},
    {"203.0.113.0", 24, ADDRESS_DOCUMENTATION}, {"233.252.0.0", 24, ADDRESS_DOCUMENTATION},
    {"224.0.0.0", 4, ADDRESS_MULTICAST},        {"240.0.0.0", 4, ADDRESS_RESERVED},
};

static const struct range RANGES_6[] = {
    {"::", 128, ADDRESS_UNSPECIFIED},      {"::1", 128, ADDRESS_LOOPBACK},
    {"64:ff9b::", 96, ADDRESS_PUBLIC}, // NAT64: the IPv4 address behind it is public
    {"64:ff9b:1::", 48, ADDRESS_PRIVATE},  {"2001:2::", 48, ADDRESS_RESERVED},
    {"2001:10::", 28, ADDRESS_RESERVED},   {"2001:db8::", 32, ADDRESS_DOCUMENTATION},
    {"3fff::", 20, ADDRESS_DOCUMENTATION}, {"2000::", 3, ADDRESS_PUBLIC},
    {"fc00::", 7, ADDRESS_PRIVATE},        {"fe80::", 10, ADDRESS_LINK_LOCAL},
    {"fec0::", 10, ADDRESS_PRIVATE}, // site-local, given up in 2004 and still met
    {"ff00::", 8, ADDRESS_MULTICAST},      {"::", 0, ADDRESS_RESERVED},
};

static bool match_prefix(const uint8_t *a, const uint8_t *b, int bits) {
    int whole = bits / 8, rest = bits % 8;
    if (memcmp(a, b, (size_t)whole) != 0)
        return false;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

static enum address_kind find_kind(const struct address *a) {
    const struct range *ranges = a->v6 ? RANGES_6 : RANGES_4;
    size_t n = a->v6 ? sizeof RANGES_6 / sizeof *RANGES_6 : sizeof RANGES_4 / sizeof *RANGES_4;
    for (size_t i = 0; i < n; i++) {
        uint8_t from[16] = {0};
        inet_pton(a->v6 ? AF_INET6 : AF_INET, ranges[i].from, from);
        if (match_prefix(a->bytes, from, ranges[i].bits))
            return ranges[i].kind;
    }
    return ADDRESS_PUBLIC;
}

// Without brackets and zone id, terminated. False when it is too long or too short for an address.
static bool copy_plain(struct str s, char ret[INET6_ADDRSTRLEN]) {
    if (s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
        s = (struct str){s.p + 1, s.n - 2};
    ptrdiff_t zone = str_find_char(s, '%');
    if (zone >= 0 && str_find_char(s, ':') >= 0)
        s.n = (size_t)zone;
    if (s.n < 2 || s.n >= INET6_ADDRSTRLEN || memchr(s.p, '\0', s.n))
        return false;
    memcpy(ret, s.p, s.n);
    ret[s.n] = '\0';
    return true;
}

bool address_read(struct str text, struct address *ret) {
    static const uint8_t MAPPED[12] = {[10] = 0xff, [11] = 0xff};
    char plain[INET6_ADDRSTRLEN];
    struct address a = {0};
    if (!copy_plain(text, plain))
        return false;
    if (inet_pton(AF_INET, plain, a.bytes) != 1) {
        if (inet_pton(AF_INET6, plain, a.bytes) != 1)
            return false;
        a.v6 = memcmp(a.bytes, MAPPED, sizeof MAPPED) != 0;
        if (!a.v6) {
            memmove(a.bytes, a.bytes + 12, 4);
            memset(a.bytes + 4, 0, 12);
        }
    }
    inet_ntop(a.v6 ? AF_INET6 : AF_INET, a.bytes, a.text, sizeof a.text);
    a.kind = find_kind(&a);
    *ret = a;
    return true;
}
