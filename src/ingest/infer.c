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

static const struct hint BEGINNINGS[] = {
    {S("error: "), SEVERITY_ERR},     {S("ERROR"), SEVERITY_ERR},       {S("Error"), SEVERITY_ERR},
    {S("fatal: "), SEVERITY_CRIT},    {S("FATAL"), SEVERITY_CRIT},      {S("warning: "), SEVERITY_WARNING},
    {S("WARNING"), SEVERITY_WARNING}, {S("Warning"), SEVERITY_WARNING}, {S("WARN"), SEVERITY_WARNING},
    {S("panic"), SEVERITY_EMERG},     {S("emerg"), SEVERITY_EMERG},     {S("alert"), SEVERITY_ALERT},
    {S("debug"), SEVERITY_DEBUG},     {S("DEBUG"), SEVERITY_DEBUG},
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
    for (size_t i = 0; i < COUNT(BEGINNINGS); i++)
        if (message.n && BEGINNINGS[i].name.p[0] == message.p[0] && str_starts(message, BEGINNINGS[i].name))
            return BEGINNINGS[i].value;
    return usual;
}
