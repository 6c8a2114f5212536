// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// OpenSSH on connections that came to nothing: scans, other protocols, clients that left. The surprise is
// which lines are silent. "[preauth]" marks what happened before anyone was let in; without it "Connection
// closed by ADDRESS port N" is mostly the end of a session, but it is also where a scanner's address stands
// after "kex_exchange_identification: …", which has none. Such a line becomes a close without a reason:
// whoever joins lines lets it complete what was said before, and drops it otherwise.
#include "meaning/sshd.h"

static struct logon new_probe(enum reason reason) {
    return words_logon(LOGON_KIND_PROBE, OUTCOME_UNKNOWN, reason, STEP_CLOSE);
}

static bool take_preauth(struct str *s) {
    return words_take_end(s, S(" [preauth]"));
}

// "authenticating user NAME ADDRESS port N" and "invalid user NAME ADDRESS port N"; false for anything else.
static bool read_named_peer(struct str s, struct logon *logon) {
    bool authenticating = str_take(&s, S("authenticating user "));
    if (!authenticating && !str_take(&s, S("invalid user ")))
        return false;
    if (!words_peer_last(s, &logon->user, logon))
        return false;
    logon->outcome = OUTCOME_FAILURE;
    logon->reason = authenticating ? REASON_ABANDONED : REASON_UNKNOWN_USER;
    return true;
}

// What follows "Connection closed by", "Connection reset by".
size_t sshd_read_closed(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest;
    struct logon logon = new_probe(saying->reason);
    bool preauth = take_preauth(&s);
    if (read_named_peer(s, &logon))
        return words_fact(ret, logon);
    if (!words_peer(s, &logon))
        return 0;
    if (!preauth)
        logon.reason = REASON_COUNT;
    return words_fact(ret, logon);
}

size_t sshd_read_disconnected(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest;
    struct logon logon = new_probe(saying->reason);
    bool preauth = take_preauth(&s);
    if (read_named_peer(s, &logon) || (preauth && words_peer(s, &logon)))
        return words_fact(ret, logon);
    return 0;
}

static struct logon new_limit(void) {
    return words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, REASON_TOO_MANY_ATTEMPTS, STEP_LIMIT);
}

// "authenticating user NAME ADDRESS port N: Change of username or service not allowed: (NAME,…) -> (OTHER,…)"
// has strangers' words on both sides: who and from where only when there is one place to cut.
static size_t read_changed_name(struct str s, struct fact *ret) {
    struct logon logon = new_probe(REASON_OTHER);
    struct str peer, rest, again;
    const struct str mark = S(": Change of username or service not allowed: ");
    if (!words_split(s, mark, &peer, &rest))
        return 0;
    if (words_split(rest, mark, &again, &again) || !read_named_peer(str_skip(peer, 1), &logon))
        logon = new_probe(REASON_OTHER);
    logon.outcome = OUTCOME_FAILURE;
    return words_fact(ret, logon);
}

// What follows "Disconnecting": ": Too many authentication failures for NAME",
// " authenticating user NAME ADDRESS port N: Too many authentication failures", other faults.
size_t sshd_read_disconnecting(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest;
    bool preauth = take_preauth(&s);
    struct logon logon = new_limit();
    str_take(&s, S(" from"));
    if (words_take_end(&s, S(": Too many authentication failures"))) {
        struct str peer = str_skip(s, 1);
        if (!read_named_peer(peer, &logon))
            words_peer(peer, &logon);
        logon.reason = REASON_TOO_MANY_ATTEMPTS;
        return words_fact(ret, logon);
    }
    if (str_take(&s, S(": Too many authentication failures for "))) {
        sshd_take_invalid(&s);
        logon.user = s;
        return words_fact(ret, logon);
    }
    size_t n = read_changed_name(s, ret);
    return n || !preauth ? n : words_fact(ret, new_probe(REASON_BAD_PROTOCOL));
}

// Clients say so when none of their methods was taken; version 5 has no "[preauth]" to tell by.
static bool is_giving_up(struct str s) {
    return str_ends(s, S(": Auth fail")) || str_ends(s, S(" authentication methods available"));
}

