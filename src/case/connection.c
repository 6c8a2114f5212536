// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Questions to DuckDB. A statement is checked (exactly one, and a question unless the connection may write),
// its parameters are bound as values, and its rows are streamed. Column types the rest of the house does not
// know are asked for again as text, so that everything above sees six types.
#include "case/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MAX_PARAMS = 256 };

// One column: its shape in our terms and what is needed to read DuckDB's vectors.
struct column {
    const char *name;
    enum case_type type;
    duckdb_type native;
    duckdb_type enum_store;
    char **words; // of an ENUM
    size_t words_n;
};

struct case_result {
    struct case_connection *connection;
    duckdb_result result;
    duckdb_data_chunk chunk;
    struct column *columns;
    size_t n;
    struct arena text; // values that had to be printed, until the next fetch
};

enum status case_run(duckdb_connection con, const char *folder, const char *sql, struct error *error) {
    duckdb_result result;
    enum status status = OK;
    if (duckdb_query(con, sql, &result) != DuckDBSuccess)
        status = case_explain(duckdb_result_error(&result), folder, error);
    duckdb_destroy_result(&result);
    return status;
}

enum status case_connect(struct case_file *file, struct case_connection **ret, struct error *error) {
    struct case_connection *c = must_zero(1, sizeof *c);
    c->file = file;
    c->error_position = -1;
    if (duckdb_connect(file->db, &c->con) != DuckDBSuccess) {
        free(c);
        return error_set(error, FATAL, 0, "cannot connect to the case '%s'", file->folder);
    }
    if (case_run(c->con, c->file->folder, "set search_path = 'memory.main,facts.main'", error) != OK) {
        case_disconnect(c);
        return FATAL;
    }
    *ret = c;
    return OK;
}

void case_disconnect(struct case_connection *c) {
    if (!c)
        return;
    duckdb_disconnect(&c->con);
    free(c);
}

void case_interrupt(struct case_connection *c) {
    duckdb_interrupt(c->con);
}

int64_t case_error_position(const struct case_connection *c) {
    return c->error_position;
}

enum status case_lock_down(struct case_connection *c, uint64_t memory_bytes, struct error *error) {
    char sql[1024];
    snprintf(sql, sizeof sql,
             "set autoinstall_known_extensions = false; set autoload_known_extensions = false;"
             "set allow_community_extensions = false; set memory_limit = '%lluB'; set threads = 2;"
             "set max_temp_directory_size = '0B'; set temp_directory = '';"
             "set enable_external_access = false; set disabled_filesystems = 'LocalFileSystem';"
             "set lock_configuration = true;",
             (unsigned long long)memory_bytes);
    return case_run(c->con, c->file->folder, sql, error);
}

// ---- Binding ----

static duckdb_value text_value(struct str s) {
    return duckdb_create_varchar_length(s.p ? s.p : "", s.n);
}

static duckdb_value texts_value(const struct case_value *v) {
    duckdb_logical_type type = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_value *items = must_zero(v->texts.n, sizeof *items);
    for (size_t i = 0; i < v->texts.n; i++)
        items[i] = v->texts.at[i].p ? text_value(v->texts.at[i]) : duckdb_create_null_value();
    duckdb_value list = duckdb_create_list_value(type, items, v->texts.n);
    for (size_t i = 0; i < v->texts.n; i++)
        duckdb_destroy_value(&items[i]);
    free(items);
    duckdb_destroy_logical_type(&type);
    return list;
}

static duckdb_value native_value(const struct case_value *v) {
    switch (v->type) {
    case TYPE_BOOL:
        return duckdb_create_bool(v->boolean);
    case TYPE_INTEGER:
        return duckdb_create_int64(v->integer);
    case TYPE_DOUBLE:
        return duckdb_create_double(v->real);
    case TYPE_TEXT:
        return text_value(v->text);
    case TYPE_TIME:
        return duckdb_create_timestamp((duckdb_timestamp){v->time});
    case TYPE_TEXTS:
        return texts_value(v);
    case TYPE_NULL:
        break;
    }
    return duckdb_create_null_value();
}

static const struct case_param *find_param(const struct case_param *params, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(params[i].name, name) == 0)
            return &params[i];
    return NULL;
}

