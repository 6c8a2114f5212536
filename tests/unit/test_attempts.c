// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Joining the lines of an attempt. Each story is what a host wrote ("TIME PROGRAM[PID]: MESSAGE") and the rows
// that must come of it, sorted by time: "TIME KIND OUTCOME USER(ACTOR) SOURCE:PORT METHOD REASON xCOUNT/LINES".
// With a corpus at hand, real logs are counted against figures that other means have found.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/intern.h"
#include "format/syslog.h"
#include "ingest/attempts.h"

#include <stdio.h>
#include <stdlib.h>

struct desk {
    struct attempts *attempts;
    struct intern names, hosts, programs;
    VEC(struct attempt) told;
    uint64_t lines;
};

static void keep_attempt(void *context, const struct attempt *attempt) {
    struct desk *desk = context;
    *VEC_PUSH(&desk->told) = *attempt;
}

static void open_desk(struct desk *desk) {
    *desk = (struct desk){0};
    desk->attempts = attempts_new(keep_attempt, desk);
}

static void close_desk(struct desk *desk) {
    attempts_free(desk->attempts);
    intern_done(&desk->names);
    intern_done(&desk->hosts);
    intern_done(&desk->programs);
    VEC_DONE(&desk->told);
}

static void put_message(struct desk *desk, usec ts, struct str host, const struct message *message) {
    struct fact facts[FACTS_MAX];
    const struct meaning *meaning = meaning_of(message->program);
    size_t n = meaning_read(meaning, message, facts);
    desk->lines++;
    for (size_t i = 0; i < n; i++) {
        if (facts[i].kind != FACT_LOGON)
            continue;
        const struct logon *l = &facts[i].logon;
        const struct attempt line = {.record_id = desk->lines,
                                     .ts = ts,
                                     .host_id = intern_id(&desk->hosts, host),
                                     .program_id = intern_id(&desk->programs, message->program),
                                     .meaning = meaning,
                                     .pid = message->pid,
                                     .outcome = l->outcome,
                                     .kind = l->kind,
                                     .reason = l->reason,
                                     .method = l->method,
                                     .step = l->step,
                                     .user_id = intern_id(&desk->names, l->user),
                                     .actor_id = intern_id(&desk->names, l->actor),
                                     .address_id = intern_id(&desk->names, l->source),
                                     .terminal_id = intern_id(&desk->names, l->tty),
                                     .key_id = intern_id(&desk->names, l->fingerprint),
                                     .port = l->port,
                                     .count = l->count,
                                     .lines = 1};
        attempts_add(desk->attempts, &line);
    }
}

// ---- Stories ----

static usec two_digits(const char *p) {
    return (p[0] - '0') * 10 + (p[1] - '0');
}

// "12:00:01 sshd[7]: words"
static void put_line(struct desk *desk, struct str line) {
    assert_true(line.n > 9);
    usec ts =
        two_digits(line.p) * USEC_HOUR + two_digits(line.p + 3) * USEC_MINUTE + two_digits(line.p + 6) * USEC_SECOND;
    struct str rest = str_skip(line, 9);
    ptrdiff_t colon = str_find(rest, S(": "));
    assert_true(colon > 0);
    struct message message = {str_head(rest, (size_t)colon), str_skip(rest, (size_t)colon + 2), -1};
    ptrdiff_t bracket = str_find_char(message.program, '[');
    if (bracket > 0) {
        message.pid = atoll(message.program.p + bracket + 1);
        message.program = str_head(message.program, (size_t)bracket);
    }
    put_message(desk, ts, S("web-01"), &message);
}

static void put_lines(struct desk *desk, const char *text) {
    for (struct str s = str_of(text); s.n;) {
        ptrdiff_t end = str_find_char(s, '\n');
        struct str line = str_head(s, end < 0 ? s.n : (size_t)end);
        if (line.n)
            put_line(desk, line);
        s = str_skip(s, line.n + 1);
    }
    attempts_flush(desk->attempts);
}

static int compare_told(const void *a, const void *b) {
    const struct attempt *x = a, *y = b;
    if (x->ts != y->ts)
        return x->ts < y->ts ? -1 : 1;
    return x->record_id < y->record_id ? -1 : x->record_id > y->record_id;
}

