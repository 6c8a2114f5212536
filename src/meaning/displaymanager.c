// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// gdm, lightdm and sddm. They leave authentication to PAM and its words to PAM, too; the session's opening is
// the logon (pam.c). Their greeters open sessions of their own, under services pam.c does not count.
#include "meaning/words.h"

// Old gdm's one remark, after PAM's refusal; it names nobody.
static size_t read_refused(const struct saying *saying, struct fact *ret) {
    return words_fact(ret, words_logon(LOGON_KIND_LOGON, OUTCOME_FAILURE, saying->reason, STEP_VERDICT));
}

// lightdm and sddm on users who log on without a password.
static size_t read_autologin(const struct saying *saying, struct fact *ret) {
    struct logon logon = words_logon(LOGON_KIND_LOGON, OUTCOME_SUCCESS, REASON_COUNT, STEP_VERDICT);
    logon.method = METHOD_AUTOLOGIN;
    logon.user = saying->rest;
    return words_fact(ret, logon);
}

static wordings ROWS = {
    ['C'] = WORDINGS(WORDING("Couldn't authenticate user", read_refused, BAD_CREDENTIALS)),
    ['a'] = WORDINGS(WORDING("autologin user ", read_autologin, OTHER)),
};

static size_t read_message(const struct message *message, struct fact *ret) {
    size_t n = words_read(ROWS, message->text, NULL, ret);
    return n ? n : pam_read(message, ret);
}

const struct meaning DISPLAYMANAGER = {"displaymanager", read_message};
