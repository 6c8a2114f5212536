// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See json.h. The one loop that matters is nested_end(): it steps over whatever nobody asked for, keeping a bit per
// level to tell `{` from `[`.
#include "format/json.h"

#include "base/limits.h"

static bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void skip_space(struct str *s) {
    size_t i = 0;
    while (i < s->n && is_space(s->p[i]))
        i++;
    *s = str_skip(*s, i);
}

// Position behind the string that begins with a quote at `i`, 0 when it does not end.
static size_t string_end(struct str s, size_t i, bool *ret_escaped) {
    *ret_escaped = false;
    for (i++; i < s.n; i++) {
        if (s.p[i] == '"')
            return i + 1;
        if (s.p[i] == '\\') {
            *ret_escaped = true;
            i++;
        }
    }
    return 0;
}

// Position behind the object or array `s` begins with, 0 when it does not end or goes too deep.
static size_t nested_end(struct str s) {
    uint64_t is_object = 0;
    size_t depth = 0;
    bool escaped;
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '"':
            i = string_end(s, i, &escaped);
            if (!i--)
                return 0;
            break;
        case '{':
        case '[':
            if (depth >= LIMIT_JSON_DEPTH)
                return 0;
            depth++;
            is_object = is_object << 1 | (s.p[i] == '{');
            break;
        case '}':
        case ']':
            if ((is_object & 1) != (s.p[i] == '}'))
                return 0;
            is_object >>= 1;
            if (!--depth)
                return i + 1;
            break;
        default:
            break;
        }
    }
    return 0;
}

// Position behind the number or word `s` begins with.
static size_t plain_end(struct str s) {
    size_t i = 0;
    while (i < s.n && (s.p[i] == '-' || s.p[i] == '+' || s.p[i] == '.' || (unsigned char)(s.p[i] - '0') < 10 ||
                       (unsigned char)((s.p[i] | 0x20) - 'a') < 26))
        i++;
    return i;
}

static enum json_kind plain_kind(struct str s) {
    if (str_eq(s, S("null")))
        return JSON_NULL;
    if (str_eq(s, S("true")) || str_eq(s, S("false")))
        return JSON_BOOL;
    return s.n && (s.p[0] == '-' || (unsigned char)(s.p[0] - '0') < 10) ? JSON_NUMBER : JSON_NONE;
}

bool json_value(struct str *s, struct json *ret) {
    struct str rest = *s;
    size_t end;
    *ret = (struct json){0};
    skip_space(&rest);
    if (!rest.n)
        return false;
    if (rest.p[0] == '"') {
        end = string_end(rest, 0, &ret->escaped);
        if (!end)
            return false;
        ret->kind = JSON_STRING;
        ret->text = str_head(str_skip(rest, 1), end - 2);
    } else if (rest.p[0] == '{' || rest.p[0] == '[') {
        end = nested_end(rest);
        ret->kind = rest.p[0] == '{' ? JSON_OBJECT : JSON_ARRAY;
        ret->text = str_head(rest, end);
    } else {
        end = plain_end(rest);
        ret->text = str_head(rest, end);
        ret->kind = plain_kind(ret->text);
    }
    if (!end || ret->kind == JSON_NONE)
        return false;
    *s = str_skip(rest, end);
    return true;
}

bool json_walk(struct str text, struct json_walk *ret) {
    *ret = (struct json_walk){.rest = text, .first = true};
    skip_space(&ret->rest);
    if (!ret->rest.n || (ret->rest.p[0] != '{' && ret->rest.p[0] != '['))
        return false;
    ret->object = ret->rest.p[0] == '{';
    ret->rest = str_skip(ret->rest, 1);
    return true;
}

static bool break_walk(struct json_walk *walk) {
    walk->broken = true;
    return false;
}

bool json_next(struct json_walk *walk, struct str *ret_name, struct json *ret) {
    struct json name;
    *ret_name = STR_NONE;
    *ret = (struct json){0};
    if (walk->broken || walk->ended)
        return false;
    skip_space(&walk->rest);
    if (str_take(&walk->rest, walk->object ? S("}") : S("]"))) {
        walk->ended = true;
        return false;
    }
    if (!walk->first && !str_take(&walk->rest, S(",")))
        return break_walk(walk);
    walk->first = false;
    if (walk->object) {
        if (!json_value(&walk->rest, &name) || name.kind != JSON_STRING)
            return break_walk(walk);
        *ret_name = name.text;
        skip_space(&walk->rest);
        if (!str_take(&walk->rest, S(":")))
            return break_walk(walk);
    }
    return json_value(&walk->rest, ret) || break_walk(walk);
}

bool json_open(struct str text, struct json_object *ret) {
    struct json_walk walk;
    struct str name;
    struct json value;
    ret->n = 0;
    if (!json_walk(text, &walk) || !walk.object)
        return false;
    while (json_next(&walk, &name, &value)) {
        if (ret->n == JSON_MEMBERS)
            continue;
        ret->names[ret->n] = name;
        ret->values[ret->n++] = value;
    }
    skip_space(&walk.rest);
    return walk.ended && !walk.rest.n;
}

struct json json_get(const struct json_object *object, struct str name) {
    for (size_t i = 0; i < object->n; i++)
        if (str_eq(object->names[i], name))
            return object->values[i];
    return (struct json){0};
}

