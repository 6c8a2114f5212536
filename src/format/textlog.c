// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See textlog.h. Surprises: a line beyond LIMIT_LINE keeps its head, as elsewhere; a record takes at most
// LIMIT_RECORD_LINES lines, the rest is passed over; the carriage return of a line end belongs to no message.
#include "format/textlog.h"

#include "base/limits.h"

static void note(struct textlog *t, struct noted noted) {
    if (!t->stop && !sink_note(t->sink, &noted))
        t->stop = true;
}

static uint64_t offset_of(const struct textlog *t, struct str line) {
    return (uint64_t)(line.p - t->stream->bytes.p);
}

static void hand_over(struct textlog *t) {
    struct decoded decoded = {.record = t->record,
                              .text = t->text,
                              .lines = t->lines,
                              .facts = t->facts.at,
                              .facts_n = t->facts.n,
                              .silent = t->silent};
    if (t->rendered) {
        decoded.text = t->front.p ? t->front : S("");
        decoded.record.message = t->body.n ? buffer_str(&t->body) : S("");
    } else {
        decoded.record.message = t->message ? str_between(t->message, t->text.p + t->text.n) : STR_NONE;
    }
    if (!t->stop && !sink_record(t->sink, &decoded))
        t->stop = true;
    t->open = false;
}

static void end_record(struct textlog *t) {
    if (t->open)
        hand_over(t);
    if (t->blank)
        note(t, (struct noted){.kind = ANOMALY_COUNT, .blank = t->blank});
    t->blank = 0;
}

struct record *textlog_begin(struct textlog *t) {
    end_record(t);
    t->record = RECORD_EMPTY;
    t->message = NULL;
    t->front = STR_NONE;
    t->body.n = t->facts.n = 0;
    arena_clear(&t->arena);
    t->silent = t->ended = false;
    t->open = true;
    t->text = t->line;
    t->lines = 1;
    return &t->record;
}

struct fact *textlog_fact(struct textlog *t, enum fact_kind kind) {
    struct fact *fact = t->facts.n < TEXTLOG_FACTS ? VEC_PUSH(&t->facts) : &t->spare;
    *fact = (struct fact){.kind = kind};
    return fact;
}

struct item *textlog_item(struct textlog *t, enum item_kind kind, struct str name) {
    struct fact *fact = textlog_fact(t, FACT_ITEM);
    fact->item = (struct item){.kind = (uint8_t)kind, .name = name.n ? name : STR_NONE, .number = ITEM_NO_NUMBER};
    return &fact->item;
}

static void skip_line(struct textlog *t, enum anomaly_kind why) {
    end_record(t);
    note(t, (struct noted){
                .kind = why, .offset = t->rendered ? 0 : offset_of(t, t->line), .length = t->line.n, .skipped = 1});
}

static void continue_record(struct textlog *t) {
    if (!t->open || t->ended) {
        skip_line(t, ANOMALY_NO_HEADER);
    } else if (t->lines + t->blank >= LIMIT_RECORD_LINES) {
        skip_line(t, ANOMALY_MANY_LINES);
    } else {
        t->lines += t->blank + 1;
        t->blank = 0;
        t->text = str_between(t->text.p, t->line.p + t->line.n);
    }
}

static bool is_blank(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!memchr(" \t\r\v\f", s.p[i], 5))
            return false;
    return true;
}

