// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The annotated lines of tests/lines/syslog.lines, each whole, cut short everywhere, and with every byte
// changed; and the bounds.
#include "base/arena.h"
#include "base/limits.h"
#include "format/syslog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

static const char *const KINDS[] = {"record", "continued", "skipped", "blank"};

struct annotated {
    json_t *want;
    struct str line;
    int number; // in the file, for messages
};

static VEC(struct annotated) lines;
static struct arena arena;

// ---- the file

static int hex_digit(char c) {
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

// Undoes \xNN, \0, \r, \t and \\.
static struct str unescape(struct str s) {
    char *to = arena_take(&arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '\\') {
            to[n++] = s.p[i];
        } else if (s.p[++i] == 'x') {
            to[n++] = (char)(hex_digit(s.p[i + 1]) << 4 | hex_digit(s.p[i + 2]));
            i += 2;
        } else {
            static const char names[] = "0rt\\", values[] = "\0\r\t\\";
            const char *at = strchr(names, s.p[i]);
            assert_non_null(at);
            to[n++] = values[at - names];
        }
    }
    return (struct str){to, n};
}

static void keep_line(struct str want, struct str line, bool escaped, int number) {
    json_error_t error;
    json_t *json = json_loadb(want.p, want.n, JSON_ALLOW_NUL, &error);
    if (!json)
        fail_msg("line %d: %s", number, error.text);
    line = escaped ? unescape(line) : arena_copy(&arena, line);
    *VEC_PUSH(&lines) = (struct annotated){json, line, number};
}

static int read_lines(void **state) {
    (void)state;
    char path[4096], *text = NULL;
    const char *root = getenv("LHX_SOURCE");
    snprintf(path, sizeof path, "%s/tests/lines/syslog.lines", root ? root : ".");
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("no %s", path);
    struct str want = STR_NONE;
    bool escaped = false;
    size_t room = 0;
    int number = 0;
    for (ssize_t n; (n = getline(&text, &room, file)) > 0;) {
        struct str line = {text, (size_t)n - (text[n - 1] == '\n')}, rest = line;
        number++;
        if (want.p) {
            keep_line(want, line, escaped, number);
            want = STR_NONE;
        } else if (str_take(&rest, S("# want: ")) || str_take(&rest, S("# escaped: "))) {
            escaped = str_starts(line, S("# escaped: "));
            want = arena_copy(&arena, rest);
        }
    }
    free(text);
    fclose(file);
    return 0;
}

static int drop_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < lines.n; i++)
        json_decref(lines.at[i].want);
    VEC_DONE(&lines);
    arena_done(&arena);
    return 0;
}

// ---- one line

static void put(json_t *object, const char *key, struct str value) {
    struct buffer b = {0};
    if (value.p) {
        buffer_add_json(&b, value); // what is no UTF-8 becomes U+FFFD, as in the file
        json_object_set_new(object, key, json_loadb(b.p, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));
    }
    buffer_done(&b);
}

static void put_time(json_t *object, const struct stamp *s) {
    char date[16] = "-", fraction[16] = "", zone[16] = "", text[80];
    int seconds = (int)(s->of_day / USEC_SECOND), micro = (int)(s->of_day % USEC_SECOND);
    int leap = seconds >= 86400;
    if (s->year)
        snprintf(date, sizeof date, "%04d", s->year);
    if (micro)
        snprintf(fraction, sizeof fraction, ".%06d", micro);
    if (s->has_zone)
        snprintf(zone, sizeof zone, "%c%02d:%02d", s->zone < 0 ? '-' : '+', abs(s->zone) / 60, abs(s->zone) % 60);
    seconds -= leap;
    snprintf(text, sizeof text, "%s-%02d-%02dT%02d:%02d:%02d%s%s", date, s->month, s->day, seconds / 3600,
             seconds / 60 % 60, seconds % 60 + leap, fraction, zone);
    put(object, "time", str_of(text));
}

static json_t *describe(enum line_kind kind, const struct record *r) {
    json_t *got = json_object();
    if (kind != LINE_RECORD)
        put(got, "kind", str_of(KINDS[kind]));
    if (r->anomaly != ANOMALY_COUNT)
        put(got, "anomaly", str_of(ANOMALY_NAMES[r->anomaly]));
    if (kind != LINE_RECORD)
        return got;
    if (r->stamp.present)
        put_time(got, &r->stamp);
    if (r->facility != FACILITY_COUNT)
        put(got, "facility", str_of(FACILITY_NAMES[r->facility]));
    if (r->severity != SEVERITY_COUNT)
        put(got, "severity", str_of(SEVERITY_NAMES[r->severity]));
    put(got, "host", r->host);
    put(got, "program", r->program);
    put(got, "message", r->message);
    if (r->pid != PID_NONE)
        json_object_set_new(got, "pid", json_integer(r->pid));
    return got;
}

