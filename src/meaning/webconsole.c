// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Webmin and Proxmox VE, web consoles that ask for passwords themselves (Cockpit leaves it to PAM: cockpit.c).
// Webmin puts the name before the address, so it is cut from the right; Proxmox the address before the name, with
// its own words at the end, which repeat the name only when there is no such user.
#include "meaning/words.h"

static struct logon new_logon(bool success, enum reason reason) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, success ? OUTCOME_SUCCESS : OUTCOME_FAILURE,
                                     success ? REASON_COUNT : reason, STEP_VERDICT);
    logon.method = METHOD_PASSWORD;
    return logon;
}

// "NAME from ADDRESS", after "Invalid login as " and its like
static size_t give_webmin(struct str s, struct logon logon, struct fact *ret) {
    struct str name, address;
    s = str_trim(s);
    if (!words_split_last(s, S(" from "), &name, &address) || !words_is_host(address))
        return 0;
    logon.user = name;
    logon.source = words_source(address);
    return words_fact(ret, logon);
}

static size_t read_refused(const struct saying *saying, struct fact *ret) {
    return give_webmin(saying->rest, new_logon(false, saying->reason), ret);
}

static size_t read_accepted(const struct saying *saying, struct fact *ret) {
    return give_webmin(saying->rest, new_logon(true, REASON_COUNT), ret);
}

// "rhost=ADDRESS user=NAME msg=WHY"
static size_t read_failure(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_logon(false, saying->reason);
    struct str s = saying->rest, address = words_take(&s), name, why;
    if (!str_take(&s, S("user=")) || !words_split_last(s, S(" msg="), &name, &why))
        return 0;
    if (str_starts(why, S("no such user")))
        logon.reason = REASON_UNKNOWN_USER;
    else if (str_starts(why, S("user account disabled or expired")))
        logon.reason = REASON_ACCOUNT_EXPIRED;
    logon.user = name;
    logon.source = words_source(address);
    return words_fact(ret, logon);
}

// "NAME> successful auth for user 'NAME'"
static size_t read_successful(const struct saying *saying, struct fact *ret) {
    struct logon logon = new_logon(true, REASON_COUNT);
    struct str caller;
    if (!words_split_last(saying->rest, S("> successful auth for user '"), &caller, &logon.user) ||
        !words_take_end(&logon.user, S("'")))
        return 0;
    return words_fact(ret, logon);
}

static wordings ROWS = {
    ['<'] = WORDINGS(WORDING("<", read_successful, OTHER)),
    ['I'] = WORDINGS(WORDING("Invalid login as ", read_refused, BAD_CREDENTIALS)),
    ['N'] = WORDINGS(WORDING("Non-existent login as ", read_refused, UNKNOWN_USER)),
    ['S'] = WORDINGS(WORDING("Successful login as ", read_accepted, OTHER)),
    ['a'] = WORDINGS(WORDING("authentication failure; rhost=", read_failure, BAD_CREDENTIALS)),
};

static size_t read_message(const struct message *message, struct fact *ret) {
    size_t n = words_read(ROWS, message->text, NULL, ret);
    return n ? n : pam_read(message, ret);
}

const struct meaning WEBCONSOLE = {"webconsole", read_message};
