// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Opening, building and finishing a case. The DuckDB instance itself is in memory and holds only views and
// our SQL functions; the facts are a file attached to it as `facts`. So a case can change from "being
// written" to "read-only" under the feet of those who ask, and a stranger's DuckDB client can open the same
// file without our functions.
#include "case/internal.h"

#include "base/limits.h"
#include "case/manifest.h"
#include "case/sql.h"
#include "record/vocabulary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCHEMA_VERSION = 2 };

// ---- Words for DuckDB's errors ----

static const struct {
    const char *sign, *words;
} KNOWN_ERRORS[] = {
    {"Could not set lock on file",
     "the case '%s' is in use by another process; wait until that has finished, or stop it"},
    {"No space left on device", "no space left on the disk of the case '%s'; free some and run the same command again, "
                                "it goes on where it stopped"},
    {"INTERRUPT", "stopped"},
    {"Out of Memory", "the question needs more memory than it may have; ask for fewer rows or a shorter time range"},
    {"could not be opened as a DuckDB database",
     "'%s' is not a case, or its case.duckdb is damaged; read the evidence again into a new case"},
    {"not a valid DuckDB database file",
     "'%s' is not a case, or its case.duckdb is damaged; read the evidence again into a new case"},
    {"newer version of DuckDB", "the case '%s' was made by a newer version of lhx; use that version"},
    {"checksum", "case.duckdb in '%s' is damaged; read the evidence again into a new case"},
    {"Could not read enough bytes", "case.duckdb in '%s' is damaged; read the evidence again into a new case"},
};

// What these say repeats the question or a value of the evidence, which may hold any of the signs above.
static const char *const QUOTING[] = {"Conversion Error", "Invalid Input Error", "Parser Error",      "Binder Error",
                                      "Catalog Error",    "Out of Range Error",  "Invalid Type Error"};

static bool is_quoting(const char *message) {
    for (size_t i = 0; i < sizeof QUOTING / sizeof *QUOTING; i++)
        if (str_starts(str_of(message), str_of(QUOTING[i])))
            return true;
    return false;
}

// The message without its class ("Binder Error: "), its lines joined, up to the copy of the statement.
static size_t shorten(const char *message, char *ret, size_t size) {
    const char *end = strstr(message, "\n\nLINE ");
    if (!end)
        end = strstr(message, "\nLINE ");
    struct str s = end ? str_between(message, end) : str_of(message);
    ptrdiff_t at = str_find(s, S(" Error: "));
    if (at >= 0 && at < 24)
        s = str_skip(s, (size_t)at + 8);
    size_t n = 0;
    for (size_t i = 0; i < s.n && n + 1 < size; i++)
        if (s.p[i] != '\n')
            ret[n++] = s.p[i];
        else if (n && ret[n - 1] != ' ')
            ret[n++] = ' ';
    ret[n] = '\0';
    return n;
}

// A question that breaks between two rows is told about in a wrapping.
static const char *unwrap(const char *message) {
    static const struct str wrapping =
        S("Invalid Input Error: Attempting to execute an unsuccessful or closed pending");
    const char *inner = str_starts(str_of(message), wrapping) ? strstr(message + wrapping.n, "Error: ") : NULL;
    return inner ? inner + strlen("Error: ") : message;
}

enum status case_explain(const char *message, const char *folder, struct error *error) {
    message = message ? unwrap(message) : "the database gave no reason";
    for (size_t i = 0; folder && i < sizeof KNOWN_ERRORS / sizeof *KNOWN_ERRORS && !is_quoting(message); i++)
        if (strstr(message, KNOWN_ERRORS[i].sign)) {
            char words[sizeof error->text];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(words, sizeof words, KNOWN_ERRORS[i].words, folder); // the table above, never evidence
#pragma GCC diagnostic pop
            return error_set(error, FAIL, 0, "%s", words);
        }
    char words[sizeof error->text];
    shorten(message, words, sizeof words);
    return error_set(error, FAIL, 0, "%s", words);
}

// ---- The schema ----

static void add_types(struct buffer *sql) {
    for (size_t i = 0; i < VOCABULARIES_COUNT; i++) {
        buffer_print(sql, "create type facts.main.%s as enum (", VOCABULARIES[i].type);
        for (size_t j = 0; j < VOCABULARIES[i].n; j++)
            buffer_print(sql, "%s'%s'", j ? ", " : "", VOCABULARIES[i].names[j]);
        buffer_add(sql, S(");\n"));
    }
}

