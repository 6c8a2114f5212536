// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Notebook files, and questions to a small case: two hosts, an hour of records a second, a logon every other.
// The child is this very program: see main().
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/embedded.h"
#include "case/writer.h"
#include "notebook/notebook.h"
#include "notebook/wire.h"
#include "notebook/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS = 3600 };
#define START ((usec)1767225600 * USEC_SECOND) // 2026-01-01

static char folder[] = "/tmp/lhx-test-notebook-XXXXXX";
static struct case_file *file;
static struct case_connection *connection;

// ---- Answers as text ----

struct shown {
    struct buffer text;
    uint64_t rows, stop_after;
};

static bool show_columns(void *context, const struct answer_column *columns, size_t n) {
    struct shown *s = context;
    for (size_t i = 0; i < n; i++)
        buffer_print(&s->text, "%s%s", i ? "," : "", columns[i].name);
    buffer_add_char(&s->text, '\n');
    return true;
}

static void show_value(struct buffer *b, const struct case_value *v) {
    char time[CIVIL_TEXT];
    if (v->type == TYPE_TEXT)
        buffer_add(b, v->text);
    else if (v->type == TYPE_TIME)
        buffer_add(b, (struct str){time, civil_print(v->time, time)});
    else if (v->type == TYPE_INTEGER)
        buffer_print(b, "%lld", (long long)v->integer);
    else if (v->type == TYPE_DOUBLE)
        buffer_print(b, "%g", v->real);
    else
        buffer_print(b, "%s", v->type == TYPE_BOOL ? v->boolean ? "true" : "false" : "null");
}

static bool show_row(void *context, const struct case_value *values, size_t n) {
    struct shown *s = context;
    for (size_t i = 0; i < n; i++) {
        if (i)
            buffer_add_char(&s->text, ',');
        show_value(&s->text, &values[i]);
    }
    buffer_add_char(&s->text, '\n');
    return ++s->rows != s->stop_after;
}

static struct answer_meta meta;
static struct error error;

static struct question plain(struct str sql) {
    return (struct question){
        .sql = sql, .scope = {.from = USEC_NONE, .to = USEC_NONE}, .window_from = USEC_NONE, .window_to = USEC_NONE};
}

static enum status ask(const struct question *q, struct shown *ret) {
    struct answer_sink sink = {ret, show_columns, show_row};
    error_clear(&error);
    return question_run(connection, q, &sink, &meta, &error);
}

static void expect(const struct question *q, const char *want) {
    struct shown s = {0};
    enum status status = ask(q, &s);
    if (status != OK)
        fail_msg("%s", error.text);
    buffer_add_char(&s.text, '\0');
    assert_string_equal(s.text.p, want);
    buffer_done(&s.text);
}

static void expect_error(const struct question *q, const char *want) {
    struct shown s = {0};
    assert_int_equal(ask(q, &s), FAIL);
    if (!strstr(error.text, want))
        fail_msg("'%s' does not hold '%s'", error.text, want);
    buffer_done(&s.text);
}

// ---- The case ----

static void add_second(struct case_writer *w, uint32_t host, uint32_t program, uint64_t i) {
    usec ts = START + (usec)i * USEC_SECOND;
    struct log_row row = {.record_id = i + 1,
                          .ts = ts,
                          .quality = (enum quality)0,
                          .host_id = host,
                          .program_id = program,
                          .facility = FACILITY_COUNT,
                          .severity = SEVERITY_COUNT,
                          .pid = -1,
                          .source_id = 1,
                          .offset = i * 10,
                          .length = 9};
    assert_int_equal(case_add_log(w, &row, &error), OK);
    struct logon_row logon = {.record_id = i + 1,
                              .ts = ts,
                              .host_id = host,
                              .outcome = i % 2 ? OUTCOME_FAILURE : OUTCOME_SUCCESS,
                              .reason = REASON_COUNT,
                              .method = METHOD_COUNT,
                              .kind = LOGON_KIND_LOGON,
                              .program_id = program,
                              .pid = -1,
                              .port = -1,
                              .count = 3,
                              .lines = 1};
    assert_int_equal(case_add_logon(w, &logon, &error), OK);
}

