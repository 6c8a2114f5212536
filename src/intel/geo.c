// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Many addresses share a place, so places are told apart once and an address gets a number. Numbers cross to
// DuckDB as one text per block, which is far cheaper than a bound value each. All in one transaction: either all
// addresses have their places or none has.
#include "intel/geo.h"

#include "base/clock.h"
#include "base/limits.h"
#include "case/writer.h"
#include "intel/place.h"

#include <inttypes.h>
#include <stdlib.h>

enum { BLOCK = 16384, LOCATE_SECONDS = 60 };

// What a place says, in the order of the columns of the temporary table.
enum field { KIND, CODE, COUNTRY, CITY, LATITUDE, LONGITUDE, LOCATED, ASN, AS_NAME, FIELD_COUNT };
static const char *const FIELDS[] = {"kind",      "code",    "country", "city",   "latitude",
                                     "longitude", "located", "asn",     "as_name"};

static const char CLEAR_SQL[] = "delete from facts.main.place_t; delete from facts.main.address_place_t";

static const char ADDRESSES_SQL[] =
    "insert into facts.main.address_place_t select unnest(string_split($ids, ' '))::uinteger, "
    "unnest(string_split($places, ' '))::uinteger";

// An empty text stands for NULL.
static const char PLACES_SQL[] =
    "insert into facts.main.place_t select unnest(range($first::bigint, $first::bigint + len($kind)::bigint)), "
    "nullif(unnest($kind), ''), nullif(unnest($code), ''), nullif(unnest($country), ''), nullif(unnest($city), ''), "
    "nullif(unnest($latitude), '')::double, nullif(unnest($longitude), '')::double, nullif(unnest($located), ''), "
    "nullif(unnest($asn), '')::ubigint, nullif(unnest($as_name), '')";

struct work {
    struct case_connection *connection;
    struct place_database *database;
    struct buffer ids, numbers, key; // of the block: addresses, and their places
    size_t n;
    struct intern places;              // by all their fields
    VEC(struct str) told[FIELD_COUNT]; // of the places, by number - 1
    struct arena text;
    usec deadline;
};

// All that is known of an address.
static void describe(struct work *w, struct str ip, struct arena *scratch, struct str ret[FIELD_COUNT]) {
    struct address a;
    struct place p = {0};
    for (enum field f = KIND; f < FIELD_COUNT; f++)
        ret[f] = S("");
    if (!address_read(ip, &a))
        return;
    ret[KIND] = str_of(ADDRESS_KIND_NAMES[a.kind]);
    if (a.kind != ADDRESS_PUBLIC || place_find(w->database, &a, &p) != OK)
        return;
    ret[CODE] = p.country_code;
    ret[COUNTRY] = p.country;
    ret[CITY] = p.city;
    ret[AS_NAME] = p.as_name;
    if (p.asn)
        ret[ASN] = arena_print(scratch, "%" PRId64, p.asn);
    if (!p.located)
        return;
    ret[LATITUDE] = arena_print(scratch, "%.6f", p.latitude);
    ret[LONGITUDE] = arena_print(scratch, "%.6f", p.longitude);
    ret[LOCATED] = str_of(p.located);
}

static uint32_t place_number(struct work *w, const struct str fields[FIELD_COUNT]) {
    size_t known = w->places.n;
    w->key.n = 0;
    for (enum field f = KIND; f < FIELD_COUNT; f++) {
        buffer_add(&w->key, fields[f]);
        buffer_add_char(&w->key, '\0');
    }
    uint32_t number = intern_id(&w->places, buffer_str(&w->key));
    for (enum field f = KIND; f < FIELD_COUNT && w->places.n > known; f++)
        *VEC_PUSH(&w->told[f]) = fields[f].n ? arena_copy(&w->text, fields[f]) : S("");
    return number;
}

