// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See flow.h.
#include "format/flow.h"

static const struct {
    struct str number, word, name;
} PROTOCOLS[] = {
#define ROW(number, word, name)                                                                                        \
    {                                                                                                                  \
        {(number), sizeof(number) - 1}, {(word), sizeof(word) - 1}, {                                                  \
            (name), sizeof(name) - 1                                                                                   \
        }                                                                                                              \
    }
    ROW("6", "tcp", "tcp"),          ROW("17", "udp", "udp"),     ROW("1", "icmp", "icmp"),
    ROW("58", "ipv6-icmp", "icmp6"), ROW("58", "icmp6", "icmp6"), ROW("2", "igmp", "igmp"),
    ROW("4", "ipip", "ipip"),        ROW("41", "ipv6", "ipv6"),   ROW("47", "gre", "gre"),
    ROW("50", "esp", "esp"),         ROW("51", "ah", "ah"),       ROW("88", "eigrp", "eigrp"),
    ROW("89", "ospf", "ospf"),       ROW("103", "pim", "pim"),    ROW("112", "vrrp", "vrrp"),
    ROW("132", "sctp", "sctp"),      ROW("T", "t", "tcp"),        ROW("U", "u", "udp"),
    ROW("58", "icmpv6", "icmp6"),
#undef ROW
};

struct str flow_protocol(struct str s) {
    for (size_t i = 0; i < sizeof PROTOCOLS / sizeof *PROTOCOLS; i++)
        if (str_eq(s, PROTOCOLS[i].number) || str_eq_nocase(s, PROTOCOLS[i].word))
            return PROTOCOLS[i].name;
    return s.n ? s : STR_NONE;
}

int32_t flow_port(struct str s) {
    uint64_t port;
    return str_to_u64(s, &port) && port <= 65535 ? (int32_t)port : -1;
}

int64_t flow_count(struct str s) {
    uint64_t count;
    return str_to_u64(s, &count) && count <= INT64_MAX ? (int64_t)count : -1;
}
