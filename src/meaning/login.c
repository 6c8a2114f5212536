// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// login, of util-linux, shadow, busybox and BSD: the console and what telnet and rlogin hand over; and klogind,
// which asks Kerberos itself. The name was typed by whoever sat there; util-linux prints the place before it and
// a fixed reason after, shadow puts it in quotes with the reason after, busybox and shadow without PAM with the
// place after. "FAILED LOGIN SESSION" and "TOO MANY LOGIN TRIES" stand instead of the last "FAILED LOGIN", so
// they are attempts, too.
#include "meaning/words.h"

static void set_place(struct str place, struct logon *logon) {
    struct str tty = words_terminal(place);
    if (tty.n)
        logon->tty = tty;
    else
        logon->source = words_source(place);
}

// " on 'TTY' from 'HOST'", " on 'TTY'", " from 'HOST'", also without quotes, and in capitals.
static void set_places(struct str s, struct logon *logon) {
    for (s = str_trim(s); s.n; s = str_trim(s)) {
        bool on = str_take(&s, S("on ")) || str_take(&s, S("ON TTY ")) || str_take(&s, S("ON "));
        if (!on && !str_take(&s, S("from ")) && !str_take(&s, S("FROM ")))
            return;
        struct str place = words_take(&s);
        if (str_take(&place, S("'")))
            words_take_end(&place, S("'"));
        if (on)
            logon->tty = words_terminal(place);
        else
            set_place(place, logon);
    }
}

static enum reason reason_of(struct str words, enum reason otherwise) {
    static const struct wording reasons[] = {
        WORDING("User not known", NULL, UNKNOWN_USER),      WORDING("User account has expired", NULL, ACCOUNT_EXPIRED),
        WORDING("Permission denied", NULL, NOT_ALLOWED),    WORDING("Have exhausted", NULL, TOO_MANY_ATTEMPTS),
        WORDING("Maximum number", NULL, TOO_MANY_ATTEMPTS),
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (str_starts(words, reasons[i].start))
            return reasons[i].reason;
    return otherwise;
}

static void set_typed_name(struct str name, struct logon *logon) {
    if (str_take(&name, S("'")))
        words_take_end(&name, S("'"));
    bool hidden = str_eq(name, S("(unknown)")) || str_eq(name, S("UNKNOWN"));
    logon->user = hidden ? STR_NONE : name;
}

// "[N ][(N) ][SESSION ][on TTY ][FROM PLACE ]FOR NAME[, WHY]"
static size_t read_failed(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, saying->reason, STEP_VERDICT);
    struct str place, name, why, count;
    if (!words_split(saying->rest, S("FOR "), &place, &name))
        return words_fact(ret, logon);
    bool quoted = str_starts(name, S("'"));
    if (words_split_last(name, quoted ? S("', ") : S(", "), &name, &why))
        logon.reason = reason_of(why, saying->reason);
    set_typed_name(name, &logon);
    if (words_split(place, S("FROM "), &count, &place))
        set_place(str_trim(place), &logon);
    else if (words_split(place, S(" on "), &count, &place) || words_split(place, S(" from "), &count, &place))
        set_places(str_between(count.p + count.n, place.p + place.n), &logon);
    return words_fact(ret, logon);
}

// Takes "' on 'TTY'" off the end of `*s`, but for the first quote; shadow puts two blanks before it.
static bool take_last_place(struct str *s, struct str mark, struct str *ret) {
    struct str head, place;
    if (!words_split_last(*s, mark, &head, &place) || !words_take_end(&place, S("'")))
        return false;
    words_take_end(&head, S(" "));
    if (!str_ends(head, S("'")))
        return false;
    *s = head;
    *ret = place;
    return true;
}

// busybox and shadow: "NAME'[ on 'TTY'][ from 'HOST']". Places hold no quotes.
static size_t read_quoted_name(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, saying->reason, STEP_VERDICT);
    struct str s = saying->rest, place;
    if (take_last_place(&s, S(" from '"), &place))
        set_place(place, &logon);
    if (take_last_place(&s, S(" on '"), &place))
        logon.tty = words_terminal(place);
    words_take_end(&s, S("'"));
    set_typed_name(s, &logon);
    return words_fact(ret, logon);
}

// shadow: "NAME' logged in  on 'TTY'[ from 'HOST']". The account exists, here and in what follows.
static size_t read_logged_in(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    struct str places;
    if (!words_split_last(saying->rest, S("' logged in "), &logon.user, &places))
        return 0;
    set_places(places, &logon);
    return words_fact(ret, logon);
}

// FreeBSD: "on TTY as NAME", "from HOST on TTY as NAME"
static size_t read_login_as(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    struct str places;
    if (!words_split_last(saying->rest, S(" as "), &places, &logon.user))
        return 0;
    set_places(places, &logon);
    return words_fact(ret, logon);
}