// The stored views cannot call our function: for other clients `message` is NULL.
static void add_stored_views(struct buffer *sql) {
    static const struct str ours = {"message_text(", 13};
    struct str rest = CASE_VIEWS_SQL;
    buffer_add(sql, S("create or replace macro stored_text(a, b, c) as null::varchar;\n"));
    for (ptrdiff_t at; (at = str_find(rest, ours)) >= 0; rest = str_skip(rest, (size_t)at + ours.n)) {
        buffer_add(sql, str_head(rest, (size_t)at));
        buffer_add(sql, S("stored_text("));
    }
    buffer_add(sql, rest);
}

static enum status run_buffer(const struct case_file *file, duckdb_connection con, struct buffer *sql,
                              struct error *error) {
    buffer_add_char(sql, '\0');
    enum status status = case_run(con, file->folder, sql->p, error);
    sql->n = 0;
    return status;
}

static enum status create_schema(const struct case_file *file, duckdb_connection con, struct error *error) {
    struct buffer sql = {0};
    buffer_add(&sql, S("begin; use facts;\n"));
    add_types(&sql);
    buffer_add(&sql, CASE_SCHEMA_SQL);
    buffer_print(&sql,
                 "insert into meta values ('schema_version', '%d'), ('made_by', 'lhx " LHX_VERSION "'), "
                 "('created', strftime(now()::timestamp, '%%Y-%%m-%%dT%%H:%%M:%%SZ'));\n",
                 SCHEMA_VERSION);
    add_stored_views(&sql);
    buffer_add(&sql, S("use memory; commit;\n"));
    enum status status = run_buffer(file, con, &sql, error);
    buffer_done(&sql);
    return status;
}

static void take_number(void *context, const struct case_result *result, size_t row) {
    struct case_value v = case_value(result, 0, row);
    if (v.type == TYPE_INTEGER)
        *(int64_t *)context = v.integer;
}

// A number stored under a key of `meta`, or -1.
static int64_t read_meta(struct case_file *file, const char *key) {
    struct case_connection *c;
    const struct case_param param = {"key", case_from_text(str_of(key))};
    int64_t number = -1;
    if (case_connect(file, &c, NULL) != OK)
        return number;
    case_each(c, S("select try_cast(value as bigint) from facts.main.meta where key = $key"), &param, 1, take_number,
              &number, NULL);
    case_disconnect(c);
    return number;
}

static enum status check_version(struct case_file *file, struct error *error) {
    int64_t version = read_meta(file, "schema_version");
    if (version > SCHEMA_VERSION)
        return error_set(error, FAIL, 0,
                         "the case '%s' was made by a newer version of lhx (its schema is %lld, this program knows up "
                         "to %d); use that version",
                         file->folder, (long long)version, SCHEMA_VERSION);
    if (version >= 0 && version < SCHEMA_VERSION)
        return error_set(error, FAIL, 0,
                         "the case '%s' was made by an older version of lhx (its schema is %lld, this program needs "
                         "%d); read the evidence again into a new case",
                         file->folder, (long long)version, SCHEMA_VERSION);
    if (version < 0)
        return error_set(error, FAIL, 0, "'%s' is not a case: case.duckdb holds no schema version; give another folder",
                         file->folder);
    return OK;
}

// ---- Opening ----

static enum status make_folder(const char *path, struct error *error) {
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return OK;
    return error_set(error, FAIL, errno, "cannot make the case folder '%s': %s", path, strerror(errno));
}

static char *path_in(const struct case_file *file, const char *name) {
    return must_print("%s/%s", file->folder, name);
}

// The database takes "word:" and "~" at the front of a name for more than letters.
static void add_attach(const struct case_file *file, struct buffer *sql) {
    char *facts = must_print("%s%s/case.duckdb", *file->folder == '/' ? "" : "./", file->folder);
    buffer_add(sql, S("attach "));
    case_quote(sql, str_of(facts), '\'');
    buffer_print(sql, " as facts%s;", file->mode == CASE_READ ? " (read_only)" : "");
    free(facts);
}

