// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// FTP daemons: vsftpd, pure-ftpd, wu-ftpd and the ftpd of BSD, netkit and Debian. (ProFTPD, whose messages
// begin with the name of its server, is in proftpd.c.) vsftpd puts the name typed in front and the address
// behind it; pure-ftpd has the address in front, where the name can only be an account's once it is logged
// in; the others print host and address, then the name to the end of the line.
#include "meaning/words.h"

static struct logon new_logon(bool success, enum reason reason) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, success ? OUTCOME_SUCCESS : OUTCOME_FAILURE,
                                     success ? REASON_COUNT : reason, STEP_VERDICT);
    logon.method = METHOD_PASSWORD;
    return logon;
}

static bool is_anonymous(struct str user) {
    return str_eq(user, S("ftp")) || str_eq(user, S("anonymous"));
}

// "ADDRESS\"", "ADDRESS\", \"remark\"", "ADDRESS\", anon password \"what was typed\""
static bool read_vsftpd_client(struct str s, struct logon *logon) {
    ptrdiff_t end = str_find_char(s, '"');
    struct str address = str_head(s, end < 0 ? 0 : (size_t)end);
    if (!words_is_host(address))
        return false;
    logon->source = words_source(address);
    return true;
}

// vsftpd's remark behind the address: "User is not in the allow user list."
static bool is_refused_by_list(struct str client) {
    return str_ends(client, S("\", \"User is not in the allow user list.\"")) ||
           str_ends(client, S("\", \"User is in the deny user list.\""));
}

// "[NAME] FTP response: Client \"ADDRESS\", \"530 Permission denied.\"": refused by a list of users, of which older
// versions say nothing else. A command is logged in the same way and holds what the client likes.
static size_t read_vsftpd_response(struct str s, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, REASON_NOT_ALLOWED, STEP_NAME);
    struct str client, command;
    if (!words_take_end(&s, S("\", \"530 Permission denied.\"")) ||
        !words_split_last(s, S("] FTP response: Client \""), &logon.user, &client) ||
        words_split(logon.user, S("FTP command: Client \""), &command, &command) || !words_is_host(client))
        return 0;
    logon.source = words_source(client);
    return words_fact(ret, logon);
}

// "[NAME] OK LOGIN: Client \"ADDRESS\"", "[NAME] FAIL LOGIN: …", in its own file after "[pid N] ".
static size_t read_vsftpd(struct str s, struct fact *ret) {
    struct str own = s, pid, name, client, ok_name, ok_client;
    if (str_take(&own, S("[pid ")) && words_split(own, S("] "), &pid, &own))
        s = own;
    if (!str_take(&s, S("[")))
        return 0;
    bool failed = words_split_last(s, S("] FAIL LOGIN: Client \""), &name, &client);
    bool ok = words_split_last(s, S("] OK LOGIN: Client \""), &ok_name, &ok_client);
    // Who logged on has an account; in front of it stands nothing a client could have sent as a command.
    ok = ok && !words_split(ok_name, S("FTP command: Client \""), &pid, &pid);
    if (!failed && !ok)
        return read_vsftpd_response(s, ret);
    bool success = ok && (!failed || ok_name.n > name.n);
    struct logon logon = new_logon(success, REASON_BAD_CREDENTIALS);
    logon.user = success ? ok_name : name;
    if (!success && is_refused_by_list(client))
        logon.reason = REASON_NOT_ALLOWED;
    if (success && is_anonymous(logon.user))
        logon.method = METHOD_ANONYMOUS;
    read_vsftpd_client(success ? ok_client : client, &logon);
    return words_fact(ret, logon);
}

static size_t read_vsftpd_row(const struct saying *saying, struct fact *ret) {
    return read_vsftpd(str_between(saying->rest.p - 1, saying->rest.p + saying->rest.n), ret);
}

// "(NAME@HOST) [LEVEL] words", pure-ftpd
static size_t read_pure(const struct saying *saying, struct fact *ret) {
    struct str who, s, level, host, name;
    if (!words_split(saying->rest, S(") ["), &who, &s) || !words_split(s, S("] "), &level, &s) ||
        !words_split_last(who, S("@"), &name, &host))
        return 0;
    struct logon logon = new_logon(false, REASON_BAD_CREDENTIALS);
    if (str_take(&s, S("Authentication failed for user ["))) {
        words_take_end(&s, S("]"));
        logon.user = s;
    } else if (words_take_end(&s, S(" is now logged in"))) {
        logon = new_logon(true, REASON_COUNT);
        logon.user = s;
    } else if (str_starts(s, S("Anonymous user logged in"))) {
        logon = new_logon(true, REASON_COUNT);
        logon.user = S("anonymous");
        logon.method = METHOD_ANONYMOUS;
    } else if (str_starts(s, S("Too many authentication failures"))) {
        logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, REASON_TOO_MANY_ATTEMPTS, STEP_LIMIT);
    } else {
        return 0;
    }
    logon.source = words_source(host);
    return words_fact(ret, logon);
}

