// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Rows are written as lists of texts that the statement takes apart and casts: two statements for any
// number of rows.
#include "case/ledger.h"

#include "case/internal.h"

#include <stdlib.h>

enum { COLUMNS = 20, MANY = 512 };

struct entry {
    struct source_row row;
    bool announced;
};

struct ledger {
    VEC(struct entry) entries; // those not settled yet
};

static const char DELETE_SQL[] =
    "delete from facts.main.source_t where source_id in (select unnest($source_id)::uinteger)";
static const char INSERT_SQL[] =
    "insert into facts.main.source_t select unnest($source_id), unnest($path), unnest($container), unnest($format), "
    "unnest($sha256), unnest($bytes), unnest($stored_bytes), unnest($lines), unnest($records), unnest($continued), "
    "unnest($skipped), unnest($blank), unnest($first_ts), unnest($last_ts), unnest($zone), unnest($zone_from), "
    "unnest($year_from), unnest($mtime), unnest($state), unnest($reason)";
static const char *const NAMES[COLUMNS] = {"source_id", "path",         "container", "format",  "sha256",
                                           "bytes",     "stored_bytes", "lines",     "records", "continued",
                                           "skipped",   "blank",        "first_ts",  "last_ts", "zone",
                                           "zone_from", "year_from",    "mtime",     "state",   "reason"};

static struct str print_number(struct arena *a, uint64_t n) {
    return arena_print(a, "%llu", (unsigned long long)n);
}

static struct str print_time(struct arena *a, usec t) {
    char text[CIVIL_TEXT];
    return t == USEC_NONE ? STR_NONE : arena_copy(a, (struct str){text, civil_print(t, text)});
}

static void print_row(struct arena *a, const struct source_row *r, enum source_state state, struct str ret[COLUMNS]) {
    const struct str values[COLUMNS] = {print_number(a, r->source_id),
                                        r->path,
                                        r->container,
                                        r->format,
                                        r->sha256,
                                        print_number(a, r->bytes),
                                        print_number(a, r->stored_bytes),
                                        r->lines == SOURCE_NO_LINES ? STR_NONE : print_number(a, r->lines),
                                        print_number(a, r->records),
                                        print_number(a, r->continued),
                                        print_number(a, r->skipped),
                                        print_number(a, r->blank),
                                        print_time(a, r->first_ts),
                                        print_time(a, r->last_ts),
                                        r->zone,
                                        r->zone_from,
                                        r->year_from,
                                        print_time(a, r->mtime),
                                        str_of(SOURCE_STATE_NAMES[state]),
                                        r->reason};
    memcpy(ret, values, sizeof values);
}

// The rows of `at`, new or again, in one transaction.
static enum status write_rows(struct case_connection *c, const struct entry *const *at, size_t n, bool announce,
                              struct error *error) {
    struct arena arena = {0};
    struct case_param params[COLUMNS];
    struct str *cells = arena_take(&arena, n * COLUMNS * sizeof *cells), row[COLUMNS];
    for (size_t i = 0; i < n; i++) {
        bool facts = at[i]->row.state == SOURCE_STATE_READ || at[i]->row.state == SOURCE_STATE_PARTIAL;
        print_row(&arena, &at[i]->row, facts && announce ? SOURCE_STATE_READING : at[i]->row.state, row);
        for (size_t column = 0; column < COLUMNS; column++)
            cells[column * n + i] = row[column];
    }
    for (size_t column = 0; column < COLUMNS; column++)
        params[column] = (struct case_param){NAMES[column], {.type = TYPE_TEXTS, .texts = {cells + column * n, n}}};
    enum status status = case_execute(c, "begin", error);
    if (status == OK)
        status = case_each(c, str_of(DELETE_SQL), params, COLUMNS, NULL, NULL, error);
    if (status == OK)
        status = case_each(c, str_of(INSERT_SQL), params, COLUMNS, NULL, NULL, error);
    if (status == OK)
        status = case_execute(c, "commit", error);
    arena_done(&arena);
    return status == FAIL ? FATAL : status;
}

struct ledger *ledger_new(void) {
    return must_zero(1, sizeof(struct ledger));
}

void ledger_free(struct ledger *l) {
    if (!l)
        return;
    VEC_DONE(&l->entries);
    free(l);
}

enum status ledger_put(struct ledger *l, struct case_connection *c, const struct source_row *row, struct error *error) {
    for (size_t i = l->entries.n; i-- > 0;)
        if (l->entries.at[i].row.source_id == row->source_id) {
            l->entries.at[i].row = *row;
            return OK;
        }
    *VEC_PUSH(&l->entries) = (struct entry){.row = *row};
    return l->entries.n >= MANY && row->state > SOURCE_STATE_PARTIAL ? ledger_announce(l, c, error) : OK;
}

static enum status write_some(struct ledger *l, struct case_connection *c, bool announce, struct error *error) {
    VEC(const struct entry *) chosen = {0};
    for (size_t i = 0; i < l->entries.n; i++)
        if (announce ? !l->entries.at[i].announced : l->entries.at[i].row.state != SOURCE_STATE_READING)
            *VEC_PUSH(&chosen) = &l->entries.at[i];
    enum status status = chosen.n ? write_rows(c, chosen.at, chosen.n, announce, error) : OK;
    VEC_DONE(&chosen);
    return status;
}

// Keeps only what will be told again: sources being read, and those read but not called so yet.
static void forget(struct ledger *l, bool announce) {
    size_t kept = 0;
    for (size_t i = 0; i < l->entries.n; i++) {
        struct entry e = l->entries.at[i];
        e.announced = true;
        bool facts = e.row.state == SOURCE_STATE_READ || e.row.state == SOURCE_STATE_PARTIAL;
        if (e.row.state == SOURCE_STATE_READING || (announce && facts))
            l->entries.at[kept++] = e;
    }
    l->entries.n = kept;
}

enum status ledger_announce(struct ledger *l, struct case_connection *c, struct error *error) {
    enum status status = write_some(l, c, true, error);
    if (status == OK)
        forget(l, true);
    return status;
}

enum status ledger_settle(struct ledger *l, struct case_connection *c, struct error *error) {
    enum status status = write_some(l, c, false, error);
    if (status == OK)
        forget(l, false);
    return status;
}