static void print_told(const struct desk *desk, const struct attempt *a, struct buffer *b) {
    usec s = a->ts / USEC_SECOND;
    struct str user = intern_value(&desk->names, a->user_id), actor = intern_value(&desk->names, a->actor_id);
    struct str source = intern_value(&desk->names, a->address_id), tty = intern_value(&desk->names, a->terminal_id);
    struct str print = intern_value(&desk->names, a->key_id);
    buffer_print(b, "%02d:%02d:%02d %s %s", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60),
                 LOGON_KIND_NAMES[a->kind], OUTCOME_NAMES[a->outcome]);
    buffer_print(b, " %.*s", user.n ? (int)user.n : 1, user.n ? user.p : "-");
    if (actor.n)
        buffer_print(b, "(%.*s)", STR_ARG(actor));
    if (source.n)
        buffer_print(b, " from %.*s", STR_ARG(source));
    if (a->port >= 0)
        buffer_print(b, ":%d", a->port);
    if (tty.n)
        buffer_print(b, " on %.*s", STR_ARG(tty));
    if (a->method != METHOD_COUNT)
        buffer_print(b, " %s", METHOD_NAMES[a->method]);
    if (a->reason != REASON_COUNT)
        buffer_print(b, " %s", REASON_NAMES[a->reason]);
    if (print.n)
        buffer_print(b, " %.*s", STR_ARG(print));
    buffer_print(b, " x%u/%u\n", a->count, a->lines);
}

static void tell(const char *lines, const char *want) {
    struct desk desk;
    struct buffer got = {0};
    open_desk(&desk);
    put_lines(&desk, lines);
    if (desk.told.n)
        qsort(desk.told.at, desk.told.n, sizeof *desk.told.at, compare_told);
    for (size_t i = 0; i < desk.told.n; i++)
        print_told(&desk, &desk.told.at[i], &got);
    buffer_add_char(&got, '\0');
    assert_string_equal(got.p, want);
    buffer_done(&got);
    close_desk(&desk);
}

static void test_one_failure(void **state) {
    (void)state;
    tell("12:00:01 sshd[7]: Invalid user admin from 203.0.113.9 port 4711\n"
         "12:00:01 sshd[7]: pam_unix(sshd:auth): check pass; user unknown\n"
         "12:00:01 sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=host9.example.net \n"
         "12:00:03 sshd[7]: Failed password for invalid user admin from 203.0.113.9 port 4711 ssh2\n"
         "12:00:04 sshd[7]: Received disconnect from 203.0.113.9 port 4711:11: Bye Bye [preauth]\n"
         "12:00:04 sshd[7]: Disconnected from invalid user admin 203.0.113.9 port 4711 [preauth]\n",
         "12:00:03 logon failure admin from 203.0.113.9:4711 password unknown-user x1/6\n");
    tell("12:00:01 sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=203.0.113.9  user=root\n"
         "12:00:03 sshd[7]: Failed password for root from 203.0.113.9 port 4711 ssh2\n"
         "12:00:05 sshd[7]: Connection closed by authenticating user root 203.0.113.9 port 4711 [preauth]\n",
         "12:00:03 logon failure root from 203.0.113.9:4711 password bad-credentials x1/3\n");
    tell("12:00:01 sshd-session[7]: User bob from 203.0.113.9 not allowed because not listed in AllowUsers\n"
         "12:00:03 sshd-session[7]: Failed password for invalid user bob from 203.0.113.9 port 4711 ssh2\n",
         "12:00:03 logon failure bob from 203.0.113.9:4711 password not-allowed x1/2\n");
}

// A name refused by rule stays refused by rule, though sshd goes on as if it were unknown.
static void test_refused_by_rule(void **state) {
    (void)state;
    tell("12:00:01 sshd[7]: User bob from 203.0.113.9 not allowed because not listed in AllowUsers\n"
         "12:00:01 sshd[7]: input_userauth_request: invalid user bob [preauth]\n"
         "12:00:02 sshd[7]: Connection closed by 203.0.113.9 [preauth]\n",
         "12:00:01 logon failure bob from 203.0.113.9 not-allowed x1/3\n");
    tell("12:00:01 sshd[7]: pam_unix(sshd:account): account bob has expired (account expired)\n"
         "12:00:01 sshd[7]: Failed password for bob from 203.0.113.9 port 4711 ssh2\n"
         "12:00:01 sshd[7]: fatal: Access denied for user bob by PAM account configuration [preauth]\n",
         "12:00:01 logon failure bob from 203.0.113.9:4711 password account-expired x1/3\n");
}

