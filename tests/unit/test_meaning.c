// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The readers of messages against annotated lines. In tests/lines/*.lines every log line has above it what it
// says, one "# want: {…}" for each fact in order, or "# want: nothing". A field that is not wanted must be
// absent. The same lines, cut at every byte and with bytes changed, must leave every reader within the message.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/limits.h"
#include "format/syslog.h"
#include "meaning/meaning.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { WANTS_MAX = FACTS_MAX, TEXT_MAX = 1 << 16 };

// memrchr() looks at all of its range under the address sanitizer, which makes long messages slow there.
#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { LONG_MESSAGE = 1 << 16 };
#else
enum { LONG_MESSAGE = 1 << 20 };
#endif

static const char *const STEP_NAMES[] = {"alone", "name", "pam", "verdict", "repeat", "limit", "close"};

// ---- Annotated lines ----

struct annotated {
    const char *file;
    int number;
    char *line;
    json_t *wants[WANTS_MAX];
    size_t wants_n;
    bool nothing;
};

static VEC(struct annotated) LINES;
static VEC(char *) FILES;

static void add_want(struct annotated *a, const char *text, const char *file, int number) {
    json_error_t error;
    if (strcmp(text, "nothing") == 0) {
        a->nothing = true;
        return;
    }
    json_t *want = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!want)
        fail_msg("%s:%d: %s", file, number, error.text);
    if (a->wants_n == WANTS_MAX)
        fail_msg("%s:%d: more wants than facts there can be", file, number);
    a->wants[a->wants_n++] = want;
}

static void read_lines(const char *path) {
    static const char mark[] = "# want: ";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char *name = must_copy(str_of(path)), *line = NULL;
    *VEC_PUSH(&FILES) = name;
    size_t room = 0;
    struct annotated next = {.file = name};
    int number = 0;
    for (ssize_t n; (n = getline(&line, &room, f)) > 0;) {
        number++;
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        if (strncmp(line, mark, sizeof mark - 1) == 0)
            add_want(&next, line + sizeof mark - 1, name, number);
        if (line[0] == '#' || line[0] == '\0')
            continue;
        if (next.nothing == (next.wants_n > 0))
            fail_msg("%s:%d: a line needs wants above it, or \"# want: nothing\"", name, number);
        next.number = number;
        next.line = must_copy(str_of(line));
        *VEC_PUSH(&LINES) = next;
        next = (struct annotated){.file = name};
    }
    free(line);
    fclose(f);
}

static int read_all(void **state) {
    (void)state;
    const char *root = getenv("LHX_SOURCE");
    char folder[3072], path[4096];
    snprintf(folder, sizeof folder, "%s/tests/lines", root ? root : ".");
    static const char *const files[] = {"sshd",           "dropbear", "pam",     "su",        "login",
                                        "displaymanager", "ftp",      "cockpit", "webconsole"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s.lines", folder, files[i]);
        read_lines(path);
    }
    return 0;
}

static int free_all(void **state) {
    (void)state;
    for (size_t i = 0; i < LINES.n; i++) {
        free(LINES.at[i].line);
        for (size_t j = 0; j < LINES.at[i].wants_n; j++)
            json_decref(LINES.at[i].wants[j]);
    }
    for (size_t i = 0; i < FILES.n; i++)
        free(FILES.at[i]);
    VEC_DONE(&LINES);
    VEC_DONE(&FILES);
    return 0;
}

// ---- A fact as JSON ----

static void set_text(json_t *object, const char *key, struct str s) {
    if (s.p)
        json_object_set_new(object, key, json_stringn_nocheck(s.p, s.n));
}

static void set_number(json_t *object, const char *key, int64_t value, int64_t unknown) {
    if (value != unknown)
        json_object_set_new(object, key, json_integer(value));
}

