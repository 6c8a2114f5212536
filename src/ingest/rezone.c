// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A stored time goes back to the local time that stood in the record, by the old zone, and forward again by the new
// one. How far that moves it changes only where one of the zones changes its clocks, so a source needs one statement a
// table, with as many branches as there are such moments.
#include "ingest/rezone.h"

#include <stdlib.h>

enum { MAX_BREAKS = 1000 };

static const usec STEP = 3600 * USEC_SECOND;

// From `from` on (UTC, in the old reading) times move by `by`.
struct shift {
    usec from, by;
};
typedef VEC(struct shift) shifts;

struct moved_source {
    uint32_t source_id;
    struct str path, zone;
    usec first, last;
    struct zone_choice to;
};

struct finding {
    const struct zones *zones;
    struct arena arena;
    VEC(struct moved_source) sources;
};

// ---- How far ----

static usec local_of(const struct zone *zone, usec utc) {
    usec local = utc;
    for (int i = 0; i < 3; i++)
        local = utc + (local - zone_to_utc(zone, local, NULL));
    return local;
}

static usec shift_at(const struct zone *from, const struct zone *to, usec utc) {
    return zone_to_utc(to, local_of(from, utc), NULL) - utc;
}

// The first second in (`low`, `high`] at which times move otherwise than at `low`.
static usec find_break(const struct zone *from, const struct zone *to, usec low, usec high) {
    usec by = shift_at(from, to, low);
    while (high - low > USEC_SECOND) {
        usec middle = low + (high - low) / 2 / USEC_SECOND * USEC_SECOND;
        *(shift_at(from, to, middle) == by ? &low : &high) = middle;
    }
    return high;
}

static void find_shifts(const struct zone *from, const struct zone *to, usec first, usec last, shifts *ret) {
    first = first / USEC_SECOND * USEC_SECOND;
    *VEC_PUSH(ret) = (struct shift){INT64_MIN, shift_at(from, to, first)};
    for (usec t = first; t < last && ret->n < MAX_BREAKS; t += STEP)
        if (shift_at(from, to, t + STEP) != shift_at(from, to, t)) {
            usec at = find_break(from, to, t, t + STEP);
            *VEC_PUSH(ret) = (struct shift){at, shift_at(from, to, at)};
        }
}

// ---- Statements ----

#define ZONED S("'zone-given', 'zone-assumed', 'year-solved', 'year-solved-zone-assumed', 'inherited'")

static void put_shift(struct buffer *sql, const shifts *s) {
    buffer_print(sql, "ts + to_microseconds(case");
    for (size_t i = s->n; i-- > 1;)
        buffer_print(sql, " when ts >= make_timestamp(%lld) then %lld", (long long)s->at[i].from,
                     (long long)s->at[i].by);
    buffer_print(sql, " else %lld end)", (long long)s->at[0].by);
}

static void put_class_change(struct buffer *sql, uint32_t source) {
    static const char *const words[][2] = {{"zone-assumed", "zone-given"}, {"year-solved-zone-assumed", "year-solved"}};
    for (size_t i = 0; i < 2; i++)
        buffer_print(
            sql,
            "insert into facts.main.class_t select (select max(class_id) from facts.main.class_t) + row_number() over "
            "(), "
            "host_id, program_id, '%s', facility, facility_inferred, severity, severity_inferred from "
            "facts.main.class_t c where ts_quality = '%s' and class_id in (select class_id from facts.main.log_t where "
            "place.source_id = %u) and not exists (from facts.main.class_t d where d.ts_quality = '%s' and "
            "d.host_id = c.host_id and d.program_id = c.program_id and d.facility is not distinct from c.facility and "
            "d.facility_inferred = c.facility_inferred and d.severity is not distinct from c.severity and "
            "d.severity_inferred = c.severity_inferred);"
            "update facts.main.log_t set class_id = d.class_id from facts.main.class_t c, facts.main.class_t d where "
            "log_t.class_id = c.class_id and place.source_id = %u and c.ts_quality = '%s' and d.ts_quality = '%s' and "
            "d.host_id = c.host_id and d.program_id = c.program_id and d.facility is not distinct from c.facility and "
            "d.facility_inferred = c.facility_inferred and d.severity is not distinct from c.severity and "
            "d.severity_inferred = c.severity_inferred;",
            words[i][1], words[i][0], source, words[i][1], source, words[i][0], words[i][1]);
}

