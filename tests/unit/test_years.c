// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
#include "format/stamp.h"
#include "ingest/years.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FILES_MAX = 6 };

static struct stamp stamp_of(const char *text) {
    struct stamp stamp = {0};
    struct str s = str_of(text);
    if (text)
        assert_true(stamp_read(&s, &stamp).valid);
    return stamp;
}

static usec time_of(const char *text) {
    usec t = USEC_NONE;
    if (text)
        assert_true(civil_parse(str_of(text), &t));
    return t;
}

// ---- New Year while reading: stamps, and after each the years crossed

static const struct {
    const char *name;
    struct {
        const char *stamp;
        int years;
    } seen[8];
} ROLLS[] = {
    {"one day", {{"Mar  7 10:00:00", 0}, {"Mar  7 10:00:01", 0}}},
    {"new year", {{"Dec 31 23:59:59", 0}, {"Jan  1 00:00:00", 1}}},
    {"new year, some days quiet", {{"Dec 28 10:00:00", 0}, {"Jan  4 10:00:00", 1}}},
    {"new year, months quiet", {{"Nov 30 10:00:00", 0}, {"Feb 11 10:00:00", 1}}},
    {"october to march", {{"Oct 10 10:00:00", 0}, {"Mar 12 10:00:00", 1}}},
    {"three years",
     {{"Jun 1 00:00:00", 0},
      {"Dec 1 00:00:00", 0},
      {"Feb 1 00:00:00", 1},
      {"Sep 1 00:00:00", 1},
      {"Jan 9 00:00:00", 2}}},
    {"a second back", {{"Mar  7 10:00:01", 0}, {"Mar  7 10:00:00", 0}}},
    {"an hour back in autumn", {{"Oct 29 02:59:59", 0}, {"Oct 29 02:00:00", 0}}},
    {"a day back", {{"Mar  7 10:00:00", 0}, {"Mar  6 10:00:00", 0}}},
    {"a month back", {{"Mar  7 10:00:00", 0}, {"Feb  7 10:00:00", 0}}},
    {"five months back is a clock step", {{"Aug  7 10:00:00", 0}, {"Mar  9 10:00:00", 0}}},
    {"back over New Year", {{"Jan  1 00:00:10", 0}, {"Dec 31 23:59:50", -1}, {"Jan  1 00:00:11", 0}}},
    {"there and back over New Year",
     {{"Dec 31 23:59:58", 0},
      {"Jan  1 00:00:10", 1},
      {"Dec 31 23:59:50", 0},
      {"Jan  1 00:00:11", 1},
      {"Jan  2 00:00:11", 1}}},
    {"a quiet year's end is no step", {{"Jan 10 00:00:10", 0}, {"Dec 20 23:59:50", 0}}},
    {"leap day", {{"Feb 28 23:59:59", 0}, {"Feb 29 00:00:00", 0}, {"Mar  1 00:00:00", 0}}},
    {"no battery: wakes on 1 January",
     {{"Nov  5 10:00:00", 0},
      {"Jan  1 00:00:03", 1},
      {"Jan  1 00:00:09", 1},
      {"Nov  5 10:10:00", 0},
      {"Nov  6 00:00:00", 0}}},
    {"no battery, west of Greenwich", {{"Jun  5 10:00:00", 0}, {"Dec 31 16:00:03", 0}, {"Jun  5 10:10:00", 0}}},
    {"no battery, the day systemd was built",
     {{"Oct 10 10:00:00", 0}, {"Feb 14 10:12:00", 1}, {"Oct 10 10:20:00", 0}, {"Oct 11 00:00:00", 0}}},
    {"no battery before New Year, then New Year",
     {{"Nov  5 10:00:00", 0},
      {"Jan  1 00:00:03", 1},
      {"Nov  5 10:10:00", 0},
      {"Dec 30 00:00:00", 0},
      {"Jan  2 00:00:00", 1}}},
    {"a real New Year is not taken back",
     {{"Dec 31 10:00:00", 0},
      {"Jan  1 00:00:03", 1},
      {"Jan  3 10:10:00", 1},
      {"Dec 31 10:00:00", 1},
      {"Jan 1 00:00:00", 2}}},
};

