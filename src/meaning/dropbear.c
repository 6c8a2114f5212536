// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Dropbear, 0.4x to 2025. Names stand in single quotes and are printed as sent, so they may hold quotes; the
// address is last, "from ADDRESS:PORT", where it is told at all. "Exit before auth" came with the address in
// later versions, in front and in angle brackets, which is the side to read it from. Some builds repeat pid
// and time at the start of the message. An unknown name is only told as such, and once for each request.
#include "meaning/words.h"

// "NAME' from ADDRESS:PORT"; the opening quote belongs to the words before.
static bool read_name_and_peer(struct str s, struct logon *logon) {
    struct str name, peer;
    if (!words_split_last(s, S("' from "), &name, &peer) || !words_colon_peer(peer, logon))
        return false;
    logon->user = name;
    return true;
}

static size_t read_bad_password(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, saying->reason, STEP_VERDICT);
    logon.method = METHOD_PASSWORD;
    read_name_and_peer(saying->rest, &logon);
    return words_fact(ret, logon);
}

static size_t read_password(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    logon.method = METHOD_PASSWORD;
    read_name_and_peer(saying->rest, &logon);
    return words_fact(ret, logon);
}

static size_t read_blank_password(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    logon.method = METHOD_NONE;
    read_name_and_peer(saying->rest, &logon);
    return words_fact(ret, logon);
}

// "NAME' with [TYPE ]key [md5 |sha1!! ]PRINT from ADDRESS:PORT". The account exists.
static size_t read_pubkey(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    struct str key, peer, name, type, print;
    logon.method = METHOD_PUBLICKEY;
    if (!words_split_last(saying->rest, S(" from "), &key, &peer) || !words_colon_peer(peer, &logon) ||
        !words_split_last(key, S("' with "), &name, &key))
        return words_fact(ret, logon);
    logon.user = name;
    if (words_split(key, S("key "), &type, &print)) {
        words_take_end(&type, S(" "));
        logon.key_type = type;
        while (print.n && str_find_char(print, ' ') >= 0)
            words_take(&print);
        logon.fingerprint = print;
    }
    return words_fact(ret, logon);
}

// "NAME' with key TYPE PRINT from ADDRESS:PORT", "NAME' from ADDRESS:PORT": the key was no proof.
static size_t read_bad_key(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, saying->reason, STEP_VERDICT);
    struct str key, peer, name;
    logon.method = METHOD_PUBLICKEY;
    if (!read_name_and_peer(saying->rest, &logon) && words_split_last(saying->rest, S(" from "), &key, &peer) &&
        words_colon_peer(peer, &logon) && words_split_last(key, S("' with "), &name, &key))
        logon.user = name;
    return words_fact(ret, logon);
}

// "Login attempt for nonexistent user[ 'NAME'] from ADDRESS:PORT", "… with wrong user NAME from …"
static size_t read_unknown_user(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, saying->reason, STEP_NAME);
    struct str name, peer;
    if (!words_split_last(saying->rest, S("from "), &name, &peer) || !words_colon_peer(peer, &logon))
        return words_fact(ret, logon);
    name = str_trim(name);
    if (str_take(&name, S("'")))
        words_take_end(&name, S("'"));
    logon.user = name;
    return words_fact(ret, logon);
}

// "User 'NAME' has invalid shell, rejected", "Account 'NAME' is locked"
static size_t read_rejected(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, saying->reason, STEP_NAME);
    struct str why;
    if (!words_split_last(saying->rest, S("' "), &logon.user, &why))
        return 0;
    bool expired = str_ends(why, S("expired"));
    bool locked = str_ends(why, S("locked")) || str_starts(why, S("has invalid shell"));
    logon.reason = expired ? REASON_ACCOUNT_EXPIRED : locked ? REASON_ACCOUNT_LOCKED : logon.reason;
    return expired || locked || str_ends(why, S("rejected")) ? words_fact(ret, logon) : 0;
}

static size_t read_root_rejected(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, saying->reason, STEP_NAME);
    logon.user = S("root");
    return words_fact(ret, logon);
}