static json_t *logon_as_json(const struct logon *l) {
    json_t *o = json_object();
    set_text(o, "kind", str_of(LOGON_KIND_NAMES[l->kind]));
    set_text(o, "outcome", str_of(OUTCOME_NAMES[l->outcome]));
    set_text(o, "step", str_of(STEP_NAMES[l->step]));
    if (l->reason != REASON_COUNT)
        set_text(o, "reason", str_of(REASON_NAMES[l->reason]));
    if (l->method != METHOD_COUNT)
        set_text(o, "method", str_of(METHOD_NAMES[l->method]));
    set_text(o, "user", l->user);
    set_text(o, "actor", l->actor);
    set_text(o, "source", l->source);
    set_text(o, "tty", l->tty);
    set_text(o, "key", l->fingerprint);
    set_text(o, "key_type", l->key_type);
    set_number(o, "port", l->port, -1);
    set_number(o, "count", l->count, 1);
    return o;
}

static json_t *session_as_json(const struct session_mark *s) {
    json_t *o = json_object();
    set_text(o, "session", s->opened ? S("opened") : S("closed"));
    set_text(o, "user", s->user);
    set_text(o, "by", s->by);
    set_text(o, "service", s->service);
    set_number(o, "uid", s->uid, -1);
    return o;
}

static json_t *fact_as_json(const struct fact *fact, struct str program, const json_t *want) {
    json_t *o = fact->kind == FACT_LOGON ? logon_as_json(&fact->logon) : session_as_json(&fact->session);
    if (json_object_get(want, "program"))
        set_text(o, "program", program);
    if (!json_object_get(want, "step"))
        json_object_del(o, "step");
    return o;
}

// ---- Every line says what is written above it ----

static int report(const struct annotated *a, const char *key, const json_t *want, const json_t *got) {
    char *w = want ? json_dumps(want, JSON_ENCODE_ANY) : NULL, *g = got ? json_dumps(got, JSON_ENCODE_ANY) : NULL;
    print_error("%s:%d: %s: want %s, got %s\n  %s\n", a->file, a->number, key, w ? w : "nothing", g ? g : "nothing",
                a->line);
    free(w);
    free(g);
    return 1;
}

static int compare_fact(const struct annotated *a, const json_t *want, const json_t *got) {
    int wrong = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)want, key, value) if (!json_equal(value, json_object_get(got, key))) wrong +=
        report(a, key, value, json_object_get(got, key));
    json_object_foreach((json_t *)got, key, value) if (!json_object_get(want, key)) wrong +=
        report(a, key, NULL, value);
    return wrong;
}

static struct message message_of(struct str line) {
    struct record record;
    if (syslog_line(line, true, &record) != LINE_RECORD)
        fail_msg("not a record: %.*s", STR_ARG(line));
    return (struct message){record.program, record.message, record.pid};
}

static int check_line(const struct annotated *a) {
    const struct message message = message_of(str_of(a->line));
    struct fact facts[FACTS_MAX];
    size_t n = meaning_read(meaning_of(message.program), &message, facts);
    int wrong = 0;
    for (size_t i = 0; i < n || i < a->wants_n; i++) {
        const json_t *want = i < a->wants_n ? a->wants[i] : NULL;
        json_t *got = i < n ? fact_as_json(&facts[i], message.program, want) : NULL;
        wrong += want && got ? compare_fact(a, want, got) : report(a, "fact", want, got);
        json_decref(got);
    }
    return wrong;
}

static void test_lines(void **state) {
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < LINES.n; i++)
        wrong += check_line(&LINES.at[i]);
    assert_int_equal(wrong, 0);
}

static bool is_negative(const struct annotated *a) {
    bool negative = true;
    for (size_t i = 0; i < a->wants_n; i++)
        negative = negative && json_object_get(a->wants[i], "session");
    return negative;
}

// So that the collection does not quietly shrink.
static void test_lines_are_many(void **state) {
    (void)state;
    size_t negative = 0;
    for (size_t i = 0; i < LINES.n; i++)
        negative += is_negative(&LINES.at[i]);
    assert_true(LINES.n >= 350);
    assert_true(negative * 4 >= LINES.n);
}

// ---- Whatever the bytes, a reader stays within the message ----

// Text that ends where the next page may not be touched.
struct cliff {
    char *room;
    char *end;
};