static void test_each_verdict_is_an_attempt(void **state) {
    (void)state;
    tell("12:00:01 sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=203.0.113.9  user=root\n"
         "12:00:03 sshd[7]: Failed password for root from 203.0.113.9 port 4711 ssh2\n"
         "12:00:06 sshd[7]: Failed password for root from 203.0.113.9 port 4711 ssh2\n"
         "12:00:09 sshd[7]: Failed password for root from 203.0.113.9 port 4711 ssh2\n"
         "12:00:10 sshd[7]: Connection closed by 203.0.113.9 port 4711 [preauth]\n"
         "12:00:10 sshd[7]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=203.0.113.9  user=root\n",
         "12:00:03 logon failure root from 203.0.113.9:4711 password bad-credentials x1/2\n"
         "12:00:06 logon failure root from 203.0.113.9:4711 password bad-credentials x1/1\n"
         "12:00:09 logon failure root from 203.0.113.9:4711 password bad-credentials x1/3\n");
    tell("12:00:03 sshd[7]: Failed password for root from 203.0.113.9 port 4711 ssh2\n"
         "12:00:09 sshd[7]: message repeated 5 times: [ Failed password for root from 203.0.113.9 port 4711 ssh2]\n"
         "12:00:09 sshd[7]: error: maximum authentication attempts exceeded for root from 203.0.113.9 port 4711 ssh2 "
         "[preauth]\n"
         "12:00:09 sshd[7]: Disconnecting authenticating user root 203.0.113.9 port 4711: Too many authentication "
         "failures [preauth]\n",
         "12:00:03 logon failure root from 203.0.113.9:4711 password bad-credentials x1/1\n"
         "12:00:09 logon failure root from 203.0.113.9:4711 password bad-credentials x5/1\n"
         "12:00:09 probe failure root from 203.0.113.9:4711 too-many-attempts x1/1\n");
    tell("12:00:03 sshd[7]: Failed password for bob from 203.0.113.9 port 4711 ssh2\n"
         "12:00:06 sshd[7]: Accepted password for bob from 203.0.113.9 port 4711 ssh2\n",
         "12:00:03 logon failure bob from 203.0.113.9:4711 password bad-credentials x1/1\n"
         "12:00:06 logon success bob from 203.0.113.9:4711 password x1/1\n");
}

