// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What messages say. One file per program (or family of programs that share their wording), one row in the
// table in meaning.c. A reader gets one message and writes the facts it states; it keeps nothing from one
// message to the next, allocates nothing, and never reads outside the message. Names in a message were
// chosen by whoever knocked: match the fixed words from the right.
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
