// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The whole way from files to rows: accounting, what is known is not read twice, zones and years, faults.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "case/writer.h"
#include "ingest/ingest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

struct place {
    char folder[64], evidence[96], file[96];
    struct ingest_zone zones[4];
    size_t zones_n;
    struct ingest_report report;
    struct error error;
};

static int begin(void **state) {
    struct place *p = must_zero(1, sizeof *p);
    snprintf(p->folder, sizeof p->folder, "/tmp/lhx-ingest-XXXXXX");
    if (!mkdtemp(p->folder))
        return -1;
    snprintf(p->evidence, sizeof p->evidence, "%s/evidence", p->folder);
    snprintf(p->file, sizeof p->file, "%s/x.lhx", p->folder);
    mkdir(p->evidence, 0700);
    *state = p;
    return 0;
}

static int end(void **state) {
    struct place *p = *state;
    char command[256];
    ingest_report_done(&p->report);
    snprintf(command, sizeof command, "chmod -R u+rwx '%s'; rm -rf '%s'", p->folder, p->folder);
    free(p);
    return system(command);
}

// A file of the evidence; its folders are made. `mtime` 0 leaves it.
static void put(struct place *p, const char *name, struct str bytes, time_t mtime) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", p->evidence, name);
    for (char *slash = path + strlen(p->evidence) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
    close(fd);
    if (mtime) {
        struct utimbuf times = {mtime, mtime};
        assert_int_equal(utime(path, &times), 0);
    }
}

static enum status read_all(struct place *p) {
    struct case_file *file;
    char *paths[] = {p->evidence};
    const struct ingest_options options = {
        .zones = p->zones, .zones_n = p->zones_n, .now = civil_days(2026, 6, 1) * USEC_DAY};
    error_clear(&p->error);
    enum status status = case_open(p->file, CASE_CREATE, &file, &p->error);
    if (status != OK)
        return status;
    ingest_report_done(&p->report); // of the run before
    status = ingest_run(file, paths, 1, &options, &p->report, &p->error);
    if (status == OK)
        status = case_finish(file, &p->error);
    case_close(file);
    return status;
}

// All rows of an answer as one text: values by tabs, rows by newlines.
static char *ask(struct place *p, const char *sql) {
    struct case_file *file;
    struct case_connection *c;
    struct case_result *r;
    struct buffer out = {0};
    size_t rows;
    error_clear(&p->error);
    assert_int_equal(case_open(p->file, CASE_READ, &file, &p->error), OK);
    assert_int_equal(case_connect(file, &c, &p->error), OK);
    if (case_query(c, str_of(sql), NULL, 0, &r, &p->error) != OK)
        fail_msg("%s: %s", sql, p->error.text);
    while (case_fetch(r, &rows, &p->error) == OK)
        for (size_t row = 0; row < rows; row++)
            for (size_t i = 0; i < case_columns(r); i++) {
                struct case_value v = case_value(r, i, row);
                char time[CIVIL_TEXT];
                if (v.type == TYPE_TEXT)
                    buffer_add(&out, v.text);
                else if (v.type == TYPE_TIME)
                    buffer_add(&out, (struct str){time, civil_print(v.time, time)});
                else if (v.type != TYPE_NULL)
                    buffer_print(&out, "%lld", v.type == TYPE_BOOL ? (long long)v.boolean : (long long)v.integer);
                else
                    buffer_add(&out, S("-"));
                buffer_add_char(&out, i + 1 < case_columns(r) ? '\t' : '\n');
            }
    buffer_add_char(&out, '\0');
    case_result_free(r);
    case_disconnect(c);
    case_close(file);
    return out.p;
}

static void expect_read(struct place *p) {
    if (read_all(p) != OK)
        fail_msg("%s", p->error.text);
}

static void expect(struct place *p, const char *sql, const char *want) {
    char *got = ask(p, sql);
    assert_string_equal(got, want);
    free(got);
}

static void expect_accounts(struct place *p) {
    expect(p, "select count(*) from source where lines <> records + continued + skipped + blank", "0\n");
    expect(p,
           "select count(*) from source where state in ('read', 'partial') and records <> "
           "(select count(*) from log where log.source_id = source.source_id)",
           "0\n");
}

#define LINE(time, rest) "2026-03-01T" time "+01:00 web-01 " rest "\n"

