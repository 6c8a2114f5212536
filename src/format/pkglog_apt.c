// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// apt's two logs. history.log has stanzas from Start-Date to End-Date: one record, with a fact for each package.
// term.log holds what dpkg and the packages' scripts printed in one session: one record as well. Times are local,
// without a zone.
#include "format/pkglog.h"

#include "format/textlog.h"

#define APT_STAMP "Y-m-d H:M:S"

static const struct {
    struct str word, what;
} LISTS[] = {
#define ROW(word, what)                                                                                                \
    {                                                                                                                  \
        {word, sizeof word - 1}, {                                                                                     \
            what, sizeof what - 1                                                                                      \
        }                                                                                                              \
    }
    ROW("Install: ", "install"), ROW("Upgrade: ", "upgrade"),     ROW("Downgrade: ", "downgrade"),
    ROW("Remove: ", "remove"),   ROW("Reinstall: ", "reinstall"), ROW("Purge: ", "purge"),
#undef ROW
};

// "1.0, 1.1" of an upgrade, "1.0, automatic" of an installation.
static void read_versions(struct textlog *t, struct str what, struct str versions, struct item *item) {
    struct str first = STR_NONE, second = STR_NONE;
    str_cut(&versions, ',', &first);
    second = str_trim(versions);
    item->value = first.n ? first : STR_NONE;
    item->detail = what;
    if (second.n && !str_eq(second, S("automatic"))) {
        item->value = second;
        item->detail = arena_print(&t->arena, "%.*s %.*s", STR_ARG(what), STR_ARG(first));
    } else if (second.n) {
        item->detail = arena_print(&t->arena, "%.*s automatic", STR_ARG(what));
    }
}

// "vim:amd64 (1.0, 1.1), zsh:amd64 (5.0)"
static void read_list(struct textlog *t, struct str what, struct str list) {
    struct str one, rest = list;
    while (str_cut(&rest, ')', &one)) {
        struct str name;
        str_take(&one, S(", "));
        if (!str_cut(&one, '(', &name) || !str_trim(name).n || !one.n)
            continue;
        struct item *item = textlog_item(t, ITEM_PACKAGE_CHANGE, str_trim(name));
        item->user = t->user;
        read_versions(t, what, one, item);
    }
}

static void read_field(struct textlog *t, struct str line) {
    if (str_take(&line, S("Requested-By: "))) { // "alice (1000)"
        ptrdiff_t at = str_find(line, S(" ("));
        t->user = at > 0 ? str_head(line, (size_t)at) : line;
        return;
    }
    for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++)
        if (str_take(&line, LISTS[i].word)) {
            read_list(t, LISTS[i].what, line);
            return;
        }
}

static bool take_start(struct str *line, struct stamp *ret) {
    return str_take(line, S("Start-Date: ")) && textlog_stamp(line, APT_STAMP, ret);
}

static enum line_kind read_history(struct textlog *t, struct str line) {
    struct stamp stamp;
    struct str rest = line;
    if (take_start(&rest, &stamp)) {
        struct record *record = textlog_begin(t);
        record->program = S("apt");
        record->stamp = stamp;
        t->silent = true;
        t->user = STR_NONE;
        t->state = 0;
        return LINE_RECORD;
    }
    if (!t->open || t->state)
        return LINE_SKIPPED;
    if (str_starts(line, S("Start-Date: "))) { // no such time, and none of the stanza before
        t->state = 1;
        return LINE_SKIPPED;
    }
    t->state = str_starts(line, S("End-Date: "));
    if (!t->message)
        t->message = line.p;
    read_field(t, line);
    return LINE_CONTINUED;
}

static enum status decode_history(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    return textlog_decode(stream, sink, 0, read_history);
}

static bool is_history(struct str line) {
    struct stamp stamp;
    return take_start(&line, &stamp);
}

static bool has_line(struct str head, bool (*is)(struct str line)) {
    struct str line;
    while (str_cut(&head, '\n', &line))
        if (is(line))
            return true;
    return false;
}

static int probe_history(struct str head, struct str path) {
    (void)path;
    return has_line(str_head(head, 32 << 10), is_history) && str_find(head, S("\n")) >= 0 ? 93 : 0;
}

// "Log started: 2019-07-10  16:38:08"
static bool take_log(struct str *line, struct stamp *ret) {
    return str_take(line, S("Log started: ")) && textlog_stamp(line, APT_STAMP, ret);
}

static enum line_kind read_term(struct textlog *t, struct str line) {
    struct stamp stamp;
    struct str rest = line;
    if (take_log(&rest, &stamp)) {
        struct record *record = textlog_begin(t);
        record->program = S("apt");
        record->stamp = stamp;
        t->silent = true;
        return LINE_RECORD;
    }
    if (!t->open)
        return LINE_SKIPPED;
    if (!t->message)
        t->message = line.p;
    return LINE_CONTINUED;
}

static enum status decode_term(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    return textlog_decode(stream, sink, 0, read_term);
}

static bool is_term(struct str line) {
    struct stamp stamp;
    return take_log(&line, &stamp);
}

static int probe_term(struct str head, struct str path) {
    (void)path;
    return has_line(str_head(head, 4 << 10), is_term) ? 93 : 0;
}

const struct format apt_history_format = {
    .name = "apt-history",
    .what = "apt's history.log",
    .probe = probe_history,
    .decode = decode_history,
};
const struct format apt_term_format = {
    .name = "apt-term",
    .what = "apt's term.log",
    .probe = probe_term,
    .decode = decode_term,
};
