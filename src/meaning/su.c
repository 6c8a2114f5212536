// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// su, of util-linux, shadow, busybox, BSD, Solaris and IRIX. Both names are accounts that exist (su looks them up
// before it writes anything), so neither holds the words around it; they are cut from the right all the same. One su is
// told two to three times: PAM's refusal or session, su's sentence, and shadow's "+ TTY WHO:WHOM".
#include "meaning/words.h"

static struct logon new_change(bool success, enum logon_step step) {
    return words_logon(LOGON_KIND_PRIVILEGE, success ? OUTCOME_SUCCESS : OUTCOME_FAILURE,
                       success ? REASON_COUNT : REASON_BAD_CREDENTIALS, step);
}

// "WHOM) WHO on TTY", util-linux
static size_t give_to(struct str s, bool success, struct fact *ret) {
    struct logon logon = new_change(success, STEP_VERDICT);
    struct str names, tty;
    if (!words_split_last(s, S(" on "), &names, &tty) || !words_split_last(names, S(") "), &logon.user, &logon.actor))
        return 0;
    logon.tty = words_terminal(tty);
    return words_fact(ret, logon);
}

static size_t read_to(const struct saying *saying, struct fact *ret) {
    return give_to(saying->rest, true, ret);
}

static size_t read_failed_to(const struct saying *saying, struct fact *ret) {
    return give_to(saying->rest, false, ret);
}

// "WHOM by WHO", shadow
static size_t give_by(struct str s, bool success, struct fact *ret) {
    struct logon logon = new_change(success, STEP_VERDICT);
    if (!words_split_last(s, S(" by "), &logon.user, &logon.actor))
        return 0;
    return words_fact(ret, logon);
}

static size_t read_successful_for(const struct saying *saying, struct fact *ret) {
    return give_by(saying->rest, true, ret);
}

static size_t read_failed_for(const struct saying *saying, struct fact *ret) {
    return give_by(saying->rest, false, ret);
}

// "TTY WHO:WHOM" after "+ " or "- ": shadow says it after its sentence, busybox says nothing else.
static size_t give_log(struct str s, bool success, struct fact *ret) {
    struct logon logon = new_change(success, success ? STEP_PAM : STEP_CLOSE);
    struct str tty = words_take(&s);
    if (!words_split_last(s, S(":"), &logon.actor, &logon.user))
        return 0;
    logon.tty = words_terminal(tty);
    return words_fact(ret, logon);
}

static size_t read_plus(const struct saying *saying, struct fact *ret) {
    return give_log(saying->rest, true, ret);
}

static size_t read_minus(const struct saying *saying, struct fact *ret) {
    return give_log(saying->rest, false, ret);
}

// "WHO to WHOM on TTY" after "BAD SU "
static size_t give_bsd(struct str s, bool success, struct fact *ret) {
    struct logon logon = new_change(success, STEP_VERDICT);
    struct str names, tty;
    if (!words_split_last(s, S(" on "), &names, &tty) || !words_terminal(tty).n ||
        !words_split_last(names, S(" to "), &logon.actor, &logon.user))
        return 0;
    logon.tty = words_terminal(tty);
    return words_fact(ret, logon);
}

static size_t read_bad(const struct saying *saying, struct fact *ret) {
    return give_bsd(saying->rest, false, ret);
}

// Solaris: "WHOM' succeeded for WHO on TTY"
static size_t read_solaris(const struct saying *saying, struct fact *ret) {
    struct str whom, who, rest, tty;
    if (!words_split_last(saying->rest, S(" for "), &whom, &rest) || !words_split_last(rest, S(" on "), &who, &tty))
        return 0;
    bool success = words_take_end(&whom, S("' succeeded"));
    if (!success && !words_take_end(&whom, S("' failed")))
        return 0;
    struct logon logon = new_change(success, STEP_VERDICT);
    logon.user = whom;
    logon.actor = who;
    logon.tty = words_terminal(tty);
    return words_fact(ret, logon);
}

// IRIX: "TTY changing from WHO to WHOM"
static size_t give_irix(struct str s, bool success, struct fact *ret) {
    struct logon logon = new_change(success, STEP_VERDICT);
    struct str tty, names;
    if (!words_split(s, S(" changing from "), &tty, &names) ||
        !words_split_last(names, S(" to "), &logon.actor, &logon.user))
        return 0;
    logon.tty = words_terminal(tty);
    return words_fact(ret, logon);
}

static size_t read_succeeded(const struct saying *saying, struct fact *ret) {
    return give_irix(saying->rest, true, ret);
}

static size_t read_failed(const struct saying *saying, struct fact *ret) {
    return give_irix(saying->rest, false, ret);
}

static wordings ROWS = {
    ['\''] = WORDINGS(WORDING("'su ", read_solaris, OTHER)),
    ['('] = WORDINGS(WORDING("(to ", read_to, OTHER)),
    ['+'] = WORDINGS(WORDING("+ ", read_plus, OTHER)),
    ['-'] = WORDINGS(WORDING("- ", read_minus, OTHER)),
    ['B'] = WORDINGS(WORDING("BAD SU ", read_bad, BAD_CREDENTIALS)),
    ['F'] = WORDINGS(WORDING("FAILED SU (to ", read_failed_to, BAD_CREDENTIALS),
                     WORDING("FAILED RUNUSER (to ", read_failed_to, BAD_CREDENTIALS),
                     WORDING("FAILED su for ", read_failed_for, BAD_CREDENTIALS)),
    ['S'] = WORDINGS(WORDING("Successful su for ", read_successful_for, OTHER)),
    ['f'] = WORDINGS(WORDING("failed: ", read_failed, BAD_CREDENTIALS)),
    ['s'] = WORDINGS(WORDING("succeeded: ", read_succeeded, OTHER)),
};

static size_t read_message(const struct message *message, struct fact *ret) {
    size_t n = words_read(ROWS, message->text, NULL, ret);
    if (!n)
        n = pam_read(message, ret);
    // BSD's success has no word of its own in front: "WHO to WHOM on TTY".
    return n ? n : give_bsd(message->text, true, ret);
}

const struct meaning SU = {"su", read_message};