static enum status store_block(struct work *w, struct error *error) {
    const struct case_param params[] = {{"ids", case_from_text(buffer_str(&w->ids))},
                                        {"places", case_from_text(buffer_str(&w->numbers))}};
    if (w->n == 0)
        return OK;
    enum status status = case_each(w->connection, str_of(ADDRESSES_SQL), params, 2, NULL, NULL, error);
    w->n = w->ids.n = w->numbers.n = 0;
    if (status == OK && clock_steady() > w->deadline)
        return error_set(error, FAIL, 0,
                         "the address database takes more than %d s to answer; it is damaged: give another",
                         LOCATE_SECONDS);
    return status;
}

static enum status add_address(struct work *w, uint32_t id, struct str ip, struct arena *scratch, struct error *error) {
    struct str fields[FIELD_COUNT];
    describe(w, ip, scratch, fields);
    buffer_print(&w->ids, "%s%" PRIu32, w->n ? " " : "", id);
    buffer_print(&w->numbers, "%s%" PRIu32, w->n ? " " : "", place_number(w, fields));
    arena_clear(scratch);
    return ++w->n == BLOCK ? store_block(w, error) : OK;
}

static enum status read_addresses(struct work *w, struct case_connection *reader, struct error *error) {
    struct case_result *result;
    struct arena scratch = {0};
    size_t rows;
    enum status status = case_query(reader, S("select address_id, ip from facts.main.address_t where ip is not null"),
                                    NULL, 0, &result, error);
    if (status != OK)
        return status;
    while (status == OK && (status = case_fetch(result, &rows, error)) == OK)
        for (size_t i = 0; i < rows && status == OK; i++)
            status =
                add_address(w, (uint32_t)case_integer_at(result, 0, i), case_text_at(result, 1, i), &scratch, error);
    case_result_free(result);
    arena_done(&scratch);
    return status == END ? store_block(w, error) : status;
}

static enum status store_places(struct work *w, struct error *error) {
    enum status status = OK;
    for (size_t first = 0; first < w->places.n && status == OK; first += BLOCK) {
        size_t n = w->places.n - first < BLOCK ? w->places.n - first : BLOCK;
        struct case_param params[FIELD_COUNT + 1];
        for (enum field f = KIND; f < FIELD_COUNT; f++)
            params[f] = (struct case_param){FIELDS[f], case_from_texts(w->told[f].at + first, n)};
        params[FIELD_COUNT] = (struct case_param){"first", case_from_integer((int64_t)first + 1)};
        status = case_each(w->connection, str_of(PLACES_SQL), params, FIELD_COUNT + 1, NULL, NULL, error);
    }
    return status;
}

static enum status note(struct case_connection *c, const char *key, struct str value, struct error *error) {
    const struct case_param params[] = {{"key", case_from_text(str_of(key))}, {"value", case_from_text(value)}};
    enum status status = case_each(c, S("delete from facts.main.meta where key = $key"), params, 2, NULL, NULL, error);
    if (status == OK)
        status = case_each(c, S("insert into facts.main.meta values ($key, $value)"), params, 2, NULL, NULL, error);
    return status;
}

static enum status replace_all(struct work *w, struct case_connection *reader, struct error *error) {
    enum status status = case_execute(w->connection, CLEAR_SQL, error);
    if (status == OK)
        status = read_addresses(w, reader, error);
    if (status == OK)
        status = store_places(w, error);
    if (status == OK)
        status = note(w->connection, "geo_attribution", place_attribution(w->database), error);
    if (status == OK)
        status = note(w->connection, "geo_database", place_description(w->database), error);
    return status;
}

static enum status locate_all(struct work *w, struct case_connection *reader, struct error *error) {
    enum status status = case_execute(w->connection, "begin", error);
    if (status == OK)
        status = replace_all(w, reader, error);
    if (status == OK)
        return case_execute(w->connection, "commit", error);
    case_execute(w->connection, "rollback", NULL);
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
    if (status == OK)
        status = locate_all(&w, reader, error);
    if (status == OK)
        case_changed(file);
    for (size_t f = 0; f < FIELD_COUNT; f++)
        VEC_DONE(&w.told[f]);
    buffer_done(&w.ids);
    buffer_done(&w.numbers);
    buffer_done(&w.key);
    intern_done(&w.places);
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
