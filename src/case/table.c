// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A row is a dozen stores; DuckDB takes a chunk over when it is full and compresses a row group when that is.
// A whole row group goes straight to its place in the file; what is less than one passes through the
// write-ahead log first and costs twice, so flushes are best made when one is full.
#include "case/table.h"

// What was appended and not flushed is gone then, so nothing after it may be called written.
static enum status fail_append(struct table *t, struct error *error) {
    t->failed = true;
    enum status status = case_explain(duckdb_appender_error(t->appender), t->folder, error);
    return status == FAIL ? FATAL : status;
}

static void begin_chunk(struct table *t) {
    duckdb_data_chunk_reset(t->chunk);
    for (idx_t i = 0; i < t->vectors_n; i++) {
        t->data[i] = duckdb_vector_get_data(t->vectors[i]);
        t->valid[i] = NULL;
    }
    t->rows = 0;
}

static void add_vectors(struct table *t, duckdb_logical_type type, duckdb_vector vector) {
    if (duckdb_get_type_id(type) != DUCKDB_TYPE_STRUCT) {
        t->vectors[t->vectors_n++] = vector;
        return;
    }
    for (idx_t i = 0; i < duckdb_struct_type_child_count(type); i++)
        t->vectors[t->vectors_n++] = duckdb_struct_vector_get_child(vector, i);
}

enum status table_open(struct table *t, struct case_connection *c, const char *name, struct error *error) {
    duckdb_logical_type types[TABLE_COLUMNS];
    t->folder = c->file->folder;
    if (duckdb_appender_create_ext(c->con, "facts", "main", name, &t->appender) != DuckDBSuccess)
        return fail_append(t, error);
    t->columns = duckdb_appender_column_count(t->appender);
    for (idx_t i = 0; i < t->columns; i++)
        types[i] = duckdb_appender_column_type(t->appender, i);
    t->chunk = duckdb_create_data_chunk(types, t->columns);
    for (idx_t i = 0; i < t->columns; i++)
        add_vectors(t, types[i], duckdb_data_chunk_get_vector(t->chunk, i));
    for (idx_t i = 0; i < t->columns; i++)
        duckdb_destroy_logical_type(&types[i]);
    begin_chunk(t);
    return OK;
}

void table_close(struct table *t) {
    duckdb_appender_destroy(&t->appender);
    duckdb_destroy_data_chunk(&t->chunk);
}

static enum status append_chunk(struct table *t, struct error *error) {
    enum status status = OK;
    idx_t rows = t->rows;
    if (t->failed)
        status = error_set(error, FATAL, 0, "rows of the case '%s' could not be written", t->folder);
    else if (!rows)
        return OK;
    else
        duckdb_data_chunk_set_size(t->chunk, rows);
    if (status == OK && duckdb_append_data_chunk(t->appender, t->chunk) != DuckDBSuccess)
        status = fail_append(t, error);
    t->unflushed += status == OK ? rows : 0;
    begin_chunk(t);
    return status;
}

enum status table_end_row(struct table *t, struct error *error) {
    return ++t->rows < LIMIT_BATCH_ROWS ? OK : append_chunk(t, error);
}

enum status table_flush(struct table *t, struct error *error) {
    enum status status = append_chunk(t, error);
    if (status == OK && t->unflushed && duckdb_appender_flush(t->appender) != DuckDBSuccess)
        status = fail_append(t, error);
    t->unflushed = 0;
    return status;
}

void table_put_null(struct table *t, idx_t column) {
    if (!t->valid[column]) {
        duckdb_vector_ensure_validity_writable(t->vectors[column]);
        t->valid[column] = duckdb_vector_get_validity(t->vectors[column]);
    }
    t->valid[column][t->rows / 64] &= ~(UINT64_C(1) << (t->rows % 64));
}

void table_put_text(struct table *t, idx_t column, struct str s) {
    if (s.p)
        duckdb_vector_assign_string_element_len(t->vectors[column], t->rows, s.p, s.n);
    else
        table_put_null(t, column);
}

void table_put_known(struct table *t, idx_t column, struct str s) {
    t->valid[column][t->rows / 64] |= UINT64_C(1) << (t->rows % 64);
    table_put_text(t, column, s);
}
