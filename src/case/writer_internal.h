// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the files that write facts share. Of this room's own; nobody outside includes it.
#pragma once

#include "case/ledger.h"
#include "case/table.h"
#include "case/writer.h"

enum { NAME_TABLES = 6, RECENT = 64 };

// Tables of writer_facts.c.
enum fact_table { TABLE_FLOW, TABLE_ALERT, TABLE_EVENT, TABLE_ITEM, FACT_TABLES };
extern const char *const FACT_TABLE_NAMES[FACT_TABLES];

// What of a row belongs to its class, as bytes to be told apart by.
struct class_key {
    uint32_t host_id, program_id;
    uint8_t quality, facility, severity, inferred;
};

struct recent_class {
    struct class_key key;
    uint32_t class_id; // 0: none
};

struct case_writer {
    struct case_file *file;
    struct case_connection *connection;
    struct table log, logon, anomaly, class;
    struct table facts[FACT_TABLES];
    struct intern classes; // class_id by struct class_key
    struct recent_class recent[RECENT];
    struct ledger *ledger;
    struct case_names names;
    struct table name_tables[NAME_TABLES];
    size_t names_written[NAME_TABLES];
    uint32_t last_source;
    uint64_t next_record;
};

// Ends a row of a table of facts, and commits a row group that is full.
enum status writer_end_row(struct case_writer *writer, struct table *table, struct error *error);
// Any bytes from evidence, as valid UTF-8 and bounded; absent and empty are NULL.
void writer_put_text(struct table *table, idx_t column, struct str s);
// Statements that remove the facts of the sources that the query `sources` gives.
void writer_print_removal(struct buffer *sql, const char *sources);
