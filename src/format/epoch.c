// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See epoch.h. Not strtod(): it knows locales, infinities and hexadecimal, and a double has no room for a microsecond
// in some centuries.
#include "format/epoch.h"

static bool take_digits(struct str *s, uint64_t limit, uint64_t *ret) {
    size_t i = 0;
    *ret = 0;
    for (; i < s->n && (unsigned char)(s->p[i] - '0') < 10; i++) {
        *ret = *ret * 10 + (uint64_t)(s->p[i] - '0');
        if (*ret > limit)
            return false;
    }
    *s = str_skip(*s, i);
    return i > 0;
}

static usec take_fraction(struct str *s) {
    usec value = 0, scale = USEC_SECOND;
    size_t i = 0;
    for (; i < s->n && (unsigned char)(s->p[i] - '0') < 10; i++) {
        scale /= 10;
        value += (s->p[i] - '0') * scale;
    }
    *s = str_skip(*s, i);
    return value;
}

#define LAST_SECOND 253402300799ull // of the year 9999

static bool take_decimal(struct str *s, usec *ret) {
    bool negative = str_take(s, S("-"));
    uint64_t seconds;
    if (!take_digits(s, LAST_SECOND, &seconds))
        return false;
    usec whole = (usec)seconds * USEC_SECOND;
    if (str_take(s, S(".")))
        whole += take_fraction(s);
    *ret = negative ? -whole : whole;
    return true;
}

bool epoch_parse(struct str s, usec *ret) {
    usec at;
    if (!take_decimal(&s, &at) || s.n || at < -62135596800 * USEC_SECOND)
        return false;
    *ret = at;
    return true;
}

bool epoch_parse_span(struct str s, usec *ret) {
    usec span;
    uint64_t power;
    if (!take_decimal(&s, &span))
        return false;
    if (str_take(&s, S("e-")) || str_take(&s, S("E-"))) {
        if (!take_digits(&s, 999, &power))
            return false;
        for (uint64_t i = 0; i < power && span; i++)
            span /= 10;
    }
    if (s.n)
        return false;
    *ret = span;
    return true;
}

struct stamp epoch_stamp(usec at) {
    if (at < -62135596800 * USEC_SECOND || at >= (usec)(LAST_SECOND + 1) * USEC_SECOND)
        return (struct stamp){0};
    struct civil c = civil_from_usec(at);
    return (struct stamp){.year = (int16_t)c.year,
                          .month = (uint8_t)c.month,
                          .day = (uint8_t)c.day,
                          .of_day = ((c.hour * 60 + c.minute) * 60 + c.second) * USEC_SECOND + c.micro,
                          .has_zone = true,
                          .present = true};
}
