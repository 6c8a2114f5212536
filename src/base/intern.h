// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Names to small numbers. Each distinct value is stored once and gets the next number, from 1; 0 stands for
// "unknown" (NULL in the tables). Numbers are never reused and never change.
#pragma once

#include "base/arena.h"

struct intern {
    struct intern_slot *slots; // open addressing, a power of two
    size_t mask, n;
    VEC(struct str) values; // values.at[id - 1]
    struct arena text;
};

// The number of `s`, new or known; 0 for an absent slice (s.p == NULL) and for an empty one.
uint32_t intern_id(struct intern *table, struct str s);
// The number of `s`, or 0 when it is not in the table.
uint32_t intern_find(const struct intern *table, struct str s);
// The value of a number in 1..table->n. Lives as long as the table.
static inline struct str intern_value(const struct intern *table, uint32_t id) {
    return id ? table->values.at[id - 1] : STR_NONE;
}
void intern_done(struct intern *table);