static int set_up(void **state) {
    (void)state;
    struct case_writer *w = NULL;
    error_clear(&error);
    assert_non_null(mkdtemp(folder));
    if (case_open(folder, CASE_CREATE, &file, &error) != OK || case_writer_open(file, &w, &error) != OK)
        fail_msg("%s", error.text);
    struct case_names *names = case_writer_names(w);
    uint32_t host = intern_id(&names->host, S("web-01")), other = intern_id(&names->host, S("web-011"));
    uint32_t program = intern_id(&names->program, S("sshd"));
    for (uint64_t i = 0; i < SECONDS; i++)
        add_second(w, i == 7 ? other : host, program, i);
    struct source_row source = {.source_id = 1,
                                .path = S("auth.log"),
                                .format = S("syslog"),
                                .records = SECONDS,
                                .first_ts = START,
                                .last_ts = START + (SECONDS - 1) * USEC_SECOND,
                                .mtime = USEC_NONE};
    assert_int_equal(case_put_source(w, &source, &error), OK);
    assert_int_equal(case_writer_close(w, &error), OK);
    if (case_finish(file, &error) != OK || case_connect(file, &connection, &error) != OK)
        fail_msg("%s", error.text);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[128];
    case_disconnect(connection);
    case_close(file);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

// ---- Files ----

static const char SAMPLE[] = "---\n"
                             "title: Logons\n"
                             "hypothesis: \"Somebody guessed: a password\"\n"
                             "order: 30\n"
                             "count_cell: total\n"
                             "params:\n"
                             "  least: integer = 5\n"
                             "  address: text\n"
                             "  since: time = 2026-01-01T00:10:00Z\n"
                             "---\n"
                             "# Text\n"
                             "```text\n"
                             "```sql is not a cell here\n"
                             "```\n"
                             "```sql\n"
                             "--| id: total\n"
                             "--| view: stat\n"
                             "--| hidden: true\n"
                             "select count(*) as count from logon;\n"
                             "```\n"
                             "\n"
                             "```sql\r\n"
                             "--| view: timeline\r\n"
                             "--| title: Attempts: all\r\n"
                             "--| lane: outcome\r\n"
                             "--| tooltip: [user_name , program,]\r\n"
                             "select 1 as ts\r\n"
                             "```\r\n"
                             "```sql\n"
                             "--| view: select\n"
                             "--| param: chosen\n"
                             "select 1\n"
                             "```\n"
                             "The end";

static void test_parse(void **state) {
    (void)state;
    struct notebook *nb;
    error_clear(&error);
    if (notebook_parse(S("logons"), S(SAMPLE), &nb, &error) != OK)
        fail_msg("%s", error.text);
    assert_true(str_eq(nb->title, S("Logons")));
    assert_true(str_eq(nb->hypothesis, S("Somebody guessed: a password")));
    assert_int_equal(nb->order, 30);
    assert_int_equal(nb->blocks_n, 5);
    assert_false(nb->blocks[0].is_cell);
    assert_true(nb->blocks[1].cell.hidden);
    assert_true(str_eq(nb->blocks[1].cell.sql, S("select count(*) as count from logon;\n")));
    const struct notebook_cell *timeline = notebook_cell(nb, S("cell-2"));
    assert_ptr_equal(timeline, &nb->blocks[2].cell);
    assert_true(str_eq(timeline->title, S("Attempts: all")));
    const struct notebook_option *tooltip = notebook_option(timeline, S("tooltip"));
    assert_true(tooltip->is_list && tooltip->n == 2 && str_eq(tooltip->values[1], S("program")));
    assert_true(str_eq(notebook_option(timeline, S("lane"))->values[0], S("outcome")));
    assert_int_equal(nb->params_n, 4);
    assert_int_equal(nb->params[0].value.integer, 5);
    assert_int_equal(nb->params[1].value.type, TYPE_NULL);
    assert_int_equal(nb->params[2].value.time, START + 600 * USEC_SECOND);
    assert_string_equal(nb->params[3].name, "chosen");
    assert_true(str_eq(nb->blocks[4].markdown, S("The end")));
    notebook_free(nb);
}

static void test_parse_errors(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"---\ntitle: x\n", "line 2: the front matter has no end"},
        {"---\ncolour: red\n---\n", "line 2: not a setting of a notebook"},
        {"---\njust words\n---\n", "line 2: expected `key: value`"},
        {"---\nparams:\n  n: number\n---\n", "line 3: not a type"},
        {"---\nparams:\n  n: integer = five\n---\n", "line 3: the default is not of that type"},
        {"---\nparams:\n  from: time\n---\n", "line 3: not a name a parameter can have"},
        {"---\nparams: [a b]\n---\n", "line 2: not a name a parameter can have"},
        {"---\norder: -1\n---\n", "line 2: not a setting"},
        {"---\ncount_cell: gone\n---\ntext", "count_cell names no cell"},
        {"```sql\nselect 1\n", "line 2: a cell has no end"},
        {"```sql\n--| view: pie\nselect 1\n```\n", "there is no such view: pie"},
        {"```sql\n--| width: wide\nselect 1\n```\n", "not a width"},
        {"```sql\n--| id: A/b\nselect 1\n```\n", "an id has small letters"},
        {"```sql\n--| id: a\nselect 1\n```\n```sql\n--| id: a\nselect 1\n```\n", "line 8: two cells have the id: a"},
        {"```sql\n--| id: a\n```\n", "the cell has no SQL"},
        {"```sql\n--| nothing\nselect 1\n```\n", "line 2: expected `--| key: value`"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct notebook *nb;
        error_clear(&error);
        assert_int_equal(notebook_parse(S("x"), str_of(cases[i].text), &nb, &error), FAIL);
        if (!strstr(error.text, cases[i].want))
            fail_msg("'%s' does not hold '%s'", error.text, cases[i].want);
    }
}

