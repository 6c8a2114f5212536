// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What stands between the stamp and the message of a syslog line: host, program, pid. RFC 3164 was written
// after the fact, so this is a set of habits rather than a grammar; where they disagree we decide as rsyslog
// does, whose files these mostly are.
#pragma once

#include "record/record.h"

struct tag_found {
    bool host;
    bool firm; // the program was marked as such: by a pid, or by a colon before a blank
};

// Reads all that follows the stamp (`s` is empty or begins with a blank) into host, program, pid and message.
// `severity_word`: an upper-case severity may stand where the host is expected, as ChromeOS writes it.
struct tag_found tag_read(struct str s, bool severity_word, struct record *ret);

// "/usr/sbin/cron" is "cron"; "postfix/smtpd" stays.
struct str tag_without_path(struct str program);
