// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Histories are what an intruder types and forgets to delete. One record is one command; whose it is stands in the
// path alone. Surprises: bash writes "#SECONDS" before a command only when HISTTIMEFORMAT is set, and then a command
// may have many lines; zsh metafies (0x83 announces a byte with bit 5 turned); fish escapes line ends; libedit writes
// blanks as \040. Seconds are UTC, so times are exact, but the owner of the file can write any.
#include "format/history.h"

#include "format/epoch.h"
#include "format/textlog.h"

// By what the name holds, when the content says nothing. "bash" must not catch "bash_history.zsh".
static const struct {
    struct str mark, program;
} NAMES[] = {
#define ROW(mark, program)                                                                                             \
    {                                                                                                                  \
        {mark, sizeof mark - 1}, {                                                                                     \
            program, sizeof program - 1                                                                                \
        }                                                                                                              \
    }
    ROW("bash_history", "bash"),
    ROW("ash_history", "ash"),
    ROW("zsh_history", "zsh"),
    ROW("zhistory", "zsh"),
    ROW("fish_history", "fish"),
    ROW("ksh_history", "ksh"),
    ROW("sh_history", "sh"),
    ROW("mysql_history", "mysql"),
    ROW("mariadb_history", "mariadb"),
    ROW("psql_history", "psql"),
    ROW("sqlite_history", "sqlite3"),
    ROW("python_history", "python"),
    ROW("node_repl_history", "node"),
    ROW("rediscli_history", "redis-cli"),
    ROW("dbshell", "mongo"),
    ROW("irb_history", "irb"),
    ROW("php_history", "php"),
    ROW("lesshst", "less"),
    ROW("gdb_history", "gdb"),
    ROW(".histfile", "zsh"),
    ROW(".history", "csh"),
#undef ROW
};

static struct str program_of(struct str path) {
    struct str name = textlog_name(path);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (str_find(name, NAMES[i].mark) >= 0)
            return NAMES[i].program;
    return STR_NONE;
}

static void add_command(struct textlog *t, struct str program) {
    textlog_item(t, ITEM_COMMAND, program)->user = textlog_user(t->stream->path);
}

static void begin_command(struct textlog *t, struct str program) {
    textlog_begin(t)->program = program;
    t->silent = true; // a command is no message of the shell
}

static bool read_seconds(struct str s, usec *ret) {
    uint64_t value;
    if (s.n < 9 || s.n > 11 || !str_to_u64(s, &value))
        return false;
    *ret = (usec)value * USEC_SECOND;
    return true;
}

// "#1380630977"
static bool read_mark(struct str line, usec *ret) {
    return str_take(&line, S("#")) && read_seconds(line, ret);
}

enum { BASH_PLAIN, BASH_MARK, BASH_COMMAND };

static enum line_kind read_bash(struct textlog *t, struct str line) {
    usec at;
    struct str program = program_of(t->stream->path);
    program = program.n ? program : S("bash");
    if (read_mark(line, &at)) {
        begin_command(t, program);
        t->record.stamp = epoch_stamp(at);
        t->state = BASH_MARK;
        return LINE_RECORD;
    }
    if (t->state == BASH_PLAIN)
        begin_command(t, program);
    if (t->state != BASH_COMMAND) {
        t->message = line.p;
        add_command(t, program);
    }
    if (t->state == BASH_PLAIN)
        return LINE_RECORD;
    t->state = BASH_COMMAND;
    return LINE_CONTINUED;
}

static enum status decode_bash(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    return textlog_decode(stream, sink, 0, read_bash);
}

static bool is_mark(struct str line) {
    usec at;
    return read_mark(line, &at);
}

static int probe_bash(struct str head, struct str path) {
    struct str line, program = program_of(path);
    bool named = str_eq(program, S("bash"));
    while (str_cut(&head, '\n', &line))
        if (is_mark(str_trim(line)))
            return named ? 95 : textlog_share(head, is_mark) >= 20 || !head.n ? 85 : 0;
        else if (!named)
            return 0;
    return named ? 90 : 0;
}

// What zsh metafied, as it was typed.
static void add_zsh(struct buffer *body, struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] == 0x83 && i + 1 < s.n)
            buffer_add_char(body, (char)(s.p[++i] ^ 32));
        else
            buffer_add_char(body, s.p[i]);
}

