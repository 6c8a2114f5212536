// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The two clocks: one that only goes forward, for deadlines and durations, and the one on the wall.
#pragma once

#include "base/civil.h"

// Microseconds since some moment before the program began; never goes back, whatever is done to the time of day.
usec clock_steady(void);
// Now, in UTC.
usec clock_wall(void);
