// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// OpenSSH, 5 to 10, on who wanted in: names met and refused, verdicts, limits. What it says of connections
// is in sshd_connection.c.
//
// Which side of a message can be trusted? sshd prints the name the client sent first and the peer's address
// after it, so the last "from ADDRESS port N" that reads to the end is the true one, whatever the name holds.
// After a public key's verdict comes a description of the key; all of it is sshd's own, but for the key id of
// a certificate and the client's user name of host based authentication, which the client chose. Either of
// these can hold a second "from …", and then nothing in the line tells the two apart: the last one is taken,
// which is right against names (anyone can send one) and can be wrong against a certificate made to lie.
// sshd escapes what is no printable ASCII ("\303\251") and cuts names at 100 bytes; names are kept as written.
#include "meaning/sshd.h"

// "ED25519 SHA256:…", "RSA-CERT SHA256:… ID x (serial 1) CA …", "RSA-CERT ID x (serial 1) CA RSA SHA256:…".
static bool is_fingerprint(struct str s) {
    return str_starts(s, S("SHA256:")) || str_starts(s, S("MD5:")) || str_starts(s, S("SHA1:")) ||
           (s.n >= 47 && s.p[2] == ':');
}

static bool is_key_type(struct str s) {
    return s.n >= 3 && s.n <= 64 && words_is_host(s) && str_find_char(s, ':') < 0;
}

// A certificate of older versions is told by its authority's key alone.
static struct str authority_fingerprint(struct str rest) {
    struct str id, authority;
    if (!words_split_last(rest, S(" CA "), &id, &authority))
        return STR_NONE;
    words_take(&authority);
    return words_take(&authority);
}

static bool read_key(struct str s, struct logon *logon) {
    struct str type = words_take(&s);
    if (!is_key_type(type))
        return false;
    struct str rest = s, print = words_take(&rest);
    if (str_eq(print, S("ID")))
        print = authority_fingerprint(rest);
    words_take_end(&print, S(","));
    if (print.n && !is_fingerprint(print))
        return false;
    logon->fingerprint = print;
    logon->key_type = type;
    return true;
}

// What a method adds behind ": ". Protocol 1 told the client's own user, "ruser NAME", for any of its methods.
static bool read_addition(struct str s, struct logon *logon) {
    if (str_starts(s, S("ruser ")))
        return true;
    bool keyed = logon->method == METHOD_PUBLICKEY || logon->method == METHOD_HOSTBASED;
    return keyed ? read_key(s, logon) : logon->method == METHOD_GSSAPI;
}

// "ADDRESS port N ssh2", then nothing, or ": " and what the method adds.
static bool read_peer(struct str s, struct logon *logon) {
    struct str host = words_take(&s);
    uint64_t port;
    if (!words_is_host(host) || !str_take(&s, S("port ")) || !words_take_number(&s, &port) || port > 65535)
        return false;
    if (str_take(&s, S(" ssh")))
        s = str_skip(s, s.n && s.p[0] >= '1' && s.p[0] <= '2');
    bool more = str_take(&s, S(": "));
    if (more ? !read_addition(s, logon) : s.n != 0)
        return false;
    logon->source = words_source(host);
    logon->port = logon->source.n ? (int32_t)port : -1;
    return true;
}

bool sshd_cut_peer(struct str s, struct str *ret_name, struct logon *logon) {
    struct str left, right;
    for (struct str head = s; words_split_last(head, S(" from "), &left, &right); head = left) {
        if (read_peer(str_between(right.p, s.p + s.n), logon)) {
            *ret_name = left;
            return true;
        }
    }
    return false;
}

bool sshd_take_invalid(struct str *name) {
    return str_take(name, S("invalid user ")) || str_take(name, S("illegal user "));
}

