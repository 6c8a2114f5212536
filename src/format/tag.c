// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See tag.h. The first word is the host when it is made of host characters and ends in a blank; anything
// else there ("cron[12]:", "kernel:") is the program, and the host is missing. A program ends at a colon, a
// bracket or a blank. The rare shapes (programs with blanks, versions, syslogd's own remarks) are tried only
// when the common one leaves doubt.
#include "format/tag.h"

#include "base/limits.h"

enum {
    HOST = 1, // may stand in a host name
    WORD = 2, // makes a word a name at all: a letter or a digit
    STOP = 4, // ends a program
    HEX = 8,  // may stand in an IPv6 address
    NAME = 16 // may stand in a program that is written with blanks
};

static const unsigned char CLASS[256] = {
    ['0' ... '9'] = HOST | WORD | HEX | NAME,
    ['a' ... 'f'] = HOST | WORD | HEX | NAME,
    ['A' ... 'F'] = HOST | WORD | HEX | NAME,
    ['g' ... 'z'] = HOST | WORD | NAME,
    ['G' ... 'Z'] = HOST | WORD | NAME,
    [0x80 ... 0xff] = HOST | WORD,
    ['.'] = HOST | NAME,
    ['-'] = HOST | NAME,
    ['_'] = HOST | NAME,
    ['('] = NAME,
    [')'] = NAME,
    ['+'] = NAME,
    ['@'] = HOST,
    ['/'] = HOST,
    ['%'] = HOST,
    [':'] = STOP,
    ['['] = STOP,
    [' '] = STOP,
    ['\t'] = STOP,
};

enum { HOST_MAX = 255, PID_DIGITS = 10, NAME_WORDS = 3, NAME_MAX_BYTES = 64 };

static unsigned class_of(char c) {
    return CLASS[(unsigned char)c];
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool is_digit(char c) {
    return (unsigned char)(c - '0') <= 9;
}

static bool at_blank(struct str s, size_t i) {
    return i >= s.n || is_blank(s.p[i]);
}

static struct str skip_blanks(struct str s) {
    while (s.n && is_blank(s.p[0]))
        s = str_skip(s, 1);
    return s;
}

struct str tag_without_path(struct str program) {
    if (!program.n || program.p[0] != '/')
        return program;
    struct str name = str_skip(program, (size_t)str_rfind_char(program, '/') + 1);
    return name.n ? name : program;
}

// Bytes of "[123]" at the front, 0 when it is none.
static size_t measure_pid(struct str s, int64_t *ret) {
    int64_t pid = 0;
    size_t i = 1;
    if (s.n < 3 || s.p[0] != '[')
        return 0;
    for (; i < s.n && i <= PID_DIGITS && is_digit(s.p[i]); i++)
        pid = pid * 10 + (s.p[i] - '0');
    if (i == 1 || i >= s.n || s.p[i] != ']')
        return 0;
    *ret = pid;
    return i + 1;
}

// "2001:db8::1", "fe80::1%eth0", "::ffff:192.0.2.1": bytes up to the blank that follows, 0 when it is none.
static size_t measure_ipv6(struct str s, char end) {
    size_t i = 0, colons = 0;
    for (; i < s.n && i < HOST_MAX && ((class_of(s.p[i]) & HEX) || s.p[i] == ':' || s.p[i] == '.'); i++)
        colons += s.p[i] == ':';
    if (colons < 2 || i < 2 || (s.p[i - 1] == ':' && s.p[i - 2] != ':'))
        return 0;
    if (i < s.n && s.p[i] == '%')
        while (++i < s.n && i < HOST_MAX && (class_of(s.p[i]) & WORD))
            continue;
    bool ends = end == ' ' ? at_blank(s, i) : i < s.n && s.p[i] == end;
    return ends ? i : 0;
}

static size_t measure_ipv4(struct str s) {
    size_t i = 0, dots = 0;
    for (; i < s.n && i < HOST_MAX && (is_digit(s.p[i]) || s.p[i] == '.'); i++)
        dots += s.p[i] == '.';
    return dots == 3 ? i : 0;
}

// "[192.0.2.1] " and "[2001:db8::1] ".
static bool take_bracketed_host(struct str *s, struct record *ret) {
    struct str in = str_skip(*s, 1);
    size_t n = measure_ipv6(in, ']');
    if (!n)
        n = measure_ipv4(in);
    if (!n || n >= in.n || in.p[n] != ']' || !at_blank(in, n + 1))
        return false;
    ret->host = str_head(in, n);
    *s = str_skip(in, n + 1);
    return true;
}

// A host and nothing else: what follows begins with a blank or is empty.
static bool take_host(struct str *s, struct record *ret) {
    unsigned seen = 0;
    size_t i = 0;
    for (; i < s->n && (class_of(s->p[i]) & HOST); i++)
        seen |= class_of(s->p[i]);
    if (at_blank(*s, i)) {
        bool nil = i == 1 && s->p[0] == '-';
        if (i > HOST_MAX || !((seen & WORD) || nil))
            return false;
        ret->host = nil ? STR_NONE : str_head(*s, i);
        *s = str_skip(*s, i);
        return true;
    }
    if (s->p[i] == ':' && (i = measure_ipv6(*s, ' '))) {
        ret->host = str_head(*s, i);
        *s = str_skip(*s, i);
        return true;
    }
    return s->p[0] == '[' && take_bracketed_host(s, ret);
}

// What syslogd says for itself, without a program.
static bool is_remark(struct str s) {
    static const struct str remarks[] = {
        {"last message repeated ", 22}, {"message repeated ", 17}, {"--- ", 4}, {"last message buffered ", 22}};
    if (!s.n || (s.p[0] != 'l' && s.p[0] != 'm' && s.p[0] != '-'))
        return false;
    for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++)
        if (str_starts(s, remarks[i]))
            return true;
    return false;
}

