// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Any bytes as a file of syslog. Besides what the sanitizers see: every line is counted once, slices lie in
// their line, the same line gives the same record, and telling the format of the bytes always has an answer.
#include "base/limits.h"
#include "format/syslog.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static bool is_inside(struct str part, struct str whole) {
    return !part.p || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void check_record(const struct record *r, struct str line) {
    must(r->message.p && is_inside(r->message, line) && is_inside(r->host, line));
    must(is_inside(r->program, line) || str_eq(r->program, S("vsftpd")));
    must(!r->host.p || r->host.n);
    must(!r->program.p || (r->program.n && r->program.n <= LIMIT_NAME + 1));
    must(r->pid >= PID_NONE && r->facility <= FACILITY_COUNT && r->severity <= SEVERITY_COUNT);
    if (!r->stamp.present)
        return;
    must(r->stamp.month >= 1 && r->stamp.month <= 12 && r->stamp.year >= 0 && r->stamp.year <= 9999);
    must(r->stamp.day >= 1 && r->stamp.day <= civil_month_days(r->stamp.year ? r->stamp.year : 2000, r->stamp.month));
    must(r->stamp.of_day >= 0 && r->stamp.of_day < USEC_DAY + USEC_SECOND);
    must(!r->stamp.has_zone || abs(r->stamp.zone) <= 18 * 60 + 59);
}

static bool same_record(const struct record *a, const struct record *b) {
    return a->pid == b->pid && a->facility == b->facility && a->severity == b->severity && a->anomaly == b->anomaly &&
           a->stamp.present == b->stamp.present && a->stamp.of_day == b->stamp.of_day && a->host.p == b->host.p &&
           a->host.n == b->host.n && a->program.p == b->program.p && a->program.n == b->program.n &&
           a->message.p == b->message.p && a->message.n == b->message.n;
}

static enum line_kind check_line(struct str line, bool after) {
    struct record record, again;
    enum line_kind kind = syslog_line(line, after, &record);
    must(syslog_line(line, after, &again) == kind && same_record(&record, &again));
    must(after || kind != LINE_CONTINUED);
    must(kind != LINE_SKIPPED || record.anomaly < ANOMALY_COUNT);
    if (kind == LINE_RECORD)
        check_record(&record, line);
    return kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str rest = {(const char *)data, size};
    size_t lines = 0, counts[LINE_BLANK + 1] = {0};
    const char *reason = NULL;
    const struct format *format = format_detect(rest, S("fuzz"), &reason);
    must((format != NULL) != (reason != NULL));
    while (rest.n) {
        ptrdiff_t end = str_find_char(rest, '\n');
        struct str line = str_head(rest, end < 0 ? rest.n : (size_t)end);
        enum line_kind kind = check_line(line, counts[LINE_RECORD] > 0);
        must(kind <= LINE_BLANK);
        counts[kind]++;
        lines++;
        rest = str_skip(rest, line.n + 1);
    }
    must(counts[LINE_RECORD] + counts[LINE_CONTINUED] + counts[LINE_SKIPPED] + counts[LINE_BLANK] == lines);
    return 0;
}