static enum method method_of(struct str word) {
    static const struct {
        struct str word;
        enum method method;
    } methods[] = {
        {{"password", 8}, METHOD_PASSWORD},
        {{"publickey", 9}, METHOD_PUBLICKEY},
        {{"keyboard-interactive", 20}, METHOD_KEYBOARD_INTERACTIVE},
        {{"challenge-response", 18}, METHOD_KEYBOARD_INTERACTIVE},
        {{"gssapi-with-mic", 15}, METHOD_GSSAPI},
        {{"gssapi-keyex", 12}, METHOD_GSSAPI},
        {{"gssapi", 6}, METHOD_GSSAPI},
        {{"hostbased", 9}, METHOD_HOSTBASED},
        {{"rhosts-rsa", 10}, METHOD_HOSTBASED},
        {{"rsa", 3}, METHOD_PUBLICKEY},
        {{"none", 4}, METHOD_NONE},
    };
    ptrdiff_t slash = str_find_char(word, '/');
    word = str_head(word, slash < 0 ? word.n : (size_t)slash);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (str_eq(word, methods[i].word))
            return methods[i].method;
    return METHOD_OTHER;
}

// "METHOD for [invalid user ]NAME from ADDRESS port N ssh2[: …]". `*ret_invalid` tells of "invalid user".
static bool read_verdict(struct str s, struct logon *logon, bool *ret_invalid) {
    logon->method = method_of(words_take(&s));
    words_take_end(&s, S(" [preauth]"));
    if (!str_take(&s, S("for ")))
        return false;
    *ret_invalid = sshd_take_invalid(&s);
    // A line cut short keeps its verdict; who and from where would be a guess.
    sshd_cut_peer(s, &logon->user, logon);
    return true;
}

static size_t read_accepted(const struct saying *saying, struct fact *ret) {
    bool invalid;
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    if (!read_verdict(saying->rest, &logon, &invalid))
        return 0;
    // "Accepted google_authenticator for NAME": a module that speaks without PAM's head.
    return logon.method == METHOD_OTHER && !logon.source.n ? 0 : words_fact(ret, logon);
}

// A client tries "none" to learn the methods, and its keys one by one: neither is an attempt to guess.
static size_t read_failed(const struct saying *saying, struct fact *ret) {
    bool invalid;
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, REASON_BAD_CREDENTIALS, STEP_VERDICT);
    if (!read_verdict(saying->rest, &logon, &invalid))
        return 0;
    if (logon.method == METHOD_NONE) {
        logon.kind = LOGON_KIND_PROBE;
        logon.step = STEP_NAME;
        logon.reason = REASON_OTHER;
    } else if (logon.method == METHOD_PUBLICKEY) {
        logon.kind = LOGON_KIND_PROBE;
        logon.reason = REASON_KEY_NOT_ACCEPTED;
    }
    if (invalid)
        logon.reason = REASON_UNKNOWN_USER;
    return words_fact(ret, logon);
}

// One of several methods asked for has been passed.
static size_t read_partial(const struct saying *saying, struct fact *ret) {
    bool invalid;
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_UNKNOWN, REASON_OTHER, STEP_ALONE);
    return read_verdict(saying->rest, &logon, &invalid) ? words_fact(ret, logon) : 0;
}

// "Invalid user NAME from ADDRESS[ port N]", of a daemon without a monitor with "[preauth]"
static size_t read_invalid_user(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, REASON_UNKNOWN_USER, STEP_NAME);
    struct str s = saying->rest, name, peer;
    words_take_end(&s, S(" [preauth]"));
    if (words_split_last(s, S(" from "), &name, &peer) && words_peer(peer, &logon))
        logon.user = name;
    return words_fact(ret, logon);
}

// "input_userauth_request: invalid user NAME [preauth]": the name is last and nothing follows that could be
// forged. Before "[preauth]" there was, the line came from a process with another pid, while "Invalid user"
// always came from the monitor: nothing joins the two, so the one without an address is left out.
static size_t read_invalid_request(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, REASON_UNKNOWN_USER, STEP_NAME);
    logon.user = saying->rest;
    return words_take_end(&logon.user, S(" [preauth]")) ? words_fact(ret, logon) : 0;
}

// "User NAME[ from HOST] not allowed because WHY", "User NAME password has expired (WHY)". The account exists.
static size_t read_user(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, REASON_NOT_ALLOWED, STEP_NAME);
    struct str name, why, host;
    if (words_split_last(saying->rest, S(" not allowed because "), &name, &why)) {
        bool locked = str_starts(why, S("account is locked")) || str_starts(why, S("shell "));
        logon.reason = locked ? REASON_ACCOUNT_LOCKED : REASON_NOT_ALLOWED;
    } else if (words_split_last(saying->rest, S(" password has expired"), &name, &why)) {
        logon.reason = REASON_ACCOUNT_EXPIRED;
    } else {
        return 0;
    }
    logon.user = name;
    if (words_split_last(name, S(" from "), &name, &host) && words_is_host(host)) {
        logon.user = name;
        logon.source = words_source(host);
    }
    return words_fact(ret, logon);
}

