// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// JSON as logs hold it: one object a line, read in place. Nothing is built: a value is the slice of the input it
// stands in, an object is a list of such slices, and only strings with escapes are copied. A reader that knows which
// five of eighty members it wants pays for one pass over the line and no more. Depth is bounded by LIMIT_JSON_DEPTH,
// without recursion; all functions are total, whatever the bytes are.
//
// Surprises: names of members are compared as written, escapes in them are not undone; of two members with one name
// the first counts; `json_at` finds "a.b" whether it was written {"a":{"b":1}} or {"a.b":1}, as tools do both. Commas
// and colons must be where they belong, but numbers and words are not checked until they are asked for.
#pragma once

#include "base/arena.h"

enum json_kind { JSON_NONE, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind; // JSON_NONE: absent
    struct str text;     // as written; of a string without its quotes, of an object or array with its brackets
    bool escaped;        // a string with a backslash in it
};

// One pass over an object or array: its members, in order.
struct json_walk {
    struct str rest;
    bool object;
    bool first;
    bool broken; // no JSON from here on, or the text ended before the object did
    bool ended;  // the closing bracket was met: `rest` is what follows it
};
// False when `text` does not begin (after white space) with an object or array.
bool json_walk(struct str text, struct json_walk *ret);
// The next member; `*ret_name` is absent in an array. False at the end, and when broken.
bool json_next(struct json_walk *walk, struct str *ret_name, struct json *ret);
// Takes one whole value off the front of `*s`, after white space. False, and `*s` unchanged, when there is none or it
// is cut off or nested too deeply.
bool json_value(struct str *s, struct json *ret);

// An object with its members listed. Members beyond JSON_MEMBERS are left out.
enum { JSON_MEMBERS = 128 };
struct json_object {
    struct str names[JSON_MEMBERS];
    struct json values[JSON_MEMBERS];
    size_t n;
};
// False when `text` is not one whole object with nothing but white space around it.
bool json_open(struct str text, struct json_object *ret);
// A member; kind JSON_NONE when there is none.
struct json json_get(const struct json_object *object, struct str name);
// A member of an object that was not listed.
struct json json_member(struct json object, struct str name);
// "alert.severity": a member of a member, at most 8 deep.
struct json json_at(const struct json_object *object, struct str path);
// The first element of an array; any other value itself.
struct json json_first(struct json value);

// The text of a string, escapes undone (a lone surrogate becomes U+FFFD); of a number or bool as written; absent for
// the rest and for "". Points into the input, or into `arena` where there were escapes.
struct str json_text(struct json value, struct arena *arena);
// All strings of an array with ", " between them, or the one string.
struct str json_join(struct json value, struct arena *arena);
// A whole number, also when written as a string or with a fraction, which is cut off. False when there is none or it
// does not fit.
bool json_int(struct json value, int64_t *ret);
int64_t json_int_or(struct json value, int64_t otherwise);
bool json_is_true(struct json value);
