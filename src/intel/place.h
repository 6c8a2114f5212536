// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Where an address is, as a database in MaxMind's format says: the one inside the program (countries only,
// IP to Country Lite by DB-IP, CC BY 4.0) or a file of the user's. Two layouts are read: MaxMind's nested one
// (country.iso_code, location.latitude …) and the flat one of many free databases (country_code, city …).
// A file is copied to memory first, so that it may shrink or change on disk while it is used.
#pragma once

#include "base/arena.h"
#include "base/civil.h"
#include "base/status.h"
#include "intel/address.h"

struct place {
    struct str country_code; // two capital letters, or absent
    struct str country;      // in English
    struct str city;
    struct str as_name;
    int64_t asn; // 0: not known
    // A point on the map: of the city where `located` is "city", of the country's middle where it is
    // "country"; `located` is NULL when there is none.
    double latitude, longitude;
    const char *located;
};

struct place_database;

// `path` NULL: the database inside the program. FAIL says what is wrong with the file.
enum status place_open(const char *path, struct place_database **ret, struct error *error);
// Text lives as long as the database. OK, END when the database does not have the address, FAIL when it is
// damaged at this address.
enum status place_find(struct place_database *database, const struct address *address, struct place *ret);
// What has to be shown where its data is shown: a text of one line, or "" when nothing is asked.
struct str place_attribution(const struct place_database *database);
// "DB-IP country, built 2026-06-01": type and date as the file says.
struct str place_description(const struct place_database *database);
void place_close(struct place_database *database); // NULL is fine

// The English name and the middle of a country. False for a code that is none.
bool place_of_country(struct str code, struct place *ret);