static void one_attempt_is_one_row(void **state) {
    struct place *p = *state;
    put(p, "auth.log",
        S(LINE("10:00:00.000001", "sshd[7]: Invalid user eve from 192.0.2.9 port 4000")
              LINE("10:00:00.000002", "sshd[7]: pam_unix(sshd:auth): check pass; user unknown") LINE(
                  "10:00:00.000003", "sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 "
                                     "tty=ssh ruser= rhost=192.0.2.9 ")
                  LINE("10:00:02.000004", "sshd[7]: Failed password for invalid user eve from 192.0.2.9 port 4000 ssh2")
                      LINE("10:00:03.000005",
                           "sshd[7]: Connection closed by invalid user eve 192.0.2.9 port 4000 [preauth]")),
        0);
    expect_read(p);
    expect(p,
           "select ts, host, user_name, outcome, kind, reason, method, program, pid, source_ip, source_port, count "
           "from logon",
           "2026-03-01 "
           "09:00:02.000004\tweb-01\teve\tfailure\tlogon\tunknown-user\tpassword\tsshd\t7\t192.0.2.9\t4000\t1\n");
    expect(p, "select ts_quality, facility, facility_inferred, severity, message from log where record_id = 4",
           "exact\tauthpriv\t1\tinfo\tFailed password for invalid user eve from 192.0.2.9 port 4000 ssh2\n");
    expect_accounts(p);
}

static void odd_lines_are_accounted_for(void **state) {
    struct place *p = *state;
    struct buffer b = {0};
    buffer_add(&b, S("no header at all\nnor here\n\n"));
    buffer_add(&b, S(LINE("10:00:00", "app: first") "  continued\n\tand more\n\n"));
    buffer_add(&b, S(LINE("10:00:01", "app: with \xff and \x80 bytes") "2026-03-01T10:00:02+01:00 web-01 app: cr\r\n"));
    buffer_add(&b, S("2026-03-01T10:00:03+01:00 web-01 app: nul "));
    buffer_add(&b, (struct str){"a\0b\n", 4});
    buffer_add(&b, S("2026-03-01T10:00:04+01:00 web-01 app: a#012b\n2026-03-01T10:00:05+01:00 web-01 app: long "));
    memset(buffer_room(&b, LIMIT_LINE + 10), 'x', LIMIT_LINE + 10);
    b.n += LIMIT_LINE + 10;
    buffer_add(&b, S(" Accepted password for root from 192.0.2.1 port 1 ssh2\n"));
    buffer_add(&b, S(LINE("10:00:06", "app: after") "2026-03-01T10:00:07+01:00 web-01 app: no line end"));
    put(p, "messages", buffer_str(&b), 0);
    buffer_done(&b);
    expect_read(p);
    expect_accounts(p);
    expect(p, "select lines, records, continued, skipped, blank from source", "14\t8\t2\t2\t2\n");
    expect(p, "select message from log where message like 'first%'", "first\n  continued\n\tand more\n");
    expect(p, "select message from log where message like 'with%'", "with \\xff and \\x80 bytes\n");
    expect(p, "select message from log where message like 'cr%'", "cr\n");
    expect(p, "select message from log where message like 'nul%'", "nul a\\0b\n");
    expect(p, "select message from log where message like 'a%b'", "a\nb\n");
    expect(p, "select length, length(message) from log where message like 'long%'", "65536\t65498\n");
    expect(p, "select message from log where message like 'no line%'", "no line end\n");
    expect(p, "select count(*) from logon", "0\n"); // the end of a long line is not a line
    expect(p, "select kind, count(*) from anomaly where kind in ('long-line', 'no-header') group by kind order by kind",
           "long-line\t1\nno-header\t1\n");
}

static void known_bytes_are_not_read_twice(void **state) {
    struct place *p = *state;
    put(p, "a.log", S(LINE("10:00:00", "sshd[1]: Accepted password for a from 192.0.2.1 port 1 ssh2")), 0);
    put(p, "copy.log", S(LINE("10:00:00", "sshd[1]: Accepted password for a from 192.0.2.1 port 1 ssh2")), 0);
    put(p, "picture.png", S("\x89PNG\r\n\x1a\n\0\0"), 0);
    expect_read(p);
    assert_int_equal(p->report.duplicates, 1);
    expect_read(p);
    assert_int_equal(p->report.duplicates, 2);
    expect(p, "select count(*) from log", "1\n");
    expect(p, "select count(*) from logon", "1\n");
    expect(p, "select state, reason from source order by source_id",
           "read\t-\nduplicate\tthe same bytes as source 1\nunknown-format\tpicture (PNG)\n");
    // Grown, and rotated away under another name:
    put(p, "a.log.1",
        S(LINE("10:00:00", "sshd[1]: Accepted password for a from 192.0.2.1 port 1 ssh2")
              LINE("10:00:09", "sshd[2]: Accepted password for b from 192.0.2.2 port 1 ssh2")),
        0);
    unlink(strcat(strcpy((char[128]){0}, p->evidence), "/a.log"));
    expect_read(p);
    expect(p, "select user_name from logon order by ts", "a\nb\n");
    expect(p, "select message from log order by ts",
           "Accepted password for a from 192.0.2.1 port 1 ssh2\nAccepted password for b from 192.0.2.2 port 1 ssh2\n");
    expect_accounts(p);
}

