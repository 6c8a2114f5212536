// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// PAM, which speaks through every program: "pam_unix(sshd:auth): …", "(pam_unix) …", or as the program
// "sshd(pam_unix)". A refusal names the account, who asked (ruser), from which terminal and host, in a fixed
// order without quotes: "… tty=T ruser=R rhost=H  user=N". Who wrote what decides how to cut:
//
//   R  is empty for most services; FTP daemons put the name that was typed there, su and sudo the caller.
//   H  is the daemon's word: one word, or empty.
//   N  from pam_unix is an account that exists; other modules print what was typed.
//
// So when R is empty, H follows at once and N is the rest. When it is not, the true rhost= is the last one,
// unless the module repeats R as N, which shows where R ends. A refusal that ends in "rhost=H " is pam_unix
// without N, whatever came before.
//
// Whether the opening of a session is a logon of its own depends on the service: where the program has its
// own word for it (sshd) the session adds nothing, where it has none (gdm, cockpit) it is the only word.
#include "base/limits.h"
#include "meaning/words.h"

enum { NAME_MAX_BYTES = 4096 }; // of a name told twice

enum opening {
    OPENS_NOTHING, // a session, but no fact of who logged on
    OPENS_LOGON,   // opening the session is the success
};

static const struct service {
    struct str name;
    enum logon_kind kind;
    enum opening opening;
    enum method method;
    bool caller; // the name in user= is the caller proving who they are, not who they become
} SERVICES[] = {
#define ROW(name, kind, opening, method, caller)                                                                       \
    { {(name), sizeof(name) - 1}, LOGON_KIND_##kind, OPENS_##opening, METHOD_##method, caller }
    ROW("sshd", LOGON, NOTHING, PAM, false),        ROW("sudo", PRIVILEGE, NOTHING, PAM, true),
    ROW("su", PRIVILEGE, LOGON, PAM, false),        ROW("su-l", PRIVILEGE, LOGON, PAM, false),
    ROW("sudo-i", PRIVILEGE, NOTHING, PAM, true),   ROW("doas", PRIVILEGE, NOTHING, PAM, true),
    ROW("polkit-1", PRIVILEGE, LOGON, PAM, false),  ROW("pkexec", PRIVILEGE, LOGON, PAM, false),
    ROW("login", LOGON, LOGON, PAM, false),         ROW("remote", LOGON, LOGON, PAM, false),
    ROW("vsftpd", LOGON, LOGON, PAM, false),        ROW("cockpit", LOGON, LOGON, PAM, false),
    ROW("gdm", LOGON, LOGON, PAM, false),           ROW("gdm3", LOGON, LOGON, PAM, false),
    ROW("gdm-password", LOGON, LOGON, PAM, false),  ROW("gdm-fingerprint", LOGON, LOGON, PAM, false),
    ROW("gdm-smartcard", LOGON, LOGON, PAM, false), ROW("gdm-autologin", LOGON, LOGON, AUTOLOGIN, false),
    ROW("lightdm", LOGON, LOGON, PAM, false),       ROW("lightdm-autologin", LOGON, LOGON, AUTOLOGIN, false),
    ROW("sddm", LOGON, LOGON, PAM, false),          ROW("sddm-autologin", LOGON, LOGON, AUTOLOGIN, false),
    ROW("xdm", LOGON, LOGON, PAM, false),           ROW("kdm", LOGON, LOGON, PAM, false),
    ROW("kde", LOGON, LOGON, PAM, false),           ROW("greetd", LOGON, LOGON, PAM, false),
    ROW("xrdp-sesman", LOGON, LOGON, PAM, false),
#undef ROW
};

static const struct service *service_of(struct str name) {
    static const struct service other = {.kind = LOGON_KIND_LOGON, .opening = OPENS_NOTHING, .method = METHOD_PAM};
    for (size_t i = 0; i < sizeof SERVICES / sizeof *SERVICES; i++)
        if (str_eq(name, SERVICES[i].name))
            return &SERVICES[i];
    return &other;
}

static struct logon new_refusal(const struct pam_head *pam, enum reason reason) {
    const struct service *service = service_of(pam->service);
    struct logon logon = words_logon(service->kind, OUTCOME_FAILURE, reason, STEP_PAM);
    logon.method = service->method;
    return logon;
}

// Of sudo and its like PAM tells who asked, not for whom.
static void name_account(const struct pam_head *pam, struct str name, struct logon *logon) {
    *(service_of(pam->service)->caller ? &logon->actor : &logon->user) = name;
}

struct fields {
    struct str logname, tty, ruser, rhost, user;
};

// "H", "H ", "H  user=N"; false when it is anything else.
static bool read_host_and_user(struct str s, struct fields *ret) {
    struct str rest = s, host = words_take(&rest);
    while (str_take(&rest, S(" ")))
        continue;
    if (host.n && !words_is_host(host))
        return false;
    ret->rhost = host;
    ret->user = STR_NONE;
    if (rest.n == 0)
        return true;
    if (!str_take(&rest, S("user=")))
        return false;
    ret->user = rest;
    return true;
}

// "R rhost=H user=R": with R at both ends, H is what is left between.
static bool read_repeated_name(struct str s, struct fields *ret) {
    struct str left, name;
    for (struct str head = s; words_split_last(head, S(" user="), &left, &name); head = left) {
        name = str_between(name.p, s.p + s.n);
        struct str host = left;
        if (name.n > NAME_MAX_BYTES)
            break;
        if (!name.n || !str_take(&host, name) || !str_take(&host, S(" rhost=")))
            continue;
        host = str_trim(host);
        if (host.n && !words_is_host(host))
            continue;
        ret->ruser = ret->user = name;
        ret->rhost = host;
        return true;
    }
    return false;
}

static bool read_last_host(struct str s, struct fields *ret) {
    struct str left, right;
    for (struct str head = s; words_split_last(head, S(" rhost="), &left, &right); head = left) {
        ret->ruser = left;
        if (read_host_and_user(str_between(right.p, s.p + s.n), ret))
            return true;
    }
    return false;
}

// "R rhost=H " at the end, with nothing behind the blank: pam_unix without N.
static bool read_unnamed(struct str s, struct fields *ret) {
    struct str host;
    if (!words_take_end(&s, S(" ")) || !words_split_last(s, S(" rhost="), &ret->ruser, &host) || !words_is_host(host))
        return false;
    ret->rhost = host;
    return true;
}

// Everything after "ruser=". sshd sets no R, so nothing typed can stand there.
static bool read_strangers(const struct pam_head *pam, struct str s, struct fields *ret) {
    bool by_unix = str_eq(pam->module, S("unix"));
    if (by_unix && !str_eq(pam->service, S("sshd")) && read_unnamed(s, ret))
        return true;
    struct str rest = s;
    if (str_take(&rest, S(" rhost=")) || str_take(&rest, S("rhost="))) {
        ret->ruser = STR_NONE;
        return read_host_and_user(rest, ret);
    }
    return (!by_unix && read_repeated_name(s, ret)) || read_last_host(s, ret);
}

// "logname=L uid=U euid=E tty=T ruser=R rhost=H[  user=N]"; what cannot be read stays absent.
static struct fields read_fields(const struct pam_head *pam, struct str s) {
    struct fields fields = {0}, strangers = {0};
    struct str rest;
    if (!str_take(&s, S("logname=")) || !words_split(s, S(" uid="), &fields.logname, &s) ||
        !words_split(s, S(" tty="), &rest, &s) || !words_split(s, S(" ruser="), &fields.tty, &s))
        return fields;
    if (read_strangers(pam, s, &strangers)) {
        fields.ruser = strangers.ruser;
        fields.rhost = strangers.rhost;
        fields.user = strangers.user;
    }
    return fields;
}

static void apply_fields(const struct pam_head *pam, const struct fields *fields, struct logon *logon) {
    logon->tty = words_terminal(fields->tty);
    logon->source = words_source(fields->rhost);
    if (logon->kind == LOGON_KIND_PRIVILEGE) {
        logon->actor = fields->ruser.n ? fields->ruser : fields->logname;
        if (fields->user.n)
            name_account(pam, fields->user, logon);
    } else {
        logon->user = fields->user.n ? fields->user : fields->ruser;
    }
}

// "authentication failure; logname= …". Changing a password asks for the old one; that is no logon.
static size_t read_failure(const struct saying *saying, struct fact *ret) {
    struct str s = saying->rest;
    if (str_eq(saying->pam->type, S("chauthtok")))
        return 0;
    struct logon logon = new_refusal(saying->pam, saying->reason);
    struct fields fields = read_fields(saying->pam, s);
    apply_fields(saying->pam, &fields, &logon);
    return words_fact(ret, logon);
}

// "authentication success; …", from modules that stand behind pam_unix: what it refused was no refusal.
static size_t read_success(const struct saying *saying, struct fact *ret) {
    size_t n = read_failure(saying, ret);
    if (n) {
        ret->logon.outcome = OUTCOME_UNKNOWN;
        ret->logon.reason = REASON_COUNT;
    }
    return n;
}

// "N more authentication failures; logname= …"
static size_t read_more(const struct pam_head *pam, struct str s, struct fact *ret) {
    uint64_t n;
    if (!words_take_number(&s, &n) || !str_take(&s, S(" more authentication failure")))
        return 0;
    str_take(&s, S("s"));
    if (!str_take(&s, S("; ")))
        return 0;
    struct logon logon = new_refusal(pam, REASON_BAD_CREDENTIALS);
    struct fields fields = read_fields(pam, s);
    apply_fields(pam, &fields, &logon);
    logon.step = STEP_REPEAT;
    logon.count = n == 0 || n > LIMIT_REPEAT ? 1 : (uint32_t)n;
    return words_fact(ret, logon);
}

// "check pass; user unknown", "conversation failed": the name follows in other lines, or never.
static size_t read_unknown(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_refusal(saying->pam, saying->reason);
    logon.kind = logon.kind == LOGON_KIND_PRIVILEGE ? logon.kind : LOGON_KIND_PROBE;
    logon.step = STEP_NAME;
    logon.method = METHOD_COUNT;
    return words_fact(ret, logon);
}

// The name between the quotes that follow the words of the row: [NAME], 'NAME', `NAME', "NAME".
static struct str unquote(struct str s) {
    if (s.n < 2)
        return STR_NONE;
    char close = s.p[0] == '[' ? ']' : s.p[0] == '`' ? '\'' : s.p[0];
    ptrdiff_t at = str_rfind_char(s, close);
    return at > 0 ? str_between(s.p + 1, s.p + at) : STR_NONE;
}

// "bad username [NAME]", "auth could not identify password for [NAME]", "Invalid verification code for NAME".
static size_t read_quoted(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_refusal(saying->pam, saying->reason);
    name_account(saying->pam, unquote(saying->rest), &logon);
    if (logon.reason == REASON_UNKNOWN_USER || logon.reason == REASON_CONVERSATION_FAILED) {
        logon.kind = logon.kind == LOGON_KIND_PRIVILEGE ? logon.kind : LOGON_KIND_PROBE;
        logon.step = STEP_NAME;
    }
    return words_fact(ret, logon);
}

static size_t read_bare_name(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_refusal(saying->pam, saying->reason);
    name_account(saying->pam, saying->rest, &logon);
    return words_fact(ret, logon);
}

// "account NAME has expired (…)", "account NAME has been locked …"
static size_t read_account(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_refusal(saying->pam, saying->reason);
    struct str name, rest;
    if (!words_split_last(saying->rest, S(" has expired"), &name, &rest))
        return 0;
    logon.step = STEP_NAME;
    name_account(saying->pam, name, &logon);
    return words_fact(ret, logon);
}

// "expired password for user NAME (…)"
static size_t read_expired_password(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_refusal(saying->pam, saying->reason);
    struct str why;
    logon.step = STEP_NAME;
    if (!words_split_last(saying->rest, S(" ("), &logon.user, &why))
        return 0;
    return words_fact(ret, logon);
}

// What PAM's return codes say of a refusal.
static enum reason reason_of_code(uint64_t code) {
    static const uint8_t reasons[] = {
        [4] = REASON_SERVICE_ERROR,    // PAM_SYSTEM_ERR
        [6] = REASON_NOT_ALLOWED,      // PAM_PERM_DENIED
        [9] = REASON_SERVICE_ERROR,    // PAM_AUTHINFO_UNAVAIL
        [10] = REASON_UNKNOWN_USER,    // PAM_USER_UNKNOWN
        [12] = REASON_ACCOUNT_EXPIRED, // PAM_NEW_AUTHTOK_REQD
        [13] = REASON_ACCOUNT_EXPIRED, // PAM_ACCT_EXPIRED
    };
    _Static_assert(REASON_BAD_CREDENTIALS == 0, "codes not named are refused credentials");
    return code < sizeof reasons ? (enum reason)reasons[code] : REASON_BAD_CREDENTIALS;
}

// pam_sss: "received for user NAME: 10 (User not known to the underlying authentication module)", "Access denied
// for user NAME: 6 (Permission denied)"
static size_t read_received(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_refusal(saying->pam, saying->reason);
    struct str name, code;
    uint64_t number;
    if (!words_split_last(saying->rest, S(": "), &name, &code) || !words_take_number(&code, &number))
        return 0;
    logon.step = STEP_NAME;
    logon.reason = reason_of_code(number);
    name_account(saying->pam, name, &logon);
    return words_fact(ret, logon);
}

// A module that stands behind others accepted.
static size_t give_accepted(const struct pam_head *pam, struct str name, struct fact *ret) {
    struct logon logon = new_refusal(pam, REASON_COUNT);
    logon.outcome = OUTCOME_UNKNOWN;
    name_account(pam, name, &logon);
    return words_fact(ret, logon);
}

// pam_krb5: "authentication succeeds for 'NAME' (NAME@REALM)"
static size_t read_succeeds(const struct saying *saying, struct fact *ret) {
    return give_accepted(saying->pam, unquote(saying->rest), ret);
}

// pam_winbind and pam_userdb: "user 'NAME' granted access", "user `NAME' denied access (…)", pam_krb5: "user NAME
// authenticated as NAME@REALM", and pam_tally2 and pam_tally: "user NAME (1000) tally 6, deny 5".
static size_t read_user(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_refusal(saying->pam, REASON_BAD_CREDENTIALS);
    struct str name, rest;
    if (words_split_last(saying->rest, S(" tally "), &name, &rest)) {
        logon.kind = LOGON_KIND_PROBE;
        logon.step = STEP_LIMIT;
        logon.reason = REASON_ACCOUNT_LOCKED;
        words_split_last(name, S(" ("), &name, &rest);
        logon.user = name;
        return words_fact(ret, logon);
    }
    if (words_split_last(saying->rest, S(" granted access"), &name, &rest))
        return give_accepted(saying->pam, unquote(name), ret);
    if (words_split_last(saying->rest, S(" authenticated as "), &name, &rest))
        return give_accepted(saying->pam, name, ret);
    if (!words_split_last(saying->rest, S(" denied access"), &name, &rest))
        return 0;
    name_account(saying->pam, unquote(name), &logon);
    return words_fact(ret, logon);
}

// pam_faillock: "Consecutive login failures for user NAME account temporarily locked"
static size_t read_faillock(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, saying->reason, STEP_LIMIT);
    logon.user = saying->rest;
    logon.method = METHOD_PAM;
    return words_take_end(&logon.user, S(" account temporarily locked")) ? words_fact(ret, logon) : 0;
}

