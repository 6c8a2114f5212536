// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// JSON in. A body is read against a table of the keys it may have and the type of each; what is of another
// type, missing or unknown is an error that names the key. Nothing is taken to be what it should be.
#pragma once

#include "base/civil.h"
#include "base/status.h"

#include <jansson.h>

enum json_kind {
    JSON_TEXT,   // struct str
    JSON_BOOL,   // bool
    JSON_COUNT,  // uint64_t: 0 … 2^53
    JSON_MOMENT, // usec
    JSON_WITHIN, // json_t *: an object
    JSON_LIST,   // json_t *: an array
};

struct json_field {
    const char *key;
    enum json_kind kind;
    bool needed; // else it may be null or absent, and `into` stays as it was
    void *into;
};

// At most LIMIT_JSON_DEPTH deep, an object at the top. Free with json_decref(), after its last slice is used.
enum status json_body(struct str body, json_t **ret, struct error *error);
enum status json_take(const json_t *object, const struct json_field *fields, size_t n, struct error *error);
#define JSON_TAKE(object, fields, error) json_take(object, fields, sizeof(fields) / sizeof *(fields), error)
