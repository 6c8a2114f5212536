// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The oracle is libc: mktime() and localtime_r() under TZ, over zones with every oddity we know of.
#include "base/arena.h"
#include "base/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static usec at(const char *text) {
    usec t;
    assert_true(civil_parse(str_of(text), &t));
    return t;
}

static const struct {
    const char *zone, *local, *utc;
    bool ambiguous;
} TIMES[] = {
    {"UTC", "2024-03-07 12:00:00", "2024-03-07 12:00:00", false},
    {"Z", "2024-03-07 12:00:00", "2024-03-07 12:00:00", false},
    {"+02:00", "2024-03-07 12:00:00", "2024-03-07 10:00:00", false},
    {"-0330", "2024-03-07 12:00:00", "2024-03-07 15:30:00", false},
    {"+05", "2024-03-07 12:00:00", "2024-03-07 07:00:00", false},
    {"Europe/Berlin", "2024-01-07 12:00:00", "2024-01-07 11:00:00", false},
    {"Europe/Berlin", "2024-07-07 12:00:00", "2024-07-07 10:00:00", false},
    {"Europe/Berlin", "2024-07-07 12:00:00.123456", "2024-07-07 10:00:00.123456", false},
    // clocks set ahead at 2:00
    {"Europe/Berlin", "2024-03-31 01:59:59.999999", "2024-03-31 00:59:59.999999", false},
    {"Europe/Berlin", "2024-03-31 02:00:00", "2024-03-31 01:00:00", true},
    {"Europe/Berlin", "2024-03-31 02:59:59", "2024-03-31 01:59:59", true},
    {"Europe/Berlin", "2024-03-31 03:00:00", "2024-03-31 01:00:00", false},
    // clocks set back at 3:00
    {"Europe/Berlin", "2024-10-27 01:59:59", "2024-10-26 23:59:59", false},
    {"Europe/Berlin", "2024-10-27 02:00:00", "2024-10-27 00:00:00", true},
    {"Europe/Berlin", "2024-10-27 02:59:59", "2024-10-27 00:59:59", true},
    {"Europe/Berlin", "2024-10-27 03:00:00", "2024-10-27 02:00:00", false},
    // by the rule alone, far beyond the table
    {"Europe/Berlin", "2099-07-07 12:00:00", "2099-07-07 10:00:00", false},
    {"America/New_York", "2024-03-10 02:30:00", "2024-03-10 07:30:00", true},
    {"America/New_York", "2024-11-03 01:30:00", "2024-11-03 05:30:00", true},
    {"America/New_York", "2038-01-19 03:14:08", "2038-01-19 08:14:08", false},
    {"Asia/Kolkata", "2024-03-07 12:00:00", "2024-03-07 06:30:00", false},
    {"Australia/Lord_Howe", "2024-01-07 12:00:00", "2024-01-07 01:00:00", false}, // half an hour of summer
    {"Australia/Lord_Howe", "2024-07-07 12:00:00", "2024-07-07 01:30:00", false},
    {"Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00", true},       // the day that never was
    {"Europe/Dublin", "2024-07-07 12:00:00", "2024-07-07 11:00:00", false},     // winter is the exception there
    {"Africa/Casablanca", "2023-03-25 12:00:00", "2023-03-25 12:00:00", false}, // Ramadan
    {"Africa/Casablanca", "2023-06-25 12:00:00", "2023-06-25 11:00:00", false},
    {"America/Argentina/Buenos_Aires", "2024-03-07 12:00:00", "2024-03-07 15:00:00", false},
    {"Etc/GMT+5", "2024-03-07 12:00:00", "2024-03-07 17:00:00", false},
};

static void test_times(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++) {
        struct zone *zone = zone_named(str_of(TIMES[i].zone));
        assert_non_null(zone);
        bool ambiguous;
        usec utc = zone_to_utc(zone, at(TIMES[i].local), &ambiguous);
        char text[CIVIL_TEXT];
        civil_print(utc, text);
        if (utc != at(TIMES[i].utc) || ambiguous != TIMES[i].ambiguous)
            fail_msg("%s %s: %s%s, want %s", TIMES[i].zone, TIMES[i].local, text, ambiguous ? " (ambiguous)" : "",
                     TIMES[i].utc);
        assert_string_equal(zone_name(zone), TIMES[i].zone);
        zone_free(zone);
    }
}

static usec libc_local(time_t t) {
    struct tm tm;
    localtime_r(&t, &tm);
    return (usec)timegm(&tm) * USEC_SECOND;
}

