// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See sniff.h. Two tables: bytes at a fixed place for what is binary, and a test per line for what is text.
// The texts are voted on line by line, because one line of JSON does not make a file JSON.
#include "format/sniff.h"

static bool is_digit(char c) {
    return (unsigned char)(c - '0') <= 9;
}

static const struct {
    size_t at;
    struct str bytes;
    const char *reason;
} MAGIC[] = {
    {0, {"LPKSHHRH", 8}, "systemd journal: no reader for it yet"},
    {0, {"\x1f\x8b", 2}, "gzip data inside the stream"},
    {0,
     {"\xfd"
      "7zXZ\0",
      6},
     "xz data inside the stream"},
    {0, {"\x28\xb5\x2f\xfd", 4}, "zstd data inside the stream"},
    {0, {"BZh", 3}, "bzip2 data inside the stream"},
    {0, {"\x04\x22\x4d\x18", 4}, "LZ4 data: not read"},
    {0, {"PK\x03\x04", 4}, "zip archive, not opened"},
    {0, {"7z\xbc\xaf\x27\x1c", 6}, "7z archive, not opened"},
    {257, {"ustar", 5}, "tar archive, not opened"},
    {0,
     {"\x7f"
      "ELF",
      4},
     "ELF program or library"},
    {0, {"MZ", 2}, "Windows program"},
    {0, {"\xca\xfe\xba\xbe", 4}, "Java class or Mach-O program"},
    {0, {"\x89PNG\r\n", 6}, "picture (PNG)"},
    {0, {"\xff\xd8\xff", 3}, "picture (JPEG)"},
    {0, {"GIF8", 4}, "picture (GIF)"},
    {0, {"%PDF-", 5}, "PDF document"},
    {0, {"SQLite format 3\0", 16}, "SQLite database: not read"},
    {8, {"DUCK", 4}, "DuckDB database: not read"},
    {0, {"PAR1", 4}, "Parquet file: not read"},
    {0, {"\xd4\xc3\xb2\xa1", 4}, "packet capture (pcap): not read"},
    {0, {"\x0a\x0d\x0d\x0a", 4}, "packet capture (pcapng): not read"},
    {0, {"!<arch>\n", 8}, "Debian package or static library"},
    {0, {"\xed\xab\xee\xdb", 4}, "RPM package"},
    {0, {"EMiL", 4}, "memory image (LiME): not read"},
    {0, {"\xff\xfe", 2}, "UTF-16 text: convert it to UTF-8 first"},
    {0, {"\xfe\xff", 2}, "UTF-16 text: convert it to UTF-8 first"},
};
enum { MAGIC_COUNT = sizeof MAGIC / sizeof *MAGIC };

static const char *match_magic(struct str head) {
    for (size_t i = 0; i < MAGIC_COUNT; i++)
        if (str_starts(str_skip(head, MAGIC[i].at), MAGIC[i].bytes))
            return MAGIC[i].reason;
    return NULL;
}