struct json json_member(struct json object, struct str name) {
    struct json_walk walk;
    struct str found;
    struct json value;
    if (object.kind != JSON_OBJECT || !json_walk(object.text, &walk))
        return (struct json){0};
    while (json_next(&walk, &found, &value))
        if (str_eq(found, name))
            return value;
    return (struct json){0};
}

struct json json_at(const struct json_object *object, struct str path) {
    struct json value = json_get(object, path);
    ptrdiff_t dot = str_find_char(path, '.');
    if (value.kind != JSON_NONE || dot < 0)
        return value;
    value = json_get(object, str_head(path, (size_t)dot));
    path = str_skip(path, (size_t)dot + 1);
    for (int depth = 0; depth < 8 && value.kind == JSON_OBJECT; depth++) {
        struct json whole = json_member(value, path);
        dot = str_find_char(path, '.');
        if (whole.kind != JSON_NONE || dot < 0)
            return whole;
        value = json_member(value, str_head(path, (size_t)dot));
        path = str_skip(path, (size_t)dot + 1);
    }
    return (struct json){0};
}

struct json json_first(struct json value) {
    struct json_walk walk;
    struct str name;
    struct json first;
    if (value.kind != JSON_ARRAY)
        return value;
    return json_walk(value.text, &walk) && json_next(&walk, &name, &first) ? first : (struct json){0};
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The four hexadecimal digits at `i`, or negative.
static int32_t read_unit(struct str s, size_t i) {
    int32_t unit = 0;
    if (i > s.n || s.n - i < 4)
        return -1;
    for (size_t end = i + 4; i < end; i++) {
        int digit = hex_digit(s.p[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static size_t put_utf8(uint32_t code, char *to) {
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xc0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    size_t n = code < 0x10000 ? 3 : 4;
    to[0] = (char)((n == 3 ? 0xe0 : 0xf0) | code >> (6 * (n - 1)));
    for (size_t i = 1; i < n; i++)
        to[i] = (char)(0x80 | (code >> (6 * (n - 1 - i)) & 0x3f));
    return n;
}

// What "uXXXX" at `*i` stands for, with its second half where it has one; `*i` moves behind it.
static uint32_t read_code(struct str s, size_t *i) {
    int32_t unit = read_unit(s, *i + 1);
    if (unit < 0) {
        *i += 1;
        return 0xfffd;
    }
    *i += 5;
    if (unit < 0xd800 || unit > 0xdfff)
        return (uint32_t)unit;
    int32_t low = *i + 1 < s.n && s.p[*i] == '\\' && s.p[*i + 1] == 'u' ? read_unit(s, *i + 2) : -1;
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return 0xfffd;
    *i += 6;
    return 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
}

static struct str unescape(struct str s, struct arena *arena) {
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    char *text = arena_take(arena, s.n + 1); // "\u0800" makes three bytes of six: it never grows
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] != '\\' || i + 1 == s.n) {
            text[n++] = s.p[i++];
            continue;
        }
        i++;
        if (s.p[i] == 'u' && read_unit(s, i + 1) >= 0) {
            n += put_utf8(read_code(s, &i), text + n);
            continue;
        }
        const char *at = s.p[i] ? strchr(from, s.p[i]) : NULL;
        text[n++] = at ? to[at - from] : s.p[i];
        i++;
    }
    return (struct str){text, n};
}

struct str json_text(struct json value, struct arena *arena) {
    if (value.kind != JSON_STRING && value.kind != JSON_NUMBER && value.kind != JSON_BOOL)
        return STR_NONE;
    struct str text = value.escaped ? unescape(value.text, arena) : value.text;
    return text.n ? text : STR_NONE;
}

struct str json_join(struct json value, struct arena *arena) {
    struct json_walk walk;
    struct str name, all = STR_NONE;
    struct json element;
    if (value.kind != JSON_ARRAY || !json_walk(value.text, &walk))
        return json_text(value, arena);
    // Undone escapes are shorter, and a quoted element with its comma is longer than its text and ", ".
    char *to = arena_take(arena, 2 * value.text.n);
    all.p = to;
    while (json_next(&walk, &name, &element)) {
        struct str text = json_text(element, arena);
        if (!text.n)
            continue;
        if (all.n) {
            memcpy(to + all.n, ", ", 2);
            all.n += 2;
        }
        memcpy(to + all.n, text.p, text.n);
        all.n += text.n;
    }
    return all.n ? all : STR_NONE;
}

bool json_int(struct json value, int64_t *ret) {
    struct str s = value.text;
    if (value.kind != JSON_NUMBER && value.kind != JSON_STRING)
        return false;
    bool negative = str_take(&s, S("-"));
    ptrdiff_t dot = str_find_char(s, '.');
    uint64_t number;
    if (!str_to_u64(dot > 0 ? str_head(s, (size_t)dot) : s, &number) || number > INT64_MAX)
        return false;
    *ret = negative ? -(int64_t)number : (int64_t)number;
    return true;
}

int64_t json_int_or(struct json value, int64_t otherwise) {
    int64_t number;
    return json_int(value, &number) ? number : otherwise;
}

bool json_is_true(struct json value) {
    return (value.kind == JSON_BOOL || value.kind == JSON_STRING) &&
           (str_eq_nocase(value.text, S("true")) || str_eq_nocase(value.text, S("t")));
}