// ": 1700000000:0;": when it began, and how long it took.
static bool take_extended(struct str *s, usec *ret) {
    struct str seconds, span, rest = *s;
    uint64_t value;
    if (!str_take(&rest, S(": ")) || str_find_char(rest, ';') < 0)
        return false;
    rest = str_trim(rest);
    if (!str_cut(&rest, ':', &seconds) || !read_seconds(seconds, ret) || !str_cut(&rest, ';', &span) ||
        !str_to_u64(span, &value))
        return false;
    *s = rest;
    return true;
}

static enum line_kind read_zsh(struct textlog *t, struct str line) {
    usec at = USEC_NONE;
    bool goes_on = t->open && t->state, more = line.p[line.n - 1] == '\\';
    struct str command = line;
    if (!goes_on) {
        begin_command(t, S("zsh"));
        if (take_extended(&command, &at)) {
            t->record.stamp = epoch_stamp(at);
            t->front = str_between(line.p, command.p);
        }
        add_command(t, S("zsh"));
    }
    t->state = more;
    add_zsh(&t->body, more ? str_head(command, command.n ? command.n - 1 : 0) : command);
    if (more)
        buffer_add_char(&t->body, '\n');
    return goes_on ? LINE_CONTINUED : LINE_RECORD;
}

static enum status decode_zsh(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    return textlog_decode(stream, sink, FORMAT_RENDERED, read_zsh);
}

static bool is_extended(struct str line) {
    usec at;
    return take_extended(&line, &at);
}

static int probe_zsh(struct str head, struct str path) {
    int share = textlog_share(head, is_extended);
    if (str_eq(program_of(path), S("zsh")))
        return 92;
    return share >= 30 ? 90 : 0;
}

// "\n" and "\\" as fish writes them.
static void add_fish(struct buffer *body, struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\\' && i + 1 < s.n && (s.p[i + 1] == 'n' || s.p[i + 1] == '\\'))
            buffer_add_char(body, s.p[++i] == 'n' ? '\n' : '\\');
        else
            buffer_add_char(body, s.p[i]);
}

static enum line_kind read_fish(struct textlog *t, struct str line) {
    usec at;
    if (str_take(&line, S("- cmd: "))) {
        begin_command(t, S("fish"));
        t->front = S("- cmd: ");
        add_fish(&t->body, line);
        add_command(t, S("fish"));
        return LINE_RECORD;
    }
    if (!t->open || line.p[0] != ' ')
        return LINE_SKIPPED;
    if (str_take(&line, S("  when: ")) && read_seconds(str_trim(line), &at))
        t->record.stamp = epoch_stamp(at);
    return LINE_CONTINUED;
}

static enum status decode_fish(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    return textlog_decode(stream, sink, FORMAT_RENDERED, read_fish);
}

static int probe_fish(struct str head, struct str path) {
    if (!str_starts(head, S("- cmd: ")))
        return 0;
    return str_eq(program_of(path), S("fish")) || str_find(head, S("\n  when: ")) > 0 ? 95 : 0;
}

// First lines that say what the file is, and less's ".search" and ".shell".
static bool is_title(struct str line) {
    return str_eq(line, S("_HiStOrY_V2_")) || str_eq(line, S(".less-history-file:")) || str_eq(line, S(".search")) ||
           str_eq(line, S(".shell")) || str_eq(line, S(".mark"));
}

static enum line_kind read_plain(struct textlog *t, struct str line) {
    struct str program = program_of(t->stream->path);
    if (is_title(line)) {
        t->why = ANOMALY_HEADER_LINE;
        return LINE_SKIPPED;
    }
    begin_command(t, program);
    t->message = line.p;
    add_command(t, program);
    return LINE_RECORD;
}

static enum status decode_plain(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    return textlog_decode(stream, sink, 0, read_plain);
}

static int probe_plain(struct str head, struct str path) {
    if (str_starts(head, S("_HiStOrY_V2_\n")) || str_starts(head, S(".less-history-file:")))
        return 90;
    return program_of(path).n ? 88 : 0;
}

const struct format bash_history_format = {
    .name = "bash-history",
    .what = "history of bash, with and without times",
    .probe = probe_bash,
    .decode = decode_bash,
};
const struct format zsh_history_format = {
    .name = "zsh-history",
    .what = "history of zsh, plain and extended",
    .probe = probe_zsh,
    .decode = decode_zsh,
    .traits = FORMAT_RENDERED,
};
const struct format fish_history_format = {
    .name = "fish-history",
    .what = "history of fish",
    .probe = probe_fish,
    .decode = decode_fish,
    .traits = FORMAT_RENDERED,
};
const struct format plain_history_format = {
    .name = "history",
    .what = "history of a program, one command a line: sh, mysql, psql, python, less …",
    .probe = probe_plain,
    .decode = decode_plain,
};
