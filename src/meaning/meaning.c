// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Which reader for which program, and what all messages share: the wrapping of repeated ones, and the last
// look at every fact before it leaves this room.
#include "meaning/meaning.h"

#include "base/limits.h"
#include "meaning/words.h"

static const struct {
    struct str program;
    const struct meaning *meaning;
} READERS[] = {
#define ROW(literal, meaning)                                                                                          \
    { {(literal), sizeof(literal) - 1}, &(meaning) }
    ROW("sshd", SSHD),
    ROW("sshd-session", SSHD),
    ROW("sshd-auth", SSHD),
    ROW("dropbear", DROPBEAR),
    ROW("su", SU),
    ROW("su-l", SU),
    ROW("runuser", SU),
    ROW("runuser-l", SU),
    ROW("login", LOGIN),
    ROW("remote", LOGIN),
    ROW("klogind", LOGIN),
    ROW("-- root", LOGIN), // util-linux's login when root logs on: its own argv[0] by then
    ROW("gdm", DISPLAYMANAGER),
    ROW("gdm3", DISPLAYMANAGER),
    ROW("gdm-binary", DISPLAYMANAGER),
    ROW("gdm-password", DISPLAYMANAGER),
    ROW("gdm-fingerprint", DISPLAYMANAGER),
    ROW("gdm-smartcard", DISPLAYMANAGER),
    ROW("gdm-autologin", DISPLAYMANAGER),
    ROW("gdm-launch-environment", DISPLAYMANAGER),
    ROW("gdm-session-worker", DISPLAYMANAGER),
    ROW("lightdm", DISPLAYMANAGER),
    ROW("lightdm-autologin", DISPLAYMANAGER),
    ROW("sddm", DISPLAYMANAGER),
    ROW("sddm-helper", DISPLAYMANAGER),
    ROW("vsftpd", FTP),
    ROW("pure-ftpd", FTP),
    ROW("wu-ftpd", FTP),
    ROW("wuftpd", FTP),
    ROW("ftpd", FTP),
    ROW("in.ftpd", FTP),
    ROW("proftpd", PROFTPD),
    ROW("cockpit", COCKPIT),
    ROW("cockpit-session", COCKPIT),
    ROW("cockpit-ws", COCKPIT),
    ROW("cockpit-tls", COCKPIT),
    ROW("webmin", WEBCONSOLE),
    ROW("usermin", WEBCONSOLE),
    ROW("pvedaemon", WEBCONSOLE),
    ROW("pveproxy", WEBCONSOLE),
#undef ROW
};

static bool is_version(struct str word) {
    return word.n && word.p[0] >= '0' && word.p[0] <= '9';
}

// "/usr/sbin/sshd", "sshd(pam_unix)", "gdm-password]" and "sshd/9.2" are known by the plain name.
static struct str plain_name(struct str program) {
    ptrdiff_t slash = str_rfind_char(program, '/');
    if (slash > 0 && is_version(str_skip(program, (size_t)slash + 1))) {
        program = str_head(program, (size_t)slash);
        slash = str_rfind_char(program, '/');
    }
    program = str_skip(program, (size_t)(slash + 1));
    size_t n = 0;
    while (n < program.n && !memchr("([]:", program.p[n], 4))
        n++;
    return str_head(program, n);
}

const struct meaning *meaning_of(struct str program) {
    struct str name = plain_name(str_head(program, LIMIT_NAME));
    for (size_t i = 0; i < sizeof READERS / sizeof *READERS; i++)
        if (str_eq(name, READERS[i].program))
            return READERS[i].meaning;
    return &PAM;
}

// "N times"
static bool take_times(struct str *s, uint32_t *ret) {
    uint64_t n;
    if (!words_take_number(s, &n) || !(str_take(s, S(" times")) || str_take(s, S(" time"))))
        return false;
    *ret = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
    return true;
}

uint32_t meaning_repeats_last(struct str text) {
    uint32_t n;
    struct str s = str_trim(text);
    if (str_take(&s, S("--- ")) && !words_take_end(&s, S(" ---"))) // as syslogd of the BSDs writes it
        return 0;
    return str_take(&s, S("last message repeated ")) && take_times(&s, &n) && s.n == 0 ? n : 0;
}

// Opens "message repeated N times: [ … ]" to what it holds. A count that cannot be is no count.
static uint32_t open_repeat(struct str *text) {
    uint32_t n;
    struct str s = *text;
    if (!str_take(&s, S("message repeated ")) || !take_times(&s, &n) || !str_take(&s, S(": [")))
        return 1;
    words_take_end(&s, S("]"));
    str_take(&s, S(" "));
    *text = s;
    return n && n <= LIMIT_REPEAT ? n : 1;
}

static void bound_name(struct str *s) {
    *s = s->n ? str_head(*s, LIMIT_NAME) : STR_NONE;
}

static void finish_logon(struct logon *logon, uint32_t times) {
    uint64_t count = (uint64_t)logon->count * times;
    logon->count = count > LIMIT_REPEAT ? LIMIT_REPEAT : (uint32_t)count;
    bound_name(&logon->user);
    bound_name(&logon->actor);
    bound_name(&logon->source);
    bound_name(&logon->tty);
    bound_name(&logon->fingerprint);
    bound_name(&logon->key_type);
}

static void finish_session(struct session_mark *session) {
    bound_name(&session->user);
    bound_name(&session->by);
    bound_name(&session->service);
}

size_t meaning_read(const struct meaning *meaning, const struct message *message, struct fact *ret) {
    struct message inner = *message;
    while (inner.text.n && inner.text.p[0] == ' ')
        inner.text = str_skip(inner.text, 1);
    uint32_t times = open_repeat(&inner.text);
    size_t n = meaning->read(&inner, ret);
    for (size_t i = 0; i < n; i++) {
        if (ret[i].kind == FACT_LOGON)
            finish_logon(&ret[i].logon, times);
        else if (ret[i].kind == FACT_SESSION)
            finish_session(&ret[i].session);
    }
    return n;
}
