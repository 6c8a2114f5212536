// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Logs of package managers with one event a line: dpkg, yum and dnf, zypp, pacman. (apt's are in pkglog_apt.c.) Times
// are local, without a zone, but for dnf's and newer pacman's. The item's detail is what was done, and the version
// there was before: "upgrade 1.2-3". Surprises: rpm names everything NAME-VERSION-RELEASE.ARCH, where NAME may hold
// hyphens; an upgrade by rpm is two lines, of which the removal of the old version is no change of its own; yum left
// out the year for most of its life.
#include "format/pkglog.h"

#include "format/stamp.h"
#include "format/textlog.h"

static struct str some(struct str s) {
    return s.n && !str_eq(s, S("<none>")) ? s : STR_NONE;
}

static struct str take_word(struct str *s) {
    struct str word = STR_NONE;
    while (s->n && s->p[0] == ' ')
        *s = str_skip(*s, 1);
    str_cut(s, ' ', &word);
    return word;
}

static void add_change(struct textlog *t, struct str what, struct str name, struct str version, struct str before) {
    struct item *item = textlog_item(t, ITEM_PACKAGE_CHANGE, name);
    item->value = some(version);
    before = some(before);
    item->detail = before.n && !str_eq(before, version)
                       ? arena_print(&t->arena, "%.*s %.*s", STR_ARG(what), STR_ARG(before))
                       : what;
}

// The stamp is read, `rest` is what follows it: a record whose message is that.
static void begin(struct textlog *t, struct str program, struct stamp stamp, struct str rest) {
    struct record *record = textlog_begin(t);
    record->program = program;
    record->stamp = stamp;
    t->message = rest.p;
    t->silent = true;
}

#define DPKG_STAMP "Y-m-d H:M:S "

// "install base-passwd:amd64 <none> 3.5.33": what, package, version there is, version there will be.
static void read_dpkg_change(struct textlog *t, struct str s) {
    struct str what = take_word(&s), name = take_word(&s), is = take_word(&s), will = take_word(&s);
    if (!will.n)
        return;
    if (str_eq(what, S("install")) || str_eq(what, S("upgrade")))
        add_change(t, what, name, will, is);
    else if (str_eq(what, S("remove")) || str_eq(what, S("purge")) || str_eq(what, S("disappear")))
        add_change(t, what, name, is, STR_NONE);
}

static enum line_kind read_dpkg(struct textlog *t, struct str line) {
    struct stamp stamp;
    if (!textlog_stamp(&line, DPKG_STAMP, &stamp))
        return LINE_SKIPPED;
    begin(t, S("dpkg"), stamp, line);
    read_dpkg_change(t, line);
    return LINE_RECORD;
}

static const char *const DPKG_WORDS[] = {"startup ",   "status ",   "install ",  "upgrade ",   "remove ",   "purge ",
                                         "configure ", "conffile ", "trigproc ", "disappear ", "triggers ", NULL};

static bool starts_any(struct str s, const char *const *words) {
    for (; *words; words++)
        if (str_starts(s, str_of(*words)))
            return true;
    return false;
}

static bool is_dpkg(struct str line) {
    struct stamp stamp;
    return textlog_stamp(&line, DPKG_STAMP, &stamp) && starts_any(line, DPKG_WORDS);
}

static int probe_dpkg(struct str head, struct str path) {
    (void)path;
    return textlog_share(head, is_dpkg) >= 50 ? 95 : 0;
}

static enum status decode_dpkg(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    return textlog_decode(stream, sink, 0, read_dpkg);
}

// What rpm's front ends call things. `what` empty: the other half of an upgrade, and no change.
static const struct {
    const char *word, *what;
} RPM_WORDS[] = {
    {"Installed: ", "install"},     {"Updated: ", "upgrade"},
    {"Upgrade: ", "upgrade"},       {"Upgraded: ", ""},
    {"Install: ", "install"},       {"Dep-Install: ", "install"},
    {"Dep-Installed: ", "install"}, {"Erased: ", "remove"},
    {"Erase: ", "remove"},          {"Removed: ", "remove"},
    {"Obsoleted: ", "remove"},      {"Downgrade: ", "downgrade"},
    {"Downgraded: ", ""},           {"Reinstall: ", "reinstall"},
    {"Reinstalled: ", ""},          {"Cleanup: ", ""},
};
enum { RPM_WORDS_N = sizeof RPM_WORDS / sizeof *RPM_WORDS };