// "Account NAME has expired"
static size_t read_account(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, REASON_ACCOUNT_EXPIRED, STEP_NAME);
    logon.user = saying->rest;
    return words_take_end(&logon.user, S(" has expired")) ? words_fact(ret, logon) : 0;
}

// "Access denied for user NAME by PAM account configuration"
static size_t read_access_denied(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, REASON_NOT_ALLOWED, STEP_NAME);
    logon.user = saying->rest;
    words_take_end(&logon.user, S(" [preauth]"));
    return words_take_end(&logon.user, S(" by PAM account configuration")) ? words_fact(ret, logon) : 0;
}

// "ROOT LOGIN REFUSED FROM ADDRESS[ port N]"
static size_t read_root_refused(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, REASON_NOT_ALLOWED, STEP_NAME);
    struct str peer = saying->rest;
    words_take_end(&peer, S(" [preauth]"));
    words_peer(peer, &logon);
    logon.user = S("root");
    return words_fact(ret, logon);
}

// "Authentication tried for NAME with correct key but not from a permitted host (host=H, ip=A…).", "… with valid
// certificate but not from a permitted source address (A).", "… host (ip=A)."
static size_t read_not_permitted_host(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, REASON_NOT_ALLOWED, STEP_NAME);
    struct str where, address, name;
    if (!words_split_last(saying->rest, S(" but not from a permitted "), &name, &where) ||
        !words_split_last(where, S(" ("), &where, &address) ||
        !(words_take_end(&name, S(" with correct key")) || words_take_end(&name, S(" with valid certificate"))))
        return 0;
    words_split_last(address, S("ip="), &where, &address);
    size_t n = 0;
    while (n < address.n && address.p[n] != ',' && address.p[n] != ')')
        n++;
    logon.user = name;
    logon.method = METHOD_PUBLICKEY;
    logon.source = words_source(str_head(address, n));
    return words_fact(ret, logon);
}

// Since 7.8 the place of the key or the certificate stands in front: "FILE:LINE: Authentication tried for …".
static size_t read_placed(struct str text, struct fact *ret) {
    struct str place, rest;
    if (!words_split(text, S(": Authentication tried for "), &place, &rest))
        return 0;
    return read_not_permitted_host(&(struct saying){rest, REASON_NOT_ALLOWED, NULL}, ret);
}

// "maximum authentication attempts exceeded for [invalid user ]NAME from ADDRESS port N ssh2 [preauth]"
static size_t read_maximum(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, REASON_TOO_MANY_ATTEMPTS, STEP_LIMIT);
    struct str s = saying->rest;
    words_take_end(&s, S(" [preauth]"));
    sshd_take_invalid(&s);
    sshd_cut_peer(s, &logon.user, &logon);
    return words_fact(ret, logon);
}