static enum status bind_params(duckdb_prepared_statement st, const struct case_param *params, size_t n,
                               struct error *error) {
    idx_t wanted = duckdb_nparams(st);
    if (wanted > MAX_PARAMS)
        return error_set(error, FAIL, 0, "more than %d parameters in one statement", MAX_PARAMS);
    for (idx_t i = 1; i <= wanted; i++) {
        const char *name = duckdb_parameter_name(st, i);
        const struct case_param *p = name ? find_param(params, n, name) : NULL;
        enum status status = OK;
        if (!p)
            status = error_set(error, FAIL, 0, "the parameter $%s has no value", name ? name : "?");
        else {
            duckdb_value v = native_value(&p->value);
            if (duckdb_bind_value(st, i, v) != DuckDBSuccess)
                status = error_set(error, FAIL, 0, "the parameter $%s does not take this value", name);
            duckdb_destroy_value(&v);
        }
        duckdb_free((void *)name);
        if (status != OK)
            return status;
    }
    return OK;
}

// ---- Preparing ----

static bool is_question(duckdb_statement_type type) {
    return type == DUCKDB_STATEMENT_TYPE_SELECT || type == DUCKDB_STATEMENT_TYPE_EXPLAIN ||
           type == DUCKDB_STATEMENT_TYPE_RELATION;
}

// DuckDB marks the place with a caret under a copy of the line; the byte is what the page wants.
static int64_t find_position(const char *message, struct str sql) {
    const char *line = message ? strstr(message, "LINE ") : NULL;
    const char *caret = line ? strchr(line, '^') : NULL, *colon = line ? strstr(line, ": ") : NULL;
    const char *end = line ? strchr(line, '\n') : NULL;
    if (!caret || !colon || !end || colon > end || caret < end)
        return -1;
    ptrdiff_t column = (caret - (end + 1)) - (colon + 2 - line);
    struct str shown = str_between(colon + 2, end);
    ptrdiff_t cut = str_starts(shown, S("...")) ? 3 : 0;
    shown = str_skip(shown, (size_t)cut);
    if (str_ends(shown, S("...")))
        shown.n -= 3;
    ptrdiff_t at = str_find(sql, shown);
    return at >= 0 && column >= cut ? at + column - cut : -1;
}

static enum status fail_sql(struct case_connection *c, struct str sql, const char *message, struct error *error) {
    c->error_position = find_position(message, sql);
    return case_explain(message, c->file->folder, error);
}

static enum status prepare(struct case_connection *c, struct str sql, duckdb_prepared_statement *ret,
                           struct error *error) {
    duckdb_extracted_statements all = NULL;
    char *z = must_copy(sql);
    idx_t count = strlen(z) == sql.n ? duckdb_extract_statements(c->con, z, &all) : 0;
    enum status status = OK;
    *ret = NULL;
    c->error_position = -1;
    if (strlen(z) != sql.n)
        status = error_set(error, FAIL, 0, "the SQL holds a NUL byte");
    else if (count == 0) {
        const char *message = duckdb_extract_statements_error(all);
        status = message && *message ? fail_sql(c, sql, message, error)
                                     : error_set(error, FAIL, 0, "there is no SQL statement to run");
    } else if (count > 1)
        status =
            error_set(error, FAIL, 0, "one statement at a time, please: this holds %llu", (unsigned long long)count);
    else if (duckdb_prepare_extracted_statement(c->con, all, 0, ret) != DuckDBSuccess)
        status = fail_sql(c, sql, duckdb_prepare_error(*ret), error);
    else if (!c->may_write && !is_question(duckdb_prepared_statement_type(*ret)))
        status = error_set(error, FAIL, 0, "only questions (SELECT, WITH, DESCRIBE, EXPLAIN …) can be asked of a case");
    if (status != OK)
        duckdb_destroy_prepare(ret);
    duckdb_destroy_extracted(&all);
    free(z);
    return status;
}

const char **case_parameters(struct case_connection *c, struct str sql, struct arena *arena) {
    duckdb_prepared_statement st;
    if (prepare(c, sql, &st, NULL) != OK)
        return NULL;
    idx_t n = duckdb_nparams(st);
    const char **names = arena_take(arena, (n + 1) * sizeof *names);
    for (idx_t i = 0; i < n; i++) {
        const char *name = duckdb_parameter_name(st, i + 1);
        names[i] = arena_copy(arena, str_of(name)).p;
        duckdb_free((void *)name);
    }
    names[n] = NULL;
    duckdb_destroy_prepare(&st);
    return names;
}

// ---- Columns ----

static enum case_type our_type(duckdb_type type) {
    switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
        return TYPE_BOOL;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
        return TYPE_INTEGER;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
        return TYPE_DOUBLE;
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_ENUM:
        return TYPE_TEXT;
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
        return TYPE_TIME;
    default:
        return TYPE_NULL;
    }
}

static void load_words(struct column *column, duckdb_logical_type type) {
    column->enum_store = duckdb_enum_internal_type(type);
    column->words_n = duckdb_enum_dictionary_size(type);
    column->words = must_zero(column->words_n, sizeof *column->words);
    for (size_t i = 0; i < column->words_n; i++)
        column->words[i] = duckdb_enum_dictionary_value(type, i);
}

