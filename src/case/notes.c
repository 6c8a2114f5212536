// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// SQLite rather than DuckDB: small writes at any time, by several processes, that survive a crash. The file
// is opened for each call, which costs a millisecond and leaves no lock behind. It may have come with a case
// from a stranger, so nothing in it is trusted: no triggers or views of its own run (trusted_schema off,
// defensive on), sizes are bounded.
#include "case/notes.h"

#include "base/clock.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { VERSION = 1, BUSY_MS = 5000, PATH_ROOM = 4096 };

const char *const NOTE_VERDICT_NAMES[] = {"undecided", "supported", "refuted"};

static const char SCHEMA[] =
    "pragma journal_mode = wal;"
    "begin immediate;"
    "create table if not exists verdict (notebook text primary key, value text not null) strict;"
    "create table if not exists pin (id integer primary key autoincrement, notebook text not null, cell text not null,"
    " title text not null, scope text not null, note text not null, created integer not null) strict;"
    "create table if not exists text (id integer primary key check (id = 1), body text not null) strict;"
    "pragma user_version = 1;"
    "commit;";

static enum status fail(sqlite3 *db, const char *path, struct error *error) {
    return error_set(error, FAIL, sqlite3_system_errno(db), "%s: %s", path, sqlite3_errmsg(db));
}

static int64_t read_version(sqlite3 *db) {
    sqlite3_stmt *st = NULL;
    int64_t version = -1;
    if (sqlite3_prepare_v2(db, "pragma user_version", -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        version = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return version;
}

static enum status prepare_file(sqlite3 *db, const char *path, bool write, struct error *error) {
    sqlite3_busy_timeout(db, BUSY_MS);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 8 << 20);
    sqlite3_exec(db, "pragma cell_size_check = on; pragma mmap_size = 0; pragma synchronous = full", NULL, NULL, NULL);
    int64_t version = read_version(db);
    if (version < 0)
        return fail(db, path, error);
    if (version > VERSION)
        return error_set(error, FAIL, 0, "%s was written by a newer version of lhx; use that version", path);
    if (version == 0 && write && sqlite3_exec(db, SCHEMA, NULL, NULL, NULL) != SQLITE_OK)
        return fail(db, path, error);
    return OK;
}

// END, and no database, when nothing was ever written and `write` is false.
static enum status open_notes(const char *folder, bool write, sqlite3 **ret, char path[PATH_ROOM],
                              struct error *error) {
    if (snprintf(path, PATH_ROOM, "%s/notes.sqlite", folder) >= PATH_ROOM)
        return error_set(error, FAIL, 0, "%s: the path is too long", folder);
    *ret = NULL;
    if (!write && access(path, F_OK) != 0)
        return END;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE | (write ? SQLITE_OPEN_CREATE : 0);
    enum status status = OK;
    if (sqlite3_open_v2(path, ret, flags, NULL) != SQLITE_OK)
        status = fail(*ret, path, error);
    if (status == OK)
        status = prepare_file(*ret, path, write, error);
    if (status != OK) {
        sqlite3_close(*ret);
        *ret = NULL;
    }
    return status;
}

// ---- Loading ----

static struct str text_column(sqlite3_stmt *st, int column, struct arena *arena) {
    const char *text = (const char *)sqlite3_column_text(st, column);
    return text ? arena_copy(arena, (struct str){text, (size_t)sqlite3_column_bytes(st, column)}) : S("");
}

// Calls `take` for each row.
static enum status each_row(sqlite3 *db, const char *path, const char *sql,
                            void (*take)(void *context, sqlite3_stmt *row), void *context, struct error *error) {
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(st);
        if (code == SQLITE_ROW)
            take(context, st);
    }
    enum status status = code == SQLITE_DONE ? OK : fail(db, path, error);
    sqlite3_finalize(st);
    return status;
}

struct loading {
    struct arena *arena;
    struct str text;
    VEC(struct note_verdict_row) verdicts;
    VEC(struct note_pin) pins;
};

static void take_verdict(void *context, sqlite3_stmt *st) {
    struct loading *l = context;
    struct note_verdict_row row = {.notebook = text_column(st, 0, l->arena)};
    struct str value = text_column(st, 1, l->arena);
    for (size_t i = 0; i < NOTE_VERDICTS; i++)
        if (str_eq(value, str_of(NOTE_VERDICT_NAMES[i])))
            row.value = (enum note_verdict)i;
    *VEC_PUSH(&l->verdicts) = row;
}

static void take_pin(void *context, sqlite3_stmt *st) {
    struct loading *l = context;
    *VEC_PUSH(&l->pins) = (struct note_pin){
        .id = sqlite3_column_int64(st, 0),
        .notebook = text_column(st, 1, l->arena),
        .cell = text_column(st, 2, l->arena),
        .title = text_column(st, 3, l->arena),
        .scope = text_column(st, 4, l->arena),
        .note = text_column(st, 5, l->arena),
        .created = sqlite3_column_int64(st, 6),
    };
}

