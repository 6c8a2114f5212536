// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Sockets: a thread that accepts and one for each connection, which carries one request. A question may take
// long without keeping another waiting, nothing is shared between requests, and whoever is slow (or means
// to be) holds one of LIMIT_HTTP_CONNECTIONS for a bounded time. Every answer, whatever its status, has the
// headers that lock a page in.
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "serve/http.h"

// One request and the way back. Lives until the handler returns.
struct exchange {
    const struct http_request *request;
    struct str body;
    int fd;
    bool begun;  // the head of the answer is out
    bool broken; // nobody takes the answer any more
};

struct listener_rooms {
    void *context;
    // Called with the head alone: 0, or a status to refuse with before the body is read.
    int (*admit)(void *context, const struct http_request *request);
    // Answers. An exchange left unanswered is answered with 500.
    void (*handle)(void *context, struct exchange *exchange);
    // Says a refusal in words: the body of an answer with `status`.
    void (*refuse)(void *context, struct exchange *exchange, int status);
};

struct listener;
// `bind` NULL or "localhost": 127.0.0.1, and [::1] where there is IPv6; else one of the two. `port` 0: a free one.
// Only binds; connections wait until listener_run().
enum status listener_open(const char *bind, uint16_t port, struct listener **ret, struct error *error);
uint16_t listener_port(const struct listener *listener);
bool listener_is_v6_only(const struct listener *listener);
enum status listener_run(struct listener *listener, const struct listener_rooms *rooms, struct error *error);
// Cuts all connections and waits for their handlers. NULL is fine.
void listener_stop(struct listener *listener);

// The whole answer at once. `more`: further header lines, each ended by CRLF; NULL for none.
void exchange_answer(struct exchange *exchange, int status, const char *type, const char *more, struct str body);
// An answer of unknown length, in pieces; exchange_end() marks it as whole. False when nobody takes it.
bool exchange_begin(struct exchange *exchange, const char *type, const char *more);
bool exchange_write(struct exchange *exchange, struct str bytes);
void exchange_end(struct exchange *exchange);
// Whether the other side has closed.
bool exchange_left(const struct exchange *exchange);
