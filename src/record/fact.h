// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What a message says, in the terms of the field. A reader of a program's messages (src/meaning) turns one
// message into at most FACTS_MAX facts. Slices point into the message, or into static text.
#pragma once

#include "base/civil.h"
#include "record/vocabulary.h"

// The part a line plays in one attempt to log on. One attempt leaves two to four lines: "Invalid user",
// PAM's "authentication failure", the daemon's "Failed password", and a closing line. Ingest joins them.
enum logon_step {
    STEP_ALONE,   // a fact of its own, joined with nothing
    STEP_NAME,    // the daemon met an unknown or forbidden name ("Invalid user x from y")
    STEP_PAM,     // PAM refused; the daemon's own line is likely to follow
    STEP_VERDICT, // the daemon's word: "Failed password", "Accepted publickey"
    STEP_REPEAT,  // how many failures there were after the first: "PAM 2 more authentication failures"
    STEP_LIMIT,   // "maximum authentication attempts exceeded": marks the attempts before it
    STEP_CLOSE,   // the connection ended before authentication was over
};

struct logon {
    enum outcome outcome;
    enum logon_kind kind;
    enum reason reason; // REASON_COUNT: none
    enum method method; // METHOD_COUNT: not recorded
    enum logon_step step;
    struct str user;   // the account wanted; absent when not recorded, "" never
    struct str actor;  // kind privilege: who became `user`
    struct str source; // address or host name as written; absent when local or not recorded
    struct str tty;
    struct str fingerprint; // "SHA256:…" or the MD5 form of an SSH key
    struct str key_type;    // "ED25519", "RSA-CERT"
    int32_t port;           // -1: not recorded
    uint32_t count;         // attempts this line tells of, at least 1
};

// A session's beginning or end, for tying attempts to what follows.
struct session_mark {
    bool opened;
    struct str user, by; // by: who opened it, absent for "(uid=0)"
    int64_t uid;         // -1: not recorded
    struct str service;  // PAM service: "sshd", "sudo", "su-l"
};

enum fact_kind { FACT_LOGON, FACT_SESSION };

struct fact {
    enum fact_kind kind;
    union {
        struct logon logon;
        struct session_mark session;
    };
};

enum { FACTS_MAX = 4 };