// "INFO", as ChromeOS writes it between stamp and tag.
static bool take_severity(struct str *s, struct record *ret) {
    static const struct {
        struct str word;
        uint8_t severity;
    } words[] = {
        {{"EMERG", 5}, SEVERITY_EMERG},  {{"ALERT", 5}, SEVERITY_ALERT},   {{"CRIT", 4}, SEVERITY_CRIT},
        {{"ERR", 3}, SEVERITY_ERR},      {{"ERROR", 5}, SEVERITY_ERR},     {{"WARNING", 7}, SEVERITY_WARNING},
        {{"WARN", 4}, SEVERITY_WARNING}, {{"NOTICE", 6}, SEVERITY_NOTICE}, {{"INFO", 4}, SEVERITY_INFO},
        {{"DEBUG", 5}, SEVERITY_DEBUG},
    };
    size_t n = 0;
    while (n < s->n && n < 8 && s->p[n] >= 'A' && s->p[n] <= 'Z')
        n++;
    if (!n || n >= s->n || s->p[n] != ' ')
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(words[i].word, str_head(*s, n))) {
            ret->severity = words[i].severity;
            *s = skip_blanks(str_skip(*s, n));
            return true;
        }
    return false;
}

static int find_word(const char *const *words, size_t n, struct str word) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_of(words[i]), word))
            return (int)i;
    return -1;
}

// The short names syslog.h has beside those of RFC 5424.
static int find_severity(struct str word) {
    static const struct {
        struct str word;
        enum severity severity;
    } others[] = {{{"warn", 4}, SEVERITY_WARNING}, {{"error", 5}, SEVERITY_ERR}, {{"panic", 5}, SEVERITY_EMERG}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_eq(others[i].word, word))
            return (int)others[i].severity;
    return find_word(SEVERITY_NAMES, SEVERITY_COUNT, word);
}

// The code of a facility or a severity, as a name or as a number; negative when it is none.
static int read_code(struct str word, int named, uint64_t count) {
    uint64_t number;
    return str_to_u64(word, &number) ? (number < count ? (int)number : -1) : named;
}

