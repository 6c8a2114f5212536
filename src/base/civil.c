// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Dates by eras of 400 years, after which the calendar repeats. A year begins in March here, so that the leap day is
// its last.
#include "base/civil.h"

#include <stdio.h>

int64_t civil_days(int year, int month, int day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int civil_month_days(int year, int month) {
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12)
        return 0;
    return days[month - 1] + (month == 2 && civil_is_leap(year));
}

static bool in_range(int v, int low, int high) {
    return v >= low && v <= high;
}

bool civil_valid(const struct civil *c) {
    return in_range(c->year, 1, 9999) && in_range(c->day, 1, civil_month_days(c->year, c->month)) &&
           in_range(c->hour, 0, 23) && in_range(c->minute, 0, 59) && in_range(c->second, 0, 60) &&
           in_range(c->micro, 0, 999999);
}

usec civil_to_usec(const struct civil *c) {
    int64_t seconds = civil_days(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->minute * 60 + c->second;
    return seconds * USEC_SECOND + c->micro;
}

struct civil civil_from_usec(usec t) {
    int64_t seconds = t / USEC_SECOND, micro = t % USEC_SECOND;
    seconds -= micro < 0, micro += micro < 0 ? USEC_SECOND : 0;
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int of_day = (int)(seconds - days * 86400);
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (int)((5 * doy + 2) / 153), month = mp + (mp < 10 ? 3 : -9);
    return (struct civil){.year = (int)(yoe + era * 400 + (month <= 2)),
                          .month = month,
                          .day = (int)(doy - (153 * mp + 2) / 5 + 1),
                          .hour = of_day / 3600,
                          .minute = of_day / 60 % 60,
                          .second = of_day % 60,
                          .micro = (int)micro};
}

static size_t print_with(usec t, char sep, const char *tail, char ret[CIVIL_TEXT]) {
    struct civil c = civil_from_usec(t);
    int n = snprintf(ret, CIVIL_TEXT, "%04d-%02d-%02d%c%02d:%02d:%02d", c.year, c.month, c.day, sep, c.hour, c.minute,
                     c.second);
    if (c.micro)
        n += snprintf(ret + n, CIVIL_TEXT - (size_t)n, ".%06d", c.micro);
    n += snprintf(ret + n, CIVIL_TEXT - (size_t)n, "%s", tail);
    return (size_t)n;
}

size_t civil_print(usec t, char ret[CIVIL_TEXT]) {
    return print_with(t, ' ', "", ret);
}

size_t civil_print_iso(usec t, char ret[CIVIL_TEXT]) {
    return print_with(t, 'T', "Z", ret);
}

// Exactly `digits` decimal digits.
static bool take_number(struct str *s, size_t digits, int *ret) {
    uint64_t v;
    if (s->n < digits || !str_to_u64(str_head(*s, digits), &v))
        return false;
    *ret = (int)v;
    *s = str_skip(*s, digits);
    return true;
}

static bool take_char(struct str *s, const char *any) {
    if (!s->n || !s->p[0] || !strchr(any, s->p[0]))
        return false;
    *s = str_skip(*s, 1);
    return true;
}

static void take_fraction(struct str *s, int *ret_micro) {
    int scale = 100000;
    *ret_micro = 0;
    for (; s->n && s->p[0] >= '0' && s->p[0] <= '9'; scale /= 10, *s = str_skip(*s, 1))
        *ret_micro += (s->p[0] - '0') * scale;
}

static bool take_zone(struct str *s, usec *ret) {
    int hour, minute = 0;
    *ret = 0;
    if (!s->n || take_char(s, "Zz"))
        return true;
    int sign = s->p[0] == '-' ? 1 : -1;
    if (!take_char(s, "+-") || !take_number(s, 2, &hour))
        return false;
    take_char(s, ":");
    if (s->n && !take_number(s, 2, &minute))
        return false;
    *ret = sign * (hour * USEC_HOUR + minute * USEC_MINUTE);
    return hour < 24 && minute < 60;
}

bool civil_parse(struct str s, usec *ret) {
    struct civil c = {0};
    usec shift = 0;
    s = str_trim(s);
    if (!take_number(&s, 4, &c.year) || !take_char(&s, "-") || !take_number(&s, 2, &c.month) || !take_char(&s, "-") ||
        !take_number(&s, 2, &c.day))
        return false;
    if (s.n && take_char(&s, "T ")) {
        if (!take_number(&s, 2, &c.hour) || !take_char(&s, ":") || !take_number(&s, 2, &c.minute))
            return false;
        if (take_char(&s, ":") && !take_number(&s, 2, &c.second))
            return false;
        if (take_char(&s, ".,"))
            take_fraction(&s, &c.micro);
    }
    if (!take_zone(&s, &shift) || s.n || !civil_valid(&c))
        return false;
    *ret = civil_to_usec(&c) + shift;
    return true;
}