// "HOST [ADDRESS]", "ADDRESS (HOST)", "HOST" at the front; what follows is `*ret_rest`. Names from DNS have no
// blanks, so the first bracket or parenthesis is the daemon's.
static void read_place(struct str s, struct logon *logon, struct str *ret_rest) {
    size_t n = 0;
    while (n < s.n && s.p[n] != ' ' && s.p[n] != ',')
        n++;
    struct str host = str_head(s, n), address = STR_NONE, tail;
    s = str_skip(s, n);
    if (str_take(&s, S(" [")) && words_split(s, S("]"), &address, &tail))
        s = tail;
    else if (str_take(&s, S(" (")) && words_split(s, S(")"), &tail, &tail))
        s = tail;
    logon->source = words_source(address.n ? address : host);
    *ret_rest = s;
}

// "failed login from HOST [ADDRESS][, NAME]"
static size_t read_failed_login(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_logon(false, saying->reason);
    struct str name;
    read_place(saying->rest, &logon, &name);
    if (str_take(&name, S(", ")))
        logon.user = name;
    return words_fact(ret, logon);
}

static size_t read_repeated_failures(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, saying->reason, STEP_LIMIT);
    struct str rest;
    read_place(saying->rest, &logon, &rest);
    return words_fact(ret, logon);
}

// "FROM HOST [ADDRESS], NAME", "FROM HOST as NAME"
static size_t read_ftp_login(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_logon(true, REASON_COUNT);
    struct str name;
    read_place(saying->rest, &logon, &name);
    if (str_take(&name, S(", ")) || str_take(&name, S(" as ")))
        logon.user = name;
    return words_fact(ret, logon);
}

// What follows the address is the "password", by custom an e-mail address, in truth anything.
static size_t read_anonymous_login(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_logon(true, REASON_COUNT);
    struct str password;
    read_place(saying->rest, &logon, &password);
    logon.user = S("anonymous");
    logon.method = METHOD_ANONYMOUS;
    return words_fact(ret, logon);
}

// "REFUSED (WHY) FROM HOST [ADDRESS], NAME", "FAILED (WHY) FOR …", "FAILED FROM HOST, NAME". WHY is fixed.
static size_t read_ftp_refused(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_logon(false, saying->reason);
    struct str why, name, rest = saying->rest;
    if (!words_split(rest, S("FROM "), &why, &rest) && !words_split(rest, S("FOR "), &why, &rest) &&
        !words_split(rest, S(") for "), &why, &rest))
        return words_fact(ret, logon);
    read_place(rest, &logon, &name);
    if (str_take(&name, S(", ")) || str_take(&name, S(" as ")))
        logon.user = name;
    return words_fact(ret, logon);
}

static size_t read_anonymous_refused(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_logon(false, saying->reason);
    struct str rest;
    read_place(saying->rest, &logon, &rest);
    logon.user = S("anonymous");
    logon.method = METHOD_ANONYMOUS;
    return words_fact(ret, logon);
}

// "(WHY) TO HOST [ADDRESS]"
static size_t read_denied(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, saying->reason, STEP_ALONE);
    struct str why, rest;
    if (words_split(saying->rest, S(" TO "), &why, &rest))
        read_place(rest, &logon, &rest);
    return words_fact(ret, logon);
}

// vsftpd: "ADDRESS\", \"Connection refused: WHY\""; a connection alone is no fact.
static size_t read_connect(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, saying->reason, STEP_ALONE);
    struct str address, why;
    if (!words_split(saying->rest, S("\", \"Connection refused: "), &address, &why) ||
        !read_vsftpd_client(saying->rest, &logon))
        return 0;
    return words_fact(ret, logon);
}

static wordings ROWS = {
    ['('] = WORDINGS(WORDING("(pam_", words_nothing, OTHER), WORDING("(", read_pure, OTHER)),
    ['A'] = WORDINGS(WORDING("ANONYMOUS FTP LOGIN FROM ", read_anonymous_login, OTHER),
                     WORDING("ANONYMOUS FTP LOGIN REFUSED FROM ", read_anonymous_refused, NOT_ALLOWED),
                     WORDING("ACCESS DENIED ", read_denied, NOT_ALLOWED)),
    ['C'] = WORDINGS(WORDING("CONNECT: Client \"", read_connect, NOT_ALLOWED)),
    ['F'] = WORDINGS(WORDING("FTP LOGIN FROM ", read_ftp_login, OTHER),
                     WORDING("FTP LOGIN FAILED ", read_ftp_refused, BAD_CREDENTIALS),
                     WORDING("FTP LOGIN REFUSED ", read_ftp_refused, NOT_ALLOWED)),
    ['['] = WORDINGS(WORDING("[", read_vsftpd_row, BAD_CREDENTIALS)),
    ['f'] = WORDINGS(WORDING("failed login from ", read_failed_login, BAD_CREDENTIALS)),
    ['r'] = WORDINGS(WORDING("repeated login failures from ", read_repeated_failures, TOO_MANY_ATTEMPTS),
                     WORDING("refused connect from ", words_refused_connect, NOT_ALLOWED)),
};

static size_t read_message(const struct message *message, struct fact *ret) {
    size_t n = words_read(ROWS, message->text, NULL, ret);
    return n ? n : pam_read(message, ret);
}

const struct meaning FTP = {"ftp", read_message};