static bool is_arch(struct str s) {
    static const char *const ARCHS[] = {"x86_64",  "noarch",  "i686",    "i586",  "i486",  "i386",
                                        "aarch64", "armv7hl", "ppc64le", "s390x", "ppc64", "src"};
    for (size_t i = 0; i < sizeof ARCHS / sizeof *ARCHS; i++)
        if (str_eq(s, str_of(ARCHS[i])))
            return true;
    return false;
}

static struct str split_last(struct str *s, char mark) {
    ptrdiff_t at = str_rfind_char(*s, mark);
    struct str last = at < 0 ? STR_NONE : str_skip(*s, (size_t)at + 1);
    if (at >= 0)
        *s = str_head(*s, (size_t)at);
    return last;
}

// "32:bind-libs-9.11.4-16.el7.x86_64": yum wrote the epoch in front. "bind-libs" alone when something was erased.
static void add_rpm(struct textlog *t, struct str what, struct str s) {
    uint64_t epoch;
    ptrdiff_t at = str_rfind_char(s, '.');
    if (at > 0 && is_arch(str_skip(s, (size_t)at + 1)))
        s = str_head(s, (size_t)at);
    at = str_find_char(s, ':');
    if (at > 0 && str_to_u64(str_head(s, (size_t)at), &epoch))
        s = str_skip(s, (size_t)at + 1);
    struct str name = s, release = split_last(&name, '-'), version = split_last(&name, '-');
    bool whole = version.n && release.n && version.p[0] >= '0' && version.p[0] <= '9';
    add_change(t, what, whole ? name : s, whole ? str_between(version.p, s.p + s.n) : STR_NONE, STR_NONE);
}

static void read_rpm(struct textlog *t, struct str s) {
    for (size_t i = 0; i < RPM_WORDS_N; i++)
        if (str_take(&s, str_of(RPM_WORDS[i].word))) {
            s = str_trim(s);
            if (*RPM_WORDS[i].what && s.n)
                add_rpm(t, str_of(RPM_WORDS[i].what), s);
            return;
        }
}

static bool take_rpm_stamp(struct str *s, struct stamp *ret) {
    *ret = (struct stamp){0};
    struct stamp_found found = stamp_read(s, ret);
    return found.kind != STAMP_NONE && found.valid && str_take(s, S(" "));
}

// Takes dnf's level off the front.
static enum severity take_level(struct str *s) {
    struct str rest = *s;
    enum severity severity = textlog_severity(take_word(&rest));
    if (severity != SEVERITY_COUNT)
        *s = rest;
    return severity;
}

static enum line_kind read_dnf(struct textlog *t, struct str line) {
    struct stamp stamp;
    if (!take_rpm_stamp(&line, &stamp))
        return LINE_CONTINUED;
    enum severity severity = take_level(&line);
    bool yum = str_find(textlog_name(t->stream->path), S("yum")) >= 0;
    begin(t, yum ? S("yum") : S("dnf"), stamp, line);
    t->record.severity = (uint8_t)severity;
    read_rpm(t, line);
    return LINE_RECORD;
}

static bool is_dnf(struct str line) {
    struct stamp stamp;
    if (!take_rpm_stamp(&line, &stamp))
        return false;
    take_level(&line);
    for (size_t i = 0; i < RPM_WORDS_N; i++)
        if (str_starts(line, str_of(RPM_WORDS[i].word)))
            return true;
    return false;
}

static bool is_dnf_level(struct str line) {
    struct stamp stamp;
    return take_rpm_stamp(&line, &stamp) && take_level(&line) != SEVERITY_COUNT;
}

// Above syslog, which reads yum's stamps as well.
static int probe_dnf(struct str head, struct str path) {
    struct str name = textlog_name(path);
    bool named = str_find(name, S("dnf")) >= 0 || str_find(name, S("yum")) >= 0 || str_find(name, S("hawkey")) >= 0;
    int share = textlog_share(head, is_dnf);
    if (share >= 50)
        return named ? 100 : 98;
    return named && (share || textlog_share(head, is_dnf_level) >= 5) ? 98 : 0;
}

static enum status decode_dnf(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    return textlog_decode(stream, sink, 0, read_dnf);
}

// "install|vim|9.0|x86_64|root@host|repo|checksum|", and "command|root@host|'zypper' 'in' 'vim'|".
static void read_zypp_change(struct textlog *t, struct str s) {
    struct str what, name, version, arch, who;
    if (!str_cut(&s, '|', &what) || !str_cut(&s, '|', &name) || !str_cut(&s, '|', &version) ||
        !str_cut(&s, '|', &arch) || !str_cut(&s, '|', &who))
        return;
    what = str_trim(what);
    if (!str_eq(what, S("install")) && !str_eq(what, S("remove")))
        return;
    ptrdiff_t at = str_rfind_char(who, '@');
    add_change(t, what, str_trim(name), str_trim(version), STR_NONE);
    if (at > 0)
        t->facts.at[t->facts.n - 1].item.user = str_head(who, (size_t)at);
}

