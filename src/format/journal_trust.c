// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Who really wrote an entry. Any user may send the journal "sshd: Accepted password for root"; what he cannot choose
// are the fields with an underscore, which journald asks the kernel. An entry counts as forged when its identifier
// claims a program that lets people in and those fields contradict it, or when PAM's words come from a shell or a
// sender of messages. In doubt it is not: old files have no such fields, and a process that ended at once has no name
// any more.
//
// Surprises: a program may rename itself (_COMM), so its file (_EXE) outranks that; syslog daemons and container
// runtimes pass on what others said, and are believed; su and sudo run with the uid of whoever called them.
#include "format/journal.h"

static const struct str CLAIMS[] = {
    {"sshd", 4},    {"dropbear", 8}, {"su", 2},        {"runuser", 7},  {"login", 5},   {"remote", 6},
    {"klogind", 7}, {"gdm", 3},      {"lightdm", 7},   {"sddm", 4},     {"vsftpd", 6},  {"pure-ftpd", 9},
    {"wu-ftpd", 7}, {"wuftpd", 6},   {"in.ftpd", 7},   {"ftpd", 4},     {"proftpd", 7}, {"cockpit", 7},
    {"webmin", 6},  {"usermin", 7},  {"pvedaemon", 9}, {"pveproxy", 8}, {"sudo", 4},
};
// These run as root only, for as long as they have a say.
static const struct str DAEMONS[] = {{"dropbear", 8}, {"login", 5},  {"gdm", 3},     {"lightdm", 7},
                                     {"sddm", 4},     {"vsftpd", 6}, {"proftpd", 7}, {"sshd", 4}};
static const struct str RELAYS[] = {{"rsyslogd", 8},    {"rs:main", 7}, {"in:im", 5},
                                    {"syslog-ng", 9},   {"syslogd", 7}, {"dockerd", 7},
                                    {"containerd", 10}, {"conmon", 6},  {"systemd-journal", 15}};
// What anybody sends messages with.
static const struct str SENDERS[] = {{"logger", 6}, {"systemd-cat", 11}, {"bash", 4},   {"sh", 2},   {"dash", 4},
                                     {"zsh", 3},    {"ksh", 3},          {"fish", 4},   {"nc", 2},   {"ncat", 4},
                                     {"socat", 5},  {"python", 6},       {"perl", 4},   {"ruby", 4}, {"php", 3},
                                     {"node", 4},   {"echo", 4},         {"netcat", 6}, {"curl", 4}};
// Where anybody may put a program.
static const struct str ANYBODYS[] = {{"/tmp/", 5},       {"/var/tmp/", 9}, {"/dev/shm/", 9},
                                      {"/run/user/", 10}, {"/home/", 6},    {"/memfd:", 7}};
#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool is_letter(char c) {
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

// Whether `s` is `name`, or `name` with something that is no letter behind it: "gdm3", "sshd-session", "su-l".
static bool is_name(struct str s, struct str name) {
    return str_eq_nocase(str_head(s, name.n), name) && (s.n == name.n || !is_letter(s.p[name.n]));
}

static bool is_one_of(struct str s, const struct str *names, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (is_name(s, names[i]))
            return true;
    return false;
}

static bool starts_one_of(struct str s, const struct str *starts, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (str_starts(s, starts[i]))
            return true;
    return false;
}

static struct str base_name(struct str path) {
    if (str_ends(path, S(" (deleted)")))
        path.n -= 10;
    return str_skip(path, (size_t)(str_rfind_char(path, '/') + 1));
}

// Whether `actual` may be what calls itself `claimed`. Four bytes in common are enough: "gdm-password]" is written by
// gdm-session-worker, "cockpit-tls" by cockpit-ws.
static bool fits(struct str claimed, struct str actual) {
    if (str_starts(claimed, S("-- ")) || str_eq(claimed, S("remote")))
        return is_name(actual, S("login"));
    if (str_find(claimed, S("ftpd")) >= 0 && str_find(actual, S("ftpd")) >= 0)
        return true;
    if (str_starts(actual, S("miniserv")))
        return is_name(claimed, S("webmin")) || is_name(claimed, S("usermin"));
    if (claimed.n < 4 || is_name(claimed, S("gdm")) || is_name(claimed, S("su")))
        return is_name(actual, str_head(claimed, claimed.n < 4 || claimed.p[0] == 'g' ? 3 : 2));
    return actual.n >= 4 && str_eq_nocase(str_head(claimed, 4), str_head(actual, 4));
}

static bool is_unprivileged(struct str uid) {
    return uid.n && !str_eq(uid, S("0"));
}

// The names the journal knows, when they are not the claimed one's.
static bool contradicts(const struct journal_writer *w, struct str claimed, struct str exe) {
    if (!w->comm.n && !exe.n)
        return is_unprivileged(w->uid) && is_one_of(claimed, DAEMONS, COUNT(DAEMONS));
    if (starts_one_of(w->exe, ANYBODYS, COUNT(ANYBODYS)))
        return true;
    if (exe.n && fits(claimed, exe))
        return false;
    bool named = w->comm.n && fits(claimed, w->comm);
    return !named || (exe.n && is_unprivileged(w->uid));
}

// "gdm-wayland-session" and "gdm-x-session": the user's own desktop, whose children write under its name.
static bool is_desktop(struct str claimed) {
    return str_starts(claimed, S("gdm-")) && str_ends(claimed, S("-session"));
}

bool journal_is_forged(const struct journal_writer *w) {
    if (str_eq(w->transport, S("kernel")) || str_eq(w->transport, S("audit")) || str_eq(w->transport, S("driver")))
        return false;
    struct str claimed = base_name(str_head(w->identifier, LIMIT_NAME)), exe = base_name(str_head(w->exe, LIMIT_PATH));
    bool claims = (is_one_of(claimed, CLAIMS, COUNT(CLAIMS)) && !is_desktop(claimed)) || str_starts(claimed, S("-- "));
    struct str words = str_trim(str_head(w->message, 64));
    bool pam = str_starts(words, S("pam_")) || str_starts(words, S("PAM ")) || str_starts(words, S("PAM-"));
    if (!claims && !pam)
        return false;
    if (starts_one_of(exe, RELAYS, COUNT(RELAYS)) ||
        (starts_one_of(w->comm, RELAYS, COUNT(RELAYS)) && !is_unprivileged(w->uid)))
        return false;
    if (claims)
        return contradicts(w, claimed, exe);
    return is_one_of(w->comm, SENDERS, 2) || is_one_of(exe, SENDERS, 2) ||
           (is_one_of(exe, SENDERS, COUNT(SENDERS)) && is_unprivileged(w->uid));
}
