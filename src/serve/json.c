// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See json.h.
#include "serve/json.h"

#include "base/limits.h"

// The library recurses as deep as the text goes; depth is bounded before it sees the text.
static bool is_shallow(struct str s) {
    int depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (in_text && c == '\\')
            i++;
        else if (c == '"')
            in_text = !in_text;
        else if (!in_text && (c == '{' || c == '['))
            depth++;
        else if (!in_text && (c == '}' || c == ']'))
            depth--;
        if (depth > LIMIT_JSON_DEPTH)
            return false;
    }
    return true;
}

enum status json_body(struct str body, json_t **ret, struct error *error) {
    json_error_t reason;
    if (!is_shallow(body))
        return error_set(error, FAIL, 0, "the JSON is more than %d levels deep", LIMIT_JSON_DEPTH);
    json_t *json = json_loadb(body.p ? body.p : "", body.n, JSON_REJECT_DUPLICATES, &reason);
    if (!json)
        return error_set(error, FAIL, 0, "not JSON at byte %d: %s", reason.position, reason.text);
    if (!json_is_object(json)) {
        json_decref(json);
        return error_set(error, FAIL, 0, "the JSON is not an object");
    }
    *ret = json;
    return OK;
}

static struct str text_of(const json_t *v) {
    return (struct str){json_string_value(v), json_string_length(v)};
}

static bool take_count(const json_t *v, uint64_t *ret) {
    json_int_t n = json_integer_value(v);
    if (!json_is_integer(v) || n < 0 || n > (json_int_t)1 << 53)
        return false;
    *ret = (uint64_t)n;
    return true;
}

static bool take_value(const json_t *v, const struct json_field *f) {
    switch (f->kind) {
    case JSON_TEXT:
        if (json_is_string(v))
            *(struct str *)f->into = text_of(v);
        return json_is_string(v);
    case JSON_BOOL:
        if (json_is_boolean(v))
            *(bool *)f->into = json_is_true(v);
        return json_is_boolean(v);
    case JSON_COUNT:
        return take_count(v, f->into);
    case JSON_MOMENT:
        return json_is_string(v) && civil_parse(text_of(v), f->into);
    case JSON_WITHIN:
    case JSON_LIST:
        if (f->kind == JSON_WITHIN ? !json_is_object(v) : !json_is_array(v))
            return false;
        *(const json_t **)f->into = v;
        return true;
    }
    return false;
}

static const struct json_field *find_field(const struct json_field *fields, size_t n, const char *key) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(fields[i].key, key) == 0)
            return &fields[i];
    return NULL;
}

enum status json_take(const json_t *object, const struct json_field *fields, size_t n, struct error *error) {
    static const char *const words[] = {[JSON_TEXT] = "text",
                                        [JSON_BOOL] = "true or false",
                                        [JSON_COUNT] = "a whole number, not negative",
                                        [JSON_MOMENT] = "a time such as 2026-03-04T05:06:07Z",
                                        [JSON_WITHIN] = "an object",
                                        [JSON_LIST] = "a list"};
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)object, key, v) {
        const struct json_field *f = find_field(fields, n, key);
        if (!f)
            return error_set(error, FAIL, 0, "there is no key '%.80s' here", key);
        if (!(json_is_null(v) && !f->needed) && !take_value(v, f))
            return error_set(error, FAIL, 0, "'%s' must be %s", f->key, words[f->kind]);
    }
    for (size_t i = 0; i < n; i++)
        if (fields[i].needed && !json_object_get(object, fields[i].key))
            return error_set(error, FAIL, 0, "'%s' is missing", fields[i].key);
    return OK;
}
