// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What messages say. One file per program (or family of programs that share their wording), one row in the
// table in meaning.c. A reader gets one message and writes the facts it states; it keeps nothing from one
// message to the next, allocates nothing, and never reads outside the message. Names in a message were
// chosen by whoever knocked: match the fixed words from the right.
//
// What a logon fact says, whatever the program:
//
//   credentials presented, refused or accepted      logon      failure, success
//   refused by rule (AllowUsers, root, expired)     logon      failure, not-allowed, account-…
//   an unknown name met, "none" or a key offered    probe      failure, unknown-user, other, key-not-accepted
//   left or gave up while authenticating            probe      failure, abandoned
//   a connection that came to nothing               probe      unknown, no-identification, bad-protocol, …
//   a limit reached ("too many attempts")           probe      failure, STEP_LIMIT; marks attempts, is none
//   a user on the host became another, or tried     privilege  user: who they wanted to be, actor: who asked
//   a PAM module accepted, others decide            logon      unknown, STEP_PAM, no reason
//   a connection closed, maybe after a session      probe      unknown, STEP_CLOSE, no reason: completes what
//                                                              the process said before, else means nothing
//
// A source is as written, but "::ffff:" before a dotted quad is left off, and "UNKNOWN" is absent. Names
// are as the program wrote them (sshd escapes bytes that are no printable ASCII, and backslashes).
#pragma once

#include "record/fact.h"

struct message {
    struct str program; // as in struct record
    struct str text;
    int64_t pid;
};

struct meaning {
    const char *name; // the family: "sshd", "pam", "su"
    // Writes up to FACTS_MAX facts to `ret`, returns how many.
    size_t (*read)(const struct message *message, struct fact *ret);
};

// The reader for a program's messages; never NULL: programs nobody knows may still speak through PAM.
// Look it up once per distinct program name, not per message.
const struct meaning *meaning_of(struct str program);

// Reads one message. "message repeated N times: [ … ]" is opened here and multiplies `count`.
size_t meaning_read(const struct meaning *meaning, const struct message *message, struct fact *ret);

// N of "last message repeated N times" (the whole message), else 0. The caller knows the last message.
uint32_t meaning_repeats_last(struct str text);
