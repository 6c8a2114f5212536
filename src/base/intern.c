// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
#include "base/intern.h"

#include <stdlib.h>

struct intern_slot {
    uint32_t hash, id;
};

static struct intern_slot *find_slot(const struct intern *t, struct str s, uint32_t hash) {
    for (size_t i = hash & t->mask;; i = (i + 1) & t->mask) {
        struct intern_slot *slot = &t->slots[i];
        if (!slot->id || (slot->hash == hash && str_eq(t->values.at[slot->id - 1], s)))
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
        *slot = (struct intern_slot){hash, (uint32_t)++t->n};
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