static void test_pam_alone(void **state) {
    (void)state;
    tell("12:00:01 sshd(pam_unix)[7]: authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= "
         "rhost=203.0.113.9  user=root\n"
         "12:00:09 sshd(pam_unix)[7]: 2 more authentication failures; logname= uid=0 euid=0 tty=NODEVssh ruser= "
         "rhost=203.0.113.9  user=root\n",
         "12:00:01 logon failure root from 203.0.113.9 pam bad-credentials x1/1\n"
         "12:00:09 logon failure root from 203.0.113.9 pam bad-credentials x2/1\n");
    tell("12:00:01 sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=203.0.113.9  user=root\n"
         "12:00:03 sshd[7]: Failed password for root from 203.0.113.9 port 4711 ssh2\n"
         "12:00:09 sshd[7]: PAM 3 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=203.0.113.9  user=root\n",
         "12:00:03 logon failure root from 203.0.113.9:4711 password bad-credentials x1/2\n"
         "12:00:09 logon failure root from 203.0.113.9:4711 pam bad-credentials x3/1\n");
    // A stack of modules: one refusal twice told; then one overruled.
    tell("12:00:01 vsftpd[7]: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp "
         "ruser=bob rhost=203.0.113.9  user=bob\n"
         "12:00:01 vsftpd[7]: pam_sss(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=bob "
         "rhost=203.0.113.9 user=bob\n"
         "12:00:01 vsftpd[7]: pam_sss(vsftpd:auth): received for user bob: 7 (Authentication failure)\n",
         "12:00:01 logon failure bob from 203.0.113.9 pam bad-credentials x1/3\n");
    tell("12:00:01 sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=203.0.113.9  user=bob\n"
         "12:00:01 sshd[7]: pam_sss(sshd:auth): authentication success; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=203.0.113.9 user=bob\n"
         "12:00:02 sshd[7]: Accepted password for bob from 203.0.113.9 port 4711 ssh2\n",
         "12:00:02 logon success bob from 203.0.113.9:4711 password x1/3\n");
    // The module that accepts may say nothing: no "Failed" came between.
    tell("12:00:01 sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=203.0.113.9  user=bob\n"
         "12:00:02 sshd[7]: Accepted password for bob from 203.0.113.9 port 4711 ssh2\n",
         "12:00:02 logon success bob from 203.0.113.9:4711 password x1/2\n");
    tell("12:00:01 sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=203.0.113.9  user=bob\n"
         "12:00:03 sshd[7]: Failed password for bob from 203.0.113.9 port 4711 ssh2\n"
         "12:00:06 sshd[7]: Accepted password for bob from 203.0.113.9 port 4711 ssh2\n",
         "12:00:03 logon failure bob from 203.0.113.9:4711 password bad-credentials x1/2\n"
         "12:00:06 logon success bob from 203.0.113.9:4711 password x1/1\n");
    tell("12:00:01 sudo[7]: pam_unix(sudo:auth): authentication failure; logname=bob uid=1000 euid=0 tty=/dev/pts/0 "
         "ruser=bob rhost=  user=bob\n"
         "12:00:01 sudo[7]: pam_sss(sudo:auth): authentication success; logname=bob uid=1000 euid=0 tty=/dev/pts/0 "
         "ruser=bob rhost= user=bob\n",
         "");
}

static void test_keyboard_interactive(void **state) {
    (void)state;
    tell("12:00:01 sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
         "rhost=203.0.113.9  user=bob\n"
         "12:00:03 sshd[7]: error: PAM: Authentication failure for bob from 203.0.113.9\n"
         "12:00:06 sshd[7]: error: PAM: Authentication failure for bob from 203.0.113.9\n"
         "12:00:06 sshd[7]: Failed keyboard-interactive/pam for bob from 203.0.113.9 port 4711 ssh2\n",
         "12:00:01 logon failure bob from 203.0.113.9 keyboard-interactive bad-credentials x1/2\n"
         "12:00:06 logon failure bob from 203.0.113.9:4711 keyboard-interactive bad-credentials x1/2\n");
}