// A collector's report beside the host's folders, below the folder that was named; no other host's zone.
static void zones_of_several_hosts(void **state) {
    struct place *p = *state;
    const struct str line = S("Jul  1 12:00:00 h sshd[1]: Accepted password for a from 192.0.2.1 port 1 ssh2\n");
    put(p, "one/etc/timezone", S("Europe/Berlin\n"), 0);
    put(p, "one/sos_commands/logs/journalctl", line, civil_days(2025, 7, 2) * 86400);
    put(p, "two/sos_commands/logs/journalctl",
        S("Jul  1 12:00:01 h sshd[1]: Accepted password for a from 192.0.2.1 port 1 ssh2\n"),
        civil_days(2025, 7, 2) * 86400);
    expect_read(p);
    expect(p, "select ts from log where program = 'sshd' order by ts", "2025-07-01 10:00:00\n2025-07-01 12:00:01\n");
    expect(p, "select zone, zone_from from source where format = 'syslog' order by path",
           "Europe/Berlin\t/etc/timezone of the evidence\n"
           "UTC\tassumed: no zone in the evidence; set it with --tz\n");
}

// rsyslog was told to write other stamps: the year goes on from those that had one.
static void year_after_a_change_of_dialect(void **state) {
    struct place *p = *state;
    put(p, "auth.log",
        S("2024-12-31T23:59:58+00:00 h sshd[1]: Invalid user a from 192.0.2.1 port 1\n"
          "Dec 31 23:59:59 h sshd[2]: Invalid user a from 192.0.2.1 port 1\n"
          "Jan  1 00:00:01 h sshd[3]: Invalid user a from 192.0.2.1 port 1\n"),
        0);
    put(p, "other.log",
        S("2024-12-31T23:59:58+00:00 h sshd[1]: Invalid user b from 192.0.2.1 port 1\n"
          "Jan  1 00:00:02 h sshd[3]: Invalid user b from 192.0.2.1 port 1\n"),
        0);
    expect_read(p);
    expect(p, "select ts from log where ts_quality <> 'exact' order by ts",
           "2024-12-31 23:59:59\n2025-01-01 00:00:01\n2025-01-01 00:00:02\n");
    expect(p, "select distinct year_from from source where format = 'syslog'", "record in the same file\n");
}

static void zones(void **state) {
    struct place *p = *state;
    put(p, "var/log/auth.log", S("Jul  1 12:00:00 h sshd[1]: Accepted password for a from 192.0.2.1 port 1 ssh2\n"),
        civil_days(2025, 7, 2) * 86400);
    put(p, "etc/timezone", S("Europe/Berlin\n"), 0);
    put(p, "etc/hostname", S("h\n"), 0);
    put(p, "etc/os-release", S("NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"), 0);
    expect_read(p);
    expect(p, "select ts, ts_quality from log where program = 'sshd'", "2025-07-01 10:00:00\tyear-solved\n");
    expect(p, "select zone, zone_from from source where format = 'syslog'",
           "Europe/Berlin\t/etc/timezone of the evidence\n");
    expect(p, "select os, time_zone, records from host", "Debian GNU/Linux 12 (bookworm)\tEurope/Berlin\t1\n");
}

static void link_to(struct place *p, const char *target, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", p->evidence, name);
    assert_int_equal(symlink(target, path), 0);
}