// Every 3 h 17 min 11 s from 1970 to 2100, and every minute around some changes: what libc calls local time
// leads back to the moment, or to the earlier of two, and then it is said so.
static void compare_with_libc(const char *name) {
    struct zone *zone = zone_named(str_of(name));
    assert_non_null(zone);
    setenv("TZ", name, 1);
    tzset();
    for (time_t t = 0; t < (time_t)130 * 366 * 86400; t += 3 * 3600 + 17 * 60 + 11) {
        bool ambiguous;
        usec local = libc_local(t), utc = zone_to_utc(zone, local, &ambiguous);
        if (utc == (usec)t * USEC_SECOND)
            continue;
        bool earlier = utc < (usec)t * USEC_SECOND && libc_local(utc / USEC_SECOND) == local;
        if (!ambiguous || !earlier)
            fail_msg("%s at %lld: %lld", name, (long long)t, (long long)(utc / USEC_SECOND));
    }
    zone_free(zone);
}

static void test_against_libc(void **state) {
    (void)state;
    static const char *const zones[] = {
        "Europe/Berlin",     "Europe/London",       "Europe/Dublin",    "Europe/Moscow",       "America/New_York",
        "America/Sao_Paulo", "America/St_Johns",    "America/Caracas",  "America/Godthab",     "Asia/Kathmandu",
        "Asia/Tehran",       "Asia/Gaza",           "Asia/Pyongyang",   "Pacific/Apia",        "Pacific/Chatham",
        "Africa/Casablanca", "Australia/Lord_Howe", "Antarctica/Troll", "America/Scoresbysund"};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        compare_with_libc(zones[i]);
    unsetenv("TZ");
    tzset();
}

static void test_bad_names(void **state) {
    (void)state;
    static const char *const names[] = {"",
                                        "../../etc/passwd",
                                        "/etc/localtime",
                                        "Europe/../Europe/Berlin",
                                        "Europe//Berlin",
                                        "Europe/",
                                        "Europe",
                                        "Nowhere/Town",
                                        ".",
                                        "zone.tab",
                                        "tzdata.zi",
                                        "+2:00",
                                        "+25:00",
                                        "+02:60",
                                        "+",
                                        "-",
                                        "++02",
                                        "+02:0",
                                        "Europe/Berlin ",
                                        "Europe/Ber\nlin",
                                        "leapseconds",
                                        "+0200x",
                                        "posixrules/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zone_named(str_of(names[i])))
            fail_msg("\"%s\" is no time zone", names[i]);
    char zero[] = "Europe\0Berlin";
    assert_null(zone_named((struct str){zero, sizeof zero - 1}));
    char *many = malloc(5000);
    memset(many, 'a', 5000);
    assert_null(zone_named((struct str){many, 5000}));
    free(many);
}

static struct str read_file(const char *path, char *bytes, size_t room) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, room, file);
    fclose(file);
    return (struct str){bytes, n};
}

// Cut anywhere, or with any byte changed, a file is taken or refused, never more.
static void test_damage(void **state) {
    (void)state;
    static char bytes[65536];
    struct str good = read_file("/usr/share/zoneinfo/Europe/Berlin", bytes, sizeof bytes);
    for (size_t n = 0; n < good.n; n++) {
        char *exact = malloc(n ? n : 1);
        memcpy(exact, good.p, n);
        zone_free(zone_load((struct str){exact, n}));
        free(exact);
    }
    for (size_t i = 0; i < good.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (char)(1 << bit);
            struct zone *zone = zone_load(good);
            if (zone)
                zone_to_utc(zone, at("2024-07-07 12:00:00"), NULL);
            zone_free(zone);
            bytes[i] ^= (char)(1 << bit);
        }
    struct zone *zone = zone_load(good);
    assert_non_null(zone);
    assert_string_equal(zone_name(zone), "localtime");
    assert_int_equal(zone_to_utc(zone, at("2024-07-07 12:00:00"), NULL), at("2024-07-07 10:00:00"));
    zone_free(zone);
}

// A file made by hand: version, moments and their types, rule.
static struct zone *make_zone(char version, int64_t moment, const char *rule) {
    struct buffer b = {0};
    for (int block = 0; block < 2; block++) {
        size_t width = block ? 8 : 4;
        char header[44] = {'T', 'Z', 'i', 'f', version};
        header[35] = 1; // one moment
        header[39] = 2; // two types
        header[43] = 4; // four letters
        buffer_add(&b, (struct str){header, sizeof header});
        for (size_t i = width; i-- > 0;)
            buffer_add_char(&b, (char)((uint64_t)moment >> (8 * i)));
        buffer_add_char(&b, 1);
        static const char types[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0x0e, 0x10, 0, 0}; // 0 and 3600
        buffer_add(&b, (struct str){types, sizeof types});
        buffer_add(&b, (struct str){"AAA", 4});
        if (!version)
            break;
    }
    if (version)
        buffer_print(&b, "\n%s\n", rule);
    struct zone *zone = zone_load(buffer_str(&b));
    buffer_done(&b);
    return zone;
}