// "PAM: WHY for [illegal user ]NAME from HOST[ via HOST]": keyboard-interactive's own word on each answer. WHY
// is PAM's text, Linux-PAM's or OpenPAM's, and may hold "for"; in other languages it is not known here.
static size_t read_pam_error(const struct saying *saying, struct fact *ret) {
    static const struct wording whys[] = {
        WORDING("Authentication failure for ", NULL, BAD_CREDENTIALS),
        WORDING("Authentication error for ", NULL, BAD_CREDENTIALS),
        WORDING("authentication failure for ", NULL, BAD_CREDENTIALS),
        WORDING("authentication error for ", NULL, BAD_CREDENTIALS),
        WORDING("User not known to the underlying authentication module for ", NULL, UNKNOWN_USER),
        WORDING("User account has expired for ", NULL, ACCOUNT_EXPIRED),
        WORDING("Permission denied for ", NULL, NOT_ALLOWED),
        WORDING("Have exhausted maximum number of retries for service for ", NULL, TOO_MANY_ATTEMPTS),
        WORDING("Authentication token is no longer valid; new one required for ", NULL, ACCOUNT_EXPIRED),
        WORDING("Authentication service cannot retrieve authentication info for ", NULL, SERVICE_ERROR),
        WORDING("Authentication service cannot retrieve user credentials for ", NULL, SERVICE_ERROR),
        WORDING("Cannot make/remove an entry for the specified session for ", NULL, SERVICE_ERROR),
        WORDING("Critical error - immediate abort for ", NULL, SERVICE_ERROR),
        WORDING("Error in service module for ", NULL, SERVICE_ERROR),
        WORDING("Module is unknown for ", NULL, SERVICE_ERROR),
        WORDING("System error for ", NULL, SERVICE_ERROR),
        WORDING("Conversation error for ", NULL, CONVERSATION_FAILED),
        WORDING("Authentication token expired for ", NULL, ACCOUNT_EXPIRED),
        WORDING("User credentials expired for ", NULL, ACCOUNT_EXPIRED),
        WORDING("unknown user for ", NULL, UNKNOWN_USER),
        WORDING("permission denied for ", NULL, NOT_ALLOWED),
        WORDING("user account has expired for ", NULL, ACCOUNT_EXPIRED),
        WORDING("maximum number of tries exceeded for ", NULL, TOO_MANY_ATTEMPTS),
        WORDING("conversation failure for ", NULL, CONVERSATION_FAILED),
    };
    struct str s = saying->rest, name, host, before, via, why;
    words_take_end(&s, S(" [preauth]"));
    if (words_split_last(s, S(" via "), &before, &via) && words_is_host(via))
        s = before;
    if (!words_split_last(s, S(" from "), &name, &host) || !words_is_host(host))
        return 0;
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, REASON_COUNT, STEP_PAM);
    for (size_t i = 0; i < sizeof whys / sizeof *whys && logon.reason == REASON_COUNT; i++)
        if (str_take(&name, whys[i].start))
            logon.reason = whys[i].reason;
    if (logon.reason == REASON_COUNT) {
        if (!words_split(name, S(" for "), &why, &name))
            return 0;
        logon.reason = REASON_OTHER;
    }
    sshd_take_invalid(&name);
    logon.method = METHOD_KEYBOARD_INTERACTIVE;
    logon.user = name;
    logon.source = words_source(host);
    return words_fact(ret, logon);
}