static void put_ends(struct buffer *sql, uint32_t source) {
    buffer_print(sql,
                 "update facts.main.source_t set first_ts = t.low, last_ts = t.high from (select min(ts) as low, "
                 "max(ts) as high from facts.main.log_t where place.source_id = %u) t where source_id = %u;"
                 "update facts.main.host_t set first_ts = t.low, last_ts = t.high from (select c.host_id, min(l.ts) as "
                 "low, max(l.ts) as high from facts.main.log_t l join facts.main.class_t c on c.class_id = l.class_id "
                 "group by c.host_id) t where t.host_id = host_t.host_id",
                 source, source);
}

static enum status change_rows(struct case_writer *w, const struct moved_source *m, const shifts *found,
                               struct error *error) {
    const struct case_param params[] = {{"id", case_from_integer(m->source_id)}, {"zone", case_from_text(m->to.name)}};
    struct case_connection *c = case_writer_connection(w);
    struct buffer to = {0}, sql = {0};
    put_shift(&to, found);
    put_class_change(&sql, m->source_id);
    put_ends(&sql, m->source_id);
    buffer_add_char(&sql, '\0');
    enum status status = case_move_times(w, m->source_id, buffer_str(&to), ZONED, error);
    if (status == OK)
        status = case_execute(c, sql.p, error);
    if (status == OK)
        status = case_each(c,
                           S("update facts.main.source_t set zone = $zone, zone_from = '--tz, after reading' where "
                             "source_id = $id"),
                           params, 2, NULL, NULL, error);
    buffer_done(&to);
    buffer_done(&sql);
    return status;
}

// All or nothing: times that were moved in a source that does not say so would be moved again.
static enum status move_source(struct case_writer *w, const struct moved_source *m, struct error *error) {
    struct case_connection *c = case_writer_connection(w);
    struct zone *from = zone_named(m->zone);
    shifts found = {0};
    if (!from)
        return error_set(error, FAIL, 0,
                         "the zone '%.*s' in which '%.*s' was read is not known by name; read it again into a new case",
                         STR_ARG(m->zone), STR_ARG(m->path));
    find_shifts(from, m->to.zone, m->first, m->last, &found);
    enum status status = case_execute(c, "begin", error);
    if (status == OK)
        status = change_rows(w, m, &found, error);
    if (status == OK)
        status = case_execute(c, "commit", error);
    if (status != OK)
        case_execute(c, "rollback", NULL);
    VEC_DONE(&found);
    zone_free(from);
    return status;
}

// ---- Which ----

static void take_source(void *context, const struct case_result *r, size_t row) {
    struct finding *f = context;
    struct moved_source m = {(uint32_t)case_integer_at(r, 0, row),
                             arena_copy(&f->arena, case_text_at(r, 1, row)),
                             arena_copy(&f->arena, case_text_at(r, 2, row)),
                             case_time_at(r, 3, row),
                             case_time_at(r, 4, row),
                             {0}};
    if (zones_given(f->zones, m.path, &m.to) && !str_eq(m.to.name, m.zone))
        *VEC_PUSH(&f->sources) = m;
}

enum status rezone(struct case_writer *w, const struct zones *zones, size_t *ret_moved, struct error *error) {
    struct finding f = {.zones = zones};
    enum status status =
        case_each(case_writer_connection(w),
                  S("select source_id, path, zone, first_ts, last_ts from facts.main.source_t where state in "
                    "('read', 'partial') and zone is not null and first_ts is not null order by source_id"),
                  NULL, 0, take_source, &f, error);
    for (size_t i = 0; i < f.sources.n && status == OK; i++)
        status = move_source(w, &f.sources.at[i], error);
    *ret_moved = f.sources.n;
    VEC_DONE(&f.sources);
    arena_done(&f.arena);
    return status;
}
