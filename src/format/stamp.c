// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See stamp.h. A shape either fits to its last byte or is no stamp at all: a message that begins with
// "March" or "2024-03" must not lose its head. Whether the day exists is a second question, asked last.
#include "format/stamp.h"

static bool is_digit(char c) {
    return (unsigned char)(c - '0') <= 9;
}

static bool is_letter(char c) {
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// The number in two digits, or negative.
static int two_digits(const char *p) {
    return is_digit(p[0]) && is_digit(p[1]) ? (p[0] - '0') * 10 + (p[1] - '0') : -1;
}

static int four_digits(const char *p) {
    int high = two_digits(p), low = two_digits(p + 2);
    return high < 0 || low < 0 ? -1 : high * 100 + low;
}

// A perfect hash over the three letters, in any case.
static int month_number(const char *p) {
    static const struct {
        char name[3];
        unsigned char number;
    } months[16] = {
        [12] = {"jan", 1}, [15] = {"feb", 2}, [1] = {"mar", 3},  [14] = {"apr", 4},
        [4] = {"may", 5},  [8] = {"jun", 6},  [3] = {"jul", 7},  [6] = {"aug", 8},
        [2] = {"sep", 9},  [7] = {"oct", 10}, [0] = {"nov", 11}, [11] = {"dec", 12},
    };
    uint32_t key = (uint32_t)(p[0] | 0x20) << 16 | (uint32_t)(p[1] | 0x20) << 8 | (uint32_t)(p[2] | 0x20);
    const char lower[3] = {(char)(key >> 16), (char)(key >> 8), (char)key};
    unsigned slot = (key * 0x2c4a3699u) >> 28;
    return memcmp(months[slot].name, lower, 3) == 0 ? months[slot].number : 0;
}

static bool is_weekday(const char *p) {
    static const char names[7][3] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const char lower[3] = {(char)(p[0] | 0x20), (char)(p[1] | 0x20), (char)(p[2] | 0x20)};
    for (size_t i = 0; i < 7; i++)
        if (memcmp(names[i], lower, 3) == 0)
            return true;
    return false;
}

// Digits after the point or comma; those beyond a microsecond are cut off.
static bool take_fraction(struct str *s, usec *ret) {
    if (s->n < 2 || (s->p[0] != '.' && s->p[0] != ',') || !is_digit(s->p[1]))
        return false;
    usec scale = 100000;
    size_t i = 1;
    for (; i < s->n && is_digit(s->p[i]); i++, scale /= 10)
        *ret += (s->p[i] - '0') * scale;
    *s = str_skip(*s, i);
    return true;
}

// "19:06:53" and its fraction.
static bool take_clock(struct str *s, usec *ret, struct stamp_found *found) {
    const char *p = s->p;
    if (s->n < 8 || p[2] != ':' || p[5] != ':')
        return false;
    int hour = two_digits(p), minute = two_digits(p + 3), second = two_digits(p + 6);
    if ((hour | minute | second) < 0)
        return false;
    found->valid = hour < 24 && minute < 60 && second <= 60;
    *ret = (hour * 3600 + minute * 60 + second) * USEC_SECOND;
    *s = str_skip(*s, 8);
    found->fraction = take_fraction(s, ret);
    return true;
}

// One or two blanks and one or two digits, then a blank.
static bool take_day(struct str *s, int *ret) {
    size_t i = 1;
    if (s->n < 4 || s->p[0] != ' ')
        return false;
    i += s->p[1] == ' ';
    if (!is_digit(s->p[i]))
        return false;
    *ret = s->p[i++] - '0';
    if (is_digit(s->p[i]))
        *ret = *ret * 10 + (s->p[i++] - '0');
    if (i >= s->n || s->p[i] != ' ')
        return false;
    *s = str_skip(*s, i + 1);
    return true;
}

// A year as a word of its own. The range keeps numbers apart that only look like one.
static bool take_year(struct str *s, int *ret) {
    int year = s->n >= 5 && s->p[4] == ' ' ? four_digits(s->p) : -1;
    if (year < 1970 || year > 2099)
        return false;
    *ret = year;
    *s = str_skip(*s, 5);
    return true;
}

// The colon is the stamp's only when nothing but a blank follows.
static bool take_end(struct str *s) {
    if (s->n && s->p[0] == ':' && (s->n == 1 || is_blank(s->p[1])))
        *s = str_skip(*s, 1);
    return !s->n || is_blank(s->p[0]);
}

// " 2008" behind the time. Without a weekday a host must follow after one blank: otherwise the number is
// the host, as rsyslog reads it.
static void take_late_year(struct str *s, bool weekday, int *ret) {
    int year = s->n >= 5 && s->p[0] == ' ' ? four_digits(s->p + 1) : -1;
    if (year < 1970 || year > 2099 || (s->n > 5 && !is_blank(s->p[5])))
        return;
    if (!weekday && (s->n < 7 || is_blank(s->p[6])))
        return;
    *ret = year;
    *s = str_skip(*s, 5);
}

static void keep(const struct stamp_found *found, int year, int month, int day, usec of_day, struct stamp *ret) {
    if (!found->valid)
        return;
    ret->year = (int16_t)year;
    ret->month = (uint8_t)month;
    ret->day = (uint8_t)day;
    ret->of_day = of_day;
    ret->present = true;
}

static bool day_exists(int year, int month, int day) {
    return day >= 1 && day <= civil_month_days(year ? year : 2000, month);
}

static struct stamp_found read_bsd(struct str *s, struct stamp *ret) {
    struct stamp_found found = {0};
    struct str rest = *s;
    int year = 0, day;
    usec of_day = 0;
    if (rest.n > 18 && rest.p[3] == ' ' && is_weekday(rest.p)) {
        rest = str_skip(rest, 4);
        found.weekday = true;
    } else {
        take_year(&rest, &year);
    }
    const char *name = rest.p;
    if (rest.n < 14 || !is_letter(name[0]) || !is_letter(name[1]) || !is_letter(name[2]))
        return (struct stamp_found){0};
    int month = month_number(name);
    rest = str_skip(rest, 3);
    if (!take_day(&rest, &day))
        return (struct stamp_found){0};
    if (!year)
        take_year(&rest, &year);
    if (!take_clock(&rest, &of_day, &found) || !take_end(&rest))
        return (struct stamp_found){0};
    if (!year)
        take_late_year(&rest, found.weekday, &year);
    found.kind = month ? STAMP_BSD : STAMP_NO_MONTH;
    found.valid = found.valid && month && day_exists(year, month, day);
    keep(&found, year, month, day, of_day, ret);
    *s = rest;
    return found;
}

// "Z", "+01:00", "+0100", "+01", or nothing.
static bool take_zone(struct str *s, struct stamp *ret, struct stamp_found *found) {
    ret->has_zone = false;
    if (!s->n || (s->p[0] != '+' && s->p[0] != '-' && (s->p[0] | 0x20) != 'z'))
        return true;
    if ((s->p[0] | 0x20) == 'z') {
        ret->has_zone = true;
        ret->zone = 0;
        *s = str_skip(*s, 1);
        return true;
    }
    int hour = s->n >= 3 ? two_digits(s->p + 1) : -1, minute = 0;
    size_t n = 3;
    if (hour < 0)
        return false;
    if (s->n >= 6 && s->p[3] == ':' && is_digit(s->p[4])) {
        minute = two_digits(s->p + 4);
        n = 6;
    } else if (s->n >= 5 && is_digit(s->p[3])) {
        minute = two_digits(s->p + 3);
        n = 5;
    }
    if (minute < 0)
        return false;
    found->valid = found->valid && hour <= 18 && minute < 60;
    ret->has_zone = true;
    ret->zone = (int16_t)((hour * 60 + minute) * (s->p[0] == '-' ? -1 : 1));
    *s = str_skip(*s, n);
    return true;
}

static struct stamp_found read_iso(struct str *s, struct stamp *ret) {
    struct stamp_found found = {0};
    struct stamp zone = {0};
    const char *p = s->p;
    usec of_day = 0;
    if (s->n < 19 || p[4] != '-' || p[7] != '-' || ((p[10] | 0x20) != 't' && p[10] != ' '))
        return found;
    int year = four_digits(p), month = two_digits(p + 5), day = two_digits(p + 8);
    struct str rest = str_skip(*s, 11);
    if ((year | month | day) < 0 || !take_clock(&rest, &of_day, &found) || !take_zone(&rest, &zone, &found) ||
        !take_end(&rest))
        return (struct stamp_found){0};
    found.kind = p[10] == ' ' ? STAMP_SPACED : STAMP_ISO;
    found.valid = found.valid && year && day_exists(year, month, day);
    keep(&found, year, month, day, of_day, ret);
    if (found.valid) {
        ret->zone = zone.zone;
        ret->has_zone = zone.has_zone;
    }
    *s = rest;
    return found;
}

struct stamp_found stamp_read(struct str *s, struct stamp *ret) {
    if (s->n < 14)
        return (struct stamp_found){0};
    return s->p[4] == '-' ? read_iso(s, ret) : read_bsd(s, ret);
}
