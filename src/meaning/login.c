// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// login, of util-linux, shadow and busybox: the console and what telnet and rlogin hand over. The name was
// typed by whoever sat there; util-linux prints the place before it and a fixed reason after, shadow puts it
// in quotes with the reason after, busybox with the place after. "FAILED LOGIN SESSION" and "TOO MANY LOGIN
// TRIES" stand instead of the last "FAILED LOGIN", so they are attempts, too.
#include "meaning/words.h"

static void set_place(struct str place, struct logon *logon) {
    struct str tty = words_terminal(place);
    if (tty.n)
        logon->tty = tty;
    else
        logon->source = words_source(place);
}

// " on 'TTY' from 'HOST'", " on 'TTY'", " from 'HOST'", also without quotes.
static void set_places(struct str s, struct logon *logon) {
    for (s = str_trim(s); s.n; s = str_trim(s)) {
        bool on = str_take(&s, S("on "));
        if (!on && !str_take(&s, S("from ")))
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

// busybox and shadow: "NAME'[ on 'TTY'][ from 'HOST']". Places hold no quotes.
static size_t read_invalid_password(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, saying->reason, STEP_VERDICT);
    struct str s = saying->rest, name, place, more;
    if (words_split_last(s, S("' from '"), &name, &place) && words_take_end(&place, S("'"))) {
        set_place(place, &logon);
        s = str_between(s.p, name.p + name.n + 1);
    }
    if (words_split_last(s, S("' on '"), &name, &more) && words_take_end(&more, S("'"))) {
        logon.tty = words_terminal(more);
        s = str_between(s.p, name.p + name.n + 1);
    }
    words_take_end(&s, S("'"));
    set_typed_name(s, &logon);
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

// "ROOT LOGIN ON TTY[ FROM HOST]", "ROOT LOGIN  on '/dev/tty1'", "root login on 'tty1'"
static size_t read_root(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    struct str s = str_trim(saying->rest), tty, host;
    logon.user = S("root");
    if (str_take(&s, S("ON "))) {
        tty = words_take(&s);
        logon.tty = words_terminal(tty);
        host = s;
        if (str_take(&host, S("FROM ")))
            logon.source = words_source(host);
    } else {
        set_places(s, &logon);
    }
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
    ['D'] = WORDINGS(WORDING("DIALUP AT ", read_login, OTHER)),
    ['F'] = WORDINGS(WORDING("FAILED LOGIN ", read_failed, BAD_CREDENTIALS)),
    ['L'] = WORDINGS(WORDING("LOGIN ON ", read_login, OTHER)),
    ['R'] = WORDINGS(WORDING("ROOT LOGIN", read_root, OTHER)),
    ['T'] = WORDINGS(WORDING("TOO MANY LOGIN TRIES ", read_failed, TOO_MANY_ATTEMPTS)),
    ['i'] = WORDINGS(WORDING("invalid password for '", read_invalid_password, BAD_CREDENTIALS)),
    ['r'] = WORDINGS(WORDING("root login", read_root, OTHER)),
};

static size_t read_message(const struct message *message, struct fact *ret) {
    size_t n = words_read(ROWS, message->text, NULL, ret);
    if (!n)
        n = pam_read(message, ret);
    return n ? n : read_counted(message->text, ret);
}

const struct meaning LOGIN = {"login", read_message};
