// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See syslog.h for the dialects and for what counts as what. A line is cut in one pass from the left: PRI,
// stamp (stamp.c), host, program and pid (tag.c), message. Nothing is copied. Two surprises: a hole that a
// crash tore into a file reads as NUL bytes in front of the next record, so those are stepped over; and a
// stamp with a blank or a weekday ("2024-03-07 19:06:53", "Thu Mar  7 19:06:53 2024") begins the lines of many
// programs that are not syslog, so it counts only with a marked program behind it.
#include "format/syslog.h"

#include "base/escape.h"
#include "format/stamp.h"
#include "format/syslog5424.h"
#include "format/tag.h"

// How much a line looks like syslog, for the probe.
enum shape {
    SHAPE_NONE,
    SHAPE_LOOSE, // a stamp many formats use, and words
    SHAPE_FIRM,  // what only syslog writes
};

static bool is_white(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_blank_line(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!is_white(s.p[i]))
            return false;
    return true;
}

static enum line_kind skip_line(enum anomaly_kind why, struct record *ret) {
    ret->anomaly = (uint8_t)why;
    return LINE_SKIPPED;
}

// "<38>". A number over 191 is no facility; the line may still be a record.
static bool take_pri(struct str *s, struct record *ret) {
    unsigned value = 0;
    size_t i = 1;
    for (; i < s->n && i <= 3 && (unsigned char)(s->p[i] - '0') <= 9; i++)
        value = value * 10 + (unsigned)(s->p[i] - '0');
    if (i == 1 || i >= s->n || s->p[i] != '>')
        return false;
    if (value < FACILITY_COUNT * 8) {
        ret->facility = (uint8_t)(value >> 3);
        ret->severity = (uint8_t)(value & 7);
    }
    *s = str_skip(*s, i + 1);
    return true;
}

static bool has_high_byte(struct str s) {
    unsigned char seen = 0;
    for (size_t i = 0; i < s.n; i++)
        seen |= (unsigned char)s.p[i];
    return seen & 0x80;
}

// Whether `s` holds a character that makes it look like another name.
static bool hides_text(struct str s) {
    uint32_t code;
    for (size_t n; s.n; s = str_skip(s, n)) {
        n = utf8_decode(s, &code);
        if (!n)
            return false;
        if (utf8_is_deceptive(code))
            return true;
    }
    return false;
}

static void note_odd_names(struct record *ret) {
    if (!has_high_byte(ret->host) && !has_high_byte(ret->program))
        return;
    if (!utf8_valid(ret->host) || !utf8_valid(ret->program))
        ret->anomaly = ANOMALY_BAD_UTF8;
    else if (hides_text(ret->host) || hides_text(ret->program))
        ret->anomaly = ANOMALY_HIDDEN_TEXT;
}

// vsftpd's own file: "Fri Jan 19 12:20:33 2007 [pid 27202] [bob] FAIL LOGIN: …".
static bool read_vsftpd(struct str s, struct record *ret) {
    uint64_t pid;
    if (!str_take(&s, S(" [pid ")))
        return false;
    ptrdiff_t end = str_find_char(str_head(s, 12), ']');
    if (end < 0 || !str_to_u64(str_head(s, (size_t)end), &pid))
        return false;
    ret->program = S("vsftpd");
    ret->pid = (int64_t)pid;
    s = str_skip(s, (size_t)end + 1);
    str_take(&s, S(" "));
    ret->message = s;
    return true;
}

// "2024-03-04T05:06:07.123Z Mar  4 05:06:07 web-01 sshd[812]: …": whoever collected the line put a stamp before it.
// The outer one knows year and zone. A host stands between the stamps of everything a user of the host can write.
static void skip_inner_stamp(struct str *s) {
    struct str inner = str_skip(*s, 1);
    struct stamp stamp;
    if (inner.n < 17 || inner.p[3] != ' ' || inner.p[6] != ' ' || inner.p[9] != ':')
        return;
    struct stamp_found found = stamp_read(&inner, &stamp);
    if (found.kind == STAMP_BSD && found.valid && !found.weekday)
        *s = inner;
}

// Everything behind PRI. Returns the shape; SHAPE_NONE when it is no record.
static enum shape read_stamped(struct str s, bool pri, struct record *ret) {
    if (pri && s.n && s.p[0] == ' ')
        s = str_skip(s, 1);
    struct stamp_found stamp = stamp_read(&s, &ret->stamp);
    if (stamp.kind == STAMP_NONE && ret->facility == FACILITY_COUNT)
        return SHAPE_NONE;
    if (stamp.kind != STAMP_NONE && !stamp.valid)
        ret->anomaly = ANOMALY_BAD_TIME;
    if (stamp.kind == STAMP_NO_MONTH && !pri)
        return SHAPE_NONE;
    if (stamp.weekday && read_vsftpd(s, ret))
        return SHAPE_FIRM;
    if (stamp.kind == STAMP_ISO && ret->stamp.present)
        skip_inner_stamp(&s);
    enum tag_front front = stamp.weekday ? TAG_PRIORITY : stamp.kind == STAMP_ISO ? TAG_SEVERITY : TAG_HOST;
    struct tag_found tag = tag_read(s, front, ret);
    bool marked = tag.firm && (tag.host || ret->pid != PID_NONE), foreign = stamp.kind == STAMP_SPACED || stamp.weekday;
    if (marked || (stamp.kind == STAMP_BSD && !foreign) || (stamp.kind != STAMP_NONE && pri))
        return SHAPE_FIRM;
    return !foreign || (tag.firm && stamp.fraction) ? SHAPE_LOOSE : SHAPE_NONE;
}

