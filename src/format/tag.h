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

// What may stand where the host is expected.
enum tag_front {
    TAG_HOST,     // nothing else
    TAG_SEVERITY, // "INFO", as ChromeOS writes it
    TAG_PRIORITY, // "authpriv.info", as OpenWrt does
};

// Reads all that follows the stamp (`s` is empty or begins with a blank) into host, program, pid and message.
struct tag_found tag_read(struct str s, enum tag_front front, struct record *ret);

// "/usr/sbin/cron" is "cron"; "postfix/smtpd" stays.
struct str tag_without_path(struct str program);