static void check_line(const struct annotated *a) {
    struct record record;
    bool first = json_is_true(json_object_get(a->want, "first"));
    json_t *got = describe(syslog_line(a->line, !first, &record), &record);
    if (first)
        json_object_set_new(got, "first", json_true());
    if (!json_equal(got, a->want)) {
        char *g = json_dumps(got, JSON_SORT_KEYS), *w = json_dumps(a->want, JSON_SORT_KEYS);
        fail_msg("line %d: %.*s\n  got  %s\n  want %s", a->number, STR_ARG(a->line), g, w);
    }
    json_decref(got);
}

static void test_lines(void **state) {
    (void)state;
    assert_true(lines.n >= 200);
    for (size_t i = 0; i < lines.n; i++)
        check_line(&lines.at[i]);
}

// ---- what holds for every line

static bool is_inside(struct str part, struct str whole) {
    return !part.p || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void check_bounds(struct str line, bool after) {
    struct record r;
    enum line_kind kind = syslog_line(line, after, &r);
    if (kind == LINE_SKIPPED)
        assert_true(r.anomaly < ANOMALY_COUNT);
    if (!after)
        assert_int_not_equal(kind, LINE_CONTINUED);
    if (kind != LINE_RECORD)
        return;
    assert_non_null(r.message.p);
    assert_true(is_inside(r.host, line) && is_inside(r.message, line));
    assert_true(is_inside(r.program, line) || str_eq(r.program, S("vsftpd")));
    assert_true(r.host.n <= 255 || line.n > 255);
    assert_true(r.pid >= PID_NONE && r.facility <= FACILITY_COUNT && r.severity <= SEVERITY_COUNT);
    if (r.stamp.present) {
        assert_in_range(r.stamp.month, 1, 12);
        assert_in_range(r.stamp.day, 1, 31);
        assert_true(r.stamp.of_day >= 0 && r.stamp.of_day < USEC_DAY + USEC_SECOND);
        assert_true(r.stamp.year >= 0 && r.stamp.year <= 9999);
    }
}

// Every front of every line, in memory that ends where the line ends.
static void test_prefixes(void **state) {
    (void)state;
    for (size_t i = 0; i < lines.n; i++)
        for (size_t n = 0; n <= lines.at[i].line.n; n++) {
            char *exact = malloc(n ? n : 1);
            memcpy(exact, lines.at[i].line.p, n);
            check_bounds((struct str){exact, n}, true);
            check_bounds((struct str){exact, n}, false);
            free(exact);
        }
}

// Every byte of every line replaced by each byte that means something, and by some that do not.
static void test_mutations(void **state) {
    (void)state;
    static const char bytes[] = {0,   '\t', '\r', ' ', ':', '[', ']', '<', '>',    '-',    '+',    '.',    ',',   '/',
                                 '"', '\\', '0',  '9', 'Z', 'a', '%', '@', '\x1b', '\x7f', '\x80', '\xe2', '\xff'};
    for (size_t i = 0; i < lines.n; i++) {
        struct str line = arena_copy(&arena, lines.at[i].line);
        char *p = (char *)(uintptr_t)line.p;
        for (size_t at = 0; at < line.n; at++) {
            char before = p[at];
            for (size_t b = 0; b < sizeof bytes; b++) {
                p[at] = bytes[b];
                check_bounds(line, b & 1);
            }
            p[at] = before;
        }
    }
}

// ---- bounds

static struct str build(struct buffer *b, const char *head, char fill, size_t n, const char *tail) {
    b->n = 0;
    buffer_add(b, str_of(head));
    memset(buffer_room(b, n), fill, n);
    b->n += n;
    buffer_add(b, str_of(tail));
    return buffer_str(b);
}

static void test_long(void **state) {
    (void)state;
    struct buffer b = {0};
    struct record r;
    // a message of a mebibyte
    assert_int_equal(syslog_line(build(&b, "Mar  7 19:06:53 web01 app[7]: ", 'x', 1 << 20, ""), true, &r), LINE_RECORD);
    assert_int_equal(r.message.n, 1 << 20);
    // a host: one below, at, one above
    for (size_t n = 254; n <= 256; n++) {
        assert_int_equal(syslog_line(build(&b, "Mar  7 19:06:53 ", 'h', n, " app: x"), true, &r), LINE_RECORD);
        assert_int_equal(r.host.n, n <= 255 ? n : 0);
    }
    // a program: one below, at, one above
    for (size_t n = LIMIT_NAME - 1; n <= LIMIT_NAME + 1; n++) {
        assert_int_equal(syslog_line(build(&b, "Mar  7 19:06:53 web01 ", 'p', n, ": x"), true, &r), LINE_RECORD);
        assert_int_equal(r.program.n, n <= LIMIT_NAME ? n : 0);
        assert_true(n <= LIMIT_NAME || r.message.n == n + 3);
    }
    // structured data that does not end in time stays in the message
    assert_int_equal(syslog_line(build(&b, "<13>1 - web01 app - - [a b=\"", 'd', LIMIT_HEADER, "\"] x"), true, &r),
                     LINE_RECORD);
    assert_int_equal(r.message.p[0], '[');
    assert_int_equal(
        syslog_line(build(&b, "<13>1 - web01 app - - [a b=\"", 'd', LIMIT_HEADER - 100, "\"] x"), true, &r),
        LINE_RECORD);
    assert_true(str_eq(r.message, S("x")));
    // lines of one byte only
    static const char bytes[] = {0, ' ', '[', ':', '<', '1', '-', 'M', '\xff', '\\', '"'};
    for (size_t i = 0; i < sizeof bytes; i++)
        check_bounds(build(&b, "", bytes[i], 1 << 20, ""), true);
    for (size_t i = 0; i < sizeof bytes; i++)
        check_bounds(build(&b, "Mar  7 19:06:53 ", bytes[i], 1 << 20, ""), true);
    buffer_done(&b);
}

static struct str print_line(struct buffer *b, int form, const char *month, int day, int second) {
    static const char *const pads[] = {"", "0", " "};
    b->n = 0;
    buffer_print(b, "%s %s%d %02d:%02d:%02d h p: m", month, day < 10 ? pads[form] : "", day, second / 3600,
                 second / 60 % 60, second % 60);
    return buffer_str(b);
}

// Every day of a leap year and one more a month, in the three ways a day is written.
static void test_every_day(void **state) {
    (void)state;
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct buffer b = {0};
    int second = 0;
    for (int month = 1; month <= 12; month++)
        for (int day = 1; day <= civil_month_days(2024, month) + 1; day++)
            for (int form = 0; form < 3; form++) {
                struct record r;
                second = (second + 7919) % 86400;
                struct str line = print_line(&b, form, months[month - 1], day, second);
                assert_int_equal(syslog_line(line, true, &r), LINE_RECORD);
                bool exists = day <= civil_month_days(2024, month);
                assert_int_equal(r.stamp.present, exists);
                assert_int_equal(r.anomaly, exists ? ANOMALY_COUNT : ANOMALY_BAD_TIME);
                if (exists && (r.stamp.month != month || r.stamp.day != day || r.stamp.of_day != second * USEC_SECOND))
                    fail_msg("%.*s", STR_ARG(line));
            }
    buffer_done(&b);
}

static void check_twins(struct buffer *a, struct buffer *b) {
    struct record one, other;
    enum line_kind kind = syslog_line(buffer_str(a), true, &one);
    assert_int_equal(syslog_line(buffer_str(b), true, &other), kind);
    const struct stamp *s = &one.stamp, *t = &other.stamp;
    if (one.anomaly != other.anomaly || s->present != t->present || s->year != t->year || s->month != t->month ||
        s->day != t->day || s->of_day != t->of_day || s->zone != t->zone || s->has_zone != t->has_zone)
        fail_msg("%.*s\n%.*s", STR_ARG(buffer_str(a)), STR_ARG(buffer_str(b)));
}

// The common shapes have a short way through the reader. A colon, or a seventh digit, leads the long way round to
// the same stamp, good or bad.
static void test_two_ways(void **state) {
    (void)state;
    static const char *const months[] = {"Jan", "feb", "MAR", "Apr", "Dec", "Xxx"};
    struct buffer a = {0}, b = {0};
    unsigned random = 1;
    for (int i = 0; i < 200000; i++) {
        int v[9];
        static const int bounds[] = {6, 33, 26, 62, 62, 14, 1000000, 21, 62};
        for (size_t k = 0; k < 9; k++) {
            random = random * 1664525 + 1013904223;
            v[k] = (int)((random >> 8) % (unsigned)bounds[k]);
        }
        a.n = b.n = 0;
        buffer_print(&a, "%s %2d %02d:%02d:%02d h p: m", months[v[0]], v[1], v[2], v[3], v[4]);
        buffer_print(&b, "%s %2d %02d:%02d:%02d: h p: m", months[v[0]], v[1], v[2], v[3], v[4]);
        check_twins(&a, &b);
        a.n = b.n = 0;
        int year = i % 50 ? 1990 + i % 50 : 0;
        char sign = i & 1 ? '+' : '-';
        buffer_print(&a, "%04d-%02d-%02dT%02d:%02d:%02d.%06d%c%02d:%02d h p: m", year, v[5], v[1], v[2], v[3], v[4],
                     v[6], sign, v[7], v[8]);
        buffer_print(&b, "%04d-%02d-%02dT%02d:%02d:%02d.%06d0%c%02d:%02d h p: m", year, v[5], v[1], v[2], v[3], v[4],
                     v[6], sign, v[7], v[8]);
        check_twins(&a, &b);
    }
    buffer_done(&a);
    buffer_done(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines), cmocka_unit_test(test_prefixes),  cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_long),  cmocka_unit_test(test_every_day), cmocka_unit_test(test_two_ways),
    };
    return cmocka_run_group_tests(tests, read_lines, drop_lines);
}
