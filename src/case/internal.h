// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the files of this room share. Nobody outside includes this.
#pragma once

#include "case/case.h"
#include "case/text.h"

#include <duckdb.h>
#include <pthread.h>
#include <stdatomic.h>

struct case_file {
    char *folder;
    _Atomic(enum case_mode) mode; // CASE_READ from case_finish() on
    duckdb_database db;           // in memory: views and functions; the facts are attached as `facts`
    struct text_store *text;
    atomic_uint_fast64_t revision;
    pthread_mutex_t swap_lock; // over `asking`, and held during the change to read-only
    pthread_cond_t swap_idle;
    size_t asking; // questions under way
};

struct case_connection {
    struct case_file *file;
    duckdb_connection con;
    bool may_write;
    int64_t error_position;
};

// Runs statements of our own, several with `;` between; never with text from evidence in them.
enum status case_run(duckdb_connection con, const char *folder, const char *sql, struct error *error);
// Around every question: waits while the case changes to read-only, and holds that change off.
void case_enter(struct case_file *file);
void case_leave(struct case_file *file);
// Turns a DuckDB message into `error`: our words for what we know, its first line for the rest.
enum status case_explain(const char *message, const char *folder, struct error *error);
// Registers message_text(source_id, offset, length).
enum status case_register_functions(duckdb_connection con, struct text_store *text, struct error *error);
