// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A look goes as far as LIMIT_PROBE; only of a source that ends before is the last stamp known.
#include "ingest/look.h"

#include "base/limits.h"

enum status look_read(struct source *source, char *bytes, size_t *ret_n, struct error *error) {
    enum status status = OK;
    *ret_n = 0;
    while (status == OK && *ret_n < LIMIT_PROBE) {
        size_t n = 0;
        status = source_read(source, bytes + *ret_n, LIMIT_PROBE - *ret_n, &n, error);
        *ret_n += n;
    }
    return status;
}

void look_refuse(struct look *l, enum source_state state, struct str reason, struct arena *arena) {
    l->format = NULL;
    l->state = state;
    l->reason = arena_copy(arena, reason);
}

static struct str whole_lines(struct str head, bool ended) {
    ptrdiff_t nl = ended ? -1 : str_rfind_char(head, '\n');
    return nl < 0 ? head : str_head(head, (size_t)nl + 1);
}

static void take_stamp(struct years_file *years, struct years_roll *roll, const struct stamp *s) {
    if (!years->first.present)
        years->first = *s;
    years->last = *s;
    years->crossed = years_roll(roll, s);
    if (!s->year && s->month == 2 && s->day == 29)
        years->has_leap_day = true;
    if (s->year && !years->known_year)
        years->known_year = s->year;
}

static void look_at_stamps(struct look *l, struct str head) {
    struct years_roll roll = {0};
    bool after = false;
    struct str line;
    while (str_cut(&head, '\n', &line)) {
        struct record record;
        if (l->format->line(line, after, &record) != LINE_RECORD)
            continue;
        after = true;
        if (record.stamp.present)
            take_stamp(&l->years, &roll, &record.stamp);
    }
}

void look_at(struct look *l, struct str path, struct str head, bool ended, struct arena *arena) {
    const char *reason = "not understood";
    if (!head.n) {
        look_refuse(l, SOURCE_STATE_EMPTY, S("empty"), arena);
        return;
    }
    head = whole_lines(head, ended);
    l->format = format_detect(head, path, &reason);
    if (!l->format) {
        look_refuse(l, SOURCE_STATE_UNKNOWN_FORMAT, str_of(reason), arena);
        return;
    }
    if (l->format->line)
        look_at_stamps(l, head);
    if (!ended) { // the last stamp looked at is not the last there is
        l->years.last.present = false;
        l->years.crossed = 0;
    }
}