#define ZYPP_STAMP "Y-m-d H:M:S|"

static enum line_kind read_zypp(struct textlog *t, struct str line) {
    struct stamp stamp;
    if (!textlog_stamp(&line, ZYPP_STAMP, &stamp)) {
        if (line.p[0] == '#' && !t->open) { // titles; later ones are what a package's script said
            t->why = ANOMALY_HEADER_LINE;
            return LINE_SKIPPED;
        }
        return LINE_CONTINUED;
    }
    begin(t, S("zypp"), stamp, line);
    read_zypp_change(t, line);
    return LINE_RECORD;
}

static bool is_zypp(struct str line) {
    struct stamp stamp;
    return textlog_stamp(&line, ZYPP_STAMP, &stamp) && str_find_char(line, '|') > 0;
}

static bool is_zypp_or_remark(struct str line) {
    return line.p[0] == '#' || is_zypp(line);
}

static int probe_zypp(struct str head, struct str path) {
    (void)path;
    struct str line;
    bool any = false;
    for (struct str rest = head; !any && str_cut(&rest, '\n', &line);)
        any = is_zypp(line);
    return any && textlog_share(head, is_zypp_or_remark) >= 50 ? 92 : 0;
}

static enum status decode_zypp(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    return textlog_decode(stream, sink, 0, read_zypp);
}

static bool take_pacman_stamp(struct str *s, struct stamp *ret) {
    return textlog_stamp(s, "[Y-m-d H:M] ", ret) || textlog_stamp(s, "[Y-m-dTH:M:Sz] ", ret);
}

static const struct {
    const char *word, *what;
} PACMAN_WORDS[] = {{"installed ", "install"},
                    {"upgraded ", "upgrade"},
                    {"removed ", "remove"},
                    {"reinstalled ", "reinstall"},
                    {"downgraded ", "downgrade"}};

// "linux (5.1-1 -> 5.2-1)"
static void add_pacman(struct textlog *t, struct str what, struct str s) {
    struct str name = take_word(&s), before = STR_NONE;
    if (!str_take(&s, S("(")) || !str_ends(s, S(")")))
        return;
    struct str version = str_head(s, s.n - 1);
    ptrdiff_t at = str_find(version, S(" -> "));
    if (at >= 0) {
        before = str_head(version, (size_t)at);
        version = str_skip(version, (size_t)at + 4);
    }
    add_change(t, what, name, version, before);
}

// "[PACMAN] Running 'pacman -S vim'", "[ALPM] installed vim (9.0-1)", and without the brackets in older ones.
static enum line_kind read_pacman(struct textlog *t, struct str line) {
    struct stamp stamp;
    if (!take_pacman_stamp(&line, &stamp))
        return LINE_CONTINUED;
    begin(t, S("pacman"), stamp, line);
    str_take(&line, S("[ALPM] "));
    for (size_t i = 0; i < sizeof PACMAN_WORDS / sizeof *PACMAN_WORDS; i++)
        if (str_take(&line, str_of(PACMAN_WORDS[i].word))) {
            add_pacman(t, str_of(PACMAN_WORDS[i].what), line);
            break;
        }
    return LINE_RECORD;
}

static bool is_pacman(struct str line) {
    static const char *const WORDS[] = {"[PACMAN] ", "[ALPM] ",   "[ALPM-SCRIPTLET] ", "installed ", "upgraded ",
                                        "removed ",  "starting ", "synchronizing ",    "Running '",  NULL};
    struct stamp stamp;
    return take_pacman_stamp(&line, &stamp) && starts_any(line, WORDS);
}

static int probe_pacman(struct str head, struct str path) {
    (void)path;
    return textlog_share(head, is_pacman) >= 30 ? 92 : 0;
}

static enum status decode_pacman(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    return textlog_decode(stream, sink, 0, read_pacman);
}

const struct format dpkg_format = {
    .name = "dpkg",
    .what = "dpkg.log",
    .probe = probe_dpkg,
    .decode = decode_dpkg,
};
const struct format dnf_format = {
    .name = "dnf",
    .what = "yum.log, dnf.log, dnf.rpm.log",
    .probe = probe_dnf,
    .decode = decode_dnf,
};
const struct format zypp_format = {
    .name = "zypp",
    .what = "zypp/history",
    .probe = probe_zypp,
    .decode = decode_zypp,
};
const struct format pacman_format = {
    .name = "pacman",
    .what = "pacman.log",
    .probe = probe_pacman,
    .decode = decode_pacman,
};
