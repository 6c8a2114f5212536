// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Any bytes as the head of a request. What is taken has one meaning: all slices lie in the head, no name is
// there twice, no control character is left, and whoever is let in named a host of ours.
#include "serve/guard.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static void check_slice(struct str part, struct str whole) {
    must(!part.p || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
    for (size_t i = 0; i < part.n; i++)
        must((unsigned char)part.p[i] >= 0x20 || part.p[i] == '\t');
}

static void check_request(const struct http_request *r, struct str head) {
    check_slice(r->path, head);
    check_slice(r->query, head);
    must(r->path.n && r->path.p[0] == '/' && r->headers_n <= LIMIT_HTTP_HEADERS && r->body <= LIMIT_HTTP_BODY);
    must(r->method == HTTP_POST || r->body == 0);
    must(!http_header(r, S("transfer-encoding")).p);
    for (size_t i = 0; i < r->headers_n; i++) {
        check_slice(r->headers[i].name, head);
        check_slice(r->headers[i].value, head);
        for (size_t j = 0; j < i; j++)
            must(!str_eq_nocase(r->headers[i].name, r->headers[j].name));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct http_request request;
    struct guard guard = {.port = 4711};
    struct str bytes = {(const char *)data, size};
    size_t n = http_head_size(bytes);
    must(n <= size);
    if (n == 0 || http_parse(str_head(bytes, n), &request) != 0)
        return 0;
    check_request(&request, str_head(bytes, n));
    http_query(&request, S("before"));
    guard_knows(&guard, &request);
    if (guard_check(&guard, &request) == 0)
        must(str_ends(http_header(&request, S("Host")), S(":4711")));
    return 0;
}
