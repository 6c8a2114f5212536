// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The first line of the input is a program, the rest its message. Besides what the sanitizers see: facts are
// few, their words are of the vocabularies, counts and ports within bounds, and names lie in the message, in
// the program's name, or are fixed ones; and the same message says the same again.
#include "base/limits.h"
#include "meaning/meaning.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static bool is_inside(struct str part, struct str whole) {
    return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

static void check_name(const struct message *message, struct str name) {
    if (!name.p) {
        must(name.n == 0);
        return;
    }
    must(name.n > 0 && name.n <= LIMIT_NAME);
    must(is_inside(name, message->text) || is_inside(name, message->program) || str_eq(name, S("root")) ||
         str_eq(name, S("anonymous")));
}

static void check_logon(const struct message *message, const struct logon *logon) {
    must(logon->outcome < OUTCOME_COUNT && logon->kind < LOGON_KIND_COUNT && logon->step <= STEP_CLOSE);
    must(logon->reason <= REASON_COUNT && logon->method <= METHOD_COUNT);
    must(logon->port >= -1 && logon->port <= 65535);
    must(logon->count >= 1 && logon->count <= LIMIT_REPEAT);
    must(logon->outcome != OUTCOME_SUCCESS || logon->reason == REASON_COUNT);
    const struct str names[] = {logon->user, logon->actor,       logon->source,
                                logon->tty,  logon->fingerprint, logon->key_type};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_name(message, names[i]);
}

static void check_session(const struct message *message, const struct session_mark *session) {
    check_name(message, session->user);
    check_name(message, session->by);
    check_name(message, session->service);
    must(session->uid >= -1 && session->uid <= UINT32_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str input = {(const char *)data, size};
    ptrdiff_t end = str_find_char(input, '\n');
    struct str program = str_head(input, end < 0 ? 0 : (size_t)end);
    const struct message message = {program, str_skip(input, (size_t)(end + 1)), 7};
    const struct meaning *meaning = meaning_of(program);
    struct fact facts[FACTS_MAX], again[FACTS_MAX];
    size_t n = meaning_read(meaning, &message, facts);
    must(n <= FACTS_MAX && meaning_read(meaning, &message, again) == n);
    for (size_t i = 0; i < n; i++) {
        must(facts[i].kind == again[i].kind);
        if (facts[i].kind == FACT_LOGON) {
            check_logon(&message, &facts[i].logon);
            must(str_eq(facts[i].logon.user, again[i].logon.user));
            must(str_eq(facts[i].logon.source, again[i].logon.source));
        } else {
            check_session(&message, &facts[i].session);
        }
    }
    meaning_repeats_last(message.text);
    return 0;
}
