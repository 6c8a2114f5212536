// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Heads of requests, who may speak, and bodies: without a socket. tests/cli/posture.py tries the same doors
// from outside.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "serve/guard.h"
#include "serve/json.h"

#include <stdio.h>
#include <stdlib.h>

#define HOST "Host: 127.0.0.1:4711\r\n"

static struct http_request request;

// Parses a head that lies alone in memory, so that a step outside is seen by the sanitizers.
static int parse(struct str head) {
    static char *copy;
    free(copy);
    copy = must_alloc(head.n);
    memcpy(copy, head.p, head.n);
    return http_parse((struct str){copy, head.n}, &request);
}

static void test_good(void **state) {
    (void)state;
    assert_int_equal(parse(S("GET /api/record/7?before=2&after=30 HTTP/1.1\r\n" HOST "X-Empty:\r\nA:\t b c \r\n\r\n")),
                     0);
    assert_int_equal(request.method, HTTP_GET);
    assert_true(str_eq(request.path, S("/api/record/7")));
    assert_true(str_eq(http_query(&request, S("before")), S("2")));
    assert_true(str_eq(http_query(&request, S("after")), S("30")));
    assert_null(http_query(&request, S("aft")).p);
    assert_true(str_eq(http_header(&request, S("hOST")), S("127.0.0.1:4711")));
    assert_true(str_eq(http_header(&request, S("a")), S("b c")));
    assert_non_null(http_header(&request, S("X-Empty")).p);
    assert_null(http_header(&request, S("B")).p);
    assert_int_equal(parse(S("POST / HTTP/1.1\r\nContent-Length: 1048576\r\n\r\n")), 0);
    assert_int_equal(request.body, 1048576);
}

