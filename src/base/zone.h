// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Time zones: local time to UTC without libc's global state, so that every source can have its own. Read
// from TZif files (RFC 8536, versions 1 to 3 with the POSIX footer). A zone does not change once loaded and
// may be used by many threads.
#pragma once

#include "base/arena.h"
#include "base/civil.h"

struct zone;

// "UTC", "Z", "+02:00", "-0330", or a name under /usr/share/zoneinfo ("Europe/Berlin"; no "..", no leading
// slash). NULL when there is no such zone.
struct zone *zone_named(struct str name);
// The bytes of a TZif file, such as the evidence's own /etc/localtime. NULL when they are none.
struct zone *zone_load(struct str bytes);
void zone_free(struct zone *zone);              // NULL is fine
const char *zone_name(const struct zone *zone); // as given, or "localtime" for zone_load()

// UTC of a local time. In the gap when clocks go forward: as if they had not; in the overlap when they go
// back: the first of the two. `*ret_ambiguous` (may be NULL) says that one of the two happened.
usec zone_to_utc(const struct zone *zone, usec local, bool *ret_ambiguous);
