// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Prints what the syslog reader makes of each physical line of standard input, one JSON object a line, for
// the scripts beside this file.
#include "base/arena.h"
#include "format/syslog.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const KINDS[] = {"record", "continued", "skipped", "blank"};

static void add_text(struct buffer *out, const char *key, struct str value) {
    buffer_print(out, ",\"%s\":", key);
    buffer_add_json(out, value);
}

static void add_word(struct buffer *out, const char *key, const char *const *names, unsigned value, unsigned count) {
    add_text(out, key, value < count ? str_of(names[value]) : STR_NONE);
}

static void add_record(struct buffer *out, const struct record *r) {
    const struct stamp *t = &r->stamp;
    add_text(out, "host", r->host);
    add_text(out, "program", r->program);
    add_text(out, "message", r->message);
    add_word(out, "facility", FACILITY_NAMES, r->facility, FACILITY_COUNT);
    add_word(out, "severity", SEVERITY_NAMES, r->severity, SEVERITY_COUNT);
    if (r->pid != PID_NONE)
        buffer_print(out, ",\"pid\":%lld", (long long)r->pid);
    if (!t->present)
        return;
    buffer_print(out, ",\"year\":%d,\"month\":%d,\"day\":%d,\"of_day\":%lld", t->year, t->month, t->day,
                 (long long)t->of_day);
    if (t->has_zone)
        buffer_print(out, ",\"zone\":%d", t->zone);
}

int main(void) {
    struct buffer out = {0};
    char *line = NULL;
    size_t room = 0;
    bool after = false;
    for (ssize_t n; (n = getline(&line, &room, stdin)) >= 0;) {
        struct record record;
        struct str s = {line, (size_t)n - (line[n - 1] == '\n')};
        enum line_kind kind = syslog_line(s, after, &record);
        after = after || kind == LINE_RECORD;
        out.n = 0;
        buffer_print(&out, "{\"kind\":\"%s\"", KINDS[kind]);
        add_word(&out, "anomaly", ANOMALY_NAMES, record.anomaly, ANOMALY_COUNT);
        if (kind == LINE_RECORD)
            add_record(&out, &record);
        buffer_add(&out, S("}\n"));
        fwrite(out.p, 1, out.n, stdout);
    }
    free(line);
    buffer_done(&out);
    return 0;
}
