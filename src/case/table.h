// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One table being filled: DuckDB's appender and a chunk of 2,048 rows whose columns are written in place. Of
// this room's own; nobody outside includes it.
#pragma once

#include "base/limits.h"
#include "case/internal.h"

enum { TABLE_COLUMNS = 24, TABLE_ROW_GROUP = 60 * LIMIT_BATCH_ROWS };

struct table {
    const char *folder; // of the case, for errors
    duckdb_appender appender;
    duckdb_data_chunk chunk;
    duckdb_vector vectors[TABLE_COLUMNS]; // of the columns; of a struct, which is the last, those of its fields
    void *data[TABLE_COLUMNS];
    uint64_t *valid[TABLE_COLUMNS]; // NULL until the first unknown of the chunk
    idx_t columns, vectors_n, rows;
    idx_t unflushed; // rows the appender holds
    bool failed;     // rows were lost: no flush succeeds any more
};

enum status table_open(struct table *table, struct case_connection *connection, const char *name, struct error *error);
void table_close(struct table *table); // without flushing

// Whether the row that table_end_row() would end makes a row group full: then table_flush() is due.
static inline bool table_is_full(const struct table *t) {
    return t->unflushed + t->rows + 1 >= TABLE_ROW_GROUP;
}
// Ends the row whose values were put.
enum status table_end_row(struct table *table, struct error *error);
// Commits what was ended.
enum status table_flush(struct table *table, struct error *error);

void table_put_null(struct table *table, idx_t column);
void table_put_text(struct table *table, idx_t column, struct str s); // absent: NULL
// A text over a NULL that was put before.
void table_put_known(struct table *table, idx_t column, struct str s);

#define TABLE_PUT(table, column, type, value) (((type *)(table)->data[column])[(table)->rows] = (value))
#define TABLE_PUT_OR_NULL(table, column, type, value, is_null)                                                         \
    do {                                                                                                               \
        TABLE_PUT(table, column, type, (type)(value));                                                                 \
        if (is_null)                                                                                                   \
            table_put_null(table, column);                                                                             \
    } while (0)