static void test_probes(void **state) {
    (void)state;
    tell("12:00:01 sshd[7]: Invalid user admin from 203.0.113.9 port 4711\n"
         "12:00:02 sshd[7]: Connection closed by invalid user admin 203.0.113.9 port 4711 [preauth]\n",
         "12:00:01 probe failure admin from 203.0.113.9:4711 unknown-user x1/2\n");
    tell("12:00:01 sshd[7]: error: kex_exchange_identification: Connection closed by remote host\n"
         "12:00:01 sshd[7]: Connection closed by 203.0.113.9 port 4711\n",
         "12:00:01 probe unknown - from 203.0.113.9:4711 no-identification x1/2\n");
    tell("12:00:01 sshd[7]: Connection closed by 203.0.113.9 port 4711\n", "");
    tell("12:00:01 sshd[7]: Received disconnect from 203.0.113.9 port 4711:11: Bye Bye [preauth]\n"
         "12:00:01 sshd[7]: Disconnected from authenticating user root 203.0.113.9 port 4711 [preauth]\n",
         "12:00:01 probe failure root from 203.0.113.9:4711 abandoned x1/2\n");
    tell("12:00:01 dropbear[7]: Login attempt for nonexistent user from 203.0.113.9:4711\n"
         "12:00:03 dropbear[7]: Login attempt for nonexistent user from 203.0.113.9:4711\n"
         "12:00:04 dropbear[7]: Exit before auth from <203.0.113.9:4711>: Exited normally\n",
         "12:00:01 probe failure - from 203.0.113.9:4711 unknown-user x1/1\n"
         "12:00:03 probe failure - from 203.0.113.9:4711 unknown-user x1/2\n");
    tell("12:00:01 sshd[7]: Accepted publickey for bob from 203.0.113.9 port 4711 ssh2: ED25519 "
         "SHA256:0123456789012345678901234567890123456789012\n"
         "12:01:01 sshd[7]: Received disconnect from 203.0.113.9 port 4711:11: disconnected by user\n"
         "12:01:01 sshd[7]: Disconnected from user bob 203.0.113.9 port 4711\n"
         "12:01:01 sshd[7]: Connection closed by 203.0.113.9 port 4711\n",
         "12:00:01 logon success bob from 203.0.113.9:4711 publickey "
         "SHA256:0123456789012345678901234567890123456789012 x1/1\n");
    tell("12:00:01 sshd[7]: Failed publickey for bob from 203.0.113.9 port 4711 ssh2: RSA "
         "SHA256:0123456789012345678901234567890123456789012\n"
         "12:00:04 sshd[7]: Failed password for bob from 203.0.113.9 port 4711 ssh2\n",
         "12:00:01 probe failure bob from 203.0.113.9:4711 publickey key-not-accepted "
         "SHA256:0123456789012345678901234567890123456789012 x1/1\n"
         "12:00:04 logon failure bob from 203.0.113.9:4711 password bad-credentials x1/1\n");
    tell("12:00:01 sshd[7]: Failed none for bob from 203.0.113.9 port 4711 ssh2\n"
         "12:00:04 sshd[7]: Accepted password for bob from 203.0.113.9 port 4711 ssh2\n",
         "12:00:04 logon success bob from 203.0.113.9:4711 password x1/2\n");
}

static void test_becoming_another(void **state) {
    (void)state;
    tell("12:00:01 su[7]: (to root) bob on pts/0\n"
         "12:00:01 su[7]: pam_unix(su:session): session opened for user root(uid=0) by bob(uid=1000)\n",
         "12:00:01 privilege success root(bob) on pts/0 pam x1/2\n");
    tell("12:00:01 su[7]: pam_unix(su:auth): authentication failure; logname=bob uid=1000 euid=0 tty=/dev/pts/0 "
         "ruser=bob rhost=  user=root\n"
         "12:00:03 su[7]: FAILED SU (to root) bob on pts/0\n",
         "12:00:03 privilege failure root(bob) on pts/0 pam bad-credentials x1/2\n");
    tell("12:00:01 su[7]: pam_unix(su:auth): authentication failure; logname=bob uid=1000 euid=0 tty=/dev/pts/0 "
         "ruser=bob rhost=  user=root\n"
         "12:00:03 su[7]: FAILED su for root by bob\n"
         "12:00:03 su[7]: - /dev/pts/0 bob:root\n",
         "12:00:03 privilege failure root(bob) on pts/0 pam bad-credentials x1/3\n");
    tell("12:00:01 su[7]: Successful su for root by bob\n"
         "12:00:01 su[7]: + /dev/pts/0 bob:root\n"
         "12:00:01 su[7]: pam_unix(su:session): session opened for user root by bob(uid=1000)\n",
         "12:00:01 privilege success root(bob) on pts/0 pam x1/3\n");
    // Refused twice, then gave up: as many refusals as PAM counts.
    tell("12:00:01 sudo[7]: pam_unix(sudo:auth): authentication failure; logname=bob uid=1000 euid=0 tty=/dev/pts/0 "
         "ruser=bob rhost=  user=bob\n"
         "12:00:09 sudo[7]: pam_unix(sudo:auth): conversation failed\n"
         "12:00:09 sudo[7]: pam_unix(sudo:auth): auth could not identify password for [bob]\n"
         "12:00:09 sudo[7]: PAM 1 more authentication failure; logname=bob uid=1000 euid=0 tty=/dev/pts/0 ruser=bob "
         "rhost=  user=bob\n",
         "12:00:01 privilege failure -(bob) on pts/0 pam bad-credentials x1/3\n"
         "12:00:09 privilege failure -(bob) on pts/0 pam bad-credentials x1/1\n");
    // Without pids: two times two lines.
    tell("12:00:01 su: (to queue) root on none\n"
         "12:00:01 su: pam_unix(su:session): session opened for user queue by (uid=0)\n"
         "12:00:02 su: pam_unix(su:session): session closed for user queue\n"
         "12:00:31 su: (to queue) root on none\n"
         "12:00:31 su: pam_unix(su:session): session opened for user queue by (uid=0)\n",
         "12:00:01 privilege success queue(root) pam x1/2\n"
         "12:00:31 privilege success queue(root) pam x1/2\n");
}

