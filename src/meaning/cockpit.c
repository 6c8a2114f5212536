// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Cockpit, the web console. PAM tells of refusals (with the browser's address) and of sessions; cockpit-ws
// names who logged in. The name is followed by words of Cockpit's own.
#include "meaning/words.h"

// "User NAME logged into session N"
static size_t read_user(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    struct str session;
    if (!words_split_last(saying->rest, S(" logged into session"), &logon.user, &session))
        return 0;
    return words_fact(ret, logon);
}

static wordings ROWS = {
    ['U'] = WORDINGS(WORDING("User ", read_user, OTHER)),
};

static size_t read_message(const struct message *message, struct fact *ret) {
    size_t n = words_read(ROWS, message->text, NULL, ret);
    return n ? n : pam_read(message, ret);
}

const struct meaning COCKPIT = {"cockpit", read_message};
