// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the files that drive one run share. Of this room's own; nobody outside includes it.
#pragma once

#include "case/writer.h"
#include "ingest/ingest.h"
#include "ingest/known.h"
#include "ingest/look.h"
#include "ingest/members.h"
#include "ingest/origin.h"
#include "ingest/reader.h"
#include "ingest/recorder.h"
#include "ingest/rezone.h"
#include "ingest/zones.h"

// One source from the first look to the last row.
struct job {
    const struct source_item *item;
    struct look look;
    struct origin *origin;
};

struct run {
    const struct ingest_options *options;
    char *const *paths;
    size_t paths_n;
    struct ingest_report *report;
    struct case_file *file;
    struct case_writer *writer;
    struct recorder *recorder;
    struct reader *reader;
    struct origins *origins;
    struct known *known;
    struct members members;
    struct arena arena; // for the whole run
    source_items items;
    source_troubles troubles;
    struct job *jobs;
    struct ingest_progress progress;
    uint64_t bytes_before; // stored bytes of the sources done
    usec last_progress, last_flush;
    struct zones *zones;
    struct error *error;
};

// ---- ingest.c ----

bool run_is_stopped(const struct run *run);
void run_add_trouble(struct run *run, struct str path, struct str reason, bool failed);
// `stored`: bytes consumed of the source being read.
void run_tell_progress(struct run *run, uint64_t stored, bool always);
enum status run_flush_sometimes(struct run *run);

// ---- take.c ----

// The row of a source, with a number of its own and what the look said.
void run_begin_row(struct run *run, const struct job *job, struct source_row *row);
enum status run_put_unread(struct run *run, const struct job *job);
enum status run_take_source(struct run *run, struct job *job);
