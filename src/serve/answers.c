// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What all answers have in common.
#include "serve/room.h"

#include "base/clock.h"

#include <errno.h>

static const char JSON_TYPE[] = "application/json; charset=utf-8";

double serve_now_ms(void) {
    return (double)clock_steady() / 1e3;
}

void json_time(struct buffer *b, usec t) {
    char text[CIVIL_TEXT];
    buffer_add_json(b, t == USEC_NONE ? STR_NONE : (struct str){text, civil_print_iso(t, text)});
}

void answer_json(struct call *call, const struct buffer *json) {
    exchange_answer(call->exchange, 200, JSON_TYPE, NULL, buffer_str(json));
}

static void answer_words(struct exchange *x, int status, struct str message, int64_t position) {
    struct buffer b = {0};
    // A message may end in advice behind a semicolon.
    ptrdiff_t at = str_find(message, S("; "));
    buffer_add(&b, S("{\"error\":{\"message\":"));
    buffer_add_json(&b, at < 0 ? message : str_head(message, (size_t)at));
    if (at >= 0) {
        buffer_add(&b, S(",\"hint\":"));
        buffer_add_json(&b, str_skip(message, (size_t)at + 2));
    }
    if (position >= 0)
        buffer_print(&b, ",\"position\":%lld", (long long)position);
    buffer_add(&b, S("}}"));
    exchange_answer(x, status, JSON_TYPE, status == 405 ? "Allow: GET, POST\r\n" : NULL, buffer_str(&b));
    buffer_done(&b);
}

void answer_error(struct call *call, int status, const struct error *error, int64_t position) {
    static const struct { int sys, status; } known[] = {{ENOENT, 404}, {EBUSY, 409}, {ETIMEDOUT, 504}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (error->sys == known[i].sys)
            status = known[i].status;
    answer_words(call->exchange, status, str_of(error->text), position);
}

// What was asked for is never repeated: it may have been written by somebody else.
void answer_refusal(struct exchange *x, int status) {
    static const struct {
        int status;
        const char *words;
    } refusals[] = {
        {400, "this is not a request the page would send"},
        {401, "not logged in; use the address that lhx printed"},
        {403, "refused; use the address that lhx printed"},
        {404, "there is nothing here"},
        {405, "only GET and POST; each call takes one of them"},
        {408, "the request took too long to arrive"},
        {411, "the length of the body is missing"},
        {413, "the body is longer than 1 MiB"},
        {414, "the address is too long"},
        {415, "a body must be application/json"},
        {417, "no expectations are met"},
        {421, "this host name is not ours; use the address that lhx printed"},
        {431, "the headers are too long or too many"},
        {500, "no answer was found; this is a fault of the program"},
        {503, "too many connections; try again in a moment"},
        {505, "only HTTP/1.1"},
    };
    struct str words = S("refused");
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (refusals[i].status == status)
            words = str_of(refusals[i].words);
    answer_words(x, status, words, -1);
}