// pam_succeed_if: "requirement \"uid >= 1000\" not met by user \"NAME\"". In the auth stack it only chooses
// modules; as an account rule it is a refusal.
static size_t read_requirement(const struct saying *saying, struct fact *ret) {
    struct str rule, name;
    if (!str_eq(saying->pam->type, S("account")) || !words_split(saying->rest, S(" not met by user "), &rule, &name))
        return 0;
    struct logon logon = new_refusal(saying->pam, saying->reason);
    name_account(saying->pam, unquote(name), &logon);
    return words_fact(ret, logon);
}

// pam_access: "access denied for user `NAME' from `WHERE'"
static size_t read_access(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_refusal(saying->pam, saying->reason);
    struct str name, where;
    if (!words_split_last(saying->rest, S(" from "), &name, &where))
        return 0;
    where = unquote(where);
    name_account(saying->pam, unquote(name), &logon);
    logon.tty = words_terminal(where);
    logon.source = logon.tty.n ? STR_NONE : words_source(where);
    return words_fact(ret, logon);
}

// pam_listfile: "Refused user NAME for service vsftpd"
static size_t read_listfile(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_refusal(saying->pam, saying->reason);
    struct str name, service;
    if (!words_split_last(saying->rest, S(" for service "), &name, &service))
        return 0;
    name_account(saying->pam, name, &logon);
    return words_fact(ret, logon);
}

