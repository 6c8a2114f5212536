// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// How far reading has come, for people (a bar that redraws itself), for scripts (a JSON line a second), and
// for the page.
#pragma once

#include "ingest/ingest.h"

enum progress_phase { PROGRESS_READING, PROGRESS_LOCATING, PROGRESS_DERIVING, PROGRESS_DONE, PROGRESS_FAILED };
enum progress_style { PROGRESS_NONE, PROGRESS_BAR, PROGRESS_JSON };

struct progress {
    enum progress_phase phase;
    struct ingest_progress read;
    double rate;          // stored bytes per second, of the last seconds
    int64_t seconds_left; // -1: not known
};

struct progress_meter {
    enum progress_style style;
    struct progress now;
    double began, shown, sampled; // seconds of the monotonic clock
    uint64_t sampled_bytes;
    bool drawn; // a bar stands on the line
};

// `style` as the option says it; false when there is no such word. NULL: a bar on a terminal, else none.
bool progress_style_of(const char *word, enum progress_style *ret);
void progress_begin(struct progress_meter *meter, enum progress_style style);
// Reckons rate and time left, and shows it when it is time to.
void progress_update(struct progress_meter *meter, enum progress_phase phase, const struct ingest_progress *read);
// Takes the bar away, so that something else can be written; the last JSON line is written.
void progress_end(struct progress_meter *meter, enum progress_phase phase);
