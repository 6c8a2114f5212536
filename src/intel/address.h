// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What an address is before anybody asks where it is. Only a public one has a place; a private, loopback or
// documentation address that a database puts somewhere is an error of that database. The ranges are those of
// the IANA special-purpose registries.
#pragma once

#include "base/str.h"

#include <netinet/in.h>

enum address_kind {
    ADDRESS_PUBLIC,
    ADDRESS_PRIVATE,
    ADDRESS_LOOPBACK,
    ADDRESS_LINK_LOCAL,
    ADDRESS_MULTICAST,
    ADDRESS_RESERVED,
    ADDRESS_DOCUMENTATION,
    ADDRESS_CARRIER_NAT,
    ADDRESS_UNSPECIFIED,
    ADDRESS_KIND_COUNT
};
extern const char *const ADDRESS_KIND_NAMES[]; // as in the `address` view: "public", "carrier-nat"

struct address {
    enum address_kind kind;
    bool v6;
    uint8_t bytes[16];           // v4: the first four
    char text[INET6_ADDRSTRLEN]; // the shortest form (RFC 5952)
};

// Reads "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "fe80::1%eth0"; an IPv4-mapped "::ffff:192.0.2.1" is the
// IPv4 address it holds. False for anything else: host names, addresses with a port, octal forms.
bool address_read(struct str text, struct address *ret);