// pam_wheel: "Access denied to 'WHO' for 'WHOM'"
static size_t read_wheel(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PRIVILEGE, OUTCOME_FAILURE, saying->reason, STEP_PAM);
    struct str actor, target;
    if (!words_split_last(saying->rest, S(" for "), &actor, &target))
        return 0;
    logon.method = METHOD_PAM;
    logon.actor = unquote(actor);
    logon.user = unquote(target);
    return words_fact(ret, logon);
}

// "bob", "bob(uid=1000)"
static struct str read_session_name(struct str s, int64_t *ret_uid) {
    struct str name, digits;
    uint64_t uid;
    if (!words_split_last(s, S("(uid="), &name, &digits))
        return s;
    if (words_take_number(&digits, &uid) && str_eq(digits, S(")")) && uid <= UINT32_MAX)
        *ret_uid = (int64_t)uid;
    return name;
}

static size_t give_session(const struct pam_head *pam, bool opened, struct str user, struct str by, struct fact *ret) {
    struct session_mark mark = {.opened = opened, .uid = -1, .service = pam->service};
    int64_t by_uid = -1;
    mark.user = read_session_name(user, &mark.uid);
    mark.by = read_session_name(by, &by_uid);
    *ret = (struct fact){.kind = FACT_SESSION, .session = mark};
    return 1;
}

