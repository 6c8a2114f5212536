// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See clock.h.
#include "base/clock.h"

#include <time.h>

static usec read_clock(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * USEC_SECOND + t.tv_nsec / 1000;
}

usec clock_steady(void) {
    return read_clock(CLOCK_MONOTONIC);
}

usec clock_wall(void) {
    return read_clock(CLOCK_REALTIME);
}