static void test_roll(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ROLLS / sizeof *ROLLS; i++) {
        struct years_roll roll = {0};
        for (size_t k = 0; k < 8 && ROLLS[i].seen[k].stamp; k++) {
            struct stamp stamp = stamp_of(ROLLS[i].seen[k].stamp);
            int years = years_roll(&roll, &stamp);
            if (years != ROLLS[i].seen[k].years)
                fail_msg("%s: %s: %d years, want %d", ROLLS[i].name, ROLLS[i].seen[k].stamp, years,
                         ROLLS[i].seen[k].years);
        }
    }
}

// ---- names

static const struct {
    const char *path, *base;
    int64_t age;
    const char *date;
} NAMES[] = {
    {"/var/log/auth.log", "/var/log/auth", 0, NULL},
    {"/var/log/auth.log.1", "/var/log/auth", 2, NULL},
    {"/var/log/auth.log.2.gz", "/var/log/auth", 3, NULL},
    {"/var/log/auth.log.0", "/var/log/auth", 1, NULL},
    {"/var/log/messages", "/var/log/messages", 0, NULL},
    {"messages.1.xz", "messages", 2, NULL},
    {"messages.12.bz2", "messages", 13, NULL},
    {"messages.3.zst", "messages", 4, NULL},
    {"secure-20240107", "secure", 1, "2024-01-07"},
    {"secure-20240107.gz", "secure", 1, "2024-01-07"},
    {"auth.log-20240107.gz", "auth", 1, "2024-01-07"},
    {"auth-20240107.log", "auth", 1, "2024-01-07"},
    {"auth.log.2024-01-07", "auth", 1, "2024-01-07"},
    {"syslog-2024-01-07.gz", "syslog", 1, "2024-01-07"},
    {"messages-20240107-1704600000.xz", "messages", 1, "2024-01-07"},
    {"messages-2024010713", "messages", 1, "2024-01-07"},
    {"auth.1.log", "auth", 2, NULL},
    {"syslog.old", "syslog", 1, NULL},
    {"secure-20241307", "secure-20241307", 0, NULL}, // no such month
    {"secure-20230229", "secure-20230229", 0, NULL}, // no such day
    {"db-120240107", "db-120240107", 0, NULL},       // nine digits are no date
    {"20240107", "20240107", 0, NULL},
    {"", "", 0, NULL},
    {".gz", "", 0, NULL},
    {"/", "/", 0, NULL},
    {"a.99999999999999999999", "a.99999999999999999999", 0, NULL},
};

static void test_names(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct years_name name = years_name(str_of(NAMES[i].path));
        usec date = time_of(NAMES[i].date);
        if (!str_eq(name.base, str_of(NAMES[i].base)) || name.age != NAMES[i].age)
            fail_msg("%s: base %.*s, age %d", NAMES[i].path, STR_ARG(name.base), (int)name.age);
        if (!name.year != (date == USEC_NONE) ||
            (name.year && civil_days(name.year, name.month, name.day) * USEC_DAY != date))
            fail_msg("%s: date %d-%d-%d", NAMES[i].path, name.year, name.month, name.day);
    }
}

// ---- sets of files

struct wanted {
    const char *path, *mtime, *first, *last;
    int year;
    const char *from; // how the rule begins; NULL: none is named
    int crossed;
    bool leap;
    int known;
};

#define NEWER "neighbour: the next newer"
#define OLDER "neighbour: the next older"
#define ORDER "rotation order"
#define BOUND "mtime, as the latest"
#define CLOCK "assumed from the clock"
#define RECORD "record in the same file"
#define NAME "date in the name"
#define OTHERS "other files of the folder"