// "authpriv.info " before the program, as busybox and OpenWrt write it; "<authpriv.info> " or "<10.6> " before the
// host, FreeBSD's way.
static bool take_priority(struct str *s, struct record *ret) {
    enum { PRIORITY_MAX = sizeof "<authpriv.warning>" };
    struct str word = *s;
    bool bracket = s->n && s->p[0] == '<';
    if (bracket)
        word = str_skip(word, 1);
    word = str_head(word, PRIORITY_MAX);
    ptrdiff_t blank = str_find_char(word, ' ');
    if (blank < 1 || (bracket && word.p[blank - 1] != '>'))
        return false;
    word = str_head(word, (size_t)blank - bracket);
    ptrdiff_t dot = str_find_char(word, '.');
    if (dot < 1)
        return false;
    struct str facility = str_head(word, (size_t)dot), severity = str_skip(word, (size_t)dot + 1);
    int f = find_word(FACILITY_NAMES, FACILITY_COUNT, facility), v = find_severity(severity);
    if (bracket) {
        f = read_code(facility, f, FACILITY_COUNT);
        v = read_code(severity, v, SEVERITY_COUNT);
    }
    if (f < 0 || v < 0)
        return false;
    ret->facility = (uint8_t)f;
    ret->severity = (uint8_t)v;
    *s = skip_blanks(str_skip(*s, (size_t)blank + bracket));
    return true;
}

static void keep_program(struct str program, struct record *ret) {
    program = tag_without_path(program);
    ret->program = program.n ? program : STR_NONE;
}

// Takes "[123]" and the colon behind a program of `n` bytes, or the colon alone.
static bool take_mark(struct str *s, size_t n, struct record *ret) {
    int64_t pid = PID_NONE;
    size_t pid_bytes = measure_pid(str_skip(*s, n), &pid), end = n + pid_bytes;
    bool colon = end < s->n && s->p[end] == ':';
    if (!colon && !(pid_bytes && at_blank(*s, end)))
        return false;
    keep_program(str_head(*s, n), ret);
    ret->pid = pid;
    *s = str_skip(*s, end + colon);
    return true;
}

// Programs that are not one word: "syslogd 1.4.1:", "-- root[2421]:", "Web Content[77]:", "fail2ban   [12]:".
static bool take_wordy_program(struct str *s, size_t first, struct record *ret) {
    size_t i = first;
    while (i < s->n && is_blank(s->p[i]))
        i++;
    int64_t pid;
    size_t pid_bytes = measure_pid(str_skip(*s, i), &pid), end = i + pid_bytes;
    if (pid_bytes && end < s->n && s->p[end] == ':' && at_blank(*s, end + 1)) {
        keep_program(str_head(*s, first), ret);
        ret->pid = pid;
        *s = str_skip(*s, end + 1);
        return true;
    }
    bool version = i < s->n && is_digit(s->p[i]);
    size_t words = 1, dots = 0;
    for (i = first; i < s->n && i < NAME_MAX_BYTES && words <= NAME_WORDS; i++) {
        if (s->p[i] == ' ' && s->p[i - 1] != ' ')
            words++;
        else if (!(class_of(s->p[i]) & NAME))
            break;
        dots += s->p[i] == '.';
    }
    if (words > NAME_WORDS || s->p[i - 1] == ' ' || i >= s->n)
        return false;
    bool firm = s->p[i] == '[' || (s->p[i] == ':' && version && dots && words == 2 && at_blank(*s, i + 1));
    return firm && take_mark(s, i, ret);
}

static bool is_name(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!(class_of(s.p[i]) & NAME))
            return false;
    return true;
}

// A bracket behind the program with something else than a pid in it, "run[a/7]:". rsyslog ends the tag at the
// next colon or blank.
static void take_odd_bracket(struct str *s, size_t n, struct record *ret) {
    size_t pid_bytes = measure_pid(str_skip(*s, n), &ret->pid), end = n + pid_bytes;
    while (!pid_bytes && end < s->n && end < LIMIT_NAME && s->p[end] != ':' && !is_blank(s->p[end]))
        end++;
    keep_program(str_head(*s, n), ret);
    *s = str_skip(*s, end + (end < s->n && s->p[end] == ':'));
}

