// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The names log rotation gives: a number behind the name, or a date, and what the packer adds. Read from the
// right, since the base may hold anything.
#include "ingest/years.h"

static bool take_digits_back(struct str *s, size_t n, int *ret) {
    uint64_t v;
    if (s->n < n || !str_to_u64((struct str){s->p + s->n - n, n}, &v))
        return false;
    *ret = (int)v;
    s->n -= n;
    return true;
}

static bool take_back(struct str *s, struct str tail) {
    if (!str_ends(*s, tail))
        return false;
    s->n -= tail.n;
    return true;
}

// "20240107" or "2024-01-07" at the end.
static bool take_date_back(struct str *s, struct years_name *ret) {
    struct str rest = *s;
    int year, month, day;
    if (!take_digits_back(&rest, 2, &day))
        return false;
    bool dashed = take_back(&rest, S("-"));
    if (!take_digits_back(&rest, 2, &month) || (dashed && !take_back(&rest, S("-"))) ||
        !take_digits_back(&rest, 4, &year))
        return false;
    if (year < 1970 || year > 2200 || day < 1 || day > civil_month_days(year, month))
        return false;
    if (!rest.n || (rest.p[rest.n - 1] >= '0' && rest.p[rest.n - 1] <= '9'))
        return false;
    ret->year = year;
    ret->month = month;
    ret->day = day;
    *s = rest;
    return true;
}

// The date, which an hour ("-2024010713") or the seconds since 1970 ("-20240107-1704600000") may follow.
static bool take_dated_tail(struct str *s, struct years_name *ret) {
    struct str rest = *s, digits = *s;
    int ignored;
    if (take_date_back(s, ret))
        return true;
    if (take_digits_back(&digits, 2, &ignored) && take_date_back(&digits, ret)) {
        *s = digits;
        return true;
    }
    ptrdiff_t dash = str_rfind_char(rest, '-');
    uint64_t seconds;
    if (dash < 1 || !str_to_u64(str_skip(rest, (size_t)dash + 1), &seconds))
        return false;
    rest.n = (size_t)dash;
    if (!take_date_back(&rest, ret))
        return false;
    *s = rest;
    return true;
}

static void drop_separator(struct str *s) {
    if (s->n > 1 && (s->p[s->n - 1] == '-' || s->p[s->n - 1] == '.' || s->p[s->n - 1] == '_'))
        s->n--;
}

struct years_name years_name(struct str path) {
    static const struct str packed[] = {{".gz", 3}, {".xz", 3}, {".zst", 4}, {".bz2", 4}, {".lz4", 4}};
    struct years_name name = {0};
    struct str s = path;
    for (size_t i = 0; i < sizeof packed / sizeof *packed; i++)
        if (take_back(&s, packed[i]))
            break;
    struct str whole = s;
    take_back(&s, S(".log")); // logrotate's `extension`: "auth-20240107.log", "auth.1.log"
    ptrdiff_t dot = str_rfind_char(s, '.');
    uint64_t number;
    name.age = 1;
    if (take_dated_tail(&s, &name)) {
        drop_separator(&s);
    } else if (take_back(&s, S(".old"))) {
        // as one rotation
    } else if (dot > 0 && str_to_u64(str_skip(s, (size_t)dot + 1), &number) && number < 100000) {
        s.n = (size_t)dot;
        name.age = (int64_t)number + 1;
    } else {
        s = whole;
        name.age = 0;
    }
    take_back(&s, S(".log")); // so that both habits meet
    name.base = s;
    return name;
}