static const struct {
    const char *name, *now;
    struct wanted files[FILES_MAX];
} SETS[] = {
    // one file
    {"mtime fits",
     "2024-06-01",
     {{"auth.log", "2023-03-07 12:00:00", "Mar  1 00:00:00", "Mar  7 11:59:00", 2023, "mtime"}}},
    {"mtime fits, end unknown",
     "2024-06-01",
     {{"auth.log", "2023-03-07 12:00:00", "Mar  1 00:00:00", NULL, 2023, "mtime"}}},
    {"mtime much later: only a bound",
     "2024-06-01",
     {{"auth.log", "2023-09-07", "Mar  1 00:00:00", "Mar  7 11:59:00", 2023, BOUND}}},
    {"mtime earlier in the year than the stamps",
     "2024-06-01",
     {{"auth.log", "2023-02-07", "Mar  1 00:00:00", "Mar  7 11:59:00", 2022, BOUND}}},
    {"no mtime: before now", "2024-06-01", {{"auth.log", NULL, "Mar  1 00:00:00", "Mar  7 11:59:00", 2024, CLOCK}}},
    {"no mtime: last year", "2024-06-01", {{"auth.log", NULL, "Oct  1 00:00:00", "Oct  7 11:59:00", 2023, CLOCK}}},
    {"today", "2024-06-01 12:00:00", {{"auth.log", NULL, "Jun  1 11:00:00", "Jun  1 11:59:59", 2024, CLOCK}}},
    {"today, clock of the host a little ahead",
     "2024-06-01 12:00:00",
     {{"auth.log", NULL, "Jun  1 11:00:00", "Jun  1 18:00:00", 2024, CLOCK}}},
    {"tomorrow's tomorrow was a year ago",
     "2024-06-01",
     {{"auth.log", NULL, "Jun  4 11:00:00", "Jun  4 11:59:59", 2023, CLOCK}}},
    {"zero mtime means nothing",
     "2024-06-01",
     {{"auth.log", "1970-01-01", "Mar  1 00:00:00", "Mar  7 00:00:00", 2024, CLOCK}}},
    {"mtime a few hours before the last stamp: zone",
     "2024-06-01",
     {{"auth.log", "2023-03-07 02:00:00", "Mar  1 00:00:00", "Mar  7 11:59:00", 2023, "mtime"}}},
    {"mtime in the future of the clock",
     "2024-06-01",
     {{"auth.log", "2025-03-08", "Mar  1 00:00:00", "Mar  7 11:59:00", 2024, NULL}}},
    {"one record",
     "2024-06-01",
     {{"auth.log", "2022-12-31 23:59:59", "Dec 31 23:59:59", "Dec 31 23:59:59", 2022, "mtime"}}},
    {"New Year in mtime's zone only",
     "2024-06-01",
     {{"auth.log", "2023-01-01 04:00:00", "Dec 31 22:00:00", "Dec 31 23:00:00", 2022, "mtime"}}},
    {"New Year in the stamps' zone only",
     "2024-06-01",
     {{"auth.log", "2022-12-31 22:00:00", "Jan  1 01:00:00", "Jan  1 02:00:00", 2023, "mtime"}}},
    // New Year inside
    {"New Year inside, counted",
     "2024-06-01",
     {{"auth.log", "2023-01-05", "Dec 28 00:00:00", "Jan  4 23:00:00", 2022, "mtime", 1}}},
    {"New Year inside, seen by first and last",
     "2024-06-01",
     {{"auth.log", "2023-01-05", "Dec 28 00:00:00", "Jan  4 23:00:00", 2022, "mtime"}}},
    {"three New Years inside",
     "2024-06-01",
     {{"auth.log", "2023-01-05", "Dec 28 00:00:00", "Jan  4 23:00:00", 2020, "mtime", 3}}},
    {"three years, the end earlier in the year",
     "2024-06-01",
     {{"boot.log", "2023-06-05", "Sep 28 00:00:00", "Jun  4 23:00:00", 2019, "mtime", 4}}},
    {"two years, copied",
     "2024-06-01",
     {{"boot.log", "2024-05-30", "Mar 28 00:00:00", "Nov  4 23:00:00", 2022, BOUND, 1}}},
    // 29 February
    {"leap day, no mtime",
     "2023-06-01",
     {{"auth.log", NULL, "Feb 20 00:00:00", "Mar  2 00:00:00", 2020, "29 Feb", 0, true}}},
    {"leap day, copied",
     "2023-06-01",
     {{"auth.log", "2023-05-30", "Feb 20 00:00:00", "Mar  2 00:00:00", 2020, "29 Feb", 0, true}}},
    {"leap day in the clock's year",
     "2024-06-01",
     {{"auth.log", NULL, "Feb 29 00:00:00", "Mar  2 00:00:00", 2024, "29 Feb", 0, true}}},
    {"leap day, mtime fits",
     "2026-06-01",
     {{"auth.log", "2024-03-02", "Feb 20 00:00:00", "Mar  2 00:00:00", 2024, "mtime", 0, true}}},
    {"leap day against an mtime that fits by chance",
     "2026-06-01",
     {{"auth.log", "2025-03-02", "Feb 20 00:00:00", "Mar  2 00:00:00", 2024, "29 Feb", 0, true}}},
    {"leap day after New Year in the file",
     "2026-06-01",
     {{"auth.log", NULL, "Nov 20 00:00:00", "Mar  2 00:00:00", 2023, "29 Feb", 1, true}}},
    {"leap day of 2000",
     "2003-06-01",
     {{"auth.log", NULL, "Feb 20 00:00:00", "Mar  2 00:00:00", 2000, "29 Feb", 0, true}}},
    // a record with a year
    {"known year",
     "2024-06-01",
     {{"auth.log", "2024-05-30", "Feb 20 00:00:00", "Mar  2 00:00:00", 2019, RECORD, 0, false, 2019}}},
    {"known year after New Year",
     "2024-06-01",
     {{"auth.log", "2021-01-03", "Dec 20 00:00:00", "Jan  2 00:00:00", 2020, RECORD, 1, false, 2021}}},
    {"known year against a date in the name",
     "2024-06-01",
     {{"auth.log-20210301", NULL, "Feb 20 00:00:00", "Feb 28 00:00:00", 2019, RECORD, 0, false, 2019}}},
    {"all stamps have years",
     "2024-06-01",
     {{"auth.log", "2024-05-30", "2019-02-20T00:00:00Z", "2019-03-02T00:00:00Z", 2019, NULL}}},
    // a date in the name
    {"dated", "2026-06-01", {{"secure-20240107", "2026-05-30", "Jan  1 00:00:00", "Jan  7 03:00:00", 2024, NAME}}},
    {"dated, December in January's file",
     "2026-06-01",
     {{"secure-20240107", "2026-05-30", "Dec 31 03:00:00", "Jan  7 03:00:00", 2023, NAME}}},
    {"dated, all in December",
     "2026-06-01",
     {{"secure-20240101.gz", "2026-05-30", "Dec 24 03:00:00", "Dec 31 23:00:00", 2023, NAME}}},
    {"dated, end not seen", "2026-06-01", {{"secure-20240107", NULL, "Dec 31 03:00:00", NULL, 2023, NAME}}},
    {"dated, an mtime that fits another year",
     "2026-06-01",
     {{"secure-20240107", "2025-01-07 03:00:00", "Jan  1 00:00:00", "Jan  7 03:00:00", 2024, NAME}}},
    {"dated, of the day before",
     "2026-06-01",
     {{"secure-20240106", NULL, "Jan  1 00:00:00", "Jan  7 03:00:00", 2024, NAME}}},
    {"dated with seconds",
     "2026-06-01",
     {{"m-20240107-1704600000.xz", NULL, "Jan  1 00:00:00", "Jan  7 03:00:00", 2024, NAME}}},
    {"date far in the future is no date of ours",
     "2026-06-01",
     {{"secure-20990107", "2026-01-07 04:00:00", "Jan  1 00:00:00", "Jan  7 03:00:00", 2026, "mtime"}}},
    // rotated sets
    {"set, all mtimes fit",
     "2024-06-01",
     {{"auth.log", "2024-01-10", "Jan  7 00:00:00", "Jan  9 23:00:00", 2024, "mtime"},
      {"auth.log.1", "2024-01-07", "Dec 31 00:00:00", "Jan  6 23:59:00", 2023, "mtime"},
      {"auth.log.2.gz", "2023-12-31", "Dec 24 00:00:00", "Dec 30 23:59:00", 2023, "mtime"}}},
    {"set, listed in another order",
     "2024-06-01",
     {{"auth.log.2.gz", "2023-12-31", "Dec 24 00:00:00", "Dec 30 23:59:00", 2023, "mtime"},
      {"auth.log", "2024-01-10", "Jan  7 00:00:00", "Jan  9 23:00:00", 2024, "mtime"},
      {"auth.log.1", "2024-01-07", "Dec 31 00:00:00", "Jan  6 23:59:00", 2023, "mtime"}}},
    {"set over New Year, copied at once",
     "2024-06-01",
     {{"auth.log", "2024-05-01", "Jan  7 00:00:00", "Jan  9 23:00:00", 2024, BOUND},
      {"auth.log.1", "2024-05-01", "Dec 31 00:00:00", "Jan  6 23:59:00", 2023, ORDER},
      {"auth.log.2.gz", "2024-05-01", "Dec 24 00:00:00", "Dec 30 23:59:00", 2023, ORDER}}},
    {"set over New Year, no mtimes",
     "2024-06-01",
     {{"auth.log", NULL, "Jan  7 00:00:00", "Jan  9 23:00:00", 2024, CLOCK},
      {"auth.log.1", NULL, "Dec 31 00:00:00", "Jan  6 23:59:00", 2023, ORDER},
      {"auth.log.2.gz", NULL, "Dec 24 00:00:00", "Dec 30 23:59:00", 2023, ORDER}}},
    {"copied while live: the newest fits",
     "2024-06-01",
     {{"auth.log", "2023-01-09 23:30:00", "Jan  7 00:00:00", "Jan  9 23:00:00", 2023, "mtime"},
      {"auth.log.1", "2023-01-09 23:30:00", "Dec 31 00:00:00", "Jan  6 23:59:00", 2022, NEWER}}},
    {"only the newest kept its mtime",
     "2024-06-01",
     {{"auth.log", "2021-03-09", "Mar  7 00:00:00", "Mar  8 23:00:00", 2021, "mtime"},
      {"auth.log.1", "2024-05-20", "Mar  1 00:00:00", "Mar  6 23:59:00", 2021, NEWER},
      {"auth.log.2.gz", "2024-05-20", "Feb 22 00:00:00", "Feb 28 23:59:00", 2021, ORDER}}},
    {"only the oldest kept its mtime",
     "2024-06-01",
     {{"auth.log", "2024-05-20", "Mar  7 00:00:00", "Mar  8 23:00:00", 2021, ORDER},
      {"auth.log.1", "2024-05-20", "Mar  1 00:00:00", "Mar  6 23:59:00", 2021, OLDER},
      {"auth.log.2.gz", "2021-03-01", "Feb 22 00:00:00", "Feb 28 23:59:00", 2021, "mtime"}}},
    {"leap day in one file of a copied set",
     "2023-06-01",
     {{"auth.log", "2023-05-20", "Mar  7 00:00:00", "Mar  8 23:00:00", 2020, OLDER},
      {"auth.log.1", "2023-05-20", "Feb 27 00:00:00", "Mar  6 23:59:00", 2020, "29 Feb", 0, true},
      {"auth.log.2.gz", "2023-05-20", "Feb 20 00:00:00", "Feb 26 23:59:00", 2020, NEWER}}},
    {"known year in the oldest",
     "2024-06-01",
     {{"auth.log", "2024-05-20", "Mar  7 00:00:00", "Mar  8 23:00:00", 2018, OLDER},
      {"auth.log.1", "2024-05-20", "Mar  1 00:00:00", "Mar  6 23:59:00", 2018, RECORD, 0, false, 2018}}},
    {"the newest has ISO stamps since the upgrade",
     "2024-06-01",
     {{"auth.log", "2024-05-20", "2022-08-07T00:00:00Z", "2022-08-08T00:00:00Z", 2022, NULL},
      {"auth.log.1", "2024-05-20", "Aug  1 00:00:00", "Aug  6 23:59:00", 2022, NEWER},
      {"auth.log.2.gz", "2024-05-20", "Jul 25 00:00:00", "Jul 31 23:59:00", 2022, ORDER}}},
    {"the oldest has ISO stamps",
     "2024-06-01",
     {{"auth.log", "2024-05-20", "Jan  7 00:00:00", "Jan  8 00:00:00", 2023, OLDER},
      {"auth.log.1", "2024-05-20", "2022-12-30T00:00:00Z", "2023-01-06T00:00:00Z", 2022, NULL}}},
    {"dated set",
     "2026-06-01",
     {{"secure", "2026-05-30", "Jan 14 04:00:00", "Jan 15 03:00:00", 2024, OLDER},
      {"secure-20240107", "2026-05-30", "Jan  1 00:00:00", "Jan  7 03:00:00", 2024, NAME},
      {"secure-20240114", "2026-05-30", "Jan  7 04:00:00", "Jan 14 03:00:00", 2024, NAME}}},
    {"dated over New Year",
     "2026-06-01",
     {{"secure-20231231", NULL, "Dec 24 04:00:00", "Dec 31 03:00:00", 2023, NAME},
      {"secure-20240107", NULL, "Dec 31 04:00:00", "Jan  7 03:00:00", 2023, NAME},
      {"secure", NULL, "Jan  7 04:00:00", "Jan  8 03:00:00", 2024, OLDER}}},
    {"yearly rotation, five years",
     "2024-06-01",
     {{"wtf.log", "2024-05-31 23:59:59", "Jan  2 00:00:00", "May 31 00:00:00", 2024, "mtime"},
      {"wtf.log.1", "2024-05-31 23:59:59", "Jan  2 00:00:00", "Dec 30 00:00:00", 2023, NEWER},
      {"wtf.log.2", "2024-05-31 23:59:59", "Jan  3 00:00:00", "Dec 29 00:00:00", 2022, ORDER},
      {"wtf.log.3", "2024-05-31 23:59:59", "Jan  2 00:00:00", "Dec 31 00:00:00", 2021, ORDER}}},
    {"big files: ends not seen",
     "2024-06-01",
     {{"auth.log", "2024-01-10", "Jan  7 00:00:00", NULL, 2024, "mtime"},
      {"auth.log.1", "2024-01-07", "Dec 31 00:00:00", NULL, 2023, "mtime"},
      {"auth.log.2.gz", "2023-12-31", "Dec 24 00:00:00", NULL, 2023, "mtime"}}},
    {"big files, copied",
     "2024-06-01",
     {{"auth.log", "2024-05-10", "Jan  7 00:00:00", NULL, 2024, BOUND},
      {"auth.log.1", "2024-05-10", "Dec 31 00:00:00", NULL, 2023, ORDER},
      {"auth.log.2.gz", "2024-05-10", "Dec 24 00:00:00", NULL, 2023, ORDER}}},
    {"two sets do not mix",
     "2024-06-01",
     {{"auth.log", "2023-01-10", "Jan  7 00:00:00", "Jan  9 23:00:00", 2023, "mtime"},
      {"kern.log", "2022-01-10", "Jan  7 00:00:00", "Jan  9 23:00:00", 2022, "mtime"}}},
    {"two hosts do not mix",
     "2024-06-01",
     {{"a/auth.log", "2023-01-10", "Jan  7 00:00:00", "Jan  9 23:00:00", 2023, "mtime"},
      {"b/auth.log.1", "2022-01-10", "Jan  7 00:00:00", "Jan  9 23:00:00", 2022, "mtime"}}},
    {"another file of the folder has years",
     "2024-06-01",
     {{"log/auth.log", NULL, "Mar  7 00:00:00", "Mar  9 23:00:00", 2021, OTHERS},
      {"log/app.log", NULL, "2021-03-01T00:00:00Z", "2021-03-20T00:00:00Z", 2021, NULL}}},
    {"a file of another folder says nothing",
     "2024-06-01",
     {{"log/auth.log", NULL, "Mar  7 00:00:00", "Mar  9 23:00:00", 2024, CLOCK},
      {"app/app.log", NULL, "2021-03-01T00:00:00Z", "2021-03-20T00:00:00Z", 2021, NULL}}},
    {"mtime that fits beats the folder",
     "2024-06-01",
     {{"log/auth.log", "2023-03-10", "Mar  7 00:00:00", "Mar  9 23:00:00", 2023, "mtime"},
      {"log/app.log", NULL, "2021-03-01T00:00:00Z", "2021-03-20T00:00:00Z", 2021, NULL}}},
    {"a file without stamps stays out",
     "2024-06-01",
     {{"auth.log", "2023-01-10", "Jan  7 00:00:00", "Jan  9 23:00:00", 2023, "mtime"},
      {"auth.log.1", "2023-01-07", NULL, NULL, 0, NULL},
      {"auth.log.2", "2023-01-01", "Dec 24 00:00:00", "Dec 31 23:00:00", 2022, "mtime"}}},
    {"clock step over the seam of two files",
     "2024-06-01",
     {{"auth.log", "2023-03-10", "Mar  6 23:00:00", "Mar  9 23:00:00", 2023, "mtime"},
      {"auth.log.1", "2023-03-07", "Mar  1 00:00:00", "Mar  7 01:00:00", 2023, "mtime"}}},
    {"a year without logs between two files",
     "2024-06-01",
     {{"auth.log", "2023-03-10", "Mar  7 00:00:00", "Mar  9 23:00:00", 2023, "mtime"},
      {"auth.log.1", "2021-02-10", "Feb  1 00:00:00", "Feb  9 23:00:00", 2021, "mtime"}}},
};

