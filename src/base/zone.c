// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See zone.h. A TZif file lists the moments the clock changed, and ends in a rule (a POSIX TZ string) for
// all that come after; "slim" files, now usual, hold few moments and leave most to the rule. So the rule is
// unrolled once, when the zone is made, into plain moments up to the year 2400, and from then on a zone is a
// sorted array. Beyond it the last offset holds.
#include "base/zone.h"

#include "base/arena.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    TRANSITIONS_MAX = 20000, // in a file; real ones have below 300
    TYPES_MAX = 256,
    FILE_BYTES_MAX = 1 << 20,
    READ_BYTES = 64 << 10,
    NAME_BYTES_MAX = 100,
    RULE_LAST_YEAR = 2400,
    OFFSET_MAX = 26 * 3600, // RFC 8536: less than 26 hours
};

#define ZONES "/usr/share/zoneinfo/"

// Files of old wrote "since ever" as -2^59.
#define MOMENT_MAX ((int64_t)1 << 59)

struct transition {
    int64_t at;     // seconds since 1970, UTC
    int32_t offset; // from then on
};

struct zone {
    char *name;
    uint64_t number;
    int32_t first; // offset before the first transition
    VEC(struct transition) changes;
};

// ---- the rule at the end: "CET-1CEST,M3.5.0,M10.5.0/3"

struct rule_date {
    enum { RULE_WEEK, RULE_JULIAN, RULE_DAY } kind; // M3.5.0, J60 (no 29 February), 59 (from 0)
    int month, week, weekday, day;
    int32_t time; // seconds after local midnight, may be negative or beyond the day
};

struct rule {
    int32_t standard, daylight;
    bool has_daylight;
    struct rule_date begin, end;
};

static bool take(struct str *s, char c) {
    if (!s->n || s->p[0] != c)
        return false;
    *s = str_skip(*s, 1);
    return true;
}

static bool take_number(struct str *s, int high, int *ret) {
    int v = 0;
    size_t i = 0;
    for (; i < s->n && i < 4 && (unsigned char)(s->p[i] - '0') <= 9; i++)
        v = v * 10 + (s->p[i] - '0');
    *s = str_skip(*s, i);
    *ret = v;
    return i > 0 && v <= high;
}

// Three letters or more, or anything in angle brackets.
static bool take_abbreviation(struct str *s) {
    size_t i = 0;
    if (take(s, '<')) {
        ptrdiff_t end = str_find_char(*s, '>');
        if (end < 1)
            return false;
        *s = str_skip(*s, (size_t)end + 1);
        return true;
    }
    while (i < s->n && (unsigned char)((s->p[i] | 0x20) - 'a') < 26)
        i++;
    *s = str_skip(*s, i);
    return i >= 3;
}

// "[+-]h[h][h][:mm[:ss]]"
static bool take_time(struct str *s, int hours, int32_t *ret) {
    int sign = take(s, '-') ? -1 : 1, hour, minute = 0, second = 0;
    if (sign > 0)
        take(s, '+');
    if (!take_number(s, hours, &hour))
        return false;
    if (take(s, ':') && !take_number(s, 59, &minute))
        return false;
    if (take(s, ':') && !take_number(s, 59, &second))
        return false;
    *ret = sign * (hour * 3600 + minute * 60 + second);
    return true;
}

static bool take_date(struct str *s, struct rule_date *ret) {
    *ret = (struct rule_date){.kind = RULE_DAY, .time = 2 * 3600};
    if (!take(s, ','))
        return false;
    if (take(s, 'M')) {
        ret->kind = RULE_WEEK;
        if (!take_number(s, 12, &ret->month) || !take(s, '.') || !take_number(s, 5, &ret->week) || !take(s, '.') ||
            !take_number(s, 6, &ret->weekday) || !ret->month || !ret->week)
            return false;
    } else {
        ret->kind = take(s, 'J') ? RULE_JULIAN : RULE_DAY;
        if (!take_number(s, 365, &ret->day) || (ret->kind == RULE_JULIAN && !ret->day))
            return false;
    }
    return !take(s, '/') || take_time(s, 167, &ret->time);
}

