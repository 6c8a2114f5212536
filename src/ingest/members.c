// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What no format reads is listed and not copied: a host's archive is mostly programs. The files that name the host are
// taken in any case, see origin.c.
#include "ingest/members.h"

#include "base/limits.h"
#include "ingest/look.h"
#include "ingest/origin.h"
#include "source/codec.h"

static bool is_wanted(void *context, struct str path, struct str head) {
    (void)context;
    const char *reason;
    if (!head.n || codec_find(head) || origin_is_sign(path))
        return true;
    ptrdiff_t nl = head.n < LIMIT_PROBE ? -1 : str_rfind_char(head, '\n');
    return format_detect(nl < 0 ? head : str_head(head, (size_t)nl + 1), path, &reason) != NULL;
}

enum status members_expand(struct members *m, const char *folder, struct arena *arena, source_items *items,
                           source_troubles *troubles, const atomic_bool *stop, struct error *error) {
    source_items flat = {0};
    enum status status = OK;
    m->spool = source_spool_new(folder);
    const struct source_expansion how = {.spool = m->spool, .wants = is_wanted, .stop = stop};
    for (size_t i = 0; i < items->n && status != FATAL; i++) {
        const struct source_item *item = &items->at[i];
        status = source_expand(item, &how, arena, &flat, &m->links, troubles, error);
        if (status == OK)
            *VEC_PUSH(&m->archives) = *item;
        else if (status == SKIP)
            *VEC_PUSH(&flat) = *item;
    }
    VEC_DONE(items);
    *items = flat;
    return status == FATAL ? FATAL : OK;
}

void members_done(struct members *m) {
    VEC_DONE(&m->archives);
    VEC_DONE(&m->links);
    source_spool_free(m->spool);
    m->spool = NULL;
}