static void fill_file(const struct wanted *w, struct years_file *ret) {
    *ret = (struct years_file){.path = str_of(w->path),
                               .mtime = time_of(w->mtime),
                               .first = stamp_of(w->first),
                               .last = stamp_of(w->last),
                               .crossed = w->crossed,
                               .has_leap_day = w->leap,
                               .known_year = w->known};
}

static void check_set(size_t i) {
    struct years_file files[FILES_MAX];
    size_t n = 0;
    for (; n < FILES_MAX && SETS[i].files[n].path; n++)
        fill_file(&SETS[i].files[n], &files[n]);
    years_solve(files, n, time_of(SETS[i].now));
    for (size_t k = 0; k < n; k++) {
        const struct wanted *w = &SETS[i].files[k];
        const char *from = files[k].year_from ? files[k].year_from : "";
        bool named = !w->from || strncmp(from, w->from, strlen(w->from)) == 0;
        if (files[k].year != w->year || !named)
            fail_msg("%s: %s: %d from \"%s\", want %d from \"%s\"", SETS[i].name, w->path, files[k].year, from, w->year,
                     w->from ? w->from : "");
    }
}

static void test_sets(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof SETS / sizeof *SETS; i++)
        check_set(i);
}

// All orders in which the files of a set may be listed give the same years.
static void test_order_does_not_matter(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof SETS / sizeof *SETS; i++) {
        struct years_file files[FILES_MAX];
        size_t n = 0;
        while (n < FILES_MAX && SETS[i].files[n].path)
            n++;
        for (size_t turn = 1; turn < n; turn++) {
            for (size_t k = 0; k < n; k++)
                fill_file(&SETS[i].files[(k + turn) % n], &files[k]);
            years_solve(files, n, time_of(SETS[i].now));
            for (size_t k = 0; k < n; k++)
                assert_int_equal(files[k].year, SETS[i].files[(k + turn) % n].year);
        }
    }
}

