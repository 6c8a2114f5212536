// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the three readers of systemd's journal share: the file itself (journal.c), `journalctl -o export`
// (journal_export.c) and `-o json` (journal_json.c). An entry is a list of NAME=value; a teller gathers one entry's
// fields, writes them out as text and fills the record from them, the same way whatever they were read from.
#pragma once

#include "base/arena.h"
#include "base/limits.h"
#include "format/format.h"
#include "format/sink.h"

enum {
    JOURNAL_FIELDS = 1024,         // fields of one entry
    JOURNAL_VALUE = 1 << 20,       // bytes kept of one value
    JOURNAL_ENTRY_TEXT = 16 << 20, // bytes kept of one entry
    JOURNAL_NOTES = 64,            // notes of one kind in one source; the rest is only counted
    JOURNAL_BOOTS = 64,            // boots remembered, so that each is told once
};

extern const struct format journal_format, journal_export_format, journal_json_format;

// The fields a record is filled from. The order is that of the table in journal_entry.c.
enum journal_field {
    JOURNAL_MESSAGE,
    JOURNAL_REALTIME,
    JOURNAL_MONOTONIC,
    JOURNAL_BOOT,
    JOURNAL_IDENTIFIER,
    JOURNAL_COMM,
    JOURNAL_EXE,
    JOURNAL_PID,
    JOURNAL_SYSLOG_PID,
    JOURNAL_UID,
    JOURNAL_PRIORITY,
    JOURNAL_FACILITY,
    JOURNAL_HOSTNAME,
    JOURNAL_TRANSPORT,
    JOURNAL_MACHINE,
    JOURNAL_MESSAGE_ID,
    JOURNAL_FIELD_COUNT, // another one
};
enum journal_field journal_field_of(struct str name);

// What is known of who wrote an entry. `identifier` and the message are the writer's word; the rest journald asked the
// kernel. Absent where the entry has none.
struct journal_writer {
    struct str identifier, message;
    struct str comm, exe, uid, transport;
};
// Whether the entry claims to come from a program that lets people in, and the journal knows it does not.
bool journal_is_forged(const struct journal_writer *writer);

// One source being told. Zeroed but for `sink` and `allowed` is a valid one; journal_done() frees.
struct journal_teller {
    const struct sink *sink;
    uint64_t written; // bytes of text handed over
    uint64_t spent;   // work done, in bytes
    uint64_t allowed; // and how much there may be, so that a small file cannot ask for a day of it
    bool stopped;     // the sink wants no more
    uint64_t noted[ANOMALY_COUNT];
    struct str boots[JOURNAL_BOOTS];
    char boot_texts[JOURNAL_BOOTS][32];
    size_t boots_n;
    char machine[32];
    bool has_machine;
    // of the entry being gathered
    struct buffer head, rest, message;
    struct {
        size_t at, n;
        bool present, in_head;
    } known[JOURNAL_FIELD_COUNT];
    size_t fields;
    struct noted pending; // an oddity of the entry, told once the entry is; `kind` ANOMALY_COUNT: none
    char pending_text[200];
};

// Work for a source of `bytes`: what real journals need, many times over.
static inline uint64_t journal_allowance(uint64_t bytes) {
    return (64ull << 20) + 64 * bytes;
}
static inline bool journal_overspent(const struct journal_teller *t) {
    return t->spent > t->allowed;
}

// Physical lines of a text; a last one without its end counts.
uint64_t journal_count_lines(struct str s);

void journal_begin(struct journal_teller *t);
// Adds one field. `full` is the value's length where `value` was cut already, else value.n. `field` is
// journal_field_of(name).
void journal_add(struct journal_teller *t, enum journal_field field, struct str name, struct str value, uint64_t full);
// An oddity of the entry being gathered; the first one counts.
void journal_odd(struct journal_teller *t, enum anomaly_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Hands the entry to the sink. `lines`: physical lines it took.
bool journal_give(struct journal_teller *t, uint64_t lines);
// Tells of something between entries.
bool journal_note(struct journal_teller *t, enum anomaly_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// The same, with physical lines that were passed over: never left out.
bool journal_skip(struct journal_teller *t, enum anomaly_kind kind, uint64_t skipped, uint64_t blank,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
// Says how many notes were left out, and frees.
void journal_done(struct journal_teller *t);

// The hashes journald keeps of its data: Jenkins' lookup3 in old files, SipHash-2-4 with the file's id as key in new
// ones.
uint64_t journal_jenkins(struct str s);
uint64_t journal_siphash(struct str s, const unsigned char key[16]);
