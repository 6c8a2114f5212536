// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The rows go into a table of a store in memory, which then writes them out.
#include "case/parquet.h"

#include "case/internal.h"

#include <stdlib.h>

struct parquet {
    char *path;
    size_t columns_n;
    duckdb_database db;
    duckdb_connection con;
    duckdb_appender appender;
};

static const char *const SQL_TYPES[] = {
    [TYPE_NULL] = "varchar", [TYPE_BOOL] = "boolean",   [TYPE_INTEGER] = "bigint", [TYPE_DOUBLE] = "double",
    [TYPE_TEXT] = "varchar", [TYPE_TIME] = "timestamp", [TYPE_TEXTS] = "varchar",
};

static enum status run(struct parquet *p, struct buffer *sql, struct error *error) {
    buffer_add_char(sql, '\0');
    enum status status = case_run(p->con, NULL, sql->p, error);
    buffer_done(sql);
    return status;
}

static enum status create_table(struct parquet *p, const char *const *names, const enum case_type *types,
                                struct error *error) {
    struct buffer sql = {0};
    buffer_add(&sql, S("set autoinstall_known_extensions = false; set autoload_known_extensions = false; "
                       "set memory_limit = '512MB'; set threads = 2; set temp_directory = "));
    char *spill = must_print("%s.spill", p->path);
    case_quote(&sql, str_of(spill), '\'');
    free(spill);
    buffer_add(&sql, S("; create table answer ("));
    for (size_t i = 0; i < p->columns_n; i++) {
        buffer_add(&sql, i ? S(", ") : S(""));
        case_quote(&sql, str_of(names[i]), '"');
        buffer_print(&sql, " %s", SQL_TYPES[types[i]]);
    }
    buffer_add(&sql, S(")"));
    return run(p, &sql, error);
}

static enum status fail_append(struct parquet *p, struct error *error) {
    const char *message = p->appender ? duckdb_appender_error(p->appender) : NULL;
    return error_set(error, FAIL, 0, "cannot write '%s': %s", p->path, message ? message : "the store took no row");
}

enum status parquet_new(const char *path, const char *const *names, const enum case_type *types, size_t n,
                        struct parquet **ret, struct error *error) {
    struct parquet *p = must_zero(1, sizeof *p);
    enum status status = OK;
    p->path = must_copy(str_of(path));
    p->columns_n = n;
    if (duckdb_open(NULL, &p->db) != DuckDBSuccess || duckdb_connect(p->db, &p->con) != DuckDBSuccess)
        status = error_set(error, FAIL, 0, "cannot write '%s': the store did not start", path);
    if (status == OK)
        status = create_table(p, names, types, error);
    if (status == OK && duckdb_appender_create(p->con, NULL, "answer", &p->appender) != DuckDBSuccess)
        status = fail_append(p, error);
    if (status == OK)
        *ret = p;
    else
        parquet_free(p);
    return status;
}

static duckdb_state append(duckdb_appender appender, const struct case_value *value) {
    switch (value->type) {
    case TYPE_BOOL:
        return duckdb_append_bool(appender, value->boolean);
    case TYPE_INTEGER:
        return duckdb_append_int64(appender, value->integer);
    case TYPE_DOUBLE:
        return duckdb_append_double(appender, value->real);
    case TYPE_TEXT:
        return duckdb_append_varchar_length(appender, value->text.p, value->text.n);
    case TYPE_TIME:
        return duckdb_append_timestamp(appender, (duckdb_timestamp){value->time});
    case TYPE_NULL:
    case TYPE_TEXTS:
        break;
    }
    return duckdb_append_null(appender);
}

enum status parquet_row(struct parquet *p, const struct case_value *values, struct error *error) {
    for (size_t i = 0; i < p->columns_n; i++)
        if (append(p->appender, &values[i]) != DuckDBSuccess)
            return fail_append(p, error);
    return duckdb_appender_end_row(p->appender) == DuckDBSuccess ? OK : fail_append(p, error);
}

enum status parquet_write(struct parquet *p, struct error *error) {
    struct buffer sql = {0};
    if (duckdb_appender_close(p->appender) != DuckDBSuccess)
        return fail_append(p, error);
    char *plain = must_print("%s%s", *p->path == '/' ? "" : "./", p->path); // "word:" in front would mean something
    buffer_add(&sql, S("copy answer to "));
    case_quote(&sql, str_of(plain), '\'');
    free(plain);
    buffer_add(&sql, S(" (format parquet, compression zstd)"));
    return run(p, &sql, error);
}

void parquet_free(struct parquet *p) {
    if (!p)
        return;
    if (p->appender)
        duckdb_appender_destroy(&p->appender);
    if (p->con)
        duckdb_disconnect(&p->con);
    if (p->db)
        duckdb_close(&p->db);
    free(p->path);
    free(p);
}