// ---- after reading

static const struct {
    const char *name, *now;
    struct wanted file;
    const char *true_last;
    int crossed, year;
} CHECKS[] = {
    {"nothing crossed", "2024-06-01", {"a.log", "2023-03-07", "Mar  1 00:00:00"}, NULL, 0, 2023},
    {"one crossed, as thought", "2024-06-01", {"a.log", "2023-02-07", "Dec  1 00:00:00"}, NULL, 1, 2022},
    {"one crossed, not thought of", "2024-06-01", {"a.log", "2023-06-07", "Mar  1 00:00:00"}, NULL, 1, 2022},
    {"five crossed", "2024-06-01", {"a.log", "2023-06-07", "Mar  1 00:00:00"}, NULL, 5, 2018},
    {"copied: the last stamp tells",
     "2024-06-01",
     {"a.log", "2024-02-07", "Mar  1 00:00:00"},
     "Nov  3 00:00:00",
     1,
     2022},
    {"no mtime: the clock", "2024-06-01", {"a.log", NULL, "Mar  1 00:00:00"}, NULL, 2, 2022},
    {"crossed back only", "2024-06-01", {"a.log", "2023-03-07", "Jan  1 00:00:00"}, NULL, -1, 2023},
    {"known year stays", "2024-06-01", {"a.log", NULL, "Mar  1 00:00:00", .known = 2015}, NULL, 3, 2015},
    {"leap day stays in a leap year",
     "2024-06-01",
     {"a.log", "2023-06-07", "Feb  1 00:00:00", .leap = true},
     NULL,
     1,
     2020},
    {"leap day after two New Years",
     "2024-06-01",
     {"a.log", "2022-01-07", "Feb  1 00:00:00", .leap = true},
     NULL,
     3,
     2016},
};