// "ADDRESS port N:11: words", "ADDRESS: 11: words": the client chose the words, so read from the left.
size_t sshd_read_received(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest;
    struct logon logon = new_probe(saying->reason);
    if (!take_preauth(&s) && !is_giving_up(s))
        return 0;
    struct str host = words_take(&s);
    words_take_end(&host, S(":"));
    uint64_t port;
    if (str_take(&s, S("port ")) && words_take_number(&s, &port) && port <= 65535)
        logon.port = (int32_t)port;
    logon.source = words_source(host);
    return words_fact(ret, logon);
}

// An address alone.
size_t sshd_read_peer(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest;
    struct logon logon = new_probe(saying->reason);
    take_preauth(&s);
    words_peer(s, &logon);
    return words_fact(ret, logon);
}

// "for ADDRESS[ port N]", since 9.8 "for connection from ADDRESS to ADDRESS, pid = N", told by the listener.
size_t sshd_read_timeout(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest;
    struct logon logon = new_probe(saying->reason);
    take_preauth(&s);
    if (str_take(&s, S("connection from "))) {
        logon.step = STEP_ALONE;
        logon.source = words_source(words_take(&s));
    } else {
        words_peer(s, &logon);
    }
    return words_fact(ret, logon);
}

// "'WHAT THE CLIENT SAID' from ADDRESS[ port N]"
size_t sshd_read_bad_version(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_probe(saying->reason);
    struct str said, peer = saying->rest;
    take_preauth(&peer);
    if (words_split_last(peer, S(" from "), &said, &peer))
        words_peer(peer, &logon);
    return words_fact(ret, logon);
}

// "ADDRESS port N: words": the first colon followed by a blank ends the peer, which has none.
static void read_peer_before_colon(struct str s, struct logon *logon) {
    struct str peer, words;
    if (words_split(s, S(": "), &peer, &words))
        words_peer(peer, logon);
}

size_t sshd_read_negotiate(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_probe(saying->reason);
    read_peer_before_colon(saying->rest, &logon);
    return words_fact(ret, logon);
}

size_t sshd_read_versions(const struct saying *saying, struct fact *ret) {
    return sshd_read_negotiate(saying, ret);
}

size_t sshd_read_banner(const struct saying *saying, struct fact *ret) {
    return sshd_read_negotiate(saying, ret);
}

// "[WHERE: ]Connection from [authenticating user NAME ]ADDRESS port N: WHY". `WHY` and the place in the program
// are sshd's own and have no ": ".
static bool read_broken_connection(struct str s, struct logon *logon) {
    struct str where, peer, why;
    if (!words_split(s, S("Connection from "), &where, &peer) || !words_split_last(peer, S(": "), &peer, &why) ||
        (where.n && (!words_take_end(&where, S(": ")) || !words_is_host(where))))
        return false;
    if (!read_named_peer(peer, logon))
        words_peer(peer, logon);
    return true;
}

static bool is_lost(struct str s) {
    return str_ends(s, S("Connection reset by peer")) || str_ends(s, S("Broken pipe")) ||
           str_ends(s, S("Connection timed out")) || str_ends(s, S("Connection closed by remote host")) ||
           str_ends(s, S("Connection closed"));
}

size_t sshd_read_fault(struct str text, bool fatal, struct fact *ret) {
    struct logon logon = new_probe(REASON_COUNT);
    if (!take_preauth(&text) || (!read_broken_connection(text, &logon) && !fatal))
        return 0;
    bool lost = is_lost(text);
    if (lost && logon.reason != REASON_COUNT)
        return words_fact(ret, logon); // whoever it was has left, as where sshd tells it in fewer words
    logon.outcome = OUTCOME_UNKNOWN;
    logon.reason = lost ? REASON_CLOSED_BEFORE_AUTH : REASON_BAD_PROTOCOL;
    return words_fact(ret, logon);
}

