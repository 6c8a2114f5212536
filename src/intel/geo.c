// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Many addresses share a place, so places are told apart once and an address gets a number. Numbers cross to
// DuckDB as one text per block, which is far cheaper than a bound value each; then one statement updates
// address_t: either all addresses have their places or none has.
#include "intel/geo.h"

#include "base/clock.h"
#include "base/limits.h"
#include "case/writer.h"
#include "intel/place.h"

#include <inttypes.h>
#include <stdlib.h>

enum { BLOCK = 16384, LOCATE_SECONDS = 60 };

// What one address gets. The order is that of the columns of the temporary table.
enum field { ID, KIND, CODE, COUNTRY, CITY, LATITUDE, LONGITUDE, LOCATED, ASN, AS_NAME, FIELD_COUNT };
static const char *const FIELDS[] = {"id",       "kind",      "code",    "country", "city",
                                     "latitude", "longitude", "located", "asn",     "as_name"};

static const char TABLE_SQL[] =
    "create or replace temp table place_new (address_id uinteger, kind varchar, country_code varchar, "
    "country varchar, city varchar, latitude double, longitude double, located varchar, asn ubigint, as_name varchar)";

static const char INSERT_SQL[] =
    "insert into temp.place_new select "
    "unnest($id)::uinteger, nullif(unnest($kind), ''), nullif(unnest($code), ''), "
    "nullif(unnest($country), ''), nullif(unnest($city), ''), nullif(unnest($latitude), '')::double, "
    "nullif(unnest($longitude), '')::double, nullif(unnest($located), ''), nullif(unnest($asn), '')::ubigint, "
    "nullif(unnest($as_name), '')";

static const char UPDATE_SQL[] =
    "update facts.main.address_t a set kind = p.kind, country_code = p.country_code, country = p.country, "
    "city = p.city, latitude = p.latitude, longitude = p.longitude, located = p.located, asn = p.asn, "
    "as_name = p.as_name from temp.place_new p where p.address_id = a.address_id;"
    "drop table temp.place_new";

struct work {
    struct case_connection *connection;
    struct place_database *database;
    struct arena text; // of one block
    struct str *columns[FIELD_COUNT];
    bool used[FIELD_COUNT]; // whether a column holds anything in this block
    size_t n;
    usec deadline;
};

static void put(struct work *w, enum field field, struct str value) {
    w->columns[field][w->n - 1] = value;
    w->used[field] |= value.n > 0;
}

static void fill_row(struct work *w, uint32_t id, struct str ip) {
    struct address a;
    struct place p = {0};
    w->n++;
    for (enum field f = ID; f < FIELD_COUNT; f++)
        put(w, f, STR_NONE);
    put(w, ID, arena_print(&w->text, "%" PRIu32, id));
    if (!address_read(ip, &a))
        return;
    put(w, KIND, str_of(ADDRESS_KIND_NAMES[a.kind]));
    if (a.kind != ADDRESS_PUBLIC || place_find(w->database, &a, &p) != OK)
        return;
    put(w, CODE, p.country_code);
    put(w, COUNTRY, p.country);
    put(w, CITY, p.city);
    put(w, AS_NAME, p.as_name);
    if (p.asn)
        put(w, ASN, arena_print(&w->text, "%" PRId64, p.asn));
    if (!p.located)
        return;
    put(w, LATITUDE, arena_print(&w->text, "%.6f", p.latitude));
    put(w, LONGITUDE, arena_print(&w->text, "%.6f", p.longitude));
    put(w, LOCATED, str_of(p.located));
}

static enum status store_block(struct work *w, struct error *error) {
    struct case_param params[FIELD_COUNT];
    if (w->n == 0)
        return OK;
    for (enum field f = ID; f < FIELD_COUNT; f++) {
        params[f] = (struct case_param){FIELDS[f], case_from_texts(w->columns[f], w->used[f] ? w->n : 0)};
        w->used[f] = false;
    }
    enum status status = case_each(w->connection, str_of(INSERT_SQL), params, FIELD_COUNT, NULL, NULL, error);
    w->n = 0;
    arena_clear(&w->text);
    if (status == OK && clock_steady() > w->deadline)
        return error_set(error, FAIL, 0,
                         "the address database takes more than %d s to answer; it is damaged: give another",
                         LOCATE_SECONDS);
    return status;
}

static enum status read_addresses(struct work *w, struct case_connection *reader, struct error *error) {
    struct case_result *result;
    size_t rows;
    enum status status = case_query(reader, S("select address_id, ip from facts.main.address_t where ip is not null"),
                                    NULL, 0, &result, error);
    if (status != OK)
        return status;
    while ((status = case_fetch(result, &rows, error)) == OK) {
        for (size_t i = 0; i < rows && status == OK; i++) {
            fill_row(w, (uint32_t)case_integer_at(result, 0, i), case_text_at(result, 1, i));
            if (w->n == BLOCK)
                status = store_block(w, error);
        }
        if (status != OK)
            break;
    }
    case_result_free(result);
    return status == END ? store_block(w, error) : status;
}

static enum status note(struct case_connection *c, const char *key, struct str value, struct error *error) {
    const struct case_param params[] = {{"key", case_from_text(str_of(key))}, {"value", case_from_text(value)}};
    enum status status = case_each(c, S("delete from facts.main.meta where key = $key"), params, 2, NULL, NULL, error);
    if (status == OK)
        status = case_each(c, S("insert into facts.main.meta values ($key, $value)"), params, 2, NULL, NULL, error);
    return status;
}

static enum status locate_all(struct work *w, struct case_connection *reader, struct error *error) {
    enum status status = case_execute(w->connection, TABLE_SQL, error);
    if (status == OK)
        status = read_addresses(w, reader, error);
    if (status == OK)
        status = case_execute(w->connection, UPDATE_SQL, error);
    if (status == OK)
        status = note(w->connection, "geo_attribution", place_attribution(w->database), error);
    if (status == OK)
        status = note(w->connection, "geo_database", place_description(w->database), error);
    return status;
}

enum status intel_locate(struct case_file *file, const char *geoip, struct error *error) {
    struct work w = {.deadline = clock_steady() + LOCATE_SECONDS * USEC_SECOND};
    struct case_connection *reader = NULL;
    enum status status = place_open(geoip, &w.database, error);
    if (status == OK)
        status = case_connect_writer(file, &w.connection, error);
    if (status == OK)
        status = case_connect(file, &reader, error);
    for (size_t f = 0; f < FIELD_COUNT; f++)
        w.columns[f] = must_alloc(BLOCK * sizeof *w.columns[f]);
    if (status == OK)
        status = locate_all(&w, reader, error);
    if (status == OK)
        case_changed(file);
    for (size_t f = 0; f < FIELD_COUNT; f++)
        free(w.columns[f]);
    arena_done(&w.text);
    case_disconnect(reader);
    case_disconnect(w.connection);
    place_close(w.database);
    return status;
}

struct line {
    struct arena *arena;
    struct str text;
};

static void take_line(void *context, const struct case_result *result, size_t row) {
    struct line *line = context;
    line->text = arena_copy(line->arena, case_text_at(result, 0, row));
}

struct str intel_attribution(struct case_file *file, struct arena *arena) {
    struct case_connection *c;
    struct line line = {arena, S("")};
    if (case_connect(file, &c, NULL) != OK)
        return line.text;
    case_each(c, S("select value from facts.main.meta where key = 'geo_attribution'"), NULL, 0, take_line, &line, NULL);
    case_disconnect(c);
    return line.text;
}
