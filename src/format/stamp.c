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
#define MONTH(a, b, c, number)                                                                                         \
    { (uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (c), number }
    static const struct {
        uint32_t letters, number;
    } months[16] = {[12] = MONTH('j', 'a', 'n', 1), [15] = MONTH('f', 'e', 'b', 2), [1] = MONTH('m', 'a', 'r', 3),
                    [14] = MONTH('a', 'p', 'r', 4), [4] = MONTH('m', 'a', 'y', 5),  [8] = MONTH('j', 'u', 'n', 6),
                    [3] = MONTH('j', 'u', 'l', 7),  [6] = MONTH('a', 'u', 'g', 8),  [2] = MONTH('s', 'e', 'p', 9),
                    [7] = MONTH('o', 'c', 't', 10), [0] = MONTH('n', 'o', 'v', 11), [11] = MONTH('d', 'e', 'c', 12)};
#undef MONTH
    uint32_t letters = (uint32_t)(p[0] | 0x20) << 16 | (uint32_t)(p[1] | 0x20) << 8 | (uint32_t)(p[2] | 0x20);
    unsigned slot = (letters * 0x2c4a3699u) >> 28;
    return months[slot].letters == letters ? (int)months[slot].number : 0;
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
    static const int scales[] = {0, 100000, 10000, 1000, 100, 10, 1};
    if (s->n < 2 || (s->p[0] != '.' && s->p[0] != ',') || !is_digit(s->p[1]))
        return false;
    size_t i = 1;
    int value = 0;
    for (; i < s->n && i <= 6 && is_digit(s->p[i]); i++)
        value = value * 10 + (s->p[i] - '0');
    *ret += value * scales[i - 1];
    while (i < s->n && is_digit(s->p[i]))
        i++;
    *s = str_skip(*s, i);
    return true;
}