// "NAME[(uid=N)] by [WHO](uid=N)": accounts that exist, so neither name holds strangers' words.
static size_t read_opened(const struct saying *saying, struct fact *ret) {
    struct str user = saying->rest, by = STR_NONE;
    words_split_last(saying->rest, S(" by "), &user, &by);
    size_t n = give_session(saying->pam, true, user, by, ret);
    const struct service *service = service_of(saying->pam->service);
    if (service->opening == OPENS_NOTHING)
        return n;
    struct logon logon = words_logon(service->kind, OUTCOME_SUCCESS, REASON_COUNT, STEP_PAM);
    logon.method = service->method;
    logon.user = ret->session.user;
    if (service->kind == LOGON_KIND_PRIVILEGE)
        logon.actor = ret->session.by;
    return n + words_fact(ret + n, logon);
}

static size_t read_closed(const struct saying *saying, struct fact *ret) {
    return give_session(saying->pam, false, saying->rest, STR_NONE, ret);
}

static wordings ROWS = {
    ['A'] = WORDINGS(WORDING("Authentication failure; user=", read_bare_name, BAD_CREDENTIALS),
                     WORDING("Access denied for user ", read_received, NOT_ALLOWED),
                     WORDING("Access denied to ", read_wheel, NOT_PERMITTED)),
    ['C'] = WORDINGS(WORDING("Consecutive login failures for user ", read_faillock, ACCOUNT_LOCKED)),
    ['I'] = WORDINGS(WORDING("Invalid verification code for ", read_bare_name, BAD_CREDENTIALS)),
    ['R'] = WORDINGS(WORDING("Refused user ", read_listfile, NOT_ALLOWED)),
    ['a'] = WORDINGS(WORDING("authentication failure; ", read_failure, BAD_CREDENTIALS),
                     WORDING("authentication success; ", read_success, OTHER),
                     WORDING("authentication fails for ", read_quoted, BAD_CREDENTIALS),
                     WORDING("authentication succeeds for ", read_succeeds, OTHER),
                     WORDING("auth could not identify password for ", read_quoted, CONVERSATION_FAILED),
                     WORDING("account ", read_account, ACCOUNT_EXPIRED),
                     WORDING("access denied for user ", read_access, NOT_ALLOWED)),
    ['b'] = WORDINGS(WORDING("bad username ", read_quoted, UNKNOWN_USER)),
    ['c'] = WORDINGS(WORDING("check pass; user unknown", read_unknown, UNKNOWN_USER),
                     WORDING("conversation failed", read_unknown, CONVERSATION_FAILED)),
    ['e'] = WORDINGS(WORDING("expired password for user ", read_expired_password, ACCOUNT_EXPIRED)),
    ['r'] = WORDINGS(WORDING("received for user ", read_received, BAD_CREDENTIALS),
                     WORDING("requirement ", read_requirement, NOT_ALLOWED)),
    ['s'] = WORDINGS(WORDING("session opened for user ", read_opened, OTHER),
                     WORDING("session closed for user ", read_closed, OTHER)),
    ['u'] = WORDINGS(WORDING("user ", read_user, BAD_CREDENTIALS)),
};

