// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// How readers cut a message. A program prints fixed words around names that strangers chose, so a reader
// finds its way by the words the program put last, and a name may hold anything in between. All cuts are one
// pass over the message, none looks at a byte outside it.
#pragma once

#include "meaning/meaning.h"

// What PAM puts before its words: "pam_unix(sshd:auth): ". The service is the program's name when PAM does
// not tell it.
struct pam_head {
    struct str module, service, type;
};

// What a reader is given: the message after the words that chose the reader.
struct saying {
    struct str rest;
    enum reason reason;         // of the row
    const struct pam_head *pam; // for PAM's readers, else NULL
};

typedef size_t saying_reader(const struct saying *saying, struct fact *ret);

// A row: messages that begin with `start` are read by `read`.
struct wording {
    struct str start;
    saying_reader *read;
    enum reason reason;
};

// A program's rows by the first byte of the message; the rows of one byte end with an empty one.
typedef const struct wording *const wordings[128];
#define WORDINGS(...) ((const struct wording[]){__VA_ARGS__, {{NULL, 0}, NULL, REASON_COUNT}})
#define WORDING(literal, reader, why)                                                                                  \
    { {(literal), sizeof(literal) - 1}, reader, REASON_##why }

// Reads `text` by the first row whose words it begins with; 0 facts when there is none.
size_t words_read(wordings rows, struct str text, const struct pam_head *pam, struct fact *ret);
// A row whose message states nothing of ours, where a shorter row would say otherwise.
saying_reader words_nothing;

// A logon with nothing known but these.
struct logon words_logon(enum logon_kind kind, enum outcome outcome, enum reason reason, enum logon_step step);
// Puts one logon into `ret` and returns 1.
size_t words_fact(struct fact *ret, struct logon logon);

// The parts before and after the first, or the last, `mark`; false when it is not there.
bool words_split(struct str s, struct str mark, struct str *ret_left, struct str *ret_right);
bool words_split_last(struct str s, struct str mark, struct str *ret_left, struct str *ret_right);
// Takes `suffix` off the end of `*s`.
bool words_take_end(struct str *s, struct str suffix);
// The bytes up to the next blank, which is taken too; all of `*s` when there is none.
struct str words_take(struct str *s);
// Decimal digits off the front of `*s`; false when there are none or they do not fit.
bool words_take_number(struct str *s, uint64_t *ret);

// Whether all of `s` could be an address or a host name: one word of letters, digits and ".:-_%".
bool words_is_host(struct str s);
// An address or a host name as a source: "::ffff:" before a dotted quad is taken off; "UNKNOWN", "?" and
// "" are absent.
struct str words_source(struct str s);
// "ADDRESS port N", or "ADDRESS" alone, with nothing after it.
bool words_peer(struct str s, struct logon *logon);
// The same at the end of `s`, after a blank; `*ret_left` is what comes before that blank.
bool words_peer_last(struct str s, struct str *ret_left, struct logon *logon);
// "ADDRESS:PORT", also "[ADDRESS]:PORT".
bool words_colon_peer(struct str s, struct logon *logon);
// A terminal's name without "/dev/"; absent when `s` is none ("ssh", "ftp", "none").
struct str words_terminal(struct str s);

// What the readers of other files share: PAM speaks through every program, tcp wrappers through daemons.
size_t pam_read(const struct message *message, struct fact *ret);
saying_reader words_refused_connect; // "refused connect from NAME (ADDRESS)"

extern const struct meaning PAM, SSHD, DROPBEAR, SU, LOGIN, DISPLAYMANAGER, FTP, PROFTPD, COCKPIT, WEBCONSOLE;
