// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See guard.h. The cookie is named after the port, because browsers share cookies between ports and two
// cases may be open.
#include "serve/guard.h"

#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

enum { WRONG_FREE = 5 };

static bool draw_secret(char ret[GUARD_SECRET + 1]) {
    unsigned char bytes[GUARD_SECRET / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

bool guard_init(struct guard *g, uint16_t port) {
    *g = (struct guard){.port = port};
    return draw_secret(g->token) && draw_secret(g->cookie);
}

// Takes as long for a near miss as for a far one.
static bool is_secret(struct str given, const char *secret) {
    unsigned char differs = 0;
    if (given.n != GUARD_SECRET)
        return false;
    for (size_t i = 0; i < GUARD_SECRET; i++)
        differs |= (unsigned char)(given.p[i] ^ secret[i]);
    return differs == 0;
}

static bool is_host(const struct guard *g, struct str host) {
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    char want[32];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(want, sizeof want, "%s:%u", names[i], g->port);
        if (str_eq(host, str_of(want)))
            return true;
    }
    return false;
}

// Our own page names itself as the origin, by the host it was asked from.
static bool is_own_origin(struct str origin, struct str host) {
    return str_take(&origin, S("http://")) && str_eq(origin, host);
}

// Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin at least for POST.
static bool is_own_page(const struct http_request *r, struct str host) {
    struct str site = http_header(r, S("Sec-Fetch-Site")), origin = http_header(r, S("Origin"));
    if (origin.p && !is_own_origin(origin, host))
        return false;
    if (str_eq(site, S("same-origin")))
        return true;
    if (site.p) // "none": typed into the address bar, or a bookmark
        return str_eq(site, S("none")) && r->method == HTTP_GET &&
               str_eq(http_header(r, S("Sec-Fetch-Mode")), S("navigate"));
    return origin.p || r->method == HTTP_GET;
}

static bool is_json(struct str type) {
    return str_eq_nocase(type, S("application/json")) || str_eq_nocase(type, S("application/json; charset=utf-8")) ||
           str_eq_nocase(type, S("application/json;charset=utf-8"));
}

int guard_check(const struct guard *g, const struct http_request *r) {
    struct str host = http_header(r, S("Host"));
    if (!host.p)
        return 400;
    if (!is_host(g, host))
        return 421;
    if (!is_own_page(r, host))
        return 403;
    if (r->method == HTTP_POST && !is_json(http_header(r, S("Content-Type"))))
        return 415;
    // A form or an image of another site cannot send a header of its own.
    if (r->method == HTTP_POST && !str_eq(http_header(r, S("X-LHX")), S("1")))
        return 403;
    return 0;
}

bool guard_knows(const struct guard *g, const struct http_request *r) {
    char name[32];
    snprintf(name, sizeof name, "lhx_%u=", g->port);
    struct str rest = http_header(r, S("Cookie")), pair;
    while (str_cut(&rest, ';', &pair)) {
        pair = str_trim(pair);
        if (str_take(&pair, str_of(name)) && is_secret(pair, g->cookie))
            return true;
    }
    return false;
}

bool guard_login(struct guard *g, struct str token) {
    if (is_secret(token, g->token))
        return true;
    if (atomic_fetch_add(&g->wrong, 1) >= WRONG_FREE)
        sleep(1);
    return false;
}