// "19:06:53" or "9:06:53" and its fraction.
static bool take_clock(struct str *s, usec *ret, struct stamp_found *found) {
    if (s->n < 8)
        return false;
    bool short_hour = s->p[1] == ':';
    const char *p = s->p - short_hour;
    if (p[2] != ':' || p[5] != ':')
        return false;
    int hour = short_hour ? (is_digit(p[1]) ? p[1] - '0' : -1) : two_digits(p);
    int minute = two_digits(p + 3), second = two_digits(p + 6);
    if ((hour | minute | second) < 0)
        return false;
    found->valid = hour < 24 && minute < 60 && second <= 60;
    *ret = (hour * 3600 + minute * 60 + second) * USEC_SECOND;
    *s = str_skip(*s, 8 - short_hour);
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

// A year as a word of its own, where nothing else can stand.
static bool take_year(struct str *s, int *ret) {
    int year = s->n >= 5 && s->p[4] == ' ' ? four_digits(s->p) : -1;
    if (year < 0)
        return false;
    *ret = year;
    *s = str_skip(*s, 5);
    return true;
}

static bool at_end(struct str s) {
    return !s.n || is_blank(s.p[0]);
}

// The colon is the stamp's only when nothing but a blank follows.
static void take_colon(struct str *s) {
    if (s->n && s->p[0] == ':' && at_end(str_skip(*s, 1)))
        *s = str_skip(*s, 1);
}

// " 2008" behind the time. The range keeps numbers apart that only look like a year. Without a weekday a host
// must follow after one blank: otherwise the number is the host, as rsyslog reads it.
static void take_late_year(struct str *s, bool weekday, int *ret) {
    int year = s->n >= 5 && s->p[0] == ' ' ? four_digits(s->p + 1) : -1;
    if (year < 1970 || year > 2099 || !at_end(str_skip(*s, 5)))
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
    return day >= 1 && month >= 1 && month <= 12 && (day <= 28 || day <= civil_month_days(year ? year : 2000, month));
}

// "Mar  7 19:06:53 w", as nearly all lines begin. False when anything is out of the ordinary.
static bool read_plain_bsd(struct str *s, struct stamp *ret) {
    static const unsigned char days[13] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *p = s->p;
    if (s->n < 17 || p[3] != ' ' || p[6] != ' ' || p[9] != ':' || p[12] != ':' || p[15] != ' ' || is_digit(p[16]))
        return false;
    int month = month_number(p), hour = two_digits(p + 7), minute = two_digits(p + 10), second = two_digits(p + 13);
    int day = p[4] == ' ' && is_digit(p[5]) ? p[5] - '0' : two_digits(p + 4);
    if (day < 1 || day > days[month] || (hour | minute | second) < 0 || hour > 23 || minute > 59 || second > 59)
        return false;
    *ret = (struct stamp){.month = (uint8_t)month,
                          .day = (uint8_t)day,
                          .of_day = (hour * 3600 + minute * 60 + second) * USEC_SECOND,
                          .present = true};
    *s = str_skip(*s, 15);
    return true;
}

static struct stamp_found read_bsd(struct str *s, struct stamp *ret) {
    const struct stamp_found none = {0};
    struct stamp_found found = {0};
    struct str rest = *s;
    int year = 0, day;
    usec of_day = 0;
    bool has_year = false;
    if (rest.n > 18 && rest.p[3] == ' ' && is_weekday(rest.p)) {
        rest = str_skip(rest, 4);
        found.weekday = true;
    } else {
        has_year = take_year(&rest, &year);
    }
    const char *name = rest.p;
    if (rest.n < 13 || !is_letter(name[0]) || !is_letter(name[1]) || !is_letter(name[2]))
        return none;
    int month = month_number(name);
    rest = str_skip(rest, 3);
    if (!take_day(&rest, &day))
        return none;
    has_year = has_year || take_year(&rest, &year);
    if (rest.n > 2 && rest.p[0] == ' ' && rest.p[2] == ':')
        rest = str_skip(rest, 1); // an hour padded with a blank
    if (!take_clock(&rest, &of_day, &found))
        return none;
    take_colon(&rest);
    if (!at_end(rest))
        return none;
    if (!has_year)
        take_late_year(&rest, found.weekday, &year);
    found.kind = month ? STAMP_BSD : STAMP_NO_MONTH;
    found.valid = found.valid && month && day_exists(year, month, day) && (year || !has_year);
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

// "2024-03-07T19:06:53.123456+01:00 ", as rsyslog writes it. False when anything is out of the ordinary.
static bool read_plain_iso(struct str *s, struct stamp *ret) {
    const char *p = s->p;
    if (s->n < 33 || p[7] != '-' || p[10] != 'T' || p[13] != ':' || p[16] != ':' || p[19] != '.' || p[29] != ':' ||
        p[32] != ' ' || (p[26] != '+' && p[26] != '-'))
        return false;
    int year = four_digits(p), month = two_digits(p + 5), day = two_digits(p + 8);
    int hour = two_digits(p + 11), minute = two_digits(p + 14), second = two_digits(p + 17);
    int high = four_digits(p + 20), low = two_digits(p + 24), east = two_digits(p + 27), rest = two_digits(p + 30);
    if ((year | month | day | hour | minute | second | high | low | east | rest) < 0)
        return false;
    if (!year || !day_exists(year, month, day) || hour > 23 || minute > 59 || second > 59 || east > 18 || rest > 59)
        return false;
    int zone = east * 60 + rest;
    *ret = (struct stamp){.year = (int16_t)year,
                          .month = (uint8_t)month,
                          .day = (uint8_t)day,
                          .of_day = (hour * 3600 + minute * 60 + second) * USEC_SECOND + high * 100 + low,
                          .zone = (int16_t)(p[26] == '-' ? -zone : zone),
                          .has_zone = true,
                          .present = true};
    *s = str_skip(*s, 32);
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
        !at_end(rest))
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

// "Mon 2024-03-04 05:06:07 CET", journalctl's short-full. The zone is a name only; the time is the host's own.
static struct stamp_found read_weekday_iso(struct str *s, struct stamp *ret) {
    struct str rest = str_skip(*s, 4);
    struct stamp stamp = *ret;
    struct stamp_found found = read_iso(&rest, &stamp);
    if (found.kind != STAMP_SPACED || !rest.n || rest.p[0] != ' ')
        return (struct stamp_found){0};
    size_t n = 1;
    while (n < rest.n && n <= 5 && rest.p[n] >= 'A' && rest.p[n] <= 'Z')
        n++;
    if (n < 4 || !at_end(str_skip(rest, n)))
        return (struct stamp_found){0};
    stamp.has_zone = found.valid && str_eq(str_head(str_skip(rest, 1), n - 1), S("UTC"));
    found.weekday = true;
    *ret = stamp;
    *s = str_skip(rest, n);
    return found;
}

struct stamp_found stamp_read(struct str *s, struct stamp *ret) {
    if (s->n < 14)
        return (struct stamp_found){0};
    if (read_plain_bsd(s, ret))
        return (struct stamp_found){.kind = STAMP_BSD, .valid = true};
    if (s->p[4] != '-')
        return s->n > 24 && s->p[8] == '-' && s->p[3] == ' ' && is_weekday(s->p) ? read_weekday_iso(s, ret)
                                                                                 : read_bsd(s, ret);
    if (read_plain_iso(s, ret))
        return (struct stamp_found){.kind = STAMP_ISO, .valid = true, .fraction = true};
    return read_iso(s, ret);
}
