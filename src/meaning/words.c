// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Slices only: nothing is copied, nothing is allocated.
#include "meaning/words.h"

enum { HOST_MAX = 255, PORT_DIGITS = 5 };

size_t words_read(wordings rows, struct str text, const struct pam_head *pam, struct fact *ret) {
    unsigned char first = text.n ? (unsigned char)text.p[0] : 0;
    if (first >= 128 || !rows[first])
        return 0;
    for (const struct wording *row = rows[first]; row->read; row++)
        if (str_starts(text, row->start))
            return row->read(&(struct saying){str_skip(text, row->start.n), row->reason, pam}, ret);
    return 0;
}

size_t words_nothing(const struct saying *saying, struct fact *ret) {
    (void)saying, (void)ret;
    return 0;
}

struct logon words_logon(enum logon_kind kind, enum outcome outcome, enum reason reason, enum logon_step step) {
    return (struct logon){.kind = kind,
                          .outcome = outcome,
                          .reason = reason,
                          .method = METHOD_COUNT,
                          .step = step,
                          .port = -1,
                          .count = 1};
}

size_t words_fact(struct fact *ret, struct logon logon) {
    *ret = (struct fact){.kind = FACT_LOGON, .logon = logon};
    return 1;
}

// Both go from one first byte of `mark` to the next: mostly blanks, of which the names and numbers around a
// mark have few.
bool words_split(struct str s, struct str mark, struct str *ret_left, struct str *ret_right) {
    for (struct str rest = s;;) {
        ptrdiff_t at = str_find_char(rest, mark.p[0]);
        if (at < 0)
            return false;
        rest = str_skip(rest, (size_t)at);
        if (str_starts(rest, mark)) {
            *ret_left = str_between(s.p, rest.p);
            *ret_right = str_skip(rest, mark.n);
            return true;
        }
        rest = str_skip(rest, 1);
    }
}

bool words_split_last(struct str s, struct str mark, struct str *ret_left, struct str *ret_right) {
    for (struct str head = s;;) {
        ptrdiff_t at = str_rfind_char(head, mark.p[0]);
        if (at < 0)
            return false;
        head.n = (size_t)at;
        if (str_starts(str_skip(s, (size_t)at), mark)) {
            *ret_left = head;
            *ret_right = str_skip(s, (size_t)at + mark.n);
            return true;
        }
    }
}

bool words_take_end(struct str *s, struct str suffix) {
    if (!str_ends(*s, suffix))
        return false;
    s->n -= suffix.n;
    return true;
}

struct str words_take(struct str *s) {
    ptrdiff_t at = str_find_char(*s, ' ');
    struct str word = at < 0 ? *s : str_head(*s, (size_t)at);
    *s = str_skip(*s, word.n + (at >= 0));
    return word;
}

bool words_take_number(struct str *s, uint64_t *ret) {
    size_t n = 0;
    while (n < s->n && n < 20 && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    if (!str_to_u64(str_head(*s, n), ret))
        return false;
    *s = str_skip(*s, n);
    return true;
}

static const bool HOST_CHARS[256] = {
    ['0' ... '9'] = true, ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['.'] = true,
    [':'] = true,         ['-'] = true,         ['_'] = true,         ['%'] = true,
};

bool words_is_host(struct str s) {
    if (s.n == 0 || s.n > HOST_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!HOST_CHARS[(unsigned char)s.p[i]])
            return false;
    return true;
}

struct str words_source(struct str s) {
    if (str_eq(s, S("UNKNOWN")) || !words_is_host(s))
        return STR_NONE;
    struct str quad = s;
    if ((str_take(&quad, S("::ffff:")) || str_take(&quad, S("::FFFF:"))) && str_find_char(quad, '.') > 0 &&
        str_find_char(quad, ':') < 0)
        return quad;
    return s;
}

static bool read_port(struct str s, int32_t *ret) {
    uint64_t port;
    if (s.n > PORT_DIGITS || !str_to_u64(s, &port) || port > 65535)
        return false;
    *ret = (int32_t)port;
    return true;
}

bool words_peer(struct str s, struct logon *logon) {
    struct str host = words_take(&s);
    int32_t port = -1;
    if (!words_is_host(host) || (s.n && (!str_take(&s, S("port ")) || !read_port(s, &port))))
        return false;
    logon->source = words_source(host);
    logon->port = logon->source.n ? port : -1; // "UNKNOWN port 65535" is a socket without a peer
    return true;
}

bool words_peer_last(struct str s, struct str *ret_left, struct logon *logon) {
    struct str left = s, port;
    if (words_split_last(s, S(" port "), &left, &port)) {
        ptrdiff_t at = str_rfind_char(left, ' ');
        if (words_peer(str_skip(s, (size_t)(at + 1)), logon)) {
            *ret_left = str_head(s, at < 0 ? 0 : (size_t)at);
            return true;
        }
    }
    ptrdiff_t at = str_rfind_char(s, ' ');
    *ret_left = str_head(s, at < 0 ? 0 : (size_t)at);
    return words_peer(str_skip(s, (size_t)(at + 1)), logon);
}

bool words_colon_peer(struct str s, struct logon *logon) {
    ptrdiff_t at = str_rfind_char(s, ':');
    int32_t port;
    if (at < 0 || !read_port(str_skip(s, (size_t)at + 1), &port))
        return false;
    struct str host = str_head(s, (size_t)at);
    if (str_take(&host, S("[")) && !words_take_end(&host, S("]")))
        return false;
    if (!words_is_host(host))
        return false;
    logon->source = words_source(host);
    logon->port = port;
    return true;
}

struct str words_terminal(struct str s) {
    bool device = str_take(&s, S("/dev/"));
    if (device || str_starts(s, S("pts/")) || str_starts(s, S("tty")) || str_starts(s, S("console")))
        return s;
    bool display = s.n >= 2 && s.p[0] == ':' && s.p[1] >= '0' && s.p[1] <= '9';
    return display ? s : STR_NONE;
}

// The name is what DNS said, the address what the kernel said.
size_t words_refused_connect(const struct saying *saying, struct fact *ret) {
    struct str name, address;
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, REASON_NOT_ALLOWED, STEP_ALONE);
    if (!words_split_last(saying->rest, S(" ("), &name, &address) || !words_take_end(&address, S(")")) ||
        !words_is_host(address))
        address = saying->rest;
    logon.source = words_source(address);
    return words_fact(ret, logon);
}
