// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Syslog in every dialect that ends up in files: RFC 3164 with and without PRI, year, host or tag; rsyslog's
// and syslog-ng's ISO stamps; RFC 5424; vsftpd's and ProFTPD's own files, which are syslog with another stamp.
//
// What a line is, so that records + continued + skipped + blank = lines:
//   blank      nothing but blanks, tabs, carriage returns. Always, also between two lines of one record: such
//              a record's text runs over the blank line, but the line is counted here.
//   record     begins with a stamp, or with a PRI. When the stamp has the right shape but names no real
//              moment ("Feb 30"), the record stands, without a time, marked bad-time.
//   skipped    in front of the first record: no-header. Shaped like a stamp with a month nobody knows:
//              bad-time, wherever it is. Nothing but NUL: nul-bytes.
//   continued  all else: it belongs to the record before.
//
// The message begins after the blanks behind the tag. All slices point into the line, but for the program of
// vsftpd's own file, which is static text: no line there names it.
#pragma once

#include "format/format.h"

extern const struct format syslog_format;

// As `syslog_format.line`.
enum line_kind syslog_line(struct str line, bool after_record, struct record *ret);