static void test_check(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof CHECKS / sizeof *CHECKS; i++) {
        struct years_file file;
        fill_file(&CHECKS[i].file, &file);
        years_solve(&file, 1, time_of(CHECKS[i].now));
        file.last = stamp_of(CHECKS[i].true_last);
        int year = years_check(&file, CHECKS[i].crossed, time_of(CHECKS[i].now));
        if (year != CHECKS[i].year)
            fail_msg("%s: %d, want %d", CHECKS[i].name, year, CHECKS[i].year);
    }
}

// The newer file bounds the older: its New Years push it back even when its mtime says nothing.
static void test_check_in_set(void **state) {
    (void)state;
    struct years_file files[2] = {
        {.path = S("a.log"), .mtime = time_of("2019-06-20"), .first = stamp_of("Jun 10 00:00:00")},
        {.path = S("a.log.1"), .mtime = time_of("2024-05-01"), .first = stamp_of("Mar  3 00:00:00")}};
    years_solve(files, 2, time_of("2024-06-01"));
    assert_int_equal(files[0].year, 2019);
    assert_int_equal(files[1].year, 2019);
    assert_int_equal(years_check(&files[1], 4, time_of("2024-06-01")), 2015);
}

// A long chain: one witness at the far end outweighs fifty copied mtimes.
static void test_long_chain(void **state) {
    (void)state;
    enum { N = 52 };
    struct years_file files[N];
    char paths[N][32];
    usec newest = time_of("2019-06-30");
    for (int i = 0; i < N; i++) {
        struct civil first = civil_from_usec(newest - (i + 1) * 7 * USEC_DAY),
                     last = civil_from_usec(newest - i * 7 * USEC_DAY);
        snprintf(paths[i], sizeof paths[i], i ? "auth.log.%d.gz" : "auth.log", i);
        files[i] =
            (struct years_file){.path = str_of(paths[i]),
                                .mtime = time_of("2024-05-01"),
                                .first = {.month = (uint8_t)first.month, .day = (uint8_t)first.day, .present = true},
                                .last = {.month = (uint8_t)last.month, .day = (uint8_t)last.day, .present = true}};
    }
    files[N - 1].known_year = 2018;
    years_solve(files, N, time_of("2024-06-01"));
    for (int i = 0; i < N; i++)
        assert_int_equal(files[i].year, civil_from_usec(newest - (i + 1) * 7 * USEC_DAY).year);
}

static void test_nothing(void **state) {
    (void)state;
    struct years_file file = {.path = S(""), .mtime = USEC_NONE};
    years_solve(NULL, 0, time_of("2024-06-01"));
    years_solve(&file, 1, time_of("2024-06-01"));
    assert_null(file.year_from);
    assert_int_equal(file.year, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roll),       cmocka_unit_test(test_names),
        cmocka_unit_test(test_sets),       cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_check),      cmocka_unit_test(test_check_in_set),
        cmocka_unit_test(test_long_chain), cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