static void test_console(void **state) {
    (void)state;
    tell("12:00:01 login[7]: pam_unix(login:auth): authentication failure; logname=LOGIN uid=0 euid=0 tty=tty1 "
         "ruser= rhost=  user=root\n"
         "12:00:04 login[7]: FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure\n"
         "12:00:09 login[7]: pam_unix(login:session): session opened for user root(uid=0) by LOGIN(uid=0)\n"
         "12:00:09 login[7]: ROOT LOGIN  on '/dev/tty1'\n",
         "12:00:04 logon failure root on tty1 pam bad-credentials x1/2\n"
         "12:00:09 logon success root on tty1 pam x1/2\n");
    tell("12:00:01 gdm(pam_unix)[7]: check pass; user unknown\n"
         "12:00:01 gdm(pam_unix)[7]: authentication failure; logname= uid=0 euid=0 tty=:0 ruser= rhost= \n"
         "12:00:04 gdm-binary[7]: Couldn't authenticate user\n",
         "12:00:04 logon failure - on :0 pam unknown-user x1/3\n");
    tell("12:00:01 gdm-password]: pam_unix(gdm-password:session): session opened for user bob(uid=1000) by (uid=0)\n",
         "12:00:01 logon success bob pam x1/1\n");
}

// A pid comes again: after the connection was closed, after two minutes, for another user.
static void test_pid_again(void **state) {
    (void)state;
    tell("12:00:01 sshd[7]: Invalid user a from 203.0.113.9 port 1\n"
         "12:00:02 sshd[7]: Connection closed by invalid user a 203.0.113.9 port 1 [preauth]\n"
         "12:00:03 sshd[7]: Invalid user b from 203.0.113.8 port 2\n",
         "12:00:01 probe failure a from 203.0.113.9:1 unknown-user x1/2\n"
         "12:00:03 probe failure b from 203.0.113.8:2 unknown-user x1/1\n");
    tell("12:00:01 sshd[7]: Invalid user a from 203.0.113.9 port 1\n"
         "12:02:02 sshd[7]: Failed password for invalid user a from 203.0.113.9 port 2 ssh2\n",
         "12:00:01 probe failure a from 203.0.113.9:1 unknown-user x1/1\n"
         "12:02:02 logon failure a from 203.0.113.9:2 password unknown-user x1/1\n");
    tell("12:00:01 vsftpd[7]: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=a "
         "rhost=203.0.113.9  user=a\n"
         "12:00:01 vsftpd[7]: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=b "
         "rhost=203.0.113.9  user=b\n",
         "12:00:01 logon failure a from 203.0.113.9 pam bad-credentials x1/1\n"
         "12:00:01 logon failure b from 203.0.113.9 pam bad-credentials x1/1\n");
}

// The log ends before the verdict. PAM's refusal stands where there are no verdicts, or would have come.
static void test_cut_off(void **state) {
    (void)state;
    const char *refused = "12:00:05 sshd[8]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 "
                          "tty=ssh ruser= rhost=203.0.113.9  user=root\n";
    char text[1024];
    snprintf(text, sizeof text, "12:00:03 sshd[7]: Failed password for root from 203.0.113.9 port 4711 ssh2\n%s",
             refused);
    tell(text, "12:00:03 logon failure root from 203.0.113.9:4711 password bad-credentials x1/1\n"
               "12:00:05 logon unknown root from 203.0.113.9 pam x1/1\n");
    snprintf(text, sizeof text, "%s12:00:30 sshd[7]: Failed password for root from 203.0.113.9 port 4711 ssh2\n",
             refused);
    tell(text, "12:00:05 logon failure root from 203.0.113.9 pam bad-credentials x1/1\n"
               "12:00:30 logon failure root from 203.0.113.9:4711 password bad-credentials x1/1\n");
    tell(refused, "12:00:05 logon failure root from 203.0.113.9 pam bad-credentials x1/1\n");
}

