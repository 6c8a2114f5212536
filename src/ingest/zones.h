// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Which zone the stamps of a source are in that name none.
#pragma once

#include "ingest/ingest.h"
#include "ingest/origin.h"

struct zones;

// FAIL for a zone there is none of.
enum status zones_new(const struct ingest_zone *options, size_t n, struct zones **ret, struct error *error);

struct zone_choice {
    const struct zone *zone;  // lives as long as the zones and the origin; NULL: UTC, assumed
    struct str name, because; // for the columns `zone` and `zone_from`
};

// The option for this source, one that names it before one for all, a later before an earlier; else what the evidence
// says (`origin` may be NULL); else UTC.
struct zone_choice zones_choose(const struct zones *zones, struct str path, const struct origin *origin);
// The option for this source alone; false when no option is for it.
bool zones_given(const struct zones *zones, struct str path, struct zone_choice *ret);
void zones_free(struct zones *zones); // NULL is fine
