// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The head of an HTTP request, and no more of HTTP than one page needs: HTTP/1.1, GET and POST, a body of a
// length known before, one request per connection. Everything parsers have been known to disagree on (bare
// line feeds, folded lines, NUL, blanks before colons, a length given twice, chunked bodies, absolute
// addresses) is refused rather than understood. A general server library accepts several of these and does
// not show them, which is why this is our own. Pure: bytes in, a struct out.
#pragma once

#include "base/limits.h"
#include "base/str.h"

enum http_method { HTTP_GET, HTTP_POST };

struct http_header {
    struct str name, value; // as written; the value without blanks around it
};

// Slices point into the head.
struct http_request {
    enum http_method method;
    struct str path;  // begins with '/', nothing decoded
    struct str query; // behind the '?'; absent when there is none
    struct http_header headers[LIMIT_HTTP_HEADERS];
    size_t headers_n;
    size_t body; // bytes to follow
};

// Bytes of the head, its empty line included; 0 when `bytes` do not hold all of it yet.
size_t http_head_size(struct str bytes);
// 0, or the status to refuse with: 400, 405, 411, 413, 414, 417, 431, 505.
int http_parse(struct str head, struct http_request *ret);
// The value of a header, whatever the case of its name; absent when it is not there. None is there twice.
struct str http_header(const struct http_request *request, struct str name);
// The value of `name` in the query, nothing decoded; absent when it is not there.
struct str http_query(const struct http_request *request, struct str name);
// "Not Found" for 404.
const char *http_reason(int status);
