// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The page's door: an HTTP server for one browser on this machine. docs/api.md is what it answers,
// SECURITY.md what it promises. It serves while the case is being read.
#pragma once

#include "case/case.h"

struct serve;

struct serve_options {
    const char *bind;        // NULL: loopback; anything else than a loopback address is refused
    uint16_t port;           // 0: one that is free
    const char *name;        // of the case, for the title; NULL: from the folder
    const char *attribution; // licence line of the geo database; NULL: none
    unsigned query_seconds;  // for the analyst's own SQL; 0: the default
};

enum serve_phase { SERVE_READING, SERVE_DERIVING, SERVE_LOCATING, SERVE_DONE, SERVE_FAILED };

struct serve_progress {
    enum serve_phase phase;
    uint64_t bytes, bytes_total; // bytes_total 0: not known
    uint64_t records, lines;
    uint64_t sources, sources_total;
    const char *source;   // being read now; NULL: none. Copied.
    double rate;          // bytes per second of late
    int64_t seconds_left; // -1: not known
    const char *message;  // why it failed; NULL: it did not. Copied.
};

// Listens and answers, on threads of its own, until serve_stop(). Without a call of serve_progress() the case
// counts as finished. FAIL for an address that is not loopback and a port that is taken.
enum status serve_start(struct case_file *file, const struct serve_options *options, struct serve **ret,
                        struct error *error);
// What the analyst opens: "http://127.0.0.1:PORT/#t=TOKEN". A secret: print it, log it nowhere.
const char *serve_address(const struct serve *serve);
// Tells the page how far reading has come. From any thread.
void serve_progress(struct serve *serve, const struct serve_progress *progress);
// Ends all connections and questions. Before case_close(). NULL is fine.
void serve_stop(struct serve *serve);