// False when a column has to be asked for as text.
static bool load_columns(struct case_result *r) {
    bool known = true;
    r->n = duckdb_column_count(&r->result);
    r->columns = must_zero(r->n, sizeof *r->columns);
    for (size_t i = 0; i < r->n; i++) {
        struct column *column = &r->columns[i];
        column->name = duckdb_column_name(&r->result, i);
        column->native = duckdb_column_type(&r->result, i);
        column->type = our_type(column->native);
        known = known && column->type != TYPE_NULL;
        duckdb_logical_type type = duckdb_column_logical_type(&r->result, i);
        if (column->native == DUCKDB_TYPE_ENUM)
            load_words(column, type);
        duckdb_destroy_logical_type(&type);
    }
    return known;
}

static void free_columns(struct case_result *r) {
    for (size_t i = 0; i < r->n; i++) {
        for (size_t j = 0; j < r->columns[i].words_n; j++)
            duckdb_free(r->columns[i].words[j]);
        free(r->columns[i].words);
    }
    free(r->columns);
    r->columns = NULL;
    r->n = 0;
}

// `select #1, #2::varchar as "name" … from (sql)` for the columns of `r` that are of no known type. DECIMAL
// (averages, ratios) becomes a double, the rest text.
static void wrap_sql(const struct case_result *r, struct str sql, struct buffer *ret) {
    struct str body = sql;
    while (body.n && strchr(" \t\r\n;", body.p[body.n - 1]))
        body.n--;
    buffer_add(ret, S("select "));
    for (size_t i = 0; i < r->n; i++) {
        const struct column *column = &r->columns[i];
        const char *cast = column->type != TYPE_NULL               ? ""
                           : column->native == DUCKDB_TYPE_DECIMAL ? "::double"
                                                                   : "::varchar";
        buffer_print(ret, "%s#%zu%s as ", i ? ", " : "", i + 1, cast);
        case_quote(ret, str_of(column->name), '"');
    }
    buffer_add(ret, S(" from (\n"));
    buffer_add(ret, body);
    buffer_add(ret, S("\n)"));
}

// ---- Running ----

// Works on a statement until its answer is there. The store's own loop asks for work without a pause while another
// thread has all of it.
static void work_on(duckdb_pending_result pending) {
    static const struct timespec pause = {.tv_nsec = 50000};
    duckdb_pending_state state;
    while (!duckdb_pending_execution_is_finished(state = duckdb_pending_execute_task(pending)))
        if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE)
            nanosleep(&pause, NULL);
}

static enum status execute(struct case_connection *c, struct str sql, const struct case_param *params, size_t n,
                           struct case_result *r, struct error *error) {
    duckdb_prepared_statement st;
    enum status status = prepare(c, sql, &st, error);
    if (status == OK)
        status = bind_params(st, params, n, error);
    duckdb_pending_result pending = NULL;
    if (status == OK && duckdb_pending_prepared_streaming(st, &pending) != DuckDBSuccess)
        status = fail_sql(c, sql, duckdb_pending_error(pending), error);
    if (status == OK)
        work_on(pending);
    if (status == OK && duckdb_execute_pending(pending, &r->result) != DuckDBSuccess) {
        status = fail_sql(c, sql, duckdb_result_error(&r->result), error);
        duckdb_destroy_result(&r->result);
    }
    duckdb_destroy_pending(&pending);
    duckdb_destroy_prepare(&st);
    return status;
}

enum status case_query(struct case_connection *c, struct str sql, const struct case_param *params, size_t n,
                       struct case_result **ret, struct error *error) {
    struct case_result *r = must_zero(1, sizeof *r);
    r->connection = c;
    case_enter(c->file);
    enum status status = execute(c, sql, params, n, r, error);
    if (status == OK && !load_columns(r) && r->n) {
        struct buffer wrapped = {0};
        wrap_sql(r, sql, &wrapped);
        free_columns(r);
        duckdb_destroy_result(&r->result);
        status = execute(c, buffer_str(&wrapped), params, n, r, error);
        c->error_position = -1;
        if (status == OK)
            load_columns(r);
        buffer_done(&wrapped);
    }
    if (status != OK) {
        case_leave(c->file);
        free(r);
        return status;
    }
    *ret = r;
    return OK;
}

size_t case_columns(const struct case_result *r) {
    return r->n;
}

const char *case_column_name(const struct case_result *r, size_t column) {
    return r->columns[column].name;
}

enum case_type case_column_type(const struct case_result *r, size_t column) {
    return r->columns[column].type == TYPE_NULL ? TYPE_TEXT : r->columns[column].type;
}