// Links of the evidence are the host's: "/" is its root. What they cannot reach there is not told.
static void links_do_not_leave_the_evidence(void **state) {
    struct place *p = *state;
    char secret[128];
    snprintf(secret, sizeof secret, "%s/secret", p->folder);
    put(p, "../secret", S("0123\n"), 0);
    put(p, "var/log/auth.log", S("2025-07-01T12:00:00Z h sshd[1]: x\n"), 0);
    put(p, "usr/lib/os-release", S("PRETTY_NAME=\"Linux of the evidence\"\n"), 0);
    put(p, "etc/hostname", S("h\n"), 0);
    link_to(p, "/usr/lib/os-release", "etc/os-release");
    link_to(p, secret, "etc/machine-id");
    link_to(p, "/usr/share/zoneinfo/Europe/Berlin", "etc/localtime");
    expect_read(p);
    expect(p, "select os, machine_id, time_zone from host", "Linux of the evidence\t-\tEurope/Berlin\n");
}

static void zone_by_option(void **state) {
    struct place *p = *state;
    put(p, "auth.log", S("Jul  1 12:00:00 h sshd[1]: x\n"), civil_days(2025, 7, 2) * 86400);
    put(p, "syslog", S("Jul  1 12:00:00 h app: y\n"), civil_days(2025, 7, 2) * 86400);
    p->zones[0] = (struct ingest_zone){STR_NONE, S("+01:00")};
    p->zones[1] = (struct ingest_zone){S("syslog"), S("-0330")};
    p->zones_n = 2;
    expect_read(p);
    expect(p, "select program, ts from log order by program", "app\t2025-07-01 15:30:00\nsshd\t2025-07-01 11:00:00\n");
    p->zones[0].zone = S("Mars/Olympus");
    assert_int_equal(read_all(p), FAIL);
    assert_non_null(strstr(p->error.text, "Mars/Olympus"));
}

static void new_year_in_a_set(void **state) {
    struct place *p = *state;
    put(p, "auth.log", S("Jan  2 00:00:00 h a: 4\n"), civil_days(2025, 1, 2) * 86400 + 60);
    put(p, "auth.log.1", S("Dec 30 00:00:00 h a: 2\nJan  1 00:00:00 h a: 3\n"), civil_days(2025, 1, 1) * 86400 + 60);
    put(p, "auth.log.2", S("Dec  1 00:00:00 h a: 1\n"), civil_days(2024, 12, 2) * 86400);
    expect_read(p);
    expect(p, "select ts, message from log order by message",
           "2024-12-01 00:00:00\t1\n2024-12-30 00:00:00\t2\n2025-01-01 00:00:00\t3\n2025-01-02 00:00:00\t4\n");
}

static void repeats_count(void **state) {
    struct place *p = *state;
    put(p, "auth.log",
        S(LINE("10:00:00", "sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2") LINE(
            "10:00:09", "sshd[1]: message repeated 2 times: [ Failed password for root from 192.0.2.1 port 1 ssh2]")
              LINE("10:00:10", "sshd[2]: Failed password for root from 192.0.2.2 port 1 ssh2")
                  LINE("10:00:11", "last message repeated 3 times")),
        0);
    expect_read(p);
    expect(p,
           "select source_ip, sum(count) from logon where kind = 'logon' and outcome = 'failure' group by 1 order by 1",
           "192.0.2.1\t3\n192.0.2.2\t4\n");
}

#define REFUSED(from) LINE("10:00:00", "sshd[1]: Failed password for root from " from " port 1 ssh2")

static void addresses_are_spelt_one_way(void **state) {
    struct place *p = *state;
    put(p, "auth.log",
        S(REFUSED("192.0.2.9") REFUSED("::ffff:192.0.2.9") REFUSED("2001:DB8:0::1") REFUSED("fe80::1%eth0")
              REFUSED("192.0.2.256") REFUSED("1.2.3") REFUSED("a.example.net") REFUSED("0.0.0.0")),
        0);
    expect_read(p);
    expect(p, "select source_ip, source_host from logon order by record_id",
           "192.0.2.9\t-\n192.0.2.9\t-\n2001:db8::1\t-\nfe80::1\t-\n-\t192.0.2.256\n-\t1.2.3\n"
           "-\ta.example.net\n0.0.0.0\t-\n");
}

