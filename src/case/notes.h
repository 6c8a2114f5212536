// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the analyst wrote: a verdict for each section, pins of panels, free text. Kept in notes.sqlite of the
// case folder, which nothing derived ever touches; it appears with the first thing written, and each write
// is on disk when the call returns.
#pragma once

#include "base/arena.h"
#include "base/civil.h"
#include "base/status.h"

enum note_verdict { NOTE_UNDECIDED, NOTE_SUPPORTED, NOTE_REFUTED, NOTE_VERDICTS };
extern const char *const NOTE_VERDICT_NAMES[]; // "undecided", "supported", "refuted"

struct note_pin {
    int64_t id;
    struct str notebook, cell, title, scope, note; // scope: JSON
    usec created;
};

struct note_verdict_row {
    struct str notebook;
    enum note_verdict value;
};

// All of it. Memory is the arena's.
struct notes {
    const struct note_verdict_row *verdicts;
    size_t verdicts_n;
    const struct note_pin *pins; // in the order they were made
    size_t pins_n;
    struct str text;
};

enum { NOTES_TEXT_MAX = 1 << 20, NOTES_PINS_MAX = 10000 };

// Any number of threads and processes may call these at the same time. FAIL names the file and what is wrong.
enum status notes_load(const char *folder, struct arena *arena, struct notes *ret, struct error *error);
enum status notes_set_verdict(const char *folder, struct str notebook, enum note_verdict value, struct error *error);
enum status notes_set_text(const char *folder, struct str text, struct error *error);
// `id` and `created` of the pin are given here.
enum status notes_add_pin(const char *folder, const struct note_pin *pin, struct error *error);
// FAIL when there is no such pin.
enum status notes_remove_pin(const char *folder, int64_t id, struct error *error);