static void take_text(void *context, sqlite3_stmt *st) {
    struct loading *l = context;
    l->text = text_column(st, 0, l->arena);
}

static const void *move_to_arena(struct arena *arena, void *rows, size_t bytes) {
    void *p = arena_take(arena, bytes);
    if (bytes)
        memcpy(p, rows, bytes);
    free(rows);
    return p;
}

enum status notes_load(const char *folder, struct arena *arena, struct notes *ret, struct error *error) {
    char path[PATH_ROOM];
    sqlite3 *db;
    struct loading l = {.arena = arena, .text = S("")};
    *ret = (struct notes){.text = S("")};
    enum status status = open_notes(folder, false, &db, path, error);
    if (status != OK)
        return status == END ? OK : status;
    if (read_version(db) == VERSION) {
        status = each_row(db, path, "select notebook, value from verdict order by notebook limit 10000", take_verdict,
                          &l, error);
        if (status == OK)
            status = each_row(db, path,
                              "select id, notebook, cell, title, scope, note, created from pin order by id limit 10000",
                              take_pin, &l, error);
        if (status == OK)
            status = each_row(db, path, "select body from text where id = 1", take_text, &l, error);
    }
    sqlite3_close(db);
    ret->verdicts_n = l.verdicts.n;
    ret->verdicts = move_to_arena(arena, l.verdicts.at, l.verdicts.n * sizeof *l.verdicts.at);
    ret->pins_n = l.pins.n;
    ret->pins = move_to_arena(arena, l.pins.at, l.pins.n * sizeof *l.pins.at);
    ret->text = l.text;
    return status;
}

// ---- Writing ----

// Runs one statement with `texts` bound to its first parameters and `number` to the one behind.
static enum status write_notes(const char *folder, const char *sql, const struct str *texts, size_t n, int64_t number,
                               int *ret_changes, struct error *error) {
    char path[PATH_ROOM];
    sqlite3 *db;
    sqlite3_stmt *st = NULL;
    enum status status = open_notes(folder, true, &db, path, error);
    if (status != OK)
        return status;
    int code = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    for (size_t i = 0; i < n && code == SQLITE_OK; i++)
        code =
            sqlite3_bind_text64(st, (int)i + 1, texts[i].p ? texts[i].p : "", texts[i].n, SQLITE_STATIC, SQLITE_UTF8);
    if (code == SQLITE_OK && sqlite3_bind_parameter_count(st) > (int)n)
        code = sqlite3_bind_int64(st, (int)n + 1, number);
    if (code == SQLITE_OK)
        code = sqlite3_step(st);
    if (code != SQLITE_DONE)
        status = fail(db, path, error);
    *ret_changes = sqlite3_changes(db);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return status;
}

enum status notes_set_verdict(const char *folder, struct str notebook, enum note_verdict value, struct error *error) {
    int changes;
    struct str texts[] = {notebook, str_of(NOTE_VERDICT_NAMES[value])};
    return write_notes(folder,
                       "insert into verdict values (?, ?) on conflict (notebook) do update set value = excluded.value",
                       texts, 2, 0, &changes, error);
}

enum status notes_set_text(const char *folder, struct str text, struct error *error) {
    int changes;
    if (text.n > NOTES_TEXT_MAX)
        return error_set(error, FAIL, 0, "the notes are longer than %d KiB", NOTES_TEXT_MAX >> 10);
    return write_notes(folder, "insert into text values (1, ?) on conflict (id) do update set body = excluded.body",
                       &text, 1, 0, &changes, error);
}

enum status notes_add_pin(const char *folder, const struct note_pin *pin, struct error *error) {
    int changes;
    struct str texts[] = {pin->notebook, pin->cell, pin->title, pin->scope, pin->note};
    enum status status =
        write_notes(folder,
                    "insert into pin (notebook, cell, title, scope, note, created) select ?, ?, ?, ?, ?, ?"
                    " where (select count(*) from pin) < 10000",
                    texts, 5, clock_wall(), &changes, error);
    if (status == OK && changes == 0)
        status = error_set(error, FAIL, 0, "there are %d pins already; remove some", NOTES_PINS_MAX);
    return status;
}

enum status notes_remove_pin(const char *folder, int64_t id, struct error *error) {
    int changes;
    enum status status = write_notes(folder, "delete from pin where id = ?", NULL, 0, id, &changes, error);
    if (status == OK && changes == 0)
        status = error_set(error, FAIL, 0, "there is no pin %lld", (long long)id);
    return status;
}
