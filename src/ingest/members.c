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

// Only what is an archive needs a spool, and nothing is opened to find out more often than once.
static bool is_archive(const struct source_item *item) {
    struct source *source;
    char head[512];
    size_t n = 0, more;
    if (str_eq(item->path, S("-")) || source_open(item, &source, NULL) != OK)
        return false;
    while (n < sizeof head && source_read(source, head + n, sizeof head - n, &more, NULL) == OK)
        n += more;
    source_close(source);
    return source_archive_kind((struct str){head, n}) != NULL;
}

enum status members_expand(struct members *m, const char *folder, struct arena *arena, source_items *items,
                           source_troubles *troubles, const atomic_bool *stop, struct error *error) {
    source_items flat = {0};
    enum status status = OK;
    for (size_t i = 0; i < items->n && status != FATAL; i++) {
        const struct source_item *item = &items->at[i];
        status = SKIP;
        if (is_archive(item)) {
            status = m->spool ? OK : source_spool_new(folder, &m->spool, error);
            struct source_expansion how = {.spool = m->spool, .wants = is_wanted, .stop = stop};
            if (status == OK)
                status = source_expand(item, &how, arena, &flat, &m->links, troubles, error);
        }
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