static bool parse_rule(struct str s, struct rule *ret) {
    *ret = (struct rule){0};
    if (!take_abbreviation(&s) || !take_time(&s, 24, &ret->standard))
        return false;
    ret->standard = -ret->standard; // POSIX counts west of Greenwich
    if (!s.n)
        return true;
    ret->has_daylight = true;
    ret->daylight = ret->standard + 3600;
    if (!take_abbreviation(&s))
        return false;
    if (s.n && s.p[0] != ',') {
        if (!take_time(&s, 24, &ret->daylight))
            return false;
        ret->daylight = -ret->daylight;
    }
    return take_date(&s, &ret->begin) && take_date(&s, &ret->end) && !s.n;
}

// Days since 1970 of the rule's date in a year.
static int64_t rule_day(const struct rule_date *d, int year) {
    int64_t new_year = civil_days(year, 1, 1);
    if (d->kind == RULE_DAY)
        return new_year + d->day;
    if (d->kind == RULE_JULIAN)
        return new_year + d->day - 1 + (civil_is_leap(year) && d->day >= 60);
    int64_t first = civil_days(year, d->month, 1);
    int weekday = (int)(((first + 4) % 7 + 7) % 7); // 1970-01-01 was a Thursday
    int day = (d->weekday - weekday + 7) % 7 + 7 * (d->week - 1);
    while (day >= civil_month_days(year, d->month))
        day -= 7;
    return first + day;
}

static void add_change(struct zone *zone, int64_t at, int32_t offset) {
    if (zone->changes.n && at <= zone->changes.at[zone->changes.n - 1].at)
        return;
    *VEC_PUSH(&zone->changes) = (struct transition){at, offset};
}

// Unrolls the rule from the year of the file's last moment.
static void apply_rule(struct zone *zone, const struct rule *rule) {
    int64_t last = zone->changes.n ? zone->changes.at[zone->changes.n - 1].at : INT64_MIN;
    if (!rule->has_daylight) {
        if (!zone->changes.n)
            zone->first = rule->standard;
        return;
    }
    int year = 1970;
    if (zone->changes.n) {
        int64_t low = -(int64_t)60 * 366 * 86400, high = (int64_t)RULE_LAST_YEAR * 365 * 86400;
        int64_t from = last < low ? low : last > high ? high : last;
        year = civil_from_usec(from * USEC_SECOND).year;
    } else {
        zone->first = rule->standard;
    }
    for (; year <= RULE_LAST_YEAR; year++) {
        int64_t begin = rule_day(&rule->begin, year) * 86400 + rule->begin.time - rule->standard;
        int64_t end = rule_day(&rule->end, year) * 86400 + rule->end.time - rule->daylight;
        if (begin < end) {
            add_change(zone, begin, rule->daylight);
            add_change(zone, end, rule->standard);
        } else {
            add_change(zone, end, rule->standard);
            add_change(zone, begin, rule->daylight);
        }
    }
}

// ---- the file

struct header {
    char version;
    uint32_t isut, isstd, leap, time, type, chars;
};