// More processes than may be open: the oldest are told early, none is lost, none twice.
static void test_many_open(void **state) {
    (void)state;
    enum { MANY = (1 << 16) + 1000 };
    struct desk desk;
    open_desk(&desk);
    for (int i = 0; i < MANY; i++) {
        const struct message message = {S("sshd"), S("Invalid user admin from 203.0.113.9 port 4711"), i};
        put_message(&desk, 0, S("web-01"), &message);
    }
    assert_int_equal(desk.told.n, 1000);
    attempts_flush(desk.attempts);
    assert_int_equal(desk.told.n, MANY);
    for (size_t i = 0; i < desk.told.n; i++)
        assert_int_equal(desk.told.at[i].pid, i);
    close_desk(&desk);
}

// Lines in any order: every verdict is told once, no row tells of more lines than there were, none is broken.
static uint32_t next_random(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32);
}

static struct attempt random_line(uint64_t *seed, usec ts) {
    const struct meaning *families[] = {meaning_of(S("sshd")), meaning_of(S("su"))};
    return (struct attempt){.ts = next_random(seed) % 20 ? ts : USEC_NONE,
                            .host_id = 1 + next_random(seed) % 2,
                            .program_id = 1 + next_random(seed) % 2,
                            .meaning = families[next_random(seed) % 2],
                            .pid = (int64_t)(next_random(seed) % 6) - 1,
                            .outcome = (enum outcome)(next_random(seed) % OUTCOME_COUNT),
                            .kind = (enum logon_kind)(next_random(seed) % LOGON_KIND_COUNT),
                            .reason = (enum reason)(next_random(seed) % (REASON_COUNT + 1)),
                            .method = (enum method)(next_random(seed) % (METHOD_COUNT + 1)),
                            .step = (enum logon_step)(next_random(seed) % (STEP_CLOSE + 1)),
                            .user_id = next_random(seed) % 4,
                            .actor_id = next_random(seed) % 2,
                            .address_id = next_random(seed) % 3,
                            .port = (int32_t)(next_random(seed) % 3) - 1,
                            .count = 1 + next_random(seed) % 3,
                            .lines = 1};
}

static bool is_counted_failure(const struct attempt *a) {
    return a->outcome == OUTCOME_FAILURE && a->kind != LOGON_KIND_PROBE;
}

static void test_any_order(void **state) {
    (void)state;
    enum { RUNS = 300, LENGTH = 400 };
    uint64_t seed = 88172645463325252u;
    for (int run = 0; run < RUNS; run++) {
        struct desk desk;
        uint64_t verdicts = 0, failures = 0, told = 0, lines = 0;
        usec ts = 0;
        open_desk(&desk);
        for (int i = 0; i < LENGTH; i++) {
            ts += (usec)(next_random(&seed) % 4000) * 10000 - 10 * USEC_SECOND;
            const struct attempt line = random_line(&seed, ts);
            bool failure = is_counted_failure(&line) && line.step != STEP_LIMIT;
            failures += failure ? line.count : 0;
            verdicts += failure && line.step == STEP_VERDICT ? line.count : 0;
            attempts_add(desk.attempts, &line);
        }
        attempts_flush(desk.attempts);
        for (size_t i = 0; i < desk.told.n; i++) {
            const struct attempt *a = &desk.told.at[i];
            assert_true(a->outcome < OUTCOME_COUNT && a->kind < LOGON_KIND_COUNT && a->reason <= REASON_COUNT);
            assert_true(a->count >= 1 && a->lines >= 1);
            lines += a->lines;
            told += is_counted_failure(a) && a->step != STEP_LIMIT ? a->count : 0;
        }
        assert_true(lines <= LENGTH);
        assert_true(told >= verdicts);
        assert_true(told <= 3 * failures);
        close_desk(&desk);
    }
}

// ---- Real logs ----

static const char *corpus_path(const char *name, char *ret, size_t size) {
    const char *corpus = getenv("LHX_CORPUS");
    if (!corpus || !*corpus)
        return NULL;
    snprintf(ret, size, "%s/%s", corpus, name);
    return ret;
}