// The program and what marks it. `loose`: a bare word may be one. Returns whether it was marked.
static bool take_program(struct str *s, bool loose, struct record *ret) {
    size_t n = 0;
    for (; n < s->n && n <= LIMIT_NAME; n++) {
        if (!(class_of(s->p[n]) & STOP))
            continue;
        if (s->p[n] != ':' || n + 1 >= s->n || s->p[n + 1] != ':')
            break;
        n++; // "module::name" goes on
    }
    if (n > LIMIT_NAME || !s->n)
        return false;
    if (n < s->n && (n ? s->p[n] == '[' || s->p[n] == ':' : s->p[n] == ':') && take_mark(s, n, ret))
        return at_blank(*s, 0);
    if (n && n < s->n && s->p[n] == '[') {
        take_odd_bracket(s, n, ret);
        return false;
    }
    if (n && at_blank(*s, n) && ret->severity == SEVERITY_COUNT && take_priority(s, ret)) // so at most once
        return take_program(s, loose, ret);
    if (n && n < s->n && is_name(str_head(*s, n)) && take_wordy_program(s, n, ret))
        return true;
    if (n && loose) {
        keep_program(str_head(*s, n), ret);
        *s = str_skip(*s, n);
    }
    return false;
}

// Solaris puts "[ID 800047 auth.notice] " before the text.
static struct str skip_solaris_id(struct str s, struct record *ret) {
    static const struct str mark = {"[ID ", 4};
    struct str head = str_head(s, 64), rest = str_skip(head, 4);
    ptrdiff_t end = str_starts(s, mark) ? str_find_char(head, ']') : -1;
    if (end < 0)
        return s;
    rest = str_head(rest, (size_t)end - 4);
    ptrdiff_t blank = str_find_char(rest, ' '), dot = str_rfind_char(rest, '.');
    uint64_t id;
    if (blank < 1 || dot < blank || !str_to_u64(str_head(rest, (size_t)blank), &id))
        return s;
    struct str facility = str_between(rest.p + blank + 1, rest.p + dot), severity = str_skip(rest, (size_t)dot + 1);
    int f = find_word(FACILITY_NAMES, FACILITY_COUNT, facility);
    int v = find_word(SEVERITY_NAMES, SEVERITY_COUNT, severity);
    if (f < 0 || v < 0)
        return s;
    ret->facility = (uint8_t)f;
    ret->severity = (uint8_t)v;
    return skip_blanks(str_skip(s, (size_t)end + 1));
}

// "fail2ban.actions        [123]: …": what looked like the host was the program. `word` begins at it.
static bool take_distant_pid(struct str *s, struct str word, struct record *ret) {
    int64_t pid;
    if (!s->n || s->p[0] != '[' || !measure_pid(*s, &pid) || !take_program(&word, false, ret))
        return false;
    ret->host = STR_NONE;
    *s = word;
    return true;
}

// metalog knows no host: "[sshd] Failed password for …".
static bool take_metalog_program(struct str *s, struct record *ret) {
    struct str in = str_skip(*s, 1);
    size_t n = 0;
    while (n < in.n && n < NAME_MAX_BYTES && in.p[n] != ' ' && ((class_of(in.p[n]) & NAME) || in.p[n] == '/'))
        n++;
    if (!n || n + 1 >= in.n || in.p[n] != ']' || in.p[n + 1] != ' ' || is_digit(in.p[0]))
        return false;
    keep_program(str_head(in, n), ret);
    *s = str_skip(in, n + 1);
    return true;
}

static struct tag_found take_header(struct str *s, enum tag_front front, struct record *ret) {
    struct str word = *s;
    if (s->n && s->p[0] == '[' && take_metalog_program(s, ret))
        return (struct tag_found){0};
    if (s->n && s->p[0] == '<')
        take_priority(s, ret);
    else if (front == TAG_PRIORITY && take_priority(s, ret))
        return (struct tag_found){.firm = take_program(s, true, ret)};
    if ((front == TAG_SEVERITY && take_severity(s, ret)) || !take_host(s, ret))
        return (struct tag_found){.firm = take_program(s, true, ret)};
    bool loose = s->n < 2 || !is_blank(s->p[1]); // two blanks: no program, unless marked as one
    *s = skip_blanks(*s);
    if (take_distant_pid(s, word, ret))
        return (struct tag_found){.firm = true};
    return (struct tag_found){.host = ret->host.p != NULL, .firm = !is_remark(*s) && take_program(s, loose, ret)};
}

struct tag_found tag_read(struct str s, enum tag_front front, struct record *ret) {
    struct tag_found found = {0};
    s = skip_blanks(s);
    if (!is_remark(s))
        found = take_header(&s, front, ret);
    s = skip_blanks(s);
    ret->message = s.n && s.p[0] == '[' ? skip_solaris_id(s, ret) : s;
    return found;
}