// Every prefix, and every byte replaced: nothing may be read outside (the sanitizers watch), and what parses
// keeps its slices inside its text.
static void test_parse_damaged(void **state) {
    (void)state;
    static const char bytes[] = "\0\n`-|:[],=\"\xff";
    char text[sizeof SAMPLE];
    size_t n = sizeof SAMPLE - 1, parsed = 0;
    for (size_t cut = 0; cut <= n; cut++) {
        struct notebook *nb;
        char *exact = must_copy((struct str){SAMPLE, cut});
        if (notebook_parse(S("x"), (struct str){exact, cut}, &nb, NULL) == OK)
            notebook_free(nb), parsed++;
        free(exact);
    }
    for (size_t at = 0; at < n; at++)
        for (size_t b = 0; b < sizeof bytes - 1; b++) {
            struct notebook *nb;
            memcpy(text, SAMPLE, n);
            text[at] = bytes[b];
            if (notebook_parse(S("x"), (struct str){text, n}, &nb, NULL) == OK)
                notebook_free(nb), parsed++;
        }
    assert_true(parsed > 100);
}

static void test_names(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",   "A",    "a/b",
        "..", "a.md", "a\n",
        "é",  "a b",  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(notebook_name_valid(str_of(bad[i])));
    assert_false(notebook_name_valid((struct str){"a\0b", 3}));
    assert_true(notebook_name_valid(S("logons-2")));
    assert_true(notebook_name_valid(S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
}

extern const struct embedded NOTEBOOK_FILES[];

static void test_built_in(void **state) {
    (void)state;
    for (const struct embedded *e = NOTEBOOK_FILES; e->name; e++) {
        struct notebook *nb;
        struct str name = str_of(e->name);
        name.n -= 3;
        error_clear(&error);
        if (notebook_parse(name, e->bytes, &nb, &error) != OK)
            fail_msg("%s", error.text);
        notebook_free(nb);
    }
}

static void test_library(void **state) {
    (void)state;
    struct notebook *nb;
    error_clear(&error);
    assert_int_equal(notebook_save(folder, S("mine"), S("---\ntitle: Mine\n---\nwords\n"), &error), OK);
    assert_int_equal(notebook_find(folder, S("mine"), &nb, &error), OK);
    assert_int_equal(nb->origin, NOTEBOOK_CASE);
    assert_true(str_eq(nb->title, S("Mine")));
    notebook_free(nb);
    struct notebook_list list = notebook_list(folder);
    assert_true(list.n >= 1 && str_eq(list.at[list.n - 1]->name, S("mine")));
    notebook_list_free(&list);
    assert_int_equal(notebook_find(folder, S("../../etc/passwd"), &nb, &error), FAIL);
    assert_non_null(strstr(error.text, "mine"));
    error_clear(&error);
    assert_int_equal(notebook_save(folder, S("../mine"), S("x"), &error), FAIL);
    error_clear(&error);
    assert_int_equal(notebook_save(folder, S("mine"), S("```sql\n"), &error), FAIL);
    // A link in a case from a stranger leads nowhere.
    char path[128];
    snprintf(path, sizeof path, "%s/notebooks/link.md", folder);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(notebook_find(folder, S("link"), &nb, NULL), FAIL);
}

// ---- Questions ----

static void test_plain(void **state) {
    (void)state;
    struct question q = plain(S("select count(*) as n, min(ts) as a from log; "));
    expect(&q, "n,a\n3600,2026-01-01 00:00:00\n");
    assert_int_equal(meta.total, 1);
    q = plain(S("describe select 1 as x -- comment"));
    expect(&q, "column_name,column_type,null,key,default,extra\nx,INTEGER,YES,null,null,null\n");
}

static void test_scope(void **state) {
    (void)state;
    struct str hosts[] = {S("web-01")};
    struct question q = plain(S("select count(*) as n, $host as host from log where ($hosts is null or host in $hosts) "
                                "and ts between $from and $to"));
    expect_error(&q, "this cell needs one host: choose one");
    q.scope.hosts = hosts;
    q.scope.hosts_n = 1;
    expect(&q, "n,host\n3599,web-01\n");
    q.scope.to = START + 9 * USEC_SECOND;
    expect(&q, "n,host\n9,web-01\n");
    q.scope.from = q.scope.to;
    expect(&q, "n,host\n1,web-01\n");
    q = plain(S("select count(*) as n from log where $hosts is null or host in $hosts"));
    expect(&q, "n\n3600\n");
    q.scope.hosts = hosts;
    q.scope.hosts_n = 0;
    expect(&q, "n\n0\n");
    q = plain(S("select $hostile as x"));
    expect_error(&q, "$hostile");
}

static void test_sort_filter_page(void **state) {
    (void)state;
    struct question q = plain(S("select i, 'Row \"' || i as \"a\"\"b\" from range(20) t(i) -- end"));
    q.sort = S("a\"b");
    q.descending = true;
    q.limit = 2;
    expect(&q, "i,a\"b\n9,Row \"9\n8,Row \"8\n");
    assert_true(meta.truncated);
    assert_int_equal(meta.total, -1);
    q.offset = 18;
    q.want_total = true;
    expect(&q, "i,a\"b\n1,Row \"1\n0,Row \"0\n");
    assert_int_equal(meta.total, 20);
    q.offset = 0;
    q.filter = S("rOw \"1");
    expect(&q, "i,a\"b\n19,Row \"19\n18,Row \"18\n");
    assert_int_equal(meta.total, 11);
    q.filter = S("' or 1=1 --");
    expect(&q, "i,a\"b\n");
    assert_int_equal(meta.total, 0);
    q.sort = S("i; drop table log_t");
    expect_error(&q, "there is no column i; drop table log_t; there are: i, a\"b");
}

static void test_order_kept(void **state) {
    (void)state;
    struct question q = plain(S("select i from range(100000) t(i) order by (i * 7919) % 100000 desc"));
    q.limit = 3;
    expect(&q, "i\n82321\n64642\n46963\n");
}

static void test_binned(void **state) {
    (void)state;
    struct question q = plain(S("select ts, outcome, record_id from logon where ts between $from and $to"));
    q.binned = true;
    q.lane = S("outcome");
    q.bins = 4;
    expect(&q, "ts,lane,count\n"
               "2026-01-01 00:00:00,failure,450\n2026-01-01 00:00:00,success,450\n"
               "2026-01-01 00:15:00,failure,450\n2026-01-01 00:15:00,success,450\n"
               "2026-01-01 00:30:00,failure,450\n2026-01-01 00:30:00,success,450\n"
               "2026-01-01 00:45:00,failure,450\n2026-01-01 00:45:00,success,450\n");
    assert_int_equal(meta.bin, 15 * USEC_MINUTE);
    q.window_from = START;
    q.window_to = START + 2 * USEC_SECOND;
    expect(&q, "ts,outcome,record_id\n2026-01-01 00:00:00,success,1\n2026-01-01 00:00:01,failure,2\n"
               "2026-01-01 00:00:02,success,3\n");
    assert_int_equal(meta.bin, 0);
    // 2,000 rows come as they are, 2,001 in bins.
    q.window_to = START + 1999 * USEC_SECOND;
    struct shown s = {0};
    assert_int_equal(ask(&q, &s), OK);
    assert_int_equal(s.rows, 2000);
    buffer_done(&s.text);
    q.window_to = START + 2000 * USEC_SECOND;
    s = (struct shown){0};
    assert_int_equal(ask(&q, &s), OK);
    assert_true(s.rows < 10 && meta.bin > 0);
    buffer_done(&s.text);
    // A column `count` counts.
    q = plain(S("select ts, count from logon"));
    q.binned = true;
    q.bins = 1;
    expect(&q, "ts,lane,count\n2026-01-01 00:00:00,null,10800\n");
    q.lane = S("colour");
    expect_error(&q, "there is no column colour; there are: ts, count");
    q = plain(S("select 1 as x"));
    q.binned = true;
    expect_error(&q, "no column ts");
}

static void test_cell(void **state) {
    (void)state;
    struct notebook *nb;
    struct arena arena = {0};
    error_clear(&error);
    assert_int_equal(notebook_parse(S("x"),
                                    S("---\nparams:\n  least: integer = 5\n  who: text\n---\n```sql\n"
                                      "select $least + 1 as n, $who as who\n```\n"),
                                    &nb, &error),
                     OK);
    struct question q = plain(STR_NONE);
    assert_int_equal(notebook_question(nb, &nb->blocks[0].cell, NULL, 0, &arena, &q, &error), OK);
    expect(&q, "n,who\n6,null\n");
    struct case_param given[] = {{"least", {.type = TYPE_TEXT, .text = S("41")}},
                                 {"who", {.type = TYPE_INTEGER, .integer = 7}}};
    assert_int_equal(notebook_question(nb, &nb->blocks[0].cell, given, 2, &arena, &q, &error), OK);
    expect(&q, "n,who\n42,7\n");
    given[0].value.text = S("many");
    error_clear(&error);
    assert_int_equal(notebook_question(nb, &nb->blocks[0].cell, given, 1, &arena, &q, &error), FAIL);
    assert_non_null(strstr(error.text, "the parameter least cannot be many"));
    notebook_free(nb);
    arena_done(&arena);
}

// ---- The child ----

static enum status ask_child(struct str sql, unsigned seconds, struct shown *ret) {
    struct worker_place place = {.folder = folder, .seconds = seconds, .gone_fd = -1, .memory = 512 << 20};
    struct question q = plain(sql);
    struct answer_sink sink = {ret, show_columns, show_row};
    error_clear(&error);
    return worker_run(&place, &q, &sink, &meta, &error);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void test_child_answers(void **state) {
    (void)state;
    struct shown s = {0};
    if (ask_child(S("select 1 as i, null as n, 2.5::double as d, 'é' as t, true as b, ts from log order by ts limit 1"),
                  0, &s) != OK)
        fail_msg("%s", error.text);
    buffer_add_char(&s.text, '\0');
    assert_string_equal(s.text.p, "i,n,d,t,b,ts\n1,null,2.5,é,true,2026-01-01 00:00:00\n");
    buffer_done(&s.text);
    s = (struct shown){0};
    assert_int_equal(ask_child(S("select i, repeat('x', 200) as x from range(100000) t(i)"), 0, &s), OK);
    assert_int_equal(s.rows, 100000);
    assert_int_equal(meta.rows, 100000);
    buffer_done(&s.text);
    s = (struct shown){.stop_after = 5};
    assert_int_equal(ask_child(S("select i from range(1000000000) t(i)"), 5, &s), OK);
    assert_int_equal(s.rows, 5);
    buffer_done(&s.text);
}

static void test_child_errors(void **state) {
    (void)state;
    struct shown s = {0};
    assert_int_equal(ask_child(S("select nonsense from log"), 0, &s), FAIL);
    assert_non_null(strstr(error.text, "nonsense"));
    assert_int_equal(meta.error_byte, 7);
    assert_int_equal(ask_child(S("select 1; select 2"), 0, &s), FAIL);
    assert_int_equal(ask_child(S("select * from read_csv('/etc/passwd')"), 0, &s), FAIL);
    assert_int_equal(ask_child(S("create table t (a int)"), 0, &s), FAIL);
    struct worker_place reading = {.folder = NULL, .gone_fd = -1};
    struct question q = plain(S("select 1"));
    struct answer_sink sink = {&s, show_columns, show_row};
    error_clear(&error);
    assert_int_equal(worker_run(&reading, &q, &sink, &meta, &error), FAIL);
    assert_non_null(strstr(error.text, "still being read"));
    buffer_done(&s.text);
}

// In the place of a child that its SQL has taken over: an answer whose column has a type there is none of.
static int answer_with_lies(void) {
    struct buffer b = {0};
    size_t begun = wire_begin(&b, WIRE_COLUMNS);
    wire_put_u64(&b, 1);
    wire_put_str(&b, S("x"));
    wire_put_u8(&b, (uint8_t)atoi(getenv("LHX_TEST_TYPE")));
    wire_end(&b, begun);
    struct answer_meta none = {0};
    begun = wire_begin(&b, WIRE_DONE);
    wire_put_meta(&b, &none);
    wire_end(&b, begun);
    return write(STDOUT_FILENO, b.p, b.n) == (ssize_t)b.n ? 0 : 1;
}

static void test_child_is_not_believed(void **state) {
    (void)state;
    static const struct {
        const char *type;
        enum status status;
    } answers[] = {{"1", OK}, {"5", OK}, {"0", FAIL}, {"6", FAIL}, {"255", FAIL}};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct shown s = {0};
        setenv("LHX_TEST_TYPE", answers[i].type, 1);
        if (ask_child(S("select 1"), 20, &s) != answers[i].status)
            fail_msg("type %s", answers[i].type);
        buffer_done(&s.text);
    }
    unsetenv("LHX_TEST_TYPE");
}

// The four statements an interrupt was measured not to stop, and some that fill memory.
static void test_child_is_killed(void **state) {
    (void)state;
    static const char *const greedy[] = {
        "select length(repeat('x', 2000000000))",
        "select length(lpad('x', 2000000000, 'y'))",
        "select levenshtein(repeat('a', 200000), repeat('b', 200000))",
        "select list_sort(range(200000000))[1]",
        "select count(*) from range(1000000) a, range(1000000) b",
        "with recursive r(i) as (select 1 union all select i + 1 from r) select count(*) from r",
    };
    for (size_t i = 0; i < sizeof greedy / sizeof *greedy; i++) {
        struct shown s = {0};
        double before = now();
        assert_int_equal(ask_child(str_of(greedy[i]), 1, &s), FAIL);
        assert_true(now() - before < 2);
        if (!strstr(error.text, "stopped after 1 s") && !strstr(error.text, "memory"))
            fail_msg("%s: %s", greedy[i], error.text);
        buffer_done(&s.text);
    }
}

static void test_wire_damaged(void **state) {
    (void)state;
    struct str hosts[] = {S("a"), S("b")};
    struct case_param params[] = {{"p", {.type = TYPE_TEXT, .text = S("v")}},
                                  {"n", {.type = TYPE_INTEGER, .integer = -1}}};
    struct question q = plain(S("select 1")), back;
    q.scope.hosts = hosts, q.scope.hosts_n = 2, q.scope.params = params, q.scope.params_n = 2;
    q.sort = S("s"), q.limit = 9;
    struct buffer b = {0};
    struct arena arena = {0};
    wire_put_question(&b, &q);
    struct wire w = {.rest = buffer_str(&b)};
    wire_get_question(&w, &arena, &back);
    assert_true(!w.bad && w.rest.n == 0);
    assert_true(str_eq(back.scope.hosts[1], S("b")) && back.scope.params[1].value.integer == -1 && back.limit == 9);
    assert_null(back.filter.p);
    for (size_t cut = 0; cut < b.n; cut++) {
        w = (struct wire){.rest = {b.p, cut}};
        wire_get_question(&w, &arena, &back);
        assert_true(w.bad);
    }
    for (size_t at = 0; at < b.n; at++) {
        char was = b.p[at];
        b.p[at] = (char)0xff;
        w = (struct wire){.rest = buffer_str(&b)};
        wire_get_question(&w, &arena, &back);
        b.p[at] = was;
    }
    buffer_done(&b);
    arena_done(&arena);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], WORKER_COMMAND) == 0)
        return getenv("LHX_TEST_TYPE") ? answer_with_lies() : worker_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_errors),
        cmocka_unit_test(test_parse_damaged),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_built_in),
        cmocka_unit_test(test_library),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_sort_filter_page),
        cmocka_unit_test(test_order_kept),
        cmocka_unit_test(test_binned),
        cmocka_unit_test(test_cell),
        cmocka_unit_test(test_child_is_not_believed),
        cmocka_unit_test(test_wire_damaged),
        cmocka_unit_test(test_child_answers),
        cmocka_unit_test(test_child_errors),
        cmocka_unit_test(test_child_is_killed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
