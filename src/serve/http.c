// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See http.h.
#include "serve/http.h"

enum { TARGET_MAX = 4096 };

size_t http_head_size(struct str bytes) {
    ptrdiff_t end = str_find(bytes, S("\r\n\r\n")), bare = str_find(bytes, S("\n\n"));
    if (bare >= 0 && (end < 0 || bare < end))
        return (size_t)bare + 2; // to be refused at once rather than waited for
    return end < 0 ? 0 : (size_t)end + 4;
}

// Takes a line ended by CRLF off `*rest`. False when it holds a byte no line may hold: any control character
// but the tab, which includes a bare CR or LF and NUL.
static bool take_line(struct str *rest, struct str *ret) {
    ptrdiff_t end = str_find(*rest, S("\r\n"));
    if (end < 0)
        return false;
    *ret = str_head(*rest, (size_t)end);
    *rest = str_skip(*rest, (size_t)end + 2);
    for (size_t i = 0; i < ret->n; i++) {
        unsigned char c = (unsigned char)ret->p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static struct str take_word(struct str *rest) {
    ptrdiff_t blank = str_find_char(*rest, ' ');
    struct str word = str_head(*rest, blank < 0 ? rest->n : (size_t)blank);
    *rest = blank < 0 ? STR_NONE : str_skip(*rest, (size_t)blank + 1);
    return word;
}

static bool is_token(struct str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return s.n > 0;
}

static bool is_target(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '#')
            return false;
    return s.n > 0 && s.p[0] == '/' && !str_starts(s, S("//"));
}

static int parse_target(struct str target, struct http_request *r) {
    if (target.n > TARGET_MAX)
        return 414;
    if (!is_target(target))
        return 400;
    ptrdiff_t mark = str_find_char(target, '?');
    r->path = str_head(target, mark < 0 ? target.n : (size_t)mark);
    r->query = mark < 0 ? STR_NONE : str_skip(target, (size_t)mark + 1);
    return 0;
}

static int parse_first_line(struct str line, struct http_request *r) {
    struct str method = take_word(&line), target = take_word(&line), version = line;
    if (!is_token(method) || !target.n || !version.p)
        return 400;
    if (!str_eq(version, S("HTTP/1.1")))
        return str_starts(version, S("HTTP/")) && str_find_char(version, ' ') < 0 ? 505 : 400;
    int status = parse_target(target, r);
    if (status)
        return status;
    if (str_eq(method, S("GET")))
        r->method = HTTP_GET;
    else if (str_eq(method, S("POST")))
        r->method = HTTP_POST;
    else
        return 405;
    return 0;
}

static int parse_header(struct str line, struct http_request *r) {
    ptrdiff_t colon = str_find_char(line, ':');
    if (colon <= 0)
        return 400;
    struct http_header h = {str_head(line, (size_t)colon), str_trim(str_skip(line, (size_t)colon + 1))};
    if (!is_token(h.name)) // a folded line begins with a blank, which is no token either
        return 400;
    if (http_header(r, h.name).p)
        return 400;
    if (r->headers_n == LIMIT_HTTP_HEADERS)
        return 431;
    r->headers[r->headers_n++] = h;
    return 0;
}

static int parse_length(struct http_request *r) {
    struct str length = http_header(r, S("Content-Length"));
    uint64_t n = 0;
    if (http_header(r, S("Transfer-Encoding")).p)
        return 400;
    if (http_header(r, S("Expect")).p)
        return 417;
    if (!length.p)
        return r->method == HTTP_POST ? 411 : 0;
    if (!str_to_u64(length, &n))
        return 400;
    if (n > LIMIT_HTTP_BODY)
        return 413;
    r->body = n;
    return n && r->method == HTTP_GET ? 400 : 0;
}

int http_parse(struct str head, struct http_request *ret) {
    struct str line;
    *ret = (struct http_request){0};
    if (!take_line(&head, &line))
        return 400;
    int status = parse_first_line(line, ret);
    while (status == 0) {
        if (!take_line(&head, &line))
            return 400;
        if (line.n == 0)
            break;
        status = parse_header(line, ret);
    }
    if (status == 0 && head.n)
        return 400;
    return status ? status : parse_length(ret);
}

struct str http_header(const struct http_request *r, struct str name) {
    for (size_t i = 0; i < r->headers_n; i++)
        if (str_eq_nocase(r->headers[i].name, name))
            return r->headers[i].value.p ? r->headers[i].value : S("");
    return STR_NONE;
}

struct str http_query(const struct http_request *r, struct str name) {
    struct str rest = r->query, pair;
    while (str_cut(&rest, '&', &pair))
        if (str_take(&pair, name) && str_take(&pair, S("=")))
            return pair;
    return STR_NONE;
}

const char *http_reason(int status) {
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {{200, "OK"},
                   {204, "No Content"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {408, "Request Timeout"},
                   {409, "Conflict"},
                   {411, "Length Required"},
                   {413, "Content Too Large"},
                   {414, "URI Too Long"},
                   {415, "Unsupported Media Type"},
                   {417, "Expectation Failed"},
                   {421, "Misdirected Request"},
                   {422, "Unprocessable Content"},
                   {431, "Request Header Fields Too Large"},
                   {500, "Internal Server Error"},
                   {503, "Service Unavailable"},
                   {504, "Gateway Timeout"},
                   {505, "HTTP Version Not Supported"}};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Error";
}