static wordings ROWS = {
    ['A'] = WORDINGS(WORDING("Accepted ", read_accepted, OTHER), WORDING("Address ", sshd_read_address, NAME_MISMATCH),
                     WORDING("Access denied for user ", read_access_denied, NOT_ALLOWED),
                     WORDING("Account ", read_account, ACCOUNT_EXPIRED),
                     WORDING("Authentication tried for ", read_not_permitted_host, NOT_ALLOWED)),
    ['B'] = WORDINGS(WORDING("Bad protocol version identification ", sshd_read_bad_version, BAD_PROTOCOL),
                     WORDING("Bad packet length ", sshd_read_broken, BAD_PROTOCOL),
                     WORDING("Bad remote protocol version identification", sshd_read_anonymous, BAD_PROTOCOL)),
    ['C'] = WORDINGS(WORDING("Connection closed by ", sshd_read_closed, CLOSED_BEFORE_AUTH),
                     WORDING("Connection from ", sshd_read_timed_out, TIMEOUT),
                     WORDING("Connection reset by ", sshd_read_closed, CLOSED_BEFORE_AUTH),
                     WORDING("Corrupted MAC on input", sshd_read_broken, BAD_PROTOCOL)),
    ['D'] = WORDINGS(WORDING("Disconnected from ", sshd_read_disconnected, CLOSED_BEFORE_AUTH),
                     WORDING("Disconnecting", sshd_read_disconnecting, TOO_MANY_ATTEMPTS),
                     WORDING("Did not receive identification string from ", sshd_read_peer, NO_IDENTIFICATION)),
    ['F'] = WORDINGS(WORDING("Failed ", read_failed, BAD_CREDENTIALS)),
    ['I'] = WORDINGS(WORDING("Invalid user ", read_invalid_user, UNKNOWN_USER),
                     WORDING("Illegal user ", read_invalid_user, UNKNOWN_USER)),
    ['M'] = WORDINGS(WORDING("Magic value check failed ", sshd_read_magic, BAD_PROTOCOL)),
    ['N'] = WORDINGS(WORDING("Nasty PTR record ", sshd_read_nasty, NAME_MISMATCH)),
    ['P'] = WORDINGS(WORDING("PAM: ", read_pam_error, BAD_CREDENTIALS), WORDING("Partial ", read_partial, OTHER),
                     WORDING("Protocol major versions differ for ", sshd_read_versions, BAD_PROTOCOL),
                     WORDING("Protocol major versions differ: ", sshd_read_anonymous, BAD_PROTOCOL)),
    ['R'] = WORDINGS(WORDING("Received disconnect from ", sshd_read_received, CLOSED_BEFORE_AUTH),
                     WORDING("ROOT LOGIN REFUSED FROM ", read_root_refused, NOT_ALLOWED),
                     WORDING("Read from socket failed: ", sshd_read_broken, CLOSED_BEFORE_AUTH)),
    ['T'] = WORDINGS(WORDING("Timeout before authentication for ", sshd_read_timeout, TIMEOUT)),
    ['U'] = WORDINGS(WORDING("User ", read_user, NOT_ALLOWED),
                     WORDING("Unable to negotiate with ", sshd_read_negotiate, NO_COMMON_ALGORITHM),
                     WORDING("Unable to negotiate a key exchange method", sshd_read_anonymous, NO_COMMON_ALGORITHM)),
    ['W'] = WORDINGS(WORDING("Write failed: ", sshd_read_broken, CLOSED_BEFORE_AUTH)),
    ['b'] = WORDINGS(WORDING("banner exchange: Connection from ", sshd_read_banner, BAD_PROTOCOL),
                     WORDING("bad client public DH value", sshd_read_broken, BAD_PROTOCOL)),
    ['d'] = WORDINGS(WORDING("drop connection #", sshd_read_drop, OTHER)),
    ['i'] = WORDINGS(WORDING("input_userauth_request: invalid user ", read_invalid_request, UNKNOWN_USER),
                     WORDING("input_userauth_request: illegal user ", read_invalid_request, UNKNOWN_USER)),
    ['k'] = WORDINGS(WORDING("kex_exchange_identification: ", sshd_read_kex, BAD_PROTOCOL)),
    ['m'] = WORDINGS(WORDING("maximum authentication attempts exceeded for ", read_maximum, TOO_MANY_ATTEMPTS)),
    ['n'] = WORDINGS(WORDING("no matching ", sshd_read_anonymous, NO_COMMON_ALGORITHM),
                     WORDING("no hostkey alg", sshd_read_anonymous, NO_COMMON_ALGORITHM),
                     WORDING("no kex alg", sshd_read_anonymous, NO_COMMON_ALGORITHM)),
    ['p'] = WORDINGS(WORDING("probed from ", sshd_read_scan, BAD_PROTOCOL),
                     WORDING("padding error: ", sshd_read_broken, BAD_PROTOCOL)),
    ['r'] = WORDINGS(WORDING("reverse mapping checking getaddrinfo for ", sshd_read_reverse, NAME_MISMATCH),
                     WORDING("refused connect from ", words_refused_connect, NOT_ALLOWED)),
    ['s'] = WORDINGS(WORDING("scanned from ", sshd_read_scan, BAD_PROTOCOL)),
    ['u'] = WORDINGS(WORDING("userauth_pubkey: ", sshd_read_weak_key, KEY_NOT_ACCEPTED)),
};

// What no row knows: a fault before anybody was let in, or a refusal with its place in front.
static size_t read_other(struct str text, bool fatal, struct fact *ret) {
    size_t n = str_ends(text, S(" [preauth]")) ? sshd_read_fault(text, fatal, ret) : 0;
    return n || !str_ends(text, S(").")) ? n : read_placed(text, ret);
}

static size_t read_message(const struct message *message, struct fact *ret) {
    struct str text = message->text;
    if (str_ends(message->program, S(")")))
        return pam_read(message, ret); // "sshd(pam_unix)": a module speaks, whatever its words
    bool fatal = str_take(&text, S("fatal: "));
    if (!fatal)
        str_take(&text, S("error: "));
    size_t n = words_read(ROWS, text, NULL, ret);
    if (!n)
        n = pam_read(message, ret);
    return n ? n : read_other(text, fatal, ret);
}

const struct meaning SSHD = {"sshd", read_message};