static uint32_t read_u32(const char *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

// utmp records have 384 bytes and begin with a type from 0 to 9 in four bytes; the text fields end in NUL.
static bool is_utmp(struct str head) {
    enum { RECORD = 384, TYPE_MAX = 9 };
    size_t used = 0, n = head.n / RECORD;
    for (size_t i = 0; i < n; i++) {
        const char *p = head.p + i * RECORD;
        uint32_t type = read_u32(p);
        if (type > TYPE_MAX)
            return false;
        used += type != 0;
    }
    return used && (n > 1 || head.n == RECORD); // the head of a long file ends inside a record
}

// Text has few control characters. A stretch of NUL is what a crash leaves in a log, so those do not count
// as long as there is text beside them.
static bool is_garbled(struct str head) {
    size_t odd = 0, nul = 0;
    for (size_t i = 0; i < head.n; i++) {
        unsigned char c = (unsigned char)head.p[i];
        nul += c == 0;
        odd += c && (c < 9 || (c > 13 && c < 32 && c != 27) || c == 127);
    }
    size_t text = head.n - nul;
    return text * 20 < head.n || odd * 20 > text;
}

bool sniff_is_binary(struct str head) {
    return match_magic(head) || is_utmp(head) || is_garbled(head);
}

// ---- text, one line at a time

static bool has(struct str line, const char *text) {
    return str_find(line, str_of(text)) >= 0;
}

// `10.1.1.1 - bob [07/Mar/2024:19:06:53 +0100] "GET / HTTP/1.1" 200 12`, also with a virtual host in front.
static bool is_access(struct str line) {
    ptrdiff_t open = str_find_char(line, '[');
    if (open < 4)
        return false;
    struct str t = str_skip(line, (size_t)open + 1);
    return t.n > 27 && t.p[2] == '/' && t.p[6] == '/' && t.p[11] == ':' && (has(t, "] \"") || has(t, " HTTP/"));
}

// "[Thu Jul 11 01:21:41 2013] [error] …" of Apache, "2012/04/09 11:53:29 [error] 2865#0: …" of nginx.
static bool is_web_error(struct str line) {
    static const char *const levels[] = {"error]", "warn]", "notice]", "crit]", "info]", "alert]", "debug]", "emerg]"};
    bool apache = line.n > 28 && line.p[0] == '[' && line.p[4] == ' ' && line.p[8] == ' ';
    bool nginx = line.n > 22 && line.p[4] == '/' && line.p[7] == '/' && line.p[20] == '[';
    for (size_t i = 0; (apache || nginx) && i < sizeof levels / sizeof *levels; i++)
        if (has(str_head(line, 80), levels[i]))
            return true;
    return false;
}

static bool is_audit(struct str line) {
    str_take(&line, S("node="));
    ptrdiff_t type = str_find(str_head(line, 300), S("type="));
    return type >= 0 && has(str_head(line, 400), "msg=audit(");
}

static bool is_json(struct str line) {
    line = str_trim(line);
    return line.n >= 2 && ((line.p[0] == '{' && line.p[line.n - 1] == '}') || str_starts(line, S("{\"")));
}

// A date and one of dpkg's verbs.
static bool is_dpkg(struct str line) {
    static const char *const verbs[] = {"status ", "startup ", "configure ", "install ",  "upgrade ",
                                        "remove ", "purge ",   "trigproc ",  "conffile ", "disappear "};
    if (line.n < 26 || line.p[4] != '-' || line.p[10] != ' ' || line.p[13] != ':')
        return false;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (str_starts(str_skip(line, 20), str_of(verbs[i])))
            return true;
    return false;
}

static bool is_apt(struct str line) {
    return str_starts(line, S("Start-Date: ")) || str_starts(line, S("End-Date: ")) ||
           str_starts(line, S("Commandline: ")) || str_starts(line, S("Requested-By: "));
}

static bool is_journal_export(struct str line) {
    return str_starts(line, S("__CURSOR=")) || str_starts(line, S("__REALTIME_TIMESTAMP=")) ||
           str_starts(line, S("__MONOTONIC_TIMESTAMP=")) || str_starts(line, S("_BOOT_ID="));
}

// "[    0.000000] Linux version …"
static bool is_dmesg(struct str line) {
    ptrdiff_t end = str_find_char(str_head(line, 20), ']');
    if (end < 9 || (line.p[0] != '[' && line.p[0] != '<'))
        return false;
    return line.p[end - 7] == '.' && is_digit(line.p[end - 1]) && is_digit(line.p[end - 8]);
}

static bool is_zeek(struct str line) {
    return str_starts(line, S("#separator ")) || str_starts(line, S("#fields\t"));
}

static bool is_container(struct str line) {
    struct str head = str_head(line, 60);
    return line.n > 30 && line.p[4] == '-' && line.p[10] == 'T' &&
           (has(head, " stdout F ") || has(head, " stderr F ") || has(head, " stdout P ") || has(head, " stderr P "));
}

// A day with a dash and a time: what programs write that keep a file of their own.
static bool is_dated(struct str line) {
    if (line.n && line.p[0] == '[')
        line = str_skip(line, 1);
    return line.n >= 16 && is_digit(line.p[0]) && is_digit(line.p[3]) && (line.p[4] == '-' || line.p[4] == '/') &&
           (line.p[10] == ' ' || (line.p[10] | 0x20) == 't') && line.p[13] == ':';
}

static bool is_xml(struct str line) {
    return str_starts(line, S("<?xml")) || str_starts(line, S("<!DOCTYPE")) || str_starts(line, S("<html"));
}

static bool is_script(struct str line) {
    return str_starts(line, S("#!"));
}

// In order of precedence. `once`: the first line decides alone.
static const struct {
    bool (*matches)(struct str line);
    bool once;
    const char *reason;
} TEXTS[] = {
    {is_audit, false, "audit log: no reader for it yet"},
    {is_access, false, "web server access log: no reader for it yet"},
    {is_web_error, false, "web server error log: no reader for it yet"},
    {is_json, false, "JSON lines: no reader for them yet"},
    {is_journal_export, true, "journal export: no reader for it yet"},
    {is_dpkg, false, "package log of dpkg: no reader for it yet"},
    {is_apt, false, "package history of apt: no reader for it yet"},
    {is_dmesg, false, "kernel ring buffer (dmesg): no reader for it yet"},
    {is_zeek, true, "Zeek log: no reader for it yet"},
    {is_container, false, "container log: no reader for it yet"},
    {is_xml, true, "XML or HTML"},
    {is_script, true, "script"},
    {is_dated, false, "log of one program, with dates, that is no syslog: no reader for it yet"},
};
enum { TEXTS_COUNT = sizeof TEXTS / sizeof *TEXTS, LINES_MAX = 200 };

static bool take_line(struct str *head, struct str *ret) {
    while (str_cut(head, '\n', ret))
        if (str_trim(*ret).n && !str_eq(*ret, S("\r")))
            return true;
    return false;
}

static size_t count_char(struct str s, char c) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == c;
    return n;
}

