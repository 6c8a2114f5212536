// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Open addressing. The attacker chooses the values, so the hash is seeded (str.h), and a table is never more than half
// full.
#include "base/intern.h"

#include <stdlib.h>

// Short values stand in the slot itself: one cache line to look at instead of three.
struct intern_slot {
    uint32_t hash, id;
    uint8_t n; // bytes in `text`; LONG: the value is only in `values`
    char text[23];
};

enum { LONG = 255 };

static bool is_value(const struct intern *t, const struct intern_slot *slot, struct str s) {
    if (slot->n != LONG)
        return slot->n == s.n && memcmp(slot->text, s.p, s.n) == 0;
    return str_eq(t->values.at[slot->id - 1], s);
}

static struct intern_slot *find_slot(const struct intern *t, struct str s, uint32_t hash) {
    for (size_t i = hash & t->mask;; i = (i + 1) & t->mask) {
        struct intern_slot *slot = &t->slots[i];
        if (!slot->id || (slot->hash == hash && is_value(t, slot, s)))
            return slot;
    }
}

static void grow_slots(struct intern *t) {
    struct intern_slot *old = t->slots;
    size_t room = old ? t->mask + 1 : 0, wider = room ? room * 2 : 64;
    t->slots = must_zero(wider, sizeof *t->slots);
    t->mask = wider - 1;
    for (size_t i = 0; i < room; i++)
        if (old[i].id) {
            size_t j = old[i].hash & t->mask;
            while (t->slots[j].id)
                j = (j + 1) & t->mask;
            t->slots[j] = old[i];
        }
    free(old);
}

uint32_t intern_id(struct intern *t, struct str s) {
    if (s.n == 0)
        return 0;
    if (t->n * 2 >= t->mask)
        grow_slots(t);
    uint32_t hash = (uint32_t)str_hash(s);
    struct intern_slot *slot = find_slot(t, s, hash);
    if (!slot->id) {
        *VEC_PUSH(&t->values) = arena_copy(&t->text, s);
        *slot = (struct intern_slot){.hash = hash, .id = (uint32_t)++t->n, .n = LONG};
        if (s.n <= sizeof slot->text)
            memcpy(slot->text, s.p, slot->n = (uint8_t)s.n);
    }
    return slot->id;
}

uint32_t intern_find(const struct intern *t, struct str s) {
    return t->n && s.n ? find_slot(t, s, (uint32_t)str_hash(s))->id : 0;
}

void intern_done(struct intern *t) {
    free(t->slots);
    VEC_DONE(&t->values);
    arena_done(&t->text);
    *t = (struct intern){0};
}
