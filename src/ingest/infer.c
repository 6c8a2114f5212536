// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Tables, sorted by how distributions configure their daemons: Debian's and Red Hat's rsyslog.conf for the
// files, the programs' own openlog() calls for the programs.
#include "ingest/infer.h"

struct hint {
    struct str name;
    uint8_t value;
};

static const struct hint PROGRAMS[] = {
    {S("sshd"), FACILITY_AUTHPRIV},
    {S("sudo"), FACILITY_AUTHPRIV},
    {S("su"), FACILITY_AUTHPRIV},
    {S("login"), FACILITY_AUTHPRIV},
    {S("useradd"), FACILITY_AUTHPRIV},
    {S("usermod"), FACILITY_AUTHPRIV},
    {S("userdel"), FACILITY_AUTHPRIV},
    {S("groupadd"), FACILITY_AUTHPRIV},
    {S("groupmod"), FACILITY_AUTHPRIV},
    {S("groupdel"), FACILITY_AUTHPRIV},
    {S("gpasswd"), FACILITY_AUTHPRIV},
    {S("passwd"), FACILITY_AUTHPRIV},
    {S("chpasswd"), FACILITY_AUTHPRIV},
    {S("chage"), FACILITY_AUTHPRIV},
    {S("chsh"), FACILITY_AUTHPRIV},
    {S("chfn"), FACILITY_AUTHPRIV},
    {S("newusers"), FACILITY_AUTHPRIV},
    {S("polkitd"), FACILITY_AUTHPRIV},
    {S("pkexec"), FACILITY_AUTHPRIV},
    {S("dropbear"), FACILITY_AUTHPRIV},
    {S("systemd-logind"), FACILITY_AUTH},
    {S("gdm"), FACILITY_AUTHPRIV},
    {S("lightdm"), FACILITY_AUTHPRIV},
    {S("vsftpd"), FACILITY_FTP},
    {S("proftpd"), FACILITY_FTP},
    {S("pure-ftpd"), FACILITY_FTP},
    {S("ftpd"), FACILITY_FTP},
    {S("cron"), FACILITY_CRON},
    {S("CRON"), FACILITY_CRON},
    {S("crond"), FACILITY_CRON},
    {S("CROND"), FACILITY_CRON},
    {S("crontab"), FACILITY_CRON},
    {S("anacron"), FACILITY_CRON},
    {S("atd"), FACILITY_CRON},
    {S("kernel"), FACILITY_KERN},
    {S("rsyslogd"), FACILITY_SYSLOG},
    {S("syslogd"), FACILITY_SYSLOG},
    {S("syslog-ng"), FACILITY_SYSLOG},
    {S("journald"), FACILITY_SYSLOG},
    {S("postfix"), FACILITY_MAIL},
    {S("dovecot"), FACILITY_MAIL},
    {S("sendmail"), FACILITY_MAIL},
    {S("exim"), FACILITY_MAIL},
    {S("systemd"), FACILITY_DAEMON},
    {S("dhclient"), FACILITY_DAEMON},
    {S("named"), FACILITY_DAEMON},
    {S("ntpd"), FACILITY_DAEMON},
    {S("chronyd"), FACILITY_DAEMON},
    {S("NetworkManager"), FACILITY_DAEMON},
};

static const struct hint FILES[] = {
    {S("auth"), FACILITY_AUTHPRIV}, {S("secure"), FACILITY_AUTHPRIV}, {S("cron"), FACILITY_CRON},
    {S("mail"), FACILITY_MAIL},     {S("maillog"), FACILITY_MAIL},    {S("kern"), FACILITY_KERN},
    {S("daemon"), FACILITY_DAEMON}, {S("user"), FACILITY_USER},       {S("lpr"), FACILITY_LPR},
    {S("boot"), FACILITY_LOCAL7},   {S("spooler"), FACILITY_NEWS},    {S("ftp"), FACILITY_FTP},
};

// By the first byte of the message, which mostly is none of these; the rows of one byte end with an empty one.
#define HINT(literal, value)                                                                                           \
    { {(literal), sizeof(literal) - 1}, value }
#define HINTS(...) ((const struct hint[]){__VA_ARGS__, {{NULL, 0}, 0}})
static const struct hint *const BEGINNINGS[256] = {
    ['D'] = HINTS(HINT("DEBUG", SEVERITY_DEBUG)),
    ['E'] = HINTS(HINT("ERROR", SEVERITY_ERR), HINT("Error", SEVERITY_ERR)),
    ['F'] = HINTS(HINT("FATAL", SEVERITY_CRIT)),
    ['W'] = HINTS(HINT("WARN", SEVERITY_WARNING), HINT("Warning", SEVERITY_WARNING)),
    ['a'] = HINTS(HINT("alert", SEVERITY_ALERT)),
    ['d'] = HINTS(HINT("debug", SEVERITY_DEBUG)),
    ['e'] = HINTS(HINT("error: ", SEVERITY_ERR), HINT("emerg", SEVERITY_EMERG)),
    ['f'] = HINTS(HINT("fatal: ", SEVERITY_CRIT)),
    ['p'] = HINTS(HINT("panic", SEVERITY_EMERG)),
    ['w'] = HINTS(HINT("warning: ", SEVERITY_WARNING)),
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// "sshd-session" and "sshd(pam_unix)" are sshd, "postfix/smtpd" is postfix; "sushi" is not su.
static enum facility find_facility(const struct hint *hints, size_t n, struct str name) {
    for (size_t i = 0; i < n; i++)
        if (str_starts(name, hints[i].name) && (name.n == hints[i].name.n || !is_word(name.p[hints[i].name.n])))
            return hints[i].value;
    return FACILITY_COUNT;
}

enum facility infer_facility_of_program(struct str program) {
    return find_facility(PROGRAMS, COUNT(PROGRAMS), program);
}

enum facility infer_facility_of_file(struct str path) {
    return find_facility(FILES, COUNT(FILES), str_skip(path, (size_t)(str_rfind_char(path, '/') + 1)));
}

enum severity infer_severity(struct str message, enum severity usual) {
    while (message.n && message.p[0] == ' ')
        message = str_skip(message, 1);
    const struct hint *hint = message.n ? BEGINNINGS[(unsigned char)message.p[0]] : NULL;
    for (; hint && hint->name.n; hint++)
        if (str_starts(message, hint->name))
            return hint->value;
    return usual;
}