static struct cliff new_cliff(void) {
    long page = sysconf(_SC_PAGESIZE);
    char *room = mmap(NULL, TEXT_MAX + (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(room != MAP_FAILED);
    assert_int_equal(mprotect(room + TEXT_MAX, (size_t)page, PROT_NONE), 0);
    return (struct cliff){room, room + TEXT_MAX};
}

static void free_cliff(struct cliff *cliff) {
    munmap(cliff->room, TEXT_MAX + (size_t)sysconf(_SC_PAGESIZE));
}

static struct str put_on_cliff(const struct cliff *cliff, struct str s) {
    memcpy(cliff->end - s.n, s.p, s.n);
    return (struct str){cliff->end - s.n, s.n};
}

// Inside the message or outside of all the room it lies in (the program's name, static text); never empty.
static void check_slice(const struct cliff *cliff, struct str text, struct str s) {
    if (!s.p) {
        assert_int_equal(s.n, 0);
        return;
    }
    assert_true(s.n > 0 && s.n <= LIMIT_NAME);
    bool elsewhere = s.p < cliff->room || s.p >= cliff->end;
    assert_true(elsewhere || (s.p >= text.p && s.p + s.n <= text.p + text.n));
}

static void check_logon(const struct cliff *cliff, struct str text, const struct logon *l) {
    assert_true(l->outcome < OUTCOME_COUNT && l->kind < LOGON_KIND_COUNT && l->reason <= REASON_COUNT);
    assert_true(l->method <= METHOD_COUNT && l->step <= STEP_CLOSE);
    assert_true(l->port >= -1 && l->port <= 65535);
    assert_true(l->count >= 1 && l->count <= LIMIT_REPEAT);
    check_slice(cliff, text, l->user);
    check_slice(cliff, text, l->actor);
    check_slice(cliff, text, l->source);
    check_slice(cliff, text, l->tty);
    check_slice(cliff, text, l->fingerprint);
    check_slice(cliff, text, l->key_type);
}

static void read_checked(const struct cliff *cliff, struct str program, struct str text) {
    struct fact facts[FACTS_MAX];
    const struct message message = {program, put_on_cliff(cliff, text), 7};
    size_t n = meaning_read(meaning_of(program), &message, facts);
    assert_true(n <= FACTS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (facts[i].kind == FACT_LOGON) {
            check_logon(cliff, message.text, &facts[i].logon);
        } else {
            check_slice(cliff, message.text, facts[i].session.user);
            check_slice(cliff, message.text, facts[i].session.by);
            check_slice(cliff, message.text, facts[i].session.service);
            assert_true(facts[i].session.uid >= -1 && facts[i].session.uid <= UINT32_MAX);
        }
    }
}

static void test_every_prefix(void **state) {
    (void)state;
    struct cliff cliff = new_cliff();
    for (size_t i = 0; i < LINES.n; i++) {
        struct message message = message_of(str_of(LINES.at[i].line));
        for (size_t n = 0; n <= message.text.n; n++)
            read_checked(&cliff, message.program, str_head(message.text, n));
    }
    free_cliff(&cliff);
}

// Every byte in turn becomes each of those that mean something to some reader.
static void test_every_byte_changed(void **state) {
    (void)state;
    static const char bytes[] = {'\0', ' ', ':', '[', ']', '(', ')', '\'', '"', '=', '\xff'};
    struct cliff cliff = new_cliff();
    for (size_t i = 0; i < LINES.n; i++) {
        struct message message = message_of(str_of(LINES.at[i].line));
        char *copy = must_copy(message.text);
        for (size_t at = 0; at < message.text.n; at++) {
            char before = copy[at];
            for (size_t b = 0; b < sizeof bytes; b++) {
                copy[at] = bytes[b];
                read_checked(&cliff, message.program, (struct str){copy, message.text.n});
            }
            copy[at] = before;
        }
        free(copy);
    }
    free_cliff(&cliff);
}

// Every program's reader gets every message.
static void test_every_reader(void **state) {
    (void)state;
    static const char *const programs[] = {"sshd",    "dropbear", "su",     "login",   "gdm",           "ftpd",
                                           "proftpd", "cockpit",  "webmin", "unknown", "sshd(pam_unix)"};
    struct cliff cliff = new_cliff();
    for (size_t i = 0; i < LINES.n; i++)
        for (size_t p = 0; p < sizeof programs / sizeof *programs; p++)
            read_checked(&cliff, str_of(programs[p]), message_of(str_of(LINES.at[i].line)).text);
    free_cliff(&cliff);
}

// A message made of one piece a thousand times, as an attacker would to make a reader go over it again and again.
static void test_long_messages(void **state) {
    (void)state;
    static const char *const pieces[] = {" from 1 port 1 ssh2: RSA",
                                         " rhost=",
                                         " user=",
                                         " rhost=a user=a",
                                         " port 1",
                                         "' from 1:1",
                                         " ",
                                         "] FAIL LOGIN: Client \"",
                                         " by ",
                                         ") ",
                                         ": ",
                                         " [1] failed",
                                         "(uid=",
                                         " CA "};
    static const char *const heads[][2] = {
        {"sshd", "Failed publickey for "},
        {"sshd", "Invalid user "},
        {"sshd", "Connection closed by authenticating user "},
        {"vsftpd", "pam_sss(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser="},
        {"vsftpd", "["},
        {"su", "(to "},
        {"dropbear", "Bad password attempt for '"},
        {"proftpd", "a (b[1]): USER "},
        {"sshd", "pam_unix(sshd:session): session opened for user "},
        {"sshd", "reverse mapping checking getaddrinfo for "}};
    char *text = must_alloc(LONG_MESSAGE);
    struct fact facts[FACTS_MAX];
    for (size_t h = 0; h < sizeof heads / sizeof *heads; h++)
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            size_t n = strlen(heads[h][1]), piece = strlen(pieces[p]);
            memcpy(text, heads[h][1], n);
            for (; n + piece <= LONG_MESSAGE; n += piece)
                memcpy(text + n, pieces[p], piece);
            const struct message message = {str_of(heads[h][0]), {text, n}, 7};
            clock_t before = clock();
            meaning_read(meaning_of(message.program), &message, facts);
            double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
            if (seconds > 2) // going over it for every piece would take minutes
                fail_msg("%s: \"%s\" and much of \"%s\" took %.1f s", heads[h][0], heads[h][1], pieces[p], seconds);
        }
    free(text);
}

// ---- Names of programs, repeated messages ----

static void test_meaning_of(void **state) {
    (void)state;
    static const char *const known[][2] = {{"sshd", "sshd"},
                                           {"sshd-session", "sshd"},
                                           {"sshd-auth", "sshd"},
                                           {"sshd(pam_unix)", "sshd"},
                                           {"/usr/sbin/sshd", "sshd"},
                                           {"sshd/9.2", "sshd"},
                                           {"su-l", "su"},
                                           {"gdm-password]", "displaymanager"},
                                           {"-- root", "login"},
                                           {"vsftpd", "ftp"},
                                           {"cockpit-ws", "cockpit"},
                                           {"pvedaemon", "webconsole"},
                                           {"sshdx", "pam"},
                                           {"", "pam"},
                                           {"/", "pam"},
                                           {"sudo", "pam"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_string_equal(meaning_of(str_of(known[i][0]))->name, known[i][1]);
    assert_string_equal(meaning_of(STR_NONE)->name, "pam");
}

static void test_repeats_last(void **state) {
    (void)state;
    assert_int_equal(meaning_repeats_last(S("last message repeated 3 times")), 3);
    assert_int_equal(meaning_repeats_last(S("last message repeated 1 time ")), 1);
    assert_int_equal(meaning_repeats_last(S("--- last message repeated 5 times ---")), 5);
    assert_int_equal(meaning_repeats_last(S("--- last message repeated 5 times")), 0);
    assert_int_equal(meaning_repeats_last(S("last message repeated 0 times")), 0);
    assert_int_equal(meaning_repeats_last(S("last message repeated 3 times: x")), 0);
    assert_int_equal(meaning_repeats_last(S("last message repeated")), 0);
    assert_int_equal(meaning_repeats_last(S("last message repeated 99999999999999999999999 times")), 0);
    assert_int_equal(meaning_repeats_last(STR_NONE), 0);
}

static uint32_t count_of(const char *text) {
    struct fact facts[FACTS_MAX];
    const struct message message = {S("sshd"), str_of(text), 7};
    return meaning_read(meaning_of(message.program), &message, facts) ? facts[0].logon.count : 0;
}

static void test_repeat_bounds(void **state) {
    (void)state;
    assert_int_equal(count_of("message repeated 999999 times: [ Invalid user x from 203.0.113.9]"), 999999);
    assert_int_equal(count_of("message repeated 1000000 times: [ Invalid user x from 203.0.113.9]"), LIMIT_REPEAT);
    assert_int_equal(count_of("message repeated 1000001 times: [ Invalid user x from 203.0.113.9]"), 1);
    assert_int_equal(count_of("message repeated 0 times: [ Invalid user x from 203.0.113.9]"), 1);
    assert_int_equal(count_of("PAM 1000000 more authentication failures; logname= uid=0"), LIMIT_REPEAT);
    assert_int_equal(count_of("PAM 1000001 more authentication failures; logname= uid=0"), 1);
}

// ---- fail2ban's annotated lines ----

static bool is_failure(const struct fact *facts, size_t n, const char *host) {
    for (size_t i = 0; i < n; i++) {
        const struct logon *l = &facts[i].logon;
        if (facts[i].kind == FACT_LOGON && l->outcome == OUTCOME_FAILURE && str_eq(l->source, str_of(host)))
            return true;
    }
    return false;
}

// A sentence may begin with the name: "Root login attempted".
static bool is_name(struct str got, const char *want) {
    return got.n == strlen(want) && strncasecmp(got.p, want, got.n) == 0;
}

static int check_bans(const json_t *fail, const char *text, const char *name) {
    struct record record;
    struct fact facts[FACTS_MAX];
    const char *host = json_string_value(json_object_get(fail, "host"));
    const char *user = json_string_value(json_object_get(fail, "user"));
    if (!json_is_true(json_object_get(fail, "match")))
        return 0; // what that tool no longer reads, we may
    size_t n = 0;
    if (syslog_line(str_of(text), true, &record) == LINE_RECORD) {
        const struct message message = {record.program, record.message, record.pid};
        n = meaning_read(meaning_of(record.program), &message, facts);
    }
    bool right = is_failure(facts, n, host) && (!user || is_name(facts[0].logon.user, user));
    if (!right)
        print_error("%s: want host %s, user %s: %s\n", name, host, user ? user : "any", text);
    return !right;
}

// The lines of `path` from 1.
static char *line_of(const char *path, json_int_t number) {
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    assert_non_null(f);
    for (json_int_t i = 0; i < number; i++) {
        ssize_t n = getline(&line, &room, f);
        assert_true(n > 0);
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
    }
    fclose(f);
    return line;
}

static int check_bans_file(const char *corpus, const char *name, size_t *ret_n) {
    char expected[4096], logs[4096], *line = NULL;
    size_t room = 0;
    int wrong = 0;
    snprintf(expected, sizeof expected, "%s/fail2ban/expected/%s.jsonl", corpus, name);
    snprintf(logs, sizeof logs, "%s/fail2ban/logs/%s", corpus, name);
    FILE *f = fopen(expected, "r");
    if (!f)
        return 0;
    while (getline(&line, &room, f) > 0) {
        json_t *row = json_loads(line, 0, NULL);
        assert_non_null(row);
        char *text = line_of(logs, json_integer_value(json_object_get(row, "line")));
        wrong += check_bans(json_object_get(row, "fail"), text, name);
        ++*ret_n;
        free(text);
        json_decref(row);
    }
    free(line);
    fclose(f);
    return wrong;
}

static void test_corpus_expected(void **state) {
    (void)state;
    static const char *const names[] = {"pam-generic", "dropbear", "vsftpd",  "proftpd",
                                        "pure-ftpd",   "wuftpd",   "gssftpd", "webmin-auth"};
    const char *corpus = getenv("LHX_CORPUS");
    size_t n = 0;
    int wrong = 0;
    for (size_t i = 0; corpus && *corpus && i < sizeof names / sizeof *names; i++)
        wrong += check_bans_file(corpus, names[i], &n);
    if (!n)
        skip();
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),         cmocka_unit_test(test_lines_are_many),
        cmocka_unit_test(test_every_prefix),  cmocka_unit_test(test_every_byte_changed),
        cmocka_unit_test(test_every_reader),  cmocka_unit_test(test_long_messages),
        cmocka_unit_test(test_meaning_of),    cmocka_unit_test(test_repeats_last),
        cmocka_unit_test(test_repeat_bounds), cmocka_unit_test(test_corpus_expected),
    };
    return cmocka_run_group_tests(tests, read_all, free_all);
}