enum status case_fetch(struct case_result *r, size_t *ret_rows, struct error *error) {
    duckdb_destroy_data_chunk(&r->chunk);
    arena_clear(&r->text);
    *ret_rows = 0;
    while ((r->chunk = duckdb_fetch_chunk(r->result))) {
        *ret_rows = duckdb_data_chunk_get_size(r->chunk);
        if (*ret_rows)
            return OK;
        duckdb_destroy_data_chunk(&r->chunk);
    }
    const char *message = duckdb_result_error(&r->result);
    return message && *message ? case_explain(message, r->connection->file->folder, error) : END;
}

static struct case_value huge_value(struct case_result *r, duckdb_hugeint v) {
    if ((v.upper == 0 && v.lower <= INT64_MAX) || (v.upper == -1 && v.lower > INT64_MAX))
        return case_from_integer((int64_t)v.lower);
    struct str s = v.upper == 0 ? arena_print(&r->text, "%llu", (unsigned long long)v.lower)
                                : arena_print(&r->text, "%.0f", duckdb_hugeint_to_double(v));
    return (struct case_value){.type = TYPE_TEXT, .text = s};
}

static struct case_value word_value(const struct column *column, const void *data, size_t row) {
    size_t i = column->enum_store == DUCKDB_TYPE_UTINYINT    ? ((const uint8_t *)data)[row]
               : column->enum_store == DUCKDB_TYPE_USMALLINT ? ((const uint16_t *)data)[row]
                                                             : ((const uint32_t *)data)[row];
    return (struct case_value){.type = TYPE_TEXT, .text = i < column->words_n ? str_of(column->words[i]) : STR_NONE};
}

static struct case_value text_at_row(const void *data, size_t row) {
    duckdb_string_t *s = &((duckdb_string_t *)data)[row];
    return (struct case_value){.type = TYPE_TEXT, .text = {duckdb_string_t_data(s), duckdb_string_t_length(*s)}};
}

struct case_value case_value(const struct case_result *result, size_t column, size_t row) {
    struct case_result *r = (struct case_result *)result; // the printed values' arena is a cache
    const struct column *c = &r->columns[column];
    duckdb_vector vector = duckdb_data_chunk_get_vector(r->chunk, column);
    uint64_t *valid = duckdb_vector_get_validity(vector);
    const void *data = duckdb_vector_get_data(vector);
    if (valid && !duckdb_validity_row_is_valid(valid, row))
        return (struct case_value){.type = TYPE_NULL};
    switch (c->native) {
    case DUCKDB_TYPE_BOOLEAN:
        return (struct case_value){.type = TYPE_BOOL, .boolean = ((const bool *)data)[row]};
    case DUCKDB_TYPE_TINYINT:
        return case_from_integer(((const int8_t *)data)[row]);
    case DUCKDB_TYPE_SMALLINT:
        return case_from_integer(((const int16_t *)data)[row]);
    case DUCKDB_TYPE_INTEGER:
        return case_from_integer(((const int32_t *)data)[row]);
    case DUCKDB_TYPE_BIGINT:
        return case_from_integer(((const int64_t *)data)[row]);
    case DUCKDB_TYPE_UTINYINT:
        return case_from_integer(((const uint8_t *)data)[row]);
    case DUCKDB_TYPE_USMALLINT:
        return case_from_integer(((const uint16_t *)data)[row]);
    case DUCKDB_TYPE_UINTEGER:
        return case_from_integer(((const uint32_t *)data)[row]);
    case DUCKDB_TYPE_UBIGINT:
        return huge_value(r, (duckdb_hugeint){.lower = ((const uint64_t *)data)[row]});
    case DUCKDB_TYPE_HUGEINT:
        return huge_value(r, ((const duckdb_hugeint *)data)[row]);
    case DUCKDB_TYPE_FLOAT:
        return (struct case_value){.type = TYPE_DOUBLE, .real = (double)((const float *)data)[row]};
    case DUCKDB_TYPE_DOUBLE:
        return (struct case_value){.type = TYPE_DOUBLE, .real = ((const double *)data)[row]};
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
        return (struct case_value){.type = TYPE_TIME, .time = ((const int64_t *)data)[row]};
    case DUCKDB_TYPE_ENUM:
        return word_value(c, data, row);
    case DUCKDB_TYPE_VARCHAR:
        return text_at_row(data, row);
    default:
        return (struct case_value){.type = TYPE_NULL};
    }
}

void case_result_free(struct case_result *r) {
    if (!r)
        return;
    duckdb_destroy_data_chunk(&r->chunk);
    free_columns(r);
    duckdb_destroy_result(&r->result);
    arena_done(&r->text);
    case_leave(r->connection->file);
    free(r);
}