static enum status open_database(struct case_file *file, struct error *error) {
    duckdb_config config;
    char *message = NULL;
    if (duckdb_create_config(&config) != DuckDBSuccess)
        return error_set(error, FATAL, 0, "cannot set the database up");
    static const char *const SETTINGS[][2] = {
        {"memory_limit", "768MB"},
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
        {"checkpoint_threshold", "1TB"},
        {"wal_autocheckpoint", "1TB"},
        {"preserve_insertion_order", "false"},
    };
    for (size_t i = 0; i < sizeof SETTINGS / sizeof *SETTINGS; i++)
        duckdb_set_config(config, SETTINGS[i][0], SETTINGS[i][1]);
    // While reading there is another thread with work to do: a second one of the database's would mostly wait for
    // the first, and it waits by spinning (measured: a seventh of all CPU).
    duckdb_set_config(config, "threads", file->mode == CASE_CREATE ? "1" : "2");
    char *spill = path_in(file, "tmp"); // made when a question needs it; else it would be in the working folder
    duckdb_set_config(config, "temp_directory", spill);
    free(spill);
    enum status status = OK;
    if (duckdb_open_ext(":memory:", &file->db, config, &message) != DuckDBSuccess)
        status = error_set(error, FATAL, 0, "cannot start the database: %s", message ? message : "no reason given");
    duckdb_free(message);
    duckdb_destroy_config(&config);
    return status;
}

// Whether the file holds nothing: new, or left by a run that ended before its first commit.
static bool is_blank(duckdb_connection con) {
    duckdb_result result;
    bool blank = duckdb_query(con, "select 1 from duckdb_tables() where database_name = 'facts' limit 1", &result) ==
                     DuckDBSuccess &&
                 duckdb_row_count(&result) == 0;
    duckdb_destroy_result(&result);
    return blank;
}

static enum status attach(struct case_file *file, duckdb_connection con, struct error *error) {
    struct buffer sql = {0};
    add_attach(file, &sql);
    buffer_add_char(&sql, '\0');
    duckdb_result result;
    enum status status = OK;
    if (duckdb_query(con, sql.p, &result) != DuckDBSuccess)
        status = case_explain(duckdb_result_error(&result), file->folder, error);
    duckdb_destroy_result(&result);
    buffer_done(&sql);
    if (status == OK && file->mode == CASE_CREATE && is_blank(con))
        status = create_schema(file, con, error);
    return status;
}

// Views in memory, over the attached facts, with our own functions.
static enum status make_views(struct case_file *file, duckdb_connection con, struct error *error) {
    struct buffer sql = {0};
    enum status status = case_register_functions(con, file->text, error);
    buffer_add(&sql, S("set search_path = 'memory.main,facts.main';\n"));
    buffer_add(&sql, CASE_VIEWS_SQL);
    if (status == OK)
        status = run_buffer(file, con, &sql, error);
    buffer_done(&sql);
    return status;
}

// A case that came from elsewhere could lead by a link to something of the analyst's own, and be written through it.
static enum status refuse_links(const struct case_file *file, struct error *error) {
    static const char *const PARTS[] = {"case.duckdb", "case.duckdb.wal", "text", "notes.sqlite", "notes.sqlite-wal"};
    enum status status = OK;
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS && status == OK; i++) {
        struct stat st;
        char *path = path_in(file, PARTS[i]);
        if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
            status = error_set(error, FAIL, ELOOP, "'%s' is a symbolic link, which no part of a case may be", path);
        free(path);
    }
    return status;
}

