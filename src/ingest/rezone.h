// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Another zone for sources that are in the case already: their times are moved, their bytes are not read again.
#pragma once

#include "case/writer.h"
#include "ingest/zones.h"

// Moves the times of every source that an option names and that was read in another zone. Times of records that
// carry their own zone stay. `*ret_moved` counts sources. FAIL when the zone a source was read in is not known by
// name any more: the error names the source.
enum status rezone(struct case_writer *writer, const struct zones *zones, size_t *ret_moved, struct error *error);