// "sshd" of "/usr/sbin/sshd(pam_unix)" and of "gdm-password]".
static struct str service_in(struct str program) {
    size_t n = 0;
    program = str_skip(program, (size_t)(str_rfind_char(program, '/') + 1));
    while (n < program.n && program.p[n] != '(' && program.p[n] != ']')
        n++;
    return str_head(program, n);
}

// "unix(sshd:auth): WORDS", "unix(auth): WORDS", "unix: WORDS"
static bool take_head(struct str s, struct pam_head *pam, struct str *ret_text) {
    enum { MODULE_MAX = 32 };
    struct str in;
    size_t n = 0;
    while (n < s.n && n < MODULE_MAX && s.p[n] != '(' && s.p[n] != ':')
        n++;
    pam->module = str_head(s, n);
    s = str_skip(s, n);
    if (str_take(&s, S("("))) {
        if (!words_split(s, S("): "), &in, ret_text))
            return false;
        if (!words_split(in, S(":"), &pam->service, &pam->type))
            pam->type = in;
        return true;
    }
    *ret_text = s;
    return str_take(ret_text, S(": "));
}

// Which of PAM's three ways to begin this is; false when PAM does not speak here.
static bool open_line(const struct message *message, struct str *ret_text, struct pam_head *pam) {
    struct str s = message->text, program = message->program, module;
    *pam = (struct pam_head){{NULL, 0}, service_in(program), {NULL, 0}};
    *ret_text = s;
    if (str_take(&s, S("pam_")))
        return take_head(s, pam, ret_text);
    if (str_take(&s, S("(pam_")))
        return words_split(s, S(") "), &pam->module, ret_text);
    if (words_split(program, S("(pam_"), &program, &module)) {
        words_take_end(&module, S(")"));
        pam->module = module;
        return true;
    }
    // A refusal alone: the program's own log or a journal has dropped the module's name.
    pam->module = S("unix");
    return str_starts(s, S("authentication failure; logname="));
}

size_t pam_read(const struct message *message, struct fact *ret) {
    struct pam_head pam;
    struct str text = message->text;
    if (str_take(&text, S("PAM ")))
        return read_more(&(struct pam_head){S("unix"), service_in(message->program), {NULL, 0}}, text, ret);
    if (str_take(&text, S("refused connect from "))) // tcp wrappers, in whatever daemon they stand
        return words_refused_connect(&(struct saying){text, REASON_NOT_ALLOWED, NULL}, ret);
    if (!open_line(message, &text, &pam))
        return 0;
    size_t n = words_read(ROWS, text, &pam, ret);
    bool number = !n && text.n && text.p[0] >= '0' && text.p[0] <= '9';
    return number ? read_more(&pam, text, ret) : n;
}

const struct meaning PAM = {"pam", pam_read};
