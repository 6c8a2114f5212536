// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Seconds since 1970 as stamps. Tools that write for other tools write numbers, not dates.
#pragma once

#include "record/record.h"

// "1588205199.82437": seconds, digits beyond a microsecond are cut off. False when `s` is anything else, or a year
// outside of 1 to 9999.
bool epoch_parse(struct str s, usec *ret);
// The same for a span: "10.761076927", "1.2e-05".
bool epoch_parse_span(struct str s, usec *ret);
// The stamp of a moment, in UTC; absent when its year is outside of 1 to 9999.
struct stamp epoch_stamp(usec at);