// The same number of separators in the first lines, at least two.
static bool is_table(struct str head, char separator) {
    struct str line;
    size_t first = 0, lines = 0;
    while (lines < 5 && take_line(&head, &line)) {
        size_t n = count_char(line, separator);
        if (!lines)
            first = n;
        if (n < 2 || n != first)
            return false;
        lines++;
    }
    return lines >= 2;
}

// The text that most lines agree on; at least half of them.
static const char *vote(struct str head) {
    size_t votes[TEXTS_COUNT] = {0}, lines = 0;
    struct str line;
    str_take(&head, S("\xef\xbb\xbf"));
    for (; lines < LINES_MAX && take_line(&head, &line); lines++)
        for (size_t i = 0; i < TEXTS_COUNT; i++)
            if (TEXTS[i].matches(line)) {
                if (TEXTS[i].once && !lines)
                    return TEXTS[i].reason;
                votes[i]++;
                break;
            }
    for (size_t i = 0; i < TEXTS_COUNT; i++)
        if (votes[i] && votes[i] * 2 >= lines)
            return TEXTS[i].reason;
    return NULL;
}

const char *sniff_reason(struct str head, struct str path) {
    if (!head.n)
        return "no bytes";
    const char *reason = match_magic(head);
    if (reason)
        return reason;
    if (is_utmp(head))
        return "login records (utmp, wtmp, btmp): no reader for them yet";
    if (is_garbled(head))
        return "binary data";
    if ((reason = vote(head)))
        return reason;
    if (head.p[0] == '{' || str_starts(head, S("[{")) || str_starts(head, S("[\n")))
        return "JSON: no reader for it yet";
    if (str_ends(path, S(".csv")) || is_table(head, ','))
        return "table (CSV): no reader for it yet";
    if (is_table(head, '\t'))
        return "table with tabs: no reader for it yet";
    return "text that is no log we know";
}