static void test_refused(void **state) {
    (void)state;
    static const struct {
        struct str head;
        int status;
    } cases[] = {
        {S(""), 400},
        {S("\r\n\r\n"), 400},
        {S("GET / HTTP/1.1\r\n"), 400},
        {S("GET / HTTP/1.1\n\n"), 400},
        {S("GET / HTTP/1.1\r\nA: b\n\r\n"), 400},
        {S("GET / HTTP/1.1\r\nA: b\rB: c\r\n\r\n"), 400},
        {S("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"), 400},
        {S("GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n"), 400},
        {S("GET / HTTP/1.1\r\nA : b\r\n\r\n"), 400},
        {S("GET / HTTP/1.1\r\n: b\r\n\r\n"), 400},
        {S("GET / HTTP/1.1\r\nA: b\r\na: b\r\n\r\n"), 400},
        {S("GET / HTTP/1.1\r\n\r\nmore"), 400},
        {S("GET http://x/ HTTP/1.1\r\n\r\n"), 400},
        {S("GET //x HTTP/1.1\r\n\r\n"), 400},
        {S("GET /#a HTTP/1.1\r\n\r\n"), 400},
        {S("GET / HTTP/1.0\r\n\r\n"), 505},
        {S("GET / HTTP/1.1 x\r\n\r\n"), 400},
        {S("GET /\r\n\r\n"), 400},
        {S("PUT / HTTP/1.1\r\n\r\n"), 405},
        {S("POST / HTTP/1.1\r\n\r\n"), 411},
        {S("POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n"), 413},
        {S("POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n"), 400},
        {S("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
        {S("POST / HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"), 417},
        {S("GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\n"), 400},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (parse(cases[i].head) != cases[i].status)
            fail_msg("case %zu: %d, not %d", i, parse(cases[i].head), cases[i].status);
}

static void test_header_count(void **state) {
    (void)state;
    for (int n = LIMIT_HTTP_HEADERS - 1; n <= LIMIT_HTTP_HEADERS + 1; n++) {
        struct buffer b = {0};
        buffer_add(&b, S("GET / HTTP/1.1\r\n"));
        for (int i = 0; i < n; i++)
            buffer_print(&b, "A%d: b\r\n", i);
        buffer_add(&b, S("\r\n"));
        assert_int_equal(parse(buffer_str(&b)), n > LIMIT_HTTP_HEADERS ? 431 : 0);
        buffer_done(&b);
    }
}

// Every prefix, and every byte replaced: an answer each time, nothing read outside.
static void test_damaged(void **state) {
    (void)state;
    static const struct str head =
        S("POST /api/cell?x=1&y HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n");
    static const char bytes[] = "\0\r\n :/?#&=\x80\xff%\t";
    char copy[256];
    int known = 0;
    for (size_t n = 0; n <= head.n; n++)
        known += parse(str_head(head, n)) == 0;
    assert_int_equal(known, 1);
    for (size_t at = 0; at < head.n; at++)
        for (size_t b = 0; b < sizeof bytes - 1; b++) {
            memcpy(copy, head.p, head.n);
            copy[at] = bytes[b];
            int status = parse((struct str){copy, head.n});
            assert_true(status == 0 || strcmp(http_reason(status), "Error") != 0);
        }
}

static void test_head_size(void **state) {
    (void)state;
    assert_int_equal(http_head_size(S("GET / HTTP/1.1\r\n\r")), 0);
    assert_int_equal(http_head_size(S("GET / HTTP/1.1\r\n\r\nrest")), 18);
    assert_int_equal(http_head_size(S("GET / HTTP/1.1\n\nrest")), 16);
}

// ---- Who may speak ----

static int check(const char *head) {
    struct guard guard = {.port = 4711};
    assert_int_equal(parse(str_of(head)), 0);
    return guard_check(&guard, &request);
}

static void test_guard(void **state) {
    (void)state;
    assert_int_equal(check("GET / HTTP/1.1\r\n" HOST "\r\n"), 0);
    assert_int_equal(check("GET / HTTP/1.1\r\nHost: localhost:4711\r\nSec-Fetch-Site: same-origin\r\n\r\n"), 0);
    assert_int_equal(
        check("GET / HTTP/1.1\r\nHost: [::1]:4711\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n\r\n"), 0);
    assert_int_equal(check("GET / HTTP/1.1\r\n\r\n"), 400);
    assert_int_equal(check("GET / HTTP/1.1\r\nHost: 127.0.0.1:4712\r\n\r\n"), 421);
    assert_int_equal(check("GET / HTTP/1.1\r\nHost: evil.com:4711\r\n\r\n"), 421);
    assert_int_equal(check("GET / HTTP/1.1\r\n" HOST "Sec-Fetch-Site: cross-site\r\n\r\n"), 403);
    assert_int_equal(check("GET / HTTP/1.1\r\n" HOST "Sec-Fetch-Site: none\r\n\r\n"), 403);
    assert_int_equal(check("GET / HTTP/1.1\r\n" HOST "Origin: http://evil.com\r\n\r\n"), 403);
#define POST "POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n"
    assert_int_equal(check(POST "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nX-LHX: 1\r\n\r\n"),
                     0);
    assert_int_equal(check(POST "Origin: http://127.0.0.1:4711\r\nContent-Type: application/json\r\nX-LHX: 1\r\n\r\n"),
                     0);
    assert_int_equal(check(POST "Content-Type: application/json\r\nX-LHX: 1\r\n\r\n"), 403);
    assert_int_equal(check(POST "Sec-Fetch-Site: same-origin\r\nX-LHX: 1\r\n\r\n"), 415);
    assert_int_equal(check(POST "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n\r\n"), 403);
}

static void test_secrets(void **state) {
    (void)state;
    struct guard a, b;
    char head[256];
    assert_true(guard_init(&a, 1) && guard_init(&b, 1));
    assert_int_equal(strlen(a.token), GUARD_SECRET);
    assert_string_not_equal(a.token, b.token);
    assert_string_not_equal(a.token, a.cookie);
    assert_true(guard_login(&a, str_of(a.token)));
    assert_false(guard_login(&a, str_of(a.cookie)));
    assert_false(guard_login(&a, STR_NONE));
    assert_int_equal(atomic_load(&a.wrong), 2);
    snprintf(head, sizeof head, "GET / HTTP/1.1\r\nCookie: x=y; lhx_1=%s; z\r\n\r\n", a.cookie);
    assert_int_equal(parse(str_of(head)), 0);
    assert_true(guard_knows(&a, &request));
    assert_false(guard_knows(&b, &request));
    snprintf(head, sizeof head, "GET / HTTP/1.1\r\nCookie: lhx_12=%s\r\n\r\n", a.cookie);
    assert_int_equal(parse(str_of(head)), 0);
    assert_false(guard_knows(&a, &request));
}

// ---- Bodies ----

static void test_json(void **state) {
    (void)state;
    struct str text = STR_NONE;
    uint64_t count = 5;
    usec when = USEC_NONE;
    const struct json_field fields[] = {
        {"text", JSON_TEXT, true, &text}, {"count", JSON_COUNT, false, &count}, {"when", JSON_MOMENT, false, &when}};
    static const struct {
        struct str body;
        const char *want; // of the error; NULL: none
    } cases[] = {
        {S("{\"text\":\"a\",\"count\":null,\"when\":\"2026-01-01T00:00:00Z\"}"), NULL},
        {S("{\"text\":\"a\",\"count\":9007199254740992}"), NULL},
        {S("{\"text\":\"a\",\"count\":9007199254740993}"), "'count' must be a whole number"},
        {S("{\"text\":\"a\",\"count\":-1}"), "'count' must be"},
        {S("{\"text\":\"a\",\"count\":1.0}"), "'count' must be"},
        {S("{\"text\":1}"), "'text' must be text"},
        {S("{\"text\":null}"), "'text' must be text"},
        {S("{}"), "'text' is missing"},
        {S("{\"text\":\"a\",\"more\":1}"), "there is no key 'more'"},
        {S("{\"text\":\"a\",\"when\":\"yesterday\"}"), "'when' must be a time"},
        {S("{\"text\":\"a\",\"text\":\"b\"}"), "not JSON"},
        {S("{\"text\":\"\\u0000\"}"), "not JSON"},
        {S("[]"), "not an object"},
        {S(""), "not JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *json = NULL;
        struct error error;
        error_clear(&error);
        if (json_body(cases[i].body, &json, &error) == OK)
            JSON_TAKE(json, fields, &error);
        if (!cases[i].want != (error.status == OK) || (cases[i].want && !strstr(error.text, cases[i].want)))
            fail_msg("case %zu: '%s'", i, error.text);
        json_decref(json);
    }
}

static void test_json_depth(void **state) {
    (void)state;
    for (int depth = LIMIT_JSON_DEPTH - 1; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
        struct buffer b = {0};
        json_t *json = NULL;
        for (int i = 0; i < depth; i++)
            buffer_add(&b, i ? S("[") : S("{\"a]}\\\"\":"));
        for (int i = depth; i-- > 0;)
            buffer_add_char(&b, i ? ']' : '}');
        assert_int_equal(json_body(buffer_str(&b), &json, NULL), depth > LIMIT_JSON_DEPTH ? FAIL : OK);
        json_decref(json);
        buffer_done(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),    cmocka_unit_test(test_refused),   cmocka_unit_test(test_header_count),
        cmocka_unit_test(test_damaged), cmocka_unit_test(test_head_size), cmocka_unit_test(test_guard),
        cmocka_unit_test(test_secrets), cmocka_unit_test(test_json),      cmocka_unit_test(test_json_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
