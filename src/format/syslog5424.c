// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// RFC 5424, read with patience: senders forget fields at the end, leave quotes open, put blanks where none
// belong. The structured data is stepped over, not interpreted; it stays part of the line.
#include "format/syslog5424.h"

#include "base/limits.h"
#include "format/stamp.h"
#include "format/tag.h"

// The next word; absent for "-", the sign for "not known".
static struct str take_field(struct str *s) {
    size_t n = 0;
    while (n < s->n && s->p[n] != ' ')
        n++;
    struct str field = str_head(*s, n);
    *s = str_skip(*s, n + (n < s->n));
    return !n || str_eq(field, S("-")) ? STR_NONE : field;
}

// Bytes of "[id name="value" …]", where a value may hold \" \\ and \]. 0 when it has no end.
static size_t measure_element(struct str s) {
    bool quoted = false;
    for (size_t i = 1; i < s.n; i++) {
        if (quoted && s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            quoted = !quoted;
        else if (s.p[i] == ']' && !quoted)
            return i + 1;
    }
    return 0;
}

// Past the structured data. Data without an end is left in the message, where it can be seen.
static struct str skip_data(struct str s) {
    struct str bounded = str_head(s, LIMIT_HEADER);
    size_t at = 0;
    if (s.n && s.p[0] == '-' && (s.n == 1 || s.p[1] == ' '))
        return str_skip(s, 1);
    while (at < bounded.n && bounded.p[at] == '[') {
        size_t n = measure_element(str_skip(bounded, at));
        if (!n)
            break;
        at += n;
    }
    return str_skip(s, at);
}

static struct str skip_to_message(struct str s) {
    while (s.n && s.p[0] == ' ')
        s = str_skip(s, 1);
    str_take(&s, S("\xef\xbb\xbf"));
    return s;
}

bool syslog5424_read(struct str s, bool pri, struct record *ret, bool *ret_valid) {
    struct stamp stamp = {0};
    bool nil_stamp = pri && str_starts(s, S("1 - "));
    *ret_valid = true;
    if (!nil_stamp && !str_starts(s, S("1 ")))
        return false;
    s = str_skip(s, 2);
    if (nil_stamp) {
        s = str_skip(s, 1);
    } else {
        struct stamp_found found = stamp_read(&s, &stamp);
        if (found.kind != STAMP_ISO)
            return false;
        *ret_valid = found.valid;
    }
    s = str_skip(s, 1);
    ret->stamp = stamp;
    ret->host = take_field(&s);
    struct str program = take_field(&s), pid = take_field(&s);
    ret->program = program.p ? tag_without_path(program) : STR_NONE;
    take_field(&s); // MSGID
    uint64_t number;
    ret->pid = pid.n <= 10 && str_to_u64(pid, &number) ? (int64_t)number : PID_NONE;
    ret->message = skip_to_message(skip_data(s));
    return true;
}