static enum status open_parts(struct case_file *file, struct error *error) {
    char *facts = path_in(file, "case.duckdb"), *text = path_in(file, "text");
    struct stat st;
    enum status status = OK;
    duckdb_connection con = NULL;
    if (file->mode == CASE_CREATE && stat(facts, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
        unlink(facts); // a run ended before it wrote anything
    if (file->mode == CASE_READ && access(facts, F_OK) != 0)
        status = error_set(
            error, FAIL, ENOENT,
            "there is no case at '%s': it holds no case.duckdb; make one with 'lhx ingest EVIDENCE --case %s'",
            file->folder, file->folder);
    if (status == OK && file->mode == CASE_CREATE)
        status = make_folder(text, error);
    if (status == OK)
        status = open_database(file, error);
    if (status == OK && duckdb_connect(file->db, &con) != DuckDBSuccess)
        status = error_set(error, FATAL, 0, "cannot connect to the database");
    file->text = text_store_open(text);
    if (status == OK)
        status = attach(file, con, error);
    if (status == OK)
        status = check_version(file, error);
    if (status == OK)
        status = make_views(file, con, error);
    if (con)
        duckdb_disconnect(&con);
    free(facts);
    free(text);
    return status;
}

// The database takes what follows a '?' for options, and would put its log of changes elsewhere.
static enum status check_path(const struct case_file *file, struct error *error) {
    char *whole = realpath(file->folder, NULL);
    bool good = !strchr(whole ? whole : file->folder, '?');
    free(whole);
    return good ? OK
                : error_set(error, FAIL, 0, "no case can be kept at '%s': its path holds a question mark; use another",
                            file->folder);
}

// "x.lhx/" and "x.lhx" are the same case.
static char *clean_folder(const char *folder) {
    struct str s = str_of(folder);
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    return must_copy(s);
}

enum status case_open(const char *folder, enum case_mode mode, struct case_file **ret, struct error *error) {
    struct stat st;
    bool there = stat(folder, &st) == 0;
    if (mode == CASE_READ && !there)
        return error_set(error, FAIL, errno, "there is no case at '%s': %s", folder, strerror(errno));
    if (there && !S_ISDIR(st.st_mode))
        return error_set(error, FAIL, ENOTDIR, "'%s' is not a case: a case is a folder", folder);
    struct case_file *file = must_zero(1, sizeof *file);
    file->folder = clean_folder(folder);
    file->mode = mode;
    pthread_mutex_init(&file->swap_lock, NULL);
    pthread_cond_init(&file->swap_idle, NULL);
    enum status status = mode == CASE_CREATE ? make_folder(file->folder, error) : OK;
    if (status == OK)
        status = check_path(file, error);
    if (status == OK)
        status = refuse_links(file, error);
    if (status == OK)
        status = open_parts(file, error);
    if (status != OK) {
        case_close(file);
        return status;
    }
    *ret = file;
    return OK;
}

void case_close(struct case_file *file) {
    if (!file)
        return;
    if (file->db)
        duckdb_close(&file->db);
    text_store_close(file->text);
    pthread_mutex_destroy(&file->swap_lock);
    pthread_cond_destroy(&file->swap_idle);
    free(file->folder);
    free(file);
}

const char *case_folder(const struct case_file *file) {
    return file->folder;
}

bool case_is_writable(const struct case_file *file) {
    return file->mode == CASE_CREATE;
}

uint64_t case_revision(const struct case_file *file) {
    return atomic_load(&file->revision);
}

void case_changed(struct case_file *file) {
    atomic_fetch_add(&file->revision, 1);
}

// ---- Finishing ----

void case_enter(struct case_file *file) {
    pthread_mutex_lock(&file->swap_lock);
    file->asking++;
    pthread_mutex_unlock(&file->swap_lock);
}

void case_leave(struct case_file *file) {
    pthread_mutex_lock(&file->swap_lock);
    if (--file->asking == 0)
        pthread_cond_broadcast(&file->swap_idle);
    pthread_mutex_unlock(&file->swap_lock);
}

// Takes the file away from under everybody, read-write, and gives it back read-only. Waits until nobody
// is in the middle of a question.
static enum status swap_to_read_only(struct case_file *file, duckdb_connection con, struct error *error) {
    pthread_mutex_lock(&file->swap_lock);
    while (file->asking)
        pthread_cond_wait(&file->swap_idle, &file->swap_lock);
    enum status status = case_run(con, file->folder, "checkpoint facts; detach facts;", error);
    if (status == OK) {
        file->mode = CASE_READ;
        status = attach(file, con, error);
    }
    if (status == OK)
        status = case_run(con, file->folder, "set threads = 2", error);
    pthread_mutex_unlock(&file->swap_lock);
    return status;
}

enum status case_finish(struct case_file *file, struct error *error) {
    duckdb_connection con;
    if (file->mode == CASE_READ)
        return OK;
    if (duckdb_connect(file->db, &con) != DuckDBSuccess)
        return error_set(error, FATAL, 0, "cannot connect to the database");
    enum status status = swap_to_read_only(file, con, error);
    duckdb_disconnect(&con);
    if (status == OK)
        status = manifest_write(file, error);
    case_changed(file);
    return status;
}

// ---- Text ----

enum status case_text(struct case_file *file, uint32_t source_id, uint64_t offset, size_t length, struct buffer *ret,
                      struct error *error) {
    struct text_segment *segment = text_segment(file->text, source_id, error);
    if (!segment)
        return FAIL;
    struct text_cursor cursor = {0};
    enum status status = text_append(&cursor, segment, offset, length, ret, error);
    text_cursor_done(&cursor);
    return status;
}

uint64_t case_text_size(struct case_file *file, uint32_t source_id) {
    struct text_segment *segment = text_segment(file->text, source_id, NULL);
    return segment ? text_size(segment) : 0;
}