static int64_t read_big(const char *p, size_t bytes) {
    uint64_t v = (p[0] & 0x80) ? UINT64_MAX : 0;
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

// Files with leap seconds (the "right" zones) count time as no log does, and are refused.
static bool take_header(struct str *s, struct header *ret) {
    if (s->n < 44 || !str_starts(*s, S("TZif")))
        return false;
    uint32_t *const counts[] = {&ret->isut, &ret->isstd, &ret->leap, &ret->time, &ret->type, &ret->chars};
    ret->version = s->p[4];
    for (size_t i = 0; i < 6; i++)
        *counts[i] = (uint32_t)read_big(s->p + 20 + 4 * i, 4);
    *s = str_skip(*s, 44);
    return ret->time <= TRANSITIONS_MAX && ret->type >= 1 && ret->type <= TYPES_MAX && ret->chars <= 4096 &&
           ret->leap == 0 && ret->isut <= ret->type && ret->isstd <= ret->type;
}

static size_t data_bytes(const struct header *h, size_t width) {
    return h->time * (width + 1) + h->type * 6 + h->chars + h->isstd + h->isut;
}

// The block's moments and offsets. `s` holds at least data_bytes().
static bool read_block(struct str s, const struct header *h, size_t width, struct zone *zone) {
    const char *times = s.p, *indices = times + h->time * width, *types = indices + h->time;
    int32_t offsets[TYPES_MAX];
    for (uint32_t i = 0; i < h->type; i++) {
        offsets[i] = (int32_t)read_big(types + 6 * i, 4);
        if (offsets[i] <= -OFFSET_MAX || offsets[i] >= OFFSET_MAX)
            return false;
    }
    zone->first = offsets[0];
    for (uint32_t i = 0; i < h->time; i++) {
        unsigned type = (unsigned char)indices[i];
        int64_t at = read_big(times + i * width, width);
        if (type >= h->type || at < -MOMENT_MAX || at > MOMENT_MAX ||
            (zone->changes.n && at <= zone->changes.at[zone->changes.n - 1].at))
            return false;
        add_change(zone, at, offsets[type]);
    }
    return true;
}

static bool read_footer(struct str s, struct zone *zone) {
    struct rule rule;
    if (!take(&s, '\n'))
        return false;
    ptrdiff_t end = str_find_char(s, '\n');
    if (end < 0)
        return false;
    if (end == 0)
        return true; // nothing is said about the time after the last moment
    if (!parse_rule(str_head(s, (size_t)end), &rule))
        return false;
    apply_rule(zone, &rule);
    return true;
}

static bool read_file(struct str s, struct zone *zone) {
    struct header h;
    if (!take_header(&s, &h) || s.n < data_bytes(&h, 4))
        return false;
    if (!h.version)
        return read_block(s, &h, 4, zone);
    s = str_skip(s, data_bytes(&h, 4)); // the second block says the same with 64 bits
    if (!take_header(&s, &h) || s.n < data_bytes(&h, 8) || !read_block(s, &h, 8, zone))
        return false;
    return read_footer(str_skip(s, data_bytes(&h, 8)), zone);
}

// Numbers of zones: what a thread remembers of one must not be taken for another's that got its address.
static atomic_uint_fast64_t zones_made;

static struct zone *make_zone(struct str name) {
    struct zone *zone = must_zero(1, sizeof *zone);
    zone->name = must_copy(name);
    zone->number = atomic_fetch_add(&zones_made, 1) + 1;
    return zone;
}

static struct zone *load_zone(struct str bytes, struct str name) {
    struct zone *zone = make_zone(name);
    if (read_file(bytes, zone))
        return zone;
    zone_free(zone);
    return NULL;
}

struct zone *zone_load(struct str bytes) {
    return load_zone(bytes, S("localtime"));
}

void zone_free(struct zone *zone) {
    if (!zone)
        return;
    VEC_DONE(&zone->changes);
    free(zone->name);
    free(zone);
}

const char *zone_name(const struct zone *zone) {
    return zone->name;
}

static struct zone *fix_zone(struct str name, int minutes) {
    struct zone *zone = make_zone(name);
    zone->first = minutes * 60;
    return zone;
}

// ---- names

static bool parse_fixed(struct str s, int *ret_minutes) {
    int sign, hour, minute = 0;
    if (!s.n || (s.p[0] != '+' && s.p[0] != '-') || (s.n != 3 && s.n != 5 && s.n != 6))
        return false;
    sign = s.p[0] == '-' ? -1 : 1;
    struct str hours = {s.p + 1, 2}, minutes = {s.p + s.n - 2, 2};
    if (!take_number(&hours, 18, &hour) || hours.n)
        return false;
    if (s.n > 3 && (!take_number(&minutes, 59, &minute) || minutes.n || (s.n == 6 && s.p[3] != ':')))
        return false;
    *ret_minutes = sign * (hour * 60 + minute);
    return true;
}

// The name comes from evidence: letters, digits and "_+-" in parts of a path, nothing that climbs or hides.
static bool is_safe_name(struct str s) {
    if (!s.n || s.n > NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '0') <= 9;
        bool inside = i && i + 1 < s.n && (c == '/' || c == '_' || c == '+' || c == '-');
        if ((!letter && !inside) || (c == '/' && s.p[i - 1] == '/'))
            return false;
    }
    return true;
}

