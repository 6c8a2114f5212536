// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Who may speak to the page's door. A web page from elsewhere, open in the same browser, can send requests
// to any port of this machine, and by a trick with DNS even read the answers; other users of the machine can
// connect, too. So: only our own host names, only requests of our own page, only with the secret. Pure, but
// for counting wrong tries.
#pragma once

#include "serve/http.h"

#include <stdatomic.h>

enum { GUARD_SECRET = 64 }; // hexadecimal digits: 256 bits

struct guard {
    uint16_t port;
    char token[GUARD_SECRET + 1];  // in the address the analyst is given
    char cookie[GUARD_SECRET + 1]; // what the browser holds instead
    atomic_uint wrong;             // wrong tokens so far
};

// Draws the secrets. False when the kernel has no random numbers to give.
bool guard_init(struct guard *guard, uint16_t port);
// 0, or the status to refuse with: 421 for a host that is not ours, 403 for a request from another site, 403
// and 415 for a POST that no page of ours sends.
int guard_check(const struct guard *guard, const struct http_request *request);
// Whether the request carries the cookie.
bool guard_knows(const struct guard *guard, const struct http_request *request);
// Whether `token` is the one. Counts, and after five wrong ones takes a second for each more.
bool guard_login(struct guard *guard, struct str token);