static void a_case_from_the_future(void **state) {
    struct place *p = *state;
    struct case_file *file;
    struct case_connection *c;
    put(p, "auth.log", S(LINE("10:00:00", "sshd[1]: x")), 0);
    expect_read(p);
    assert_int_equal(case_open(p->file, CASE_CREATE, &file, NULL), OK);
    assert_int_equal(case_connect_writer(file, &c, NULL), OK);
    assert_int_equal(case_execute(c, "update facts.main.meta set value = '99' where key = 'schema_version'", NULL), OK);
    case_disconnect(c);
    case_close(file);
    for (enum case_mode mode = CASE_CREATE; mode <= CASE_READ; mode++) {
        error_clear(&p->error);
        assert_int_equal(case_open(p->file, mode, &file, &p->error), FAIL);
        assert_non_null(strstr(p->error.text, "made by a newer version of lhx"));
    }
}

static void nothing_to_read(void **state) {
    struct place *p = *state;
    assert_int_equal(read_all(p), FAIL);
    assert_non_null(strstr(p->error.text, "evidence"));
}

// ---- Streams that are decoded ----

#define ENTRY(second, who, message)                                                                                    \
    "__REALTIME_TIMESTAMP=17726007" second "000000\n_HOSTNAME=web-01\nSYSLOG_IDENTIFIER=" who "\n"                     \
    "MESSAGE=" message "\n\n"
#define ACCEPTED "Accepted password for root from 203.0.113.5 port 4711 ssh2"

static void a_decoded_stream_that_grew(void **state) {
    struct place *p = *state;
    put(p, "journal.export",
        S(ENTRY("01", "sshd", ACCEPTED)
              ENTRY("02", "sudo", "pam_unix(sudo:session): session opened for user root(uid=0) by (uid=0)")),
        0);
    expect_read(p);
    expect(p, "select count(*), count(distinct record_id) from log", "2\t2\n");
    put(p, "journal.export",
        S(ENTRY("01", "sshd", ACCEPTED)
              ENTRY("02", "sudo", "pam_unix(sudo:session): session opened for user root(uid=0) by (uid=0)")
                  ENTRY("03", "sshd", ACCEPTED)),
        0);
    expect_read(p);
    expect(p, "select message from log order by ts",
           ACCEPTED "\npam_unix(sudo:session): session opened for user root(uid=0) by (uid=0)\n" ACCEPTED "\n");
    expect(p, "select user_name, unnest(witnesses) from logon", "root\tjournal\nroot\tjournal\n");
    expect_read(p);
    expect(p, "select count(*) from log", "3\n");
    expect_accounts(p);
}

// Larger than what is held in memory: it goes through a file without a name.
static void a_decoded_stream_larger_than_memory_takes(void **state) {
    struct place *p = *state;
    struct buffer b = {0};
    for (int i = 0; b.n < 9u << 20; i++)
        buffer_print(&b, ENTRY("%02d", "app", "%0500d"), i % 60, i);
    put(p, "journal.export", buffer_str(&b), 0);
    expect_read(p);
    expect(p, "select lines = records + continued + skipped + blank, bytes > 9000000, state from source",
           "1\t1\tread\n");
    expect(p, "select count(distinct message) = (select records from source) from log", "1\n");
    buffer_done(&b);
}

// Who wrote the evidence chose what an oddity is told with.
static void odd_bytes_in_what_is_told_of_an_oddity(void **state) {
    struct place *p = *state;
    put(p, "journal.export",
        S("__REALTIME_TIMESTAMP=1772600701000000\nSYSLOG_IDENTIFIER=sshd\xff\x1b[31m\n_COMM=logger\n_UID=1000\n"
          "MESSAGE=" ACCEPTED "\n\n"),
        0);
    expect_read(p);
    expect(p, "select count(*) from logon", "0\n");
    expect(p, "select kind, contains(detail, 'sshd\\xff') from anomaly where kind = 'forged'", "forged\t1\n");
}

#define IN_PLACE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_PLACE(one_attempt_is_one_row),
        IN_PLACE(odd_lines_are_accounted_for),
        IN_PLACE(known_bytes_are_not_read_twice),
        IN_PLACE(zones),
        IN_PLACE(zones_of_several_hosts),
        IN_PLACE(year_after_a_change_of_dialect),
        IN_PLACE(links_do_not_leave_the_evidence),
        IN_PLACE(zone_by_option),
        IN_PLACE(new_year_in_a_set),
        IN_PLACE(repeats_count),
        IN_PLACE(addresses_are_spelt_one_way),
        IN_PLACE(a_case_from_the_future),
        IN_PLACE(nothing_to_read),
        IN_PLACE(a_decoded_stream_that_grew),
        IN_PLACE(a_decoded_stream_larger_than_memory_takes),
        IN_PLACE(odd_bytes_in_what_is_told_of_an_oddity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
