// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// `journalctl -o json`, -o json-pretty, -o json-seq, -o json-sse, and arrays of such objects: entries are objects, of
// one line or of many. A value is a string, or null where the export left out what was too long, or an array of
// numbers for bytes that are no text, or an array of all these where the name came several times.
//
// Surprises: an object that is not closed would swallow the rest of the file. No line break stands inside a string of
// JSON, and no nested object begins at the start of a line, so either ends it.
#include "format/journal.h"
#include "format/json.h"

struct reading {
    struct journal_teller teller;
    struct arena arena; // of one entry
    struct buffer bytes;
    struct str rest;
    uint64_t blank, odd; // lines between entries that are empty, or hold brackets
};

// ---- values

// [104, 105]: bytes. False when it is not numbers from 0 to 255 (or -128 to 127) only.
static bool read_bytes(struct json array, struct buffer *ret) {
    struct json_walk walk;
    struct str name;
    struct json value;
    ret->n = 0;
    if (array.kind != JSON_ARRAY || !json_walk(array.text, &walk))
        return false;
    while (json_next(&walk, &name, &value)) {
        int64_t byte;
        if (value.kind != JSON_NUMBER || !json_int(value, &byte) || byte < -128 || byte > 255)
            return false;
        buffer_add_char(ret, (char)byte);
    }
    return ret->n != 0;
}

static void add_one(struct reading *r, struct str name, struct json value) {
    struct str text = value.kind == JSON_STRING ? json_text(value, &r->arena) : value.text;
    enum journal_field field = journal_field_of(name);
    if (value.kind == JSON_NULL) {
        journal_odd(&r->teller, ANOMALY_TRUNCATED, "%.*s is null: the export left it out as too long",
                    STR_ARG(str_head(name, 64)));
        text = S("");
    }
    if (value.kind == JSON_ARRAY && read_bytes(value, &r->bytes))
        text = buffer_str(&r->bytes);
    journal_add(&r->teller, field, name, text.p ? text : S(""), 0);
}

static void add_member(struct reading *r, struct str name, struct json value) {
    struct json_walk walk;
    struct json element;
    struct str none;
    name = str_head(name, 256);
    if (value.kind != JSON_ARRAY || read_bytes(value, &r->bytes) || !json_walk(value.text, &walk)) {
        add_one(r, name, value);
        return;
    }
    while (json_next(&walk, &none, &element))
        add_one(r, name, element);
}

// ---- entries

// Length of the object at the front of `s`; 0 when it breaks off, and `*ret_bad` is then where to go on.
static size_t object_length(struct str s, size_t *ret_bad) {
    int depth = 0;
    bool string = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (string && c == '\\' && i + 1 < s.n && s.p[i + 1] != '\n')
            i++;
        else if (c == '"')
            string = !string;
        else if (c == '\n' && (string || (i + 1 < s.n && (s.p[i + 1] == '{' || s.p[i + 1] == '\x1e')))) {
            *ret_bad = i + 1;
            return 0;
        } else if (!string && (c == '{' || c == '['))
            depth++;
        else if (!string && (c == '}' || c == ']') && --depth == 0)
            return i + 1;
    }
    *ret_bad = s.n;
    return 0;
}

static bool read_object(struct reading *r, struct str object, uint64_t lines) {
    struct json_walk walk;
    struct str name;
    struct json value;
    journal_begin(&r->teller);
    if (json_walk(object, &walk))
        while (json_next(&walk, &name, &value))
            add_member(r, name, value);
    else
        walk.broken = true;
    arena_clear(&r->arena);
    if (!r->teller.fields)
        return journal_skip(&r->teller, ANOMALY_BAD_RECORD, lines, 0, "an object without members, or no JSON");
    if (walk.broken)
        journal_odd(&r->teller, ANOMALY_BAD_RECORD, "no JSON behind the first %zu fields", r->teller.fields);
    return journal_give(&r->teller, lines);
}

