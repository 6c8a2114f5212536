// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// ProFTPD: "SERVER (HOST[ADDRESS]): words" or "SERVER (HOST[ADDRESS]) - words". The address in front is the
// daemon's own and the only one to trust: the words quote a name that may hold all of this again, and older
// versions repeat the address after it. What came of the name is told by how the words end.
#include "meaning/words.h"

struct client {
    struct str host, address;
};

// "SERVER (HOST[ADDRESS])", then ": " or " - ".
static bool take_client(struct str *s, struct client *ret) {
    struct str server, rest;
    if (!words_split(*s, S(" ("), &server, &rest) || str_find_char(server, ' ') >= 0 ||
        !words_split(rest, S("["), &ret->host, &rest) || !words_split(rest, S("])"), &ret->address, &rest) ||
        !words_is_host(ret->address))
        return false;
    *s = rest;
    return str_take(s, S(": ")) || str_take(s, S(" - "));
}

static enum reason reason_of(struct str why) {
    static const struct wording reasons[] = {
        WORDING("No such user", NULL, UNKNOWN_USER), WORDING("Can't find user", NULL, UNKNOWN_USER),
        WORDING("User in ", NULL, NOT_ALLOWED),      WORDING("User not authorized for login", NULL, NOT_ALLOWED),
        WORDING("Limit ", NULL, NOT_ALLOWED),        WORDING("Not a UserAlias", NULL, NOT_ALLOWED),
        WORDING("Denied by ", NULL, NOT_ALLOWED),    WORDING("Invalid shell", NULL, ACCOUNT_LOCKED),
        WORDING("Account ", NULL, ACCOUNT_EXPIRED),  WORDING("Password expired", NULL, ACCOUNT_EXPIRED),
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (str_starts(why, reasons[i].start))
            return reasons[i].reason;
    return REASON_BAD_CREDENTIALS;
}

// "NAME: no such user found from …", "NAME (Login failed): WHY", "NAME: Login successful[.]", "NAME: Limit access
// denies login"
static size_t read_user(struct str s, struct logon logon, struct fact *ret) {
    struct str why;
    struct str end = s;
    words_take_end(&end, S("."));
    if (words_take_end(&end, S(": Login successful"))) {
        logon.user = end;
        logon.outcome = OUTCOME_SUCCESS;
        logon.reason = REASON_COUNT;
    } else if (words_split_last(s, S(": no such user found from "), &logon.user, &why)) {
        logon.reason = REASON_UNKNOWN_USER;
    } else if (words_split_last(s, S(" (Login failed)"), &logon.user, &why)) {
        str_take(&why, S(": "));
        logon.reason = reason_of(why);
    } else if (words_take_end(&end, S(" denies login")) && words_split_last(end, S(": Limit "), &logon.user, &why)) {
        logon.reason = REASON_NOT_ALLOWED;
    } else {
        return 0;
    }
    return words_fact(ret, logon);
}

// "SECURITY VIOLATION: root login attempted.", of later versions "Root login attempted": the same account.
static size_t read_violation(struct str s, struct logon logon, struct fact *ret) {
    struct str rest;
    logon.reason = REASON_NOT_ALLOWED;
    if (!words_split(s, S(" login attempted"), &logon.user, &rest))
        return 0;
    if (str_eq(logon.user, S("Root")))
        logon.user = S("root");
    return words_fact(ret, logon);
}

static size_t read_words(struct str s, struct str address, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, REASON_BAD_CREDENTIALS, STEP_VERDICT);
    logon.source = words_source(address);
    logon.method = METHOD_PASSWORD;
    if (str_take(&s, S("USER ")))
        return read_user(s, logon, ret);
    if (str_take(&s, S("ANON "))) {
        logon.method = METHOD_ANONYMOUS;
        return read_user(s, logon, ret);
    }
    if (str_take(&s, S("SECURITY VIOLATION: ")))
        return read_violation(s, logon, ret);
    logon.kind = LOGON_KIND_PROBE;
    logon.method = METHOD_COUNT;
    if (str_starts(s, S("Maximum login attempts"))) {
        logon.step = STEP_LIMIT;
        logon.reason = REASON_TOO_MANY_ATTEMPTS;
        return words_fact(ret, logon);
    }
    if (str_starts(s, S("Login timeout exceeded")) || str_starts(s, S("FTP login timed out"))) {
        logon.step = STEP_CLOSE;
        logon.outcome = OUTCOME_UNKNOWN;
        logon.reason = REASON_TIMEOUT;
        return words_fact(ret, logon);
    }
    logon.step = STEP_ALONE;
    logon.reason = REASON_NOT_ALLOWED;
    bool denied = str_starts(s, S("Connection from ")) && (str_ends(s, S(" denied.")) || str_ends(s, S(" denied")));
    return denied || str_starts(s, S("Connection refused (")) ? words_fact(ret, logon) : 0;
}

static size_t read_message(const struct message *message, struct fact *ret) {
    struct str s = message->text;
    struct client client;
    if (str_take(&s, S("refused connect from ")))
        return words_refused_connect(&(struct saying){s, REASON_NOT_ALLOWED, NULL}, ret);
    size_t n = pam_read(message, ret);
    if (n || !take_client(&s, &client))
        return n;
    while (s.n && s.p[s.n - 1] == ' ')
        s.n--;
    return read_words(s, client.address, ret);
}

const struct meaning PROFTPD = {"proftpd", read_message};