static struct zone *read_named(const char *path, struct str name) {
    struct buffer bytes = {0};
    struct zone *zone = NULL;
    ssize_t n = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    while (bytes.n < FILE_BYTES_MAX && (n = read(fd, buffer_room(&bytes, READ_BYTES), READ_BYTES)) > 0)
        bytes.n += (size_t)n;
    close(fd);
    if (n == 0)
        zone = load_zone(buffer_str(&bytes), name);
    buffer_done(&bytes);
    return zone;
}

struct zone *zone_named(struct str name) {
    int minutes;
    if (str_eq(name, S("UTC")) || str_eq(name, S("Z")))
        return fix_zone(name, 0);
    if (parse_fixed(name, &minutes))
        return fix_zone(name, minutes);
    if (!is_safe_name(name))
        return NULL;
    char path[sizeof ZONES + NAME_BYTES_MAX + 1];
    snprintf(path, sizeof path, ZONES "%.*s", STR_ARG(name));
    return read_named(path, name);
}

// ---- use

// How many changes lie at or before the moment.
static size_t count_before(const struct zone *zone, int64_t seconds) {
    size_t low = 0, high = zone->changes.n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone->changes.at[middle].at <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int32_t offset_after(const struct zone *zone, size_t changes) {
    return changes ? zone->changes.at[changes - 1].offset : zone->first;
}

static int64_t floor_seconds(usec t) {
    return t / USEC_SECOND - (t % USEC_SECOND < 0);
}

// What a thread last found: local times in [from, until) are certain, and `offset` east of UTC.
struct stretch {
    uint64_t zone;
    usec from, until, offset;
};

// The number of changes before the stretch that holds `seconds`: in an overlap that is the first of two, in
// a gap the one before.
static size_t find_stretch(const struct zone *zone, int64_t seconds) {
    size_t n = count_before(zone, seconds - OFFSET_MAX), count = zone->changes.n;
    for (; n < count; n++) {
        const struct transition *next = &zone->changes.at[n];
        bool ended = next->at + offset_after(zone, n) <= seconds, in_gap = seconds < next->at + next->offset;
        if (!ended || in_gap)
            break;
    }
    return n;
}

static int32_t higher(int32_t a, int32_t b) {
    return a > b ? a : b;
}

static int32_t lower(int32_t a, int32_t b) {
    return a < b ? a : b;
}

// The certain part of a stretch, without the hours that a change at either end makes doubtful.
static struct stretch bound_stretch(const struct zone *zone, size_t n) {
    const int64_t far = INT64_MAX / USEC_SECOND / 2;
    int32_t offset = offset_after(zone, n);
    int64_t from = -far, until = far;
    if (n)
        from = zone->changes.at[n - 1].at + higher(offset_after(zone, n - 1), offset);
    if (n < zone->changes.n)
        until = zone->changes.at[n].at + lower(offset, zone->changes.at[n].offset);
    from = from < -far ? -far : from;
    until = until > far ? far : until;
    return (struct stretch){zone->number, from * USEC_SECOND, until * USEC_SECOND, offset * USEC_SECOND};
}

usec zone_to_utc(const struct zone *zone, usec local, bool *ret_ambiguous) {
    static _Thread_local struct stretch last;
    bool ambiguous = false;
    if (zone->number != last.zone || local < last.from || local >= last.until) {
        last = bound_stretch(zone, find_stretch(zone, floor_seconds(local)));
        ambiguous = local < last.from || local >= last.until;
    }
    if (ret_ambiguous)
        *ret_ambiguous = ambiguous;
    return local - last.offset;
}
