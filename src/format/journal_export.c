// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// `journalctl -o export`, and what systemd-journal-remote and -upload speak: a field is a line NAME=value; where the
// value is no plain text, a line NAME, its length in eight bytes (little-endian), the value, a line end. An empty line
// ends an entry.
//
// Surprises: physical lines are counted as line feeds in the bytes, those inside of values included. A length that
// leads out of the stream, or not to a line end, cannot be believed; then the name alone is left out and reading goes
// on behind its line.
#include "format/journal.h"

#include <endian.h>

enum { NAME_MOST = 256 };

struct reading {
    struct journal_teller teller;
    struct str all;
    size_t at;
    size_t begun;   // where the entry began
    uint64_t blank; // lines between entries
};

static bool is_name(struct str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!(c == '_' || (unsigned)(c - 'A') < 26 || (unsigned)(c - 'a') < 26 || (unsigned)(c - '0') < 10 ||
              c == '.' || c == '-'))
            return false;
    }
    return s.n && s.n <= NAME_MOST;
}

// The value behind the line of its name. False when the length cannot be.
static bool take_binary(struct reading *r, size_t at, struct str *ret) {
    uint64_t n;
    if (r->all.n - at < sizeof n)
        return false;
    memcpy(&n, r->all.p + at, sizeof n);
    n = le64toh(n);
    at += sizeof n;
    if (n > r->all.n - at || (n < r->all.n - at && r->all.p[at + n] != '\n'))
        return false;
    *ret = (struct str){r->all.p + at, n};
    r->at = at + n + (n < r->all.n - at);
    return true;
}

// One line of an entry, and what belongs to it.
static void read_field(struct reading *r, struct str line) {
    struct journal_teller *t = &r->teller;
    ptrdiff_t equals = str_find_char(str_head(line, NAME_MOST + 1), '=');
    struct str name = equals < 0 ? line : str_head(line, (size_t)equals), value;
    bool named = is_name(name);
    if (named && equals > 0)
        value = str_skip(line, name.n + 1);
    else if (!named || !take_binary(r, r->at, &value)) {
        journal_odd(t, ANOMALY_BAD_RECORD, "at byte %zu: no field, and no length of one", (size_t)(line.p - r->all.p));
        return;
    }
    if (value.n && equals > 0 && value.p[value.n - 1] == '\r')
        value.n--; // a file that passed through Windows
    journal_add(t, journal_field_of(name), name, value, value.n);
}

// An entry with nothing in it is no record.
static bool end_entry(struct reading *r, size_t end) {
    struct str raw = {r->all.p + r->begun, end - r->begun};
    uint64_t lines = journal_count_lines(raw);
    if (r->teller.fields)
        return journal_give(&r->teller, lines);
    return journal_skip(&r->teller, ANOMALY_BAD_RECORD, lines, 0, "bytes %zu to %zu hold no field", r->begun, end);
}

static bool read_all(struct reading *r) {
    bool open = false;
    while (r->at < r->all.n) {
        size_t from = r->at;
        struct str rest = str_skip(r->all, from), line;
        str_cut(&rest, '\n', &line);
        r->at = (size_t)(rest.p - r->all.p);
        if (!line.n || str_eq(line, S("\r"))) {
            r->blank++;
            if (open && !end_entry(r, from))
                return false;
            open = false;
            continue;
        }
        if (!open) {
            journal_begin(&r->teller);
            r->begun = from;
            open = true;
        }
        read_field(r, line);
    }
    return !open || end_entry(r, r->all.n);
}

static enum status decode_export(const struct stream *stream, const struct sink *sink, struct error *error) {
    struct reading r = {.all = stream->bytes};
    (void)error;
    r.teller.sink = sink;
    r.teller.allowed = journal_allowance(stream->bytes.n);
    if (read_all(&r) && r.blank)
        journal_skip(&r.teller, ANOMALY_COUNT, 0, r.blank, "%s", "");
    journal_done(&r.teller);
    return OK;
}

// Begins with lines of fields, among them one that only journals have.
static int probe_export(struct str head, struct str path) {
    static const struct str sure[] = {{"__CURSOR=", 9}, {"__REALTIME_TIMESTAMP=", 21}, {"__MONOTONIC_TIMESTAMP=", 22}};
    struct str line;
    (void)path;
    for (int lines = 0; lines < 200 && str_cut(&head, '\n', &line) && line.n; lines++) {
        for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
            if (str_starts(line, sure[i]))
                return lines < 3 ? 99 : 80;
        ptrdiff_t equals = str_find_char(line, '=');
        if (!is_name(equals < 0 ? line : str_head(line, (size_t)equals)) || equals < 0)
            return 0;
    }
    return 0;
}

const struct format journal_export_format = {
    .name = "journal-export",
    .what = "journalctl -o export",
    .probe = probe_export,
    .decode = decode_export,
    .traits = FORMAT_BINARY | FORMAT_RENDERED,
    .witness = WITNESS_JOURNAL,
};