// "NAME REFUSED FROM HOST ON TTY TTY", "'NAME' REFUSED  on 'TTY'"
static size_t read_refused(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, saying->reason, STEP_VERDICT);
    struct str name, places;
    if (!words_split_last(saying->rest, S(" REFUSED "), &name, &places))
        return 0;
    set_typed_name(name, &logon);
    set_places(places, &logon);
    return words_fact(ret, logon);
}

// What follows "ROOT LOGIN REFUSED" and "illegal root login": places.
static size_t read_root_refused(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, saying->reason, STEP_VERDICT);
    logon.user = S("root");
    set_places(saying->rest, &logon);
    return words_fact(ret, logon);
}

// "ON TTY, NAME", "FROM HOST, NAME"
static size_t read_repeated(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, saying->reason, STEP_LIMIT);
    struct str places;
    if (!words_split(saying->rest, S(", "), &places, &logon.user))
        return 0;
    set_places(places, &logon);
    return words_fact(ret, logon);
}

// klogind: "HOST (ADDRESS): WHY": a scanner, a replayed ticket, a clock that is wrong. It never names anybody.
static size_t read_kerberos(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_PROBE, OUTCOME_FAILURE, saying->reason, STEP_ALONE);
    struct str host, address, why;
    if (!words_split(saying->rest, S(" ("), &host, &address) || !words_split(address, S("): "), &address, &why))
        return 0;
    logon.method = METHOD_GSSAPI;
    logon.source = words_source(address);
    return words_fact(ret, logon);
}

// "TTY BY NAME[ FROM HOST]". The account exists.
static size_t read_login(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    struct str s = saying->rest, host;
    logon.tty = words_terminal(words_take(&s));
    if (!str_take(&s, S("BY ")))
        return 0;
    if (words_split_last(s, S(" FROM "), &s, &host))
        logon.source = words_source(host);
    logon.user = s;
    return words_fact(ret, logon);
}

// "ROOT LOGIN ON TTY[ FROM HOST]", "ROOT LOGIN (NAME) FROM HOST ON TTY TTY", "ROOT LOGIN  on '/dev/tty1'", "root
// login on 'tty1'"
static size_t read_root(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    struct str s = str_trim(saying->rest), name = S("root");
    if (str_take(&s, S("(")) && !words_split(s, S(") "), &name, &s))
        return 0;
    logon.user = name;
    set_places(s, &logon);
    return words_fact(ret, logon);
}

// "N LOGIN FAILURE[S] FROM HOST, NAME" and "… ON TTY, NAME", of older ones.
static size_t read_counted(struct str text, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, REASON_BAD_CREDENTIALS, STEP_VERDICT);
    struct str s = text, place;
    uint64_t n;
    if (!words_take_number(&s, &n) || !str_take(&s, S(" LOGIN FAILURE")))
        return 0;
    str_take(&s, S("S"));
    if (!str_take(&s, S(" FROM ")) && !str_take(&s, S(" ON ")))
        return 0;
    if (!words_split(s, S(", "), &place, &logon.user))
        return 0;
    set_place(place, &logon);
    return words_fact(ret, logon);
}

static wordings ROWS = {
    ['\''] = WORDINGS(WORDING("'", read_logged_in, OTHER)),
    ['A'] = WORDINGS(WORDING("Authentication failed from ", read_kerberos, OTHER)),
    ['D'] = WORDINGS(WORDING("DIALUP AT ", read_login, OTHER)),
    ['F'] = WORDINGS(WORDING("FAILED LOGIN ", read_failed, BAD_CREDENTIALS)),
    ['L'] = WORDINGS(WORDING("LOGIN ON ", read_login, OTHER), WORDING("LOGIN ", read_refused, NOT_ALLOWED)),
    ['R'] = WORDINGS(WORDING("ROOT LOGIN REFUSED ", read_root_refused, NOT_ALLOWED),
                     WORDING("ROOT LOGIN", read_root, OTHER),
                     WORDING("REPEATED LOGIN FAILURES ", read_repeated, TOO_MANY_ATTEMPTS)),
    ['T'] = WORDINGS(WORDING("TOO MANY LOGIN TRIES ", read_failed, TOO_MANY_ATTEMPTS)),
    ['e'] = WORDINGS(WORDING("exceeded failure limit for '", read_quoted_name, TOO_MANY_ATTEMPTS)),
    ['i'] = WORDINGS(WORDING("invalid password for '", read_quoted_name, BAD_CREDENTIALS),
                     WORDING("illegal root login ", read_root_refused, NOT_ALLOWED)),
    ['l'] = WORDINGS(WORDING("login ", read_login_as, OTHER)),
    ['r'] = WORDINGS(WORDING("root login", read_root, OTHER)),
};

static size_t read_message(const struct message *message, struct fact *ret) {
    size_t n = words_read(ROWS, message->text, NULL, ret);
    if (!n)
        n = pam_read(message, ret);
    return n ? n : read_counted(message->text, ret);
}

const struct meaning LOGIN = {"login", read_message};
