// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
#include "base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

// Every day of 1..9999 follows the one before, and comes back from its number.
static void test_every_day(void **state) {
    (void)state;
    int64_t expected = civil_days(1, 1, 1);
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= civil_month_days(year, month); day++, expected++) {
                struct civil back = civil_from_usec(expected * USEC_DAY);
                if (civil_days(year, month, day) != expected || back.year != year || back.month != month ||
                    back.day != day)
                    fail_msg("%d-%d-%d", year, month, day);
            }
    assert_int_equal(civil_days(1970, 1, 1), 0);
    assert_int_equal(civil_days(2000, 3, 1), 11017);
}

// libc agrees, before and after 1970, at odd seconds.
static void test_against_libc(void **state) {
    (void)state;
    for (int64_t t = -62135596800; t < 253402300799; t += 86400 * 37 + 12345) {
        struct tm tm;
        time_t libc = t;
        gmtime_r(&libc, &tm);
        struct civil c = civil_from_usec(t * USEC_SECOND + 7);
        if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 || c.day != tm.tm_mday || c.hour != tm.tm_hour ||
            c.minute != tm.tm_min || c.second != tm.tm_sec || c.micro != 7 || civil_to_usec(&c) != t * USEC_SECOND + 7)
            fail_msg("%lld", (long long)t);
    }
}

static void test_leap(void **state) {
    (void)state;
    static const struct {
        int year;
        bool leap;
    } years[] = {{1900, false}, {2000, true}, {2004, true}, {2023, false}, {2100, false}, {2400, true}, {4, true}};
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        assert_int_equal(civil_is_leap(years[i].year), years[i].leap);
        assert_int_equal(civil_month_days(years[i].year, 2), years[i].leap ? 29 : 28);
    }
    assert_int_equal(civil_month_days(2024, 0), 0);
    assert_int_equal(civil_month_days(2024, 13), 0);
}

static void test_valid(void **state) {
    (void)state;
    static const struct {
        struct civil c;
        bool valid;
    } times[] = {
        {{2024, 2, 29, 23, 59, 60, 999999}, true},
        {{1, 1, 1, 0, 0, 0, 0}, true},
        {{9999, 12, 31, 23, 59, 59, 0}, true},
        {{2023, 2, 29, 0, 0, 0, 0}, false},
        {{0, 1, 1, 0, 0, 0, 0}, false},
        {{10000, 1, 1, 0, 0, 0, 0}, false},
        {{2024, 13, 1, 0, 0, 0, 0}, false},
        {{2024, 1, 0, 0, 0, 0, 0}, false},
        {{2024, 1, 1, 24, 0, 0, 0}, false},
        {{2024, 1, 1, 0, 60, 0, 0}, false},
        {{2024, 1, 1, 0, 0, 61, 0}, false},
        {{2024, 1, 1, 0, 0, 0, 1000000}, false},
        {{2024, 1, 1, -1, 0, 0, 0}, false},
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        assert_int_equal(civil_valid(&times[i].c), times[i].valid);
}

static const struct {
    const char *text, *printed; // printed NULL: is no time
} TEXTS[] = {
    {"2024-03-07 19:06:53", "2024-03-07 19:06:53"},
    {"2024-03-07T19:06:53Z", "2024-03-07 19:06:53"},
    {"2024-03-07T19:06:53.5Z", "2024-03-07 19:06:53.500000"},
    {"2024-03-07T19:06:53.123456789", "2024-03-07 19:06:53.123456"},
    {"2024-03-07T19:06:53+02:00", "2024-03-07 17:06:53"},
    {"2024-03-07T19:06:53-0330", "2024-03-07 22:36:53"},
    {"2024-03-07T01:06:53+02:00", "2024-03-06 23:06:53"},
    {"2024-03-07", "2024-03-07 00:00:00"},
    {"2024-03-07T19:06", "2024-03-07 19:06:00"},
    {"  2024-03-07 19:06:53 ", "2024-03-07 19:06:53"},
    {"2016-12-31T23:59:60Z", "2017-01-01 00:00:00"},
    {"1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999"},
    {"0001-01-01", "0001-01-01 00:00:00"},
    {"9999-12-31 23:59:59", "9999-12-31 23:59:59"},
    {"2023-02-29", NULL},
    {"2024-00-07", NULL},
    {"2024-3-7", NULL},
    {"0000-03-07", NULL},
    {"2024-03-07T24:00:00", NULL},
    {"2024-03-07T19:06:53+24:00", NULL},
    {"2024-03-07T19:06:53 text", NULL},
    {"", NULL},
    {"now", NULL},
};

static void test_texts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        usec t;
        char text[CIVIL_TEXT];
        bool good = civil_parse(str_of(TEXTS[i].text), &t);
        if (good != (TEXTS[i].printed != NULL))
            fail_msg("\"%s\" is %s", TEXTS[i].text, good ? "taken" : "refused");
        if (!good)
            continue;
        size_t n = civil_print(t, text);
        assert_int_equal(n, strlen(text));
        assert_string_equal(text, TEXTS[i].printed);
        n = civil_print_iso(t, text);
        assert_int_equal(n, strlen(text));
        usec again;
        assert_true(civil_parse(str_of(text), &again) && again == t);
    }
}

// The store knows such moments, as infinity for one.
static void test_far_ends(void **state) {
    static const usec ends[] = {INT64_MIN, INT64_MIN + 1, -1, INT64_MAX};
    char text[CIVIL_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct civil c = civil_from_usec(ends[i]);
        assert_true(c.micro >= 0 && c.micro < 1000000 && c.second >= 0 && c.month >= 1);
        assert_true(civil_print(ends[i], text) < CIVIL_TEXT);
    }
    assert_string_equal((civil_print(-1, text), text), "1969-12-31 23:59:59.999999");
    assert_string_equal((civil_print(INT64_MAX, text), text), "294247-01-10 04:00:54.775807");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day), cmocka_unit_test(test_against_libc), cmocka_unit_test(test_leap),
        cmocka_unit_test(test_valid),     cmocka_unit_test(test_texts),        cmocka_unit_test(test_far_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