static struct logon end_of(struct str why) {
    static const struct wording ends[] = {
        WORDING("Max auth tries reached", NULL, TOO_MANY_ATTEMPTS),
        WORDING("Timeout before auth", NULL, TIMEOUT),
        WORDING("No matching algo", NULL, NO_COMMON_ALGORITHM),
        WORDING("Bad remote ident", NULL, BAD_PROTOCOL),
        WORDING("Incompatible remote version", NULL, BAD_PROTOCOL),
        WORDING("Failed to get remote version", NULL, NO_IDENTIFICATION),
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (str_starts(why, ends[i].start)) {
            bool limit = ends[i].reason == REASON_TOO_MANY_ATTEMPTS;
            return words_logon(LOGON_KIND_PROBE, limit ? OUTCOME_FAILURE : OUTCOME_UNKNOWN, ends[i].reason,
                               limit ? STEP_LIMIT : STEP_CLOSE);
        }
    return words_logon(LOGON_KIND_PROBE, OUTCOME_UNKNOWN, REASON_CLOSED_BEFORE_AUTH, STEP_CLOSE);
}

// "Max auth tries reached - user 'NAME'[ from ADDRESS:PORT]"; 'is invalid' is no name but dropbear's remark.
static void read_limit(struct str why, struct logon *logon) {
    struct str words, name;
    if (!words_split(why, S(" - user '"), &words, &name))
        return;
    if (!read_name_and_peer(name, logon) && words_take_end(&name, S("'")))
        logon->user = name;
    if (str_eq(logon->user, S("is invalid")))
        logon->user = STR_NONE;
}

// "[ from <ADDRESS:PORT>][: ] (user 'NAME', N fails): WHY" in the orders of three generations. The name stands
// between what dropbear wrote; its end is looked for from the right.
static size_t read_exit(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest, peer = STR_NONE, name = STR_NONE, fails;
    if (str_take(&s, S(" from <")) && !words_split(s, S(">"), &peer, &s))
        return 0;
    (void)(str_take(&s, S(": ")) || str_take(&s, S(" ")));
    if (str_take(&s, S("(user '"))) {
        struct str why;
        if (!words_split_last(s, S(" fails): "), &name, &why) || !words_split_last(name, S("', "), &name, &fails))
            return 0;
        s = why;
    }
    struct logon logon = end_of(s);
    logon.user = name;
    if (peer.n)
        words_colon_peer(peer, &logon);
    if (logon.step == STEP_LIMIT) {
        struct logon told = logon;
        read_limit(s, &told);
        logon.user = told.user;
        if (!peer.n) {
            logon.source = told.source;
            logon.port = told.port;
        }
    }
    return words_fact(ret, logon);
}

static wordings ROWS = {
    ['A'] = WORDINGS(WORDING("Auth succeeded with blank password for '", read_blank_password, OTHER),
                     WORDING("Account '", read_rejected, ACCOUNT_LOCKED)),
    ['B'] = WORDINGS(WORDING("Bad password attempt for '", read_bad_password, BAD_CREDENTIALS),
                     WORDING("Bad PAM password attempt for '", read_bad_password, BAD_CREDENTIALS)),
    ['E'] = WORDINGS(WORDING("Exit before auth", read_exit, CLOSED_BEFORE_AUTH)),
    ['L'] = WORDINGS(WORDING("Login attempt for nonexistent user ", read_unknown_user, UNKNOWN_USER),
                     WORDING("Login attempt with wrong user ", read_unknown_user, UNKNOWN_USER)),
    ['P'] = WORDINGS(WORDING("Password auth succeeded for '", read_password, OTHER),
                     WORDING("PAM password auth succeeded for '", read_password, OTHER),
                     WORDING("Pubkey auth succeeded for '", read_pubkey, OTHER),
                     WORDING("Pubkey auth bad signature for '", read_bad_key, BAD_CREDENTIALS)),
    ['R'] = WORDINGS(WORDING("Root login rejected", read_root_rejected, NOT_ALLOWED)),
    ['U'] = WORDINGS(WORDING("User '", read_rejected, NOT_ALLOWED),
                     WORDING("User account '", read_rejected, ACCOUNT_LOCKED)),
    ['b'] = WORDINGS(WORDING("bad password attempt for '", read_bad_password, BAD_CREDENTIALS),
                     WORDING("bad PAM password attempt for '", read_bad_password, BAD_CREDENTIALS)),
    ['e'] = WORDINGS(WORDING("exit before auth", read_exit, CLOSED_BEFORE_AUTH)),
    ['l'] = WORDINGS(WORDING("login attempt for nonexistent user ", read_unknown_user, UNKNOWN_USER),
                     WORDING("login attempt with wrong user ", read_unknown_user, UNKNOWN_USER)),
    ['p'] = WORDINGS(WORDING("password auth succeeded for '", read_password, OTHER),
                     WORDING("pubkey auth succeeded for '", read_pubkey, OTHER)),
    ['r'] = WORDINGS(WORDING("root login rejected", read_root_rejected, NOT_ALLOWED),
                     WORDING("refused connect from ", words_refused_connect, NOT_ALLOWED)),
    ['u'] = WORDINGS(WORDING("user '", read_rejected, NOT_ALLOWED)),
};

// "[825] Jul 10 23:53:52 " in front of the words.
static struct str skip_own_head(struct str text) {
    struct str s = text;
    uint64_t pid;
    enum { STAMP = sizeof "Jul 10 23:53:52" - 1 };
    if (!str_take(&s, S("[")) || !words_take_number(&s, &pid) || !str_take(&s, S("] ")) || s.n <= STAMP ||
        s.p[STAMP] != ' ')
        return text;
    return str_skip(s, STAMP + 1);
}

static size_t read_message(const struct message *message, struct fact *ret) {
    size_t n = words_read(ROWS, skip_own_head(message->text), NULL, ret);
    return n ? n : pam_read(message, ret);
}

const struct meaning DROPBEAR = {"dropbear", read_message};
