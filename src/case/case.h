// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The case: a folder with the facts (case.duckdb), the text (text/), the analyst's notes (notes.sqlite) and
// manifest.json. This floor is the only one that knows DuckDB. A case open for writing answers questions
// at the same time, from what has been committed so far.
#pragma once

#include "base/arena.h"
#include "base/civil.h"
#include "base/status.h"

struct case_file;

enum case_mode {
    CASE_CREATE, // makes the folder when it is not there; an existing case is added to
    CASE_READ,   // read-only; many processes may
};

// Opens `folder`. FAIL with words for: no such case, made by a newer version, open for writing elsewhere,
// not a case folder, disk full.
enum status case_open(const char *folder, enum case_mode mode, struct case_file **ret, struct error *error);
// Writes what is left and closes. Connections and results must be closed before. NULL is fine.
void case_close(struct case_file *file);
const char *case_folder(const struct case_file *file);
// Grows whenever new facts can be seen; for "ask again".
uint64_t case_revision(const struct case_file *file);
// Tells those who ask that new facts can be seen.
void case_changed(struct case_file *file);
// Whether it is open for writing now; false after case_finish().
bool case_is_writable(const struct case_file *file);
// CASE_READ semantics from here on: no more writers; compacts, writes manifest.json, reopens read-only.
enum status case_finish(struct case_file *file, struct error *error);

// ---- Asking ----

// One per thread. Not for two threads at once.
struct case_connection;
enum status case_connect(struct case_file *file, struct case_connection **ret, struct error *error);
void case_disconnect(struct case_connection *connection);
// From any thread: the question under way ends with FAIL "stopped".
void case_interrupt(struct case_connection *connection);
// For ad-hoc SQL in a child of its own: no files, no network, no settings from here on. For good.
enum status case_lock_down(struct case_connection *connection, uint64_t memory_bytes, struct error *error);

enum case_type { TYPE_NULL, TYPE_BOOL, TYPE_INTEGER, TYPE_DOUBLE, TYPE_TEXT, TYPE_TIME, TYPE_TEXTS };

struct case_value {
    enum case_type type;
    union {
        bool boolean;
        int64_t integer; // values over INT64_MAX come as text
        double real;
        struct str text; // valid UTF-8; lives until the next case_fetch() of its result
        usec time;       // UTC
        struct {
            const struct str *at;
            size_t n;
        } texts; // parameters only: VARCHAR[]
    };
};

// Values of a kind; NULL for an absent text and for USEC_NONE.
static inline struct case_value case_from_text(struct str s) {
    return (struct case_value){.type = s.p ? TYPE_TEXT : TYPE_NULL, .text = s};
}
static inline struct case_value case_from_time(usec t) {
    return (struct case_value){.type = t == USEC_NONE ? TYPE_NULL : TYPE_TIME, .time = t};
}
static inline struct case_value case_from_integer(int64_t n) {
    return (struct case_value){.type = TYPE_INTEGER, .integer = n};
}
static inline struct case_value case_from_texts(const struct str *at, size_t n) {
    return (struct case_value){.type = TYPE_TEXTS, .texts = {at, n}};
}

// A named parameter: `$name` in the SQL. Those the SQL does not use are ignored; those it uses and that are
// not given are an error that names them.
struct case_param {
    const char *name;
    struct case_value value;
};

struct case_result;

// Runs one statement (exactly one; anything but a question fails, unless the connection is the writer's).
// Rows are streamed: ask case_fetch() until END.
enum status case_query(struct case_connection *connection, struct str sql, const struct case_param *params, size_t n,
                       struct case_result **ret, struct error *error);
size_t case_columns(const struct case_result *result);
const char *case_column_name(const struct case_result *result, size_t column);
// TYPE_BOOL, TYPE_INTEGER, TYPE_DOUBLE, TYPE_TIME or TYPE_TEXT (all else, as DuckDB prints it).
enum case_type case_column_type(const struct case_result *result, size_t column);
// The next rows: OK with *ret_rows > 0, END, or FAIL.
enum status case_fetch(struct case_result *result, size_t *ret_rows, struct error *error);
struct case_value case_value(const struct case_result *result, size_t column, size_t row);
// The same where one type is expected: absent, 0 and USEC_NONE when it is NULL or another.
struct str case_text_at(const struct case_result *result, size_t column, size_t row);
int64_t case_integer_at(const struct case_result *result, size_t column, size_t row);
usec case_time_at(const struct case_result *result, size_t column, size_t row);
void case_result_free(struct case_result *result); // NULL is fine

// Runs a statement to its end. `take` is given each row; NULL when there is none worth taking.
typedef void case_take(void *context, const struct case_result *result, size_t row);
enum status case_each(struct case_connection *connection, struct str sql, const struct case_param *params, size_t n,
                      case_take *take, void *context, struct error *error);
// Adds a name ('"') or a text ('\'') as SQL writes it, between two of `quote`.
void case_quote(struct buffer *ret, struct str s, char quote);
// Byte position of the last SQL error in the statement, -1 when not known.
int64_t case_error_position(const struct case_connection *connection);
// The names of the parameters in a statement, in `arena`, ended by NULL; NULL when it does not parse.
const char **case_parameters(struct case_connection *connection, struct str sql, struct arena *arena);

// ---- The text behind the facts ----

// Bytes [offset, offset + length) of a source's decompressed text, appended to `ret`; cut at its end.
enum status case_text(struct case_file *file, uint32_t source_id, uint64_t offset, size_t length, struct buffer *ret,
                      struct error *error);
// Decompressed bytes of a source.
uint64_t case_text_size(struct case_file *file, uint32_t source_id);