// "[authenticating user NAME ]ADDRESS port N timed out [preauth]". (Without the last words it only tells that
// somebody connected.)
size_t sshd_read_timed_out(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest;
    struct logon logon = new_probe(saying->reason);
    if (!take_preauth(&s) || !words_take_end(&s, S(" timed out")))
        return 0;
    if (!read_named_peer(s, &logon))
        words_peer(s, &logon);
    logon.outcome = OUTCOME_UNKNOWN;
    logon.reason = saying->reason;
    return words_fact(ret, logon);
}

// Of sshd with obfuscation: "(N) on obfuscated handshake from ADDRESS[ port N]"
size_t sshd_read_magic(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_probe(saying->reason);
    struct str said, peer;
    if (words_split_last(saying->rest, S(" from "), &said, &peer))
        words_peer(peer, &logon);
    return words_fact(ret, logon);
}

// The client ended, or spoke no SSH; the address comes with the next line of the process.
size_t sshd_read_kex(const struct saying *saying, struct fact *ret) {
    bool silent = str_starts(saying->rest, S("Connection ")) || str_starts(saying->rest, S("read: Connection "));
    return words_fact(ret, new_probe(silent ? REASON_NO_IDENTIFICATION : saying->reason));
}

// Faults without an address; after the logon they are the network's, not a stranger's.
size_t sshd_read_broken(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest;
    return take_preauth(&s) ? words_fact(ret, new_probe(saying->reason)) : 0;
}

size_t sshd_read_anonymous(const struct saying *saying, struct fact *ret) {
    return words_fact(ret, new_probe(saying->reason));
}

// "probed from ADDRESS [port N ]with SSH-1.0-….  Don't panic."
size_t sshd_read_scan(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_probe(saying->reason);
    struct str peer, said;
    if (words_split(saying->rest, S(" with "), &peer, &said))
        words_peer(peer, &logon);
    return words_fact(ret, logon);
}

static size_t give_mismatch(struct str address, struct fact *ret) {
    struct logon logon = new_probe(REASON_NAME_MISMATCH);
    logon.step = STEP_ALONE;
    logon.source = words_source(address);
    return words_fact(ret, logon);
}

// "Address ADDRESS maps to NAME, but this does not map back to the address"
size_t sshd_read_address(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest, address = words_take(&s);
    return str_starts(s, S("maps to ")) ? give_mismatch(address, ret) : 0;
}

// "NAME [ADDRESS] failed - POSSIBLE BREAK-IN ATTEMPT!": the name's owner wrote the name.
size_t sshd_read_reverse(const struct saying *saying, struct fact *ret) {
    struct str name, address, rest;
    if (!words_split_last(saying->rest, S("] failed"), &address, &rest) ||
        !words_split_last(address, S(" ["), &name, &address))
        return 0;
    return give_mismatch(address, ret);
}

// "\"NAME\" is set up for ADDRESS, ignoring"
size_t sshd_read_nasty(const struct saying *saying, struct fact *ret) {
    struct str name, address = saying->rest;
    if (!words_take_end(&address, S(", ignoring")) || !words_split_last(address, S(" is set up for "), &name, &address))
        return 0;
    return give_mismatch(address, ret);
}

// "N from [ADDRESS]:PORT on [ADDRESS]:PORT penalty: WHY" or "past MaxStartups": refused at the door.
size_t sshd_read_drop(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, saying->reason, STEP_ALONE);
    struct str number, s, peer, why;
    if (!words_split(saying->rest, S(" from "), &number, &s))
        return 0;
    words_colon_peer(words_take(&s), &logon);
    if (words_split(s, S(" penalty: "), &peer, &why))
        logon.reason = REASON_TOO_MANY_ATTEMPTS;
    return words_fact(ret, logon);
}

// "userauth_pubkey: key type ssh-dss not in PubkeyAcceptedAlgorithms", "… signature algorithm …"
size_t sshd_read_weak_key(const struct saying *saying, struct fact *ret) {
    bool weak = str_starts(saying->rest, S("key type ")) || str_starts(saying->rest, S("signature algorithm "));
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, saying->reason, STEP_NAME);
    logon.method = METHOD_PUBLICKEY;
    return weak ? words_fact(ret, logon) : 0;
}