static enum shape read_record(struct str s, struct record *ret) {
    bool pri = s.p[0] == '<' && take_pri(&s, ret), valid;
    if (s.n && s.p[0] == '1' && syslog5424_read(s, pri, ret, &valid)) {
        if (!valid)
            ret->anomaly = ANOMALY_BAD_TIME;
        return SHAPE_FIRM;
    }
    return read_stamped(s, pri, ret);
}

static struct str take_word(struct str *s) {
    ptrdiff_t at = str_find_char(str_head(*s, 64), ' ');
    struct str word = str_head(*s, at < 0 ? 0 : (size_t)at);
    *s = str_skip(*s, word.n + 1);
    return word;
}

static void keep_seconds(uint64_t seconds, struct stamp *ret) {
    struct civil c = civil_from_usec((usec)seconds * USEC_SECOND);
    *ret = (struct stamp){.year = (int16_t)c.year,
                          .month = (uint8_t)c.month,
                          .day = (uint8_t)c.day,
                          .of_day = (usec)(seconds % 86400) * USEC_SECOND,
                          .has_zone = true,
                          .present = true};
}

// "- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 crond[2915]: …", as the collectors of large clusters
// write it: a label, seconds since 1970, the date, the node, and then the line.
static enum shape read_cluster(struct str s, struct record *ret) {
    struct str label = take_word(&s), seconds = take_word(&s), date = take_word(&s), node = take_word(&s);
    uint64_t number;
    if (!label.n || !node.n || seconds.n != 10 || !str_to_u64(seconds, &number) || date.n != 10 || date.p[4] != '.' ||
        date.p[7] != '.' || s.n < 14)
        return SHAPE_NONE;
    if (read_stamped(s, false, ret) != SHAPE_FIRM)
        return SHAPE_NONE;
    keep_seconds(number, &ret->stamp);
    return SHAPE_FIRM;
}

static enum line_kind read_line(struct str line, bool after_record, struct record *ret, enum shape *ret_shape) {
    *ret = (struct record){
        .pid = PID_NONE, .facility = FACILITY_COUNT, .severity = SEVERITY_COUNT, .anomaly = ANOMALY_COUNT};
    *ret_shape = SHAPE_NONE;
    while (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    str_take(&line, S("\xef\xbb\xbf"));
    if (!line.n || (is_white(line.p[0]) && is_blank_line(line)))
        return LINE_BLANK;
    bool nul = memchr(line.p, 0, line.n) != NULL;
    while (line.n && !line.p[0])
        line = str_skip(line, 1);
    if (!line.n)
        return skip_line(ANOMALY_NUL_BYTES, ret);
    *ret_shape = read_record(line, ret);
    if (*ret_shape == SHAPE_NONE && ret->anomaly == ANOMALY_COUNT)
        *ret_shape = read_cluster(line, ret);
    if (*ret_shape == SHAPE_NONE) {
        if (ret->anomaly == ANOMALY_BAD_TIME)
            return skip_line(ANOMALY_BAD_TIME, ret);
        return after_record ? LINE_CONTINUED : skip_line(ANOMALY_NO_HEADER, ret);
    }
    if (ret->anomaly == ANOMALY_COUNT)
        note_odd_names(ret);
    if (nul && ret->anomaly == ANOMALY_COUNT)
        ret->anomaly = ANOMALY_NUL_BYTES;
    return LINE_RECORD;
}

enum line_kind syslog_line(struct str line, bool after_record, struct record *ret) {
    enum shape shape;
    return read_line(line, after_record, ret, &shape);
}

// Sure when it begins with records or has a fair share of them. Some lines in front may belong to a record
// that the rotation cut off; a manual that quotes log lines is no log.
static int probe_syslog(struct str head, struct str path) {
    size_t lines = 0, firm = 0, loose = 0;
    bool first_firm = false;
    (void)path;
    struct str line;
    while (str_cut(&head, '\n', &line)) {
        struct record record;
        enum shape shape;
        if (read_line(line, true, &record, &shape) == LINE_BLANK)
            continue;
        first_firm = first_firm || (!lines && shape == SHAPE_FIRM);
        lines++;
        firm += shape == SHAPE_FIRM;
        loose += shape == SHAPE_LOOSE;
    }
    if (!firm || loose > 4 * firm)
        return 0;
    size_t share = 100 * (firm + loose) / lines;
    bool enough = first_firm ? share >= 2 : (firm >= 3 && share >= 10) || share >= 25;
    return enough ? 60 + (int)(share * 4 / 10) : (int)(share / 3);
}

const struct format syslog_format = {
    .name = "syslog",
    .what = "syslog: RFC 3164, RFC 5424, ISO stamps",
    .probe = probe_syslog,
    .line = syslog_line,
};