static void take_line(struct textlog *t, struct str line, textlog_reader *read) {
    while (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    bool cut = line.n > LIMIT_LINE;
    t->line = line = cut ? str_head(line, LIMIT_LINE_HEAD) : line;
    if (is_blank(line)) {
        t->blank++;
        return;
    }
    t->why = ANOMALY_NO_HEADER;
    uint64_t lines = t->lines;
    enum line_kind kind = read(t, line);
    if (kind == LINE_SKIPPED)
        skip_line(t, t->why);
    else if (kind == LINE_CONTINUED)
        continue_record(t);
    if (cut && (kind == LINE_RECORD || t->lines != lines))
        note(t, (struct noted){
                    .kind = ANOMALY_LONG_LINE, .offset = t->rendered ? 0 : offset_of(t, line), .length = line.n});
}

enum status textlog_decode(const struct stream *stream, const struct sink *sink, unsigned traits,
                           textlog_reader *read) {
    struct textlog t = {.stream = stream, .sink = sink, .rendered = traits & FORMAT_RENDERED};
    struct str rest = stream->bytes, line;
    if (rest.n > 3) // a mark alone is a line
        str_take(&rest, S("\xef\xbb\xbf"));
    for (unsigned n = 0; !t.stop && str_cut(&rest, '\n', &line); n++) {
        take_line(&t, line, read);
        if (n % 4096 == 0)
            sink_at(sink, (uint64_t)(rest.p - stream->bytes.p));
    }
    if (!t.stop)
        end_record(&t);
    VEC_DONE(&t.facts);
    buffer_done(&t.body);
    arena_done(&t.arena);
    return OK;
}

static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static bool take_month(struct str *s, int *ret) {
    for (int i = 0; i < 12; i++)
        if (str_take(s, (struct str){MONTHS + 3 * i, 3})) {
            *ret = i + 1;
            return true;
        }
    return false;
}

static bool take_number(struct str *s, size_t digits, int *ret) {
    int value = 0;
    for (size_t i = 0; i < digits; i++) {
        if (i >= s->n || (unsigned char)(s->p[i] - '0') > 9)
            return false;
        value = value * 10 + (s->p[i] - '0');
    }
    *ret = value;
    *s = str_skip(*s, digits);
    return true;
}

static void take_fraction(struct str *s, int *ret) {
    if (s->n < 2 || !memchr(".,", s->p[0], 2) || (unsigned char)(s->p[1] - '0') > 9)
        return;
    *s = str_skip(*s, 1);
    for (int scale = 100000; s->n && (unsigned char)(s->p[0] - '0') <= 9; scale /= 10, *s = str_skip(*s, 1))
        *ret += (s->p[0] - '0') * scale;
}

static void take_zone(struct str *s, struct stamp *ret) {
    struct str rest = *s;
    int hours, minutes;
    bool west = rest.n && rest.p[0] == '-';
    if (str_take(s, S("Z"))) {
        ret->has_zone = true;
        return;
    }
    if (!rest.n || !memchr("+-", rest.p[0], 2))
        return;
    rest = str_skip(rest, 1);
    if (!take_number(&rest, 2, &hours) || (str_take(&rest, S(":")), !take_number(&rest, 2, &minutes)) || hours > 15 ||
        minutes > 59)
        return;
    ret->zone = (int16_t)((west ? -1 : 1) * (hours * 60 + minutes));
    ret->has_zone = true;
    *s = rest;
}

static bool take_blanks(struct str *s) {
    bool any = false;
    for (; s->n && s->p[0] == ' '; *s = str_skip(*s, 1))
        any = true;
    return any;
}

static bool take_part(struct str *s, char part, struct civil *c, struct stamp *ret) {
    switch (part) {
    case 'Y':
        return take_number(s, 4, &c->year);
    case 'm':
        return take_number(s, 2, &c->month);
    case 'd':
        return take_number(s, 2, &c->day);
    case 'H':
        return take_number(s, 2, &c->hour);
    case 'M':
        return take_number(s, 2, &c->minute);
    case 'S':
        return take_number(s, 2, &c->second);
    case 'b':
        return take_month(s, &c->month);
    case 'f':
        take_fraction(s, &c->micro);
        return true;
    case 'z':
        take_zone(s, ret);
        return true;
    case ' ':
        return take_blanks(s);
    default:
        return str_take(s, (struct str){&part, 1});
    }
}

bool textlog_stamp(struct str *s, const char *shape, struct stamp *ret) {
    struct civil c = {.year = 1970, .month = 1, .day = 1};
    struct stamp stamp = {0};
    struct str rest = *s;
    for (; *shape; shape++)
        if (!take_part(&rest, *shape, &c, &stamp))
            return false;
    if (!civil_valid(&c))
        return false;
    stamp.year = (int16_t)c.year;
    stamp.month = (uint8_t)c.month;
    stamp.day = (uint8_t)c.day;
    stamp.of_day = c.hour * USEC_HOUR + c.minute * USEC_MINUTE + c.second * USEC_SECOND + c.micro;
    stamp.present = true;
    *ret = stamp;
    *s = rest;
    return true;
}

struct str textlog_name(struct str path) {
    ptrdiff_t at = str_rfind_char(path, '/');
    return at < 0 ? path : str_skip(path, (size_t)at + 1);
}

struct str textlog_user(struct str path) {
    struct str part, before = STR_NONE, found = STR_NONE;
    while (str_find_char(path, '/') >= 0 && str_cut(&path, '/', &part)) {
        if (part.n && (str_eq(before, S("home")) || str_eq(before, S("Users")) || str_eq(part, S("root"))))
            found = part;
        before = part;
    }
    return found;
}

enum severity textlog_severity(struct str word) {
    static const struct {
        struct str name;
        enum severity severity;
    } NAMES[] = {
#define ROW(name, severity) {{name, sizeof name - 1}, SEVERITY_##severity}
        ROW("emerg", EMERG),    ROW("emergency", EMERG),  ROW("alert", ALERT),     ROW("crit", CRIT),
        ROW("critical", CRIT),  ROW("fatal", CRIT),       ROW("error", ERR),       ROW("err", ERR),
        ROW("severe", ERR),     ROW("warn", WARNING),     ROW("warning", WARNING), ROW("notice", NOTICE),
        ROW("info", INFO),      ROW("information", INFO), ROW("debug", DEBUG),     ROW("ddebug", DEBUG),
        ROW("subdebug", DEBUG), ROW("heavydebug", DEBUG), ROW("trace", DEBUG),     ROW("fine", DEBUG),
        ROW("verbose", DEBUG),
#undef ROW
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (str_eq_nocase(word, NAMES[i].name))
            return NAMES[i].severity;
    return SEVERITY_COUNT;
}

int textlog_share(struct str head, bool (*is)(struct str line)) {
    int lines = 0, good = 0;
    struct str line;
    while (lines < 1000 && str_cut(&head, '\n', &line)) {
        while (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (is_blank(line))
            continue;
        lines++;
        good += is(line);
        if (lines == 3 && !good)
            return 0;
    }
    return lines ? 100 * good / lines : 0;
}