// The rest of the line behind an object: a comma, a bracket, blanks. Taken with the object's line.
static struct str line_rest(struct str s) {
    ptrdiff_t end = str_find_char(s, '\n');
    return str_head(s, end < 0 ? s.n : (size_t)end + 1);
}

// A line without an object in it.
static bool pass_line(struct reading *r, struct str line) {
    struct str words = str_trim(line);
    if (words.n && words.p[words.n - 1] == '\r')
        words = str_trim(str_head(words, words.n - 1));
    if (!words.n) {
        r->blank++;
        return true;
    }
    bool bracket = words.n == 1 && memchr("[],\x1e", words.p[0], 4);
    if (bracket) {
        r->odd++;
        return true;
    }
    return journal_skip(&r->teller, ANOMALY_BAD_RECORD, 1, 0, "a line that is no entry");
}

// One or more objects that begin on this line; several on one line are one physical line, which the first one takes.
static bool read_line(struct reading *r, size_t brace) {
    uint64_t lines = 0;
    struct str from = r->rest, object;
    r->rest = str_skip(r->rest, brace);
    size_t bad, n = object_length(r->rest, &bad);
    if (!n) {
        object = str_head(r->rest, bad);
        r->rest = str_skip(r->rest, bad);
        return read_object(r, object, journal_count_lines(str_between(from.p, r->rest.p)));
    }
    object = str_head(r->rest, n);
    r->rest = str_skip(r->rest, n);
    struct str tail = line_rest(r->rest);
    if (str_find_char(tail, '{') < 0)
        r->rest = str_skip(r->rest, tail.n);
    lines = journal_count_lines(str_between(from.p, r->rest.p));
    return read_object(r, object, lines);
}

static bool read_all(struct reading *r) {
    while (r->rest.n) {
        struct str line = line_rest(r->rest);
        ptrdiff_t brace = str_find_char(line, '{');
        if (brace >= 0) {
            if (!read_line(r, (size_t)brace))
                return false;
            continue;
        }
        r->rest = str_skip(r->rest, line.n);
        if (!pass_line(r, line))
            return false;
    }
    return true;
}

static enum status decode_json(const struct stream *stream, const struct sink *sink, struct error *error) {
    struct reading r = {.rest = stream->bytes};
    (void)error;
    str_take(&r.rest, S("\xef\xbb\xbf"));
    r.teller.sink = sink;
    r.teller.allowed = journal_allowance(stream->bytes.n);
    if (read_all(&r) && (r.blank || r.odd))
        journal_skip(&r.teller, ANOMALY_COUNT, r.odd, r.blank, "%s", "");
    journal_done(&r.teller);
    buffer_done(&r.bytes);
    arena_done(&r.arena);
    return OK;
}

// Names only journals have, in quotes, in an object.
static int probe_json(struct str head, struct str path) {
    static const char *const names[] = {
        "\"__REALTIME_TIMESTAMP\"", "\"__MONOTONIC_TIMESTAMP\"",     "\"__CURSOR\"", "\"_BOOT_ID\"",
        "\"_TRANSPORT\"",           "\"_SOURCE_REALTIME_TIMESTAMP\""};
    struct str s = str_trim(head);
    int found = 0;
    (void)path;
    str_take(&s, S("\xef\xbb\xbf"));
    str_take(&s, S("\x1e"));
    str_take(&s, S("data: "));
    s = str_trim(s);
    if (str_take(&s, S("[")))
        s = str_trim(s);
    if (!str_starts(s, S("{")))
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found += str_find(str_head(s, 16384), str_of(names[i])) >= 0;
    return found >= 2 ? 96 : 0;
}

const struct format journal_json_format = {
    .name = "journal-json",
    .what = "journalctl -o json",
    .probe = probe_json,
    .decode = decode_json,
    .traits = FORMAT_RENDERED | FORMAT_NO_LINES, // several may stand on one line
    .witness = WITNESS_JOURNAL,
};
