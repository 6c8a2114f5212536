// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What a stream is, told by its first bytes.
#include "base/arena.h"
#include "base/limits.h"
#include "format/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define LINE "Mar  7 19:06:53 web01 sshd[7]: Connection closed by 203.0.113.9\n"
#define ISO "2024-03-07T19:06:53.123456+01:00 web01 sshd[7]: Connection closed by 203.0.113.9\n"
#define ACCESS "203.0.113.9 - - [07/Mar/2024:19:06:53 +0100] \"GET / HTTP/1.1\" 200 612 \"-\" \"curl/7.88.1\"\n"
#define AUDIT "type=SYSCALL msg=audit(1709838413.123:4711): arch=c000003e syscall=59 success=yes exit=0\n"
#define JSON "{\"time\":\"2024-03-07T19:06:53Z\",\"msg\":\"hello\"}\n"
#define DPKG "2024-03-07 19:06:53 status installed base-files:amd64 12.4+deb12u5\n"
#define TEXT "The quick brown fox jumps over the lazy dog.\n"

// A slice, as a constant.
#define T(literal)                                                                                                     \
    { literal, sizeof(literal) - 1 }

// Text of ten lines.
#define TEN(line) line line line line line line line line line line

static const struct {
    const char *name;
    struct str head;
    const char *is; // a format's name, or the beginning of the reason why it is none
} STREAMS[] = {
    {"one record", T(LINE), "syslog"},
    {"one record, no line end", T("Mar  7 19:06:53 web01 sshd[7]: hello"), "syslog"},
    {"one ISO record", T(ISO), "syslog"},
    {"one RFC 5424 record", T("<13>1 2024-03-07T19:06:53Z web01 app 7 - - hello\n"), "syslog"},
    {"one record with PRI", T("<13>Mar  7 19:06:53 web01 app: hello\n"), "syslog"},
    {"many records", T(TEN(LINE)), "syslog"},
    {"byte order mark", T("\xef\xbb\xbf" LINE), "syslog"},
    {"CRLF", T("Mar  7 19:06:53 web01 sshd[7]: hello\r\nMar  7 19:06:54 web01 sshd[7]: hello\r\n"), "syslog"},
    {"blank lines first", T("\n\n\n" LINE), "syslog"},
    {"the rest of a record first", T("\tat Main.java:7\n\tat Main.java:8\n" LINE LINE LINE), "syslog"},
    {"one record of many lines", T(LINE TEN("\tat Main.java:7\n") TEN("\tat Main.java:8\n")), "syslog"},
    {"a comment first", T("# from a colleague\n" LINE), "syslog"},
    {"records with requests in them", T("Mar  7 19:06:53 web01 nginx: " ACCESS), "syslog"},
    {"records with audit in them", T("Mar  7 19:06:53 web01 kernel: audit: " AUDIT), "syslog"},
    {"records with JSON in them", T("Mar  7 19:06:53 web01 app[7]: " JSON), "syslog"},
    {"a hole of NUL", T("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" LINE LINE), "syslog"},
    {"broken UTF-8",
     T("Mar  7 19:06:53 web01 app: gr\xfc\xdf"
       "e\n" LINE),
     "syslog"},
    {"vsftpd's own file", T("Thu Mar  7 19:06:53 2024 [pid 7] CONNECT: Client \"203.0.113.9\"\n"), "syslog"},
    {"ProFTPD's own file", T("2024-03-07 19:06:53,123 web01 proftpd[7] web01 (10.0.0.1[10.0.0.1]): USER a: Login\n"),
     "syslog"},
    {"ChromeOS", T("2024-03-07T19:06:53.123-07:00 INFO periodic_scheduler[7]: job completed\n"), "syslog"},

    {"nothing", T(""), "no bytes"},
    {"access log", T(TEN(ACCESS)), "web server access log"},
    {"access log, one line", T(ACCESS), "web server access log"},
    {"access log with a virtual host", T("www.example.org:80 " ACCESS), "web server access log"},
    {"nginx errors", T("2024/03/07 19:06:53 [error] 7#0: *66 open() failed, client: 203.0.113.9\n"),
     "web server error log"},
    {"Apache errors", T("[Thu Mar 07 19:06:53.123456 2024] [authz_core:error] [pid 7] [client 203.0.113.9:1] denied\n"),
     "web server error log"},
    {"audit", T(TEN(AUDIT)), "audit log"},
    {"audit with a node", T("node=web01 " AUDIT), "audit log"},
    {"JSON lines", T(TEN(JSON)), "JSON lines"},
    {"JSON", T("{\n  \"a\": 1,\n  \"b\": 2\n}\n"), "JSON"},
    {"dpkg", T(TEN(DPKG)), "dpkg"},
    {"dpkg, one line", T(DPKG), "dpkg"},
    {"apt", T("\nStart-Date: 2024-03-07  19:06:53\nCommandline: apt upgrade\nEnd-Date: 2024-03-07  19:07:53\n"),
     "apt-history"},
    {"dmesg", T("[    0.000000] Linux version 6.1.0\n[    0.000001] Command line: ro\n"), "kernel ring buffer"},
    {"dmesg --raw", T("<6>[    0.000000] Linux version 6.1.0\n<6>[    0.000001] Command line: ro\n"),
     "kernel ring buffer"},
    {"journal export", T("__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1709838413000000\n"), "journal-export"},
    {"containers", T("2024-03-07T19:06:53.413656027Z stdout F hello\n"), "container log"},
    {"Zeek", T("#separator \\x09\n#fields\tts\tuid\n1709838413.1\tC1\n"), "zeek"},
    {"a program's own dates", T(TEN("2024-03-07 19:06:53,123 - util.py[DEBUG]: reading\n")), "log of one program"},
    {"exim", T(TEN("2024-03-07 19:06:53 1rlOQv-0001 <= anna@example.org H=web01 [203.0.113.9] P=esmtp\n")),
     "log of one program"},
    {"PostgreSQL", T(TEN("2024-03-07 19:06:53.536 UTC [147] anna@db FATAL:  no password\n")), "log of one program"},
    {"MySQL", T(TEN("2024-03-07T19:06:53.861934Z 344 [Note] Access denied for user 'root'@'203.0.113.9'\n")),
     "log of one program"},
    {"xferlog", T(TEN("Thu Mar  7 19:06:53 2024 1 203.0.113.9 12 /f b _ o r anna ftp 0 * c\n")), "text that is no log"},
    {"CSV", T("ts,host,text\n1,web01,a\n2,web01,b\n"), "table (CSV)"},
    {"tabs", T("ts\thost\ttext\n1\tweb01\ta\n"), "table with tabs"},
    {"prose", T(TEN(TEXT)), "text that is no log"},
    {"a manual that quotes one record", T(TEN(TEXT) LINE TEN(TEXT)), "text that is no log"},
    {"a script", T("#!/bin/sh\necho hello\n"), "script"},
    {"XML", T("<?xml version=\"1.0\"?>\n<a/>\n"), "XML"},
    {"passwd", T("root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"),
     "text that is no log"},

    {"journal", T("LPKSHHRH\0\0\0\0"), "journal"},
    {"gzip", T("\x1f\x8b\x08\0\0\0\0\0"), "gzip data"},
    {"xz",
     T("\xfd"
       "7zXZ\0\0\4"),
     "xz data"},
    {"zstd", T("\x28\xb5\x2f\xfd\0\0"), "zstd data"},
    {"bzip2", T("BZh91AY&SY"), "bzip2 data"},
    {"zip", T("PK\x03\x04\x14\0"), "zip archive"},
    {"ELF",
     T("\x7f"
       "ELF\2\1\1\0"),
     "ELF program"},
    {"PNG", T("\x89PNG\r\n\x1a\n"), "picture"},
    {"JPEG", T("\xff\xd8\xff\xe0"), "picture"},
    {"SQLite", T("SQLite format 3\0\x10\0"), "SQLite database"},
    {"UTF-16", T("\xff\xfeM\0a\0r\0"), "UTF-16 text"},
    {"random bytes", T("\x03\x91\x02\x01\x88\x17\x05\x06\x0e\x0f\x10\x11\x83\x84\x12\x13"), "binary data"},
    {"NUL only", T("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "binary data"},
    {"a magic number's first byte", T("\x1f"), "binary data"},
};

static void check(const char *name, struct str head, const char *want) {
    const char *reason = NULL;
    const struct format *format = format_detect(head, S("evidence"), &reason);
    if ((format != NULL) == (reason != NULL))
        fail_msg("%s: a format and a reason, or neither", name);
    const char *got = format ? format->name : reason;
    if (strncmp(got, want, strlen(want)) != 0)
        fail_msg("%s: \"%s\", want \"%s\"", name, got, want);
}

static void test_streams(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof STREAMS / sizeof *STREAMS; i++)
        check(STREAMS[i].name, STREAMS[i].head, STREAMS[i].is);
}

static void test_tar(void **state) {
    (void)state;
    char tar[512] = "notes.txt";
    memcpy(tar + 257, "ustar", 5);
    check("tar", (struct str){tar, sizeof tar}, "tar archive");
}

static void test_utmp(void **state) {
    (void)state;
    char utmp[3 * 384] = {7, 0, 0, 0};
    utmp[384] = 8;
    utmp[768] = 2;
    check("utmp", (struct str){utmp, sizeof utmp}, "login records");
    check("utmp, cut inside a record", (struct str){utmp, sizeof utmp - 100}, "login records");
    utmp[384] = 99;
    check("no utmp", (struct str){utmp, sizeof utmp}, "binary data");
}

// A long line, and bytes that end anywhere.
static void test_cut(void **state) {
    (void)state;
    struct buffer b = {0};
    buffer_add(&b, S("Mar  7 19:06:53 web01 app: "));
    while (b.n < LIMIT_PROBE)
        buffer_add_char(&b, 'x');
    check("one long line", buffer_str(&b), "syslog");
    static const struct str head = T(LINE LINE AUDIT JSON);
    for (size_t n = 1; n <= head.n; n++) {
        const char *reason;
        char *exact = must_copy(str_head(head, n));
        format_detect((struct str){exact, n}, S("evidence"), &reason);
        free(exact);
    }
    buffer_done(&b);
}

static void test_table(void **state) {
    (void)state;
    assert_non_null(FORMATS[0]);
    for (size_t i = 0; FORMATS[i]; i++)
        assert_true(FORMATS[i]->name && FORMATS[i]->what && FORMATS[i]->probe &&
                    (!FORMATS[i]->line != !FORMATS[i]->decode));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams), cmocka_unit_test(test_tar),   cmocka_unit_test(test_utmp),
        cmocka_unit_test(test_cut),     cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