static const struct {
    const char *rule;
    bool good;
    const char *local, *utc;
} RULES[] = {
    {"", true, "2024-07-07 12:00:00", "2024-07-07 11:00:00"},
    {"CET-1", true, "2024-07-07 12:00:00", "2024-07-07 11:00:00"},
    {"CET-1CEST,M3.5.0,M10.5.0/3", true, "2024-07-07 12:00:00", "2024-07-07 10:00:00"},
    {"<+03>-3", true, "2024-07-07 12:00:00", "2024-07-07 11:00:00"}, // no change since the last moment
    {"AAA3BBB,J60/0,J300/0", true, "2024-02-29 23:00:00", "2024-03-01 02:00:00"},
    {"AAA3BBB,J60/0,J300/0", true, "2024-03-01 12:00:00", "2024-03-01 14:00:00"},
    {"AAA3BBB,59/0,299/0", true, "2024-02-29 12:00:00", "2024-02-29 14:00:00"},
    {"AAA3BBB,M3.2.0/-2,M11.1.0/26", true, "2024-07-01 12:00:00", "2024-07-01 14:00:00"},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", true, "2024-01-07 12:00:00", "2024-01-07 12:00:00"},
    {"CET", false, NULL, NULL},
    {"CE-1", false, NULL, NULL},
    {"CET-1CEST", false, NULL, NULL},
    {"CET-1CEST,M13.5.0,M10.5.0", false, NULL, NULL},
    {"CET-1CEST,M3.6.0,M10.5.0", false, NULL, NULL},
    {"CET-1CEST,M3.5.7,M10.5.0", false, NULL, NULL},
    {"CET-1CEST,M3.5.0,M10.5.0/168", false, NULL, NULL},
    {"CET-1CEST,M3.5.0,M10.5.0x", false, NULL, NULL},
    {"CET-1CEST,J0,J5", false, NULL, NULL},
    {"CET-25", false, NULL, NULL},
    {"<>-1", false, NULL, NULL},
};

static void test_rules(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        struct zone *zone = make_zone('2', 86400, RULES[i].rule);
        if (!zone != !RULES[i].good)
            fail_msg("rule \"%s\": %s", RULES[i].rule, zone ? "taken" : "refused");
        if (zone && zone_to_utc(zone, at(RULES[i].local), NULL) != at(RULES[i].utc))
            fail_msg("rule \"%s\" at %s", RULES[i].rule, RULES[i].local);
        zone_free(zone);
    }
}

// A zone that counts leap seconds would be half a minute off.
static void test_leap_seconds(void **state) {
    (void)state;
    static char bytes[65536];
    struct str file = read_file("/usr/share/zoneinfo/Europe/Berlin", bytes, sizeof bytes);
    bytes[31] = 1; // the count of leap seconds
    assert_null(zone_load(file));
}

static void test_version_1(void **state) {
    (void)state;
    struct zone *zone = make_zone(0, 86400, NULL);
    assert_non_null(zone);
    assert_int_equal(zone_to_utc(zone, at("1970-01-01 12:00:00"), NULL), at("1970-01-01 12:00:00"));
    assert_int_equal(zone_to_utc(zone, at("1970-01-02 12:00:00"), NULL), at("1970-01-02 11:00:00"));
    zone_free(zone);
}

// Two zones in turn, and one that got the address of another: what a thread remembers is never mixed up.
static void test_memory_is_per_zone(void **state) {
    (void)state;
    usec noon = at("2024-07-07 12:00:00");
    struct zone *berlin = zone_named(S("Europe/Berlin")), *tokyo = zone_named(S("Asia/Tokyo"));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(zone_to_utc(berlin, noon, NULL), at("2024-07-07 10:00:00"));
        assert_int_equal(zone_to_utc(tokyo, noon, NULL), at("2024-07-07 03:00:00"));
    }
    zone_free(tokyo);
    tokyo = zone_named(S("+01:00"));
    assert_int_equal(zone_to_utc(tokyo, noon, NULL), at("2024-07-07 11:00:00"));
    zone_free(tokyo);
    zone_free(berlin);
    zone_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_against_libc),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_version_1),
        cmocka_unit_test(test_memory_is_per_zone),
        cmocka_unit_test(test_leap_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
