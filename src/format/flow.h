// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the readers of network flows share.
#pragma once

#include "record/fact.h"

#define FLOW_EMPTY                                                                                                     \
    ((struct flow){.src_port = -1,                                                                                     \
                   .dst_port = -1,                                                                                     \
                   .direction = FLOW_DIRECTION_COUNT,                                                                  \
                   .decision = FLOW_DECISION_COUNT,                                                                    \
                   .packets = -1,                                                                                      \
                   .bytes = -1,                                                                                        \
                   .packets_back = -1,                                                                                 \
                   .bytes_back = -1,                                                                                   \
                   .duration = -1})

// "6", "TCP", "T" as "tcp"; a number or word without a common name as it is.
struct str flow_protocol(struct str s);
// 0 … 65535 or -1.
int32_t flow_port(struct str s);
// A count, or -1 when there is none or it does not fit.
int64_t flow_count(struct str s);