static bool read_corpus(struct desk *desk, const char *name) {
    char path[4096], *line = NULL;
    size_t room = 0;
    FILE *f = corpus_path(name, path, sizeof path) ? fopen(path, "r") : NULL;
    if (!f)
        return false;
    for (ssize_t n; (n = getline(&line, &room, f)) > 0;) {
        struct str s = {line, (size_t)n};
        while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
            s.n--;
        struct record record;
        if (syslog_line(s, true, &record) != LINE_RECORD)
            continue;
        usec ts = ((usec)record.stamp.month * 31 + record.stamp.day) * USEC_DAY + record.stamp.of_day;
        put_message(desk, ts, record.host, &(struct message){record.program, record.message, record.pid});
    }
    attempts_flush(desk->attempts);
    free(line);
    fclose(f);
    return true;
}

static uint64_t count_told(const struct desk *desk, enum logon_kind kind, enum outcome outcome, const char *source,
                           const char *user) {
    uint64_t n = 0;
    for (size_t i = 0; i < desk->told.n; i++) {
        const struct attempt *a = &desk->told.at[i];
        if (a->kind == kind && a->outcome == outcome &&
            (!source || str_eq(intern_value(&desk->names, a->address_id), str_of(source))) &&
            (!user || str_eq(intern_value(&desk->names, a->user_id), str_of(user))))
            n += a->count;
    }
    return n;
}

static size_t count_sources(const struct desk *desk) {
    struct intern seen = {0};
    for (size_t i = 0; i < desk->told.n; i++) {
        const struct attempt *a = &desk->told.at[i];
        if (a->kind == LOGON_KIND_LOGON && a->outcome == OUTCOME_FAILURE)
            intern_id(&seen, intern_value(&desk->names, a->address_id));
    }
    size_t n = seen.n;
    intern_done(&seen);
    return n;
}

static void test_corpus_openssh(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint64_t n;
    } sources[] = {{"183.62.140.253", 286},
                   {"187.141.143.180", 80},
                   {"103.99.0.122", 46},
                   {"112.95.230.3", 26},
                   {"5.188.10.180", 18}},
      users[] = {{"root", 378}, {"admin", 44}, {"support", 6}, {"oracle", 6}, {"uucp", 5}};
    struct desk desk;
    open_desk(&desk);
    bool found = read_corpus(&desk, "loghub/OpenSSH/OpenSSH_2k.log");
    if (found) {
        assert_int_equal(count_told(&desk, LOGON_KIND_LOGON, OUTCOME_FAILURE, NULL, NULL), 528);
        assert_int_equal(count_told(&desk, LOGON_KIND_LOGON, OUTCOME_SUCCESS, NULL, NULL), 1);
        assert_int_equal(count_sources(&desk), 23);
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(count_told(&desk, LOGON_KIND_LOGON, OUTCOME_FAILURE, sources[i].name, NULL), sources[i].n);
            assert_int_equal(count_told(&desk, LOGON_KIND_LOGON, OUTCOME_FAILURE, NULL, users[i].name), users[i].n);
        }
    }
    close_desk(&desk);
    if (!found)
        skip();
}

static void test_corpus_linux(void **state) {
    (void)state;
    struct desk desk;
    open_desk(&desk);
    bool found = read_corpus(&desk, "loghub/Linux/Linux_2k.log");
    if (found)
        assert_int_equal(count_told(&desk, LOGON_KIND_LOGON, OUTCOME_FAILURE, NULL, NULL), 490);
    close_desk(&desk);
    if (!found)
        skip();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_failure),
        cmocka_unit_test(test_refused_by_rule),
        cmocka_unit_test(test_each_verdict_is_an_attempt),
        cmocka_unit_test(test_pam_alone),
        cmocka_unit_test(test_keyboard_interactive),
        cmocka_unit_test(test_probes),
        cmocka_unit_test(test_becoming_another),
        cmocka_unit_test(test_console),
        cmocka_unit_test(test_pid_again),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_many_open),
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_corpus_openssh),
        cmocka_unit_test(test_corpus_linux),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
