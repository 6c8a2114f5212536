// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
#include "print.h"

#include "base/escape.h"
#include "base/limits.h"
#include "format/sink.h"

#include <stdio.h>
#include <stdlib.h>

struct printer {
    struct buffer *out;
    struct printed counts;
    const struct format *format;
    const struct stream *stream;
};

static void must(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "contract broken: %s\n", what);
    abort();
}

uint64_t print_count_lines(struct str s) {
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n + (s.n && s.p[s.n - 1] != '\n');
}

// ---- Fields ----

static void put_raw(struct buffer *out, struct str s) {
    bool utf8 = utf8_valid(s);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < ' ' || c == 127 || c == '\\' || (c >= 0x80 && !utf8))
            buffer_print(out, "\\x%02x", c);
        else
            buffer_add_char(out, s.p[i]);
    }
}

static void put_str(struct printer *p, const char *name, struct str s) {
    must(!s.p || s.n, name);
    if (!s.p)
        return;
    volatile char touched = 0; // every byte can be read
    for (size_t i = 0; i < s.n; i++)
        touched ^= s.p[i];
    (void)touched;
    if (!p->out)
        return;
    buffer_print(p->out, " %s=", name);
    put_raw(p->out, s);
}

static void put_number(struct printer *p, const char *name, int64_t n, int64_t none) {
    if (n != none && p->out)
        buffer_print(p->out, " %s=%lld", name, (long long)n);
}

static void put_word(struct printer *p, const char *name, unsigned word, unsigned n, const char *const *names) {
    must(word <= n, name);
    if (word < n && p->out)
        buffer_print(p->out, " %s=%s", name, names[word]);
}

static void put_stamp(struct printer *p, const struct stamp *s) {
    if (!s->present)
        return;
    must(s->month >= 1 && s->month <= 12 && s->year >= 0 && s->year <= 9999, "stamp: date");
    must(s->day >= 1 && s->day <= civil_month_days(s->year ? s->year : 2000, s->month), "stamp: day");
    must(s->of_day >= 0 && s->of_day < USEC_DAY + USEC_SECOND, "stamp: time of day");
    must(!s->has_zone || abs(s->zone) <= 18 * 60 + 59, "stamp: zone");
    if (!p->out)
        return;
    long long seconds = s->of_day / USEC_SECOND;
    buffer_print(p->out, " %04d-%02d-%02dT%02lld:%02lld:%02lld.%06lld", s->year, s->month, s->day, seconds / 3600,
                 seconds / 60 % 60, seconds % 60, (long long)(s->of_day % USEC_SECOND));
    if (s->has_zone)
        buffer_print(p->out, "%+03d:%02d", s->zone / 60, abs(s->zone % 60));
}

// ---- Facts ----

static void put_logon(struct printer *p, const struct logon *l) {
    must(l->count >= 1, "logon: count");
    put_word(p, "kind", l->kind, LOGON_KIND_COUNT, LOGON_KIND_NAMES);
    put_word(p, "outcome", l->outcome, OUTCOME_COUNT, OUTCOME_NAMES);
    put_word(p, "reason", l->reason, REASON_COUNT, REASON_NAMES);
    put_word(p, "method", l->method, METHOD_COUNT, METHOD_NAMES);
    put_str(p, "user", l->user);
    put_str(p, "actor", l->actor);
    put_str(p, "source", l->source);
    put_number(p, "port", l->port, -1);
    put_str(p, "tty", l->tty);
    put_str(p, "fingerprint", l->fingerprint);
    put_str(p, "key_type", l->key_type);
    put_number(p, "count", l->count, 1);
}

static void put_session(struct printer *p, const struct session_mark *m) {
    if (p->out)
        buffer_print(p->out, m->opened ? " opened" : " closed");
    put_str(p, "user", m->user);
    put_str(p, "by", m->by);
    put_number(p, "uid", m->uid, -1);
    put_str(p, "service", m->service);
    put_str(p, "tty", m->tty);
    put_str(p, "source", m->source);
}

static void put_flow(struct printer *p, const struct flow *f) {
    put_str(p, "src", f->src);
    put_number(p, "src_port", f->src_port, -1);
    put_str(p, "dst", f->dst);
    put_number(p, "dst_port", f->dst_port, -1);
    put_str(p, "protocol", f->protocol);
    put_word(p, "direction", f->direction, FLOW_DIRECTION_COUNT, FLOW_DIRECTION_NAMES);
    put_word(p, "decision", f->decision, FLOW_DECISION_COUNT, FLOW_DECISION_NAMES);
    put_number(p, "packets", f->packets, -1);
    put_number(p, "bytes", f->bytes, -1);
    put_number(p, "packets_back", f->packets_back, -1);
    put_number(p, "bytes_back", f->bytes_back, -1);
    put_number(p, "duration", f->duration, -1);
    put_str(p, "state", f->state);
    put_str(p, "service", f->service);
}

static void put_alert(struct printer *p, const struct alert *a) {
    put_str(p, "id", a->id);
    put_str(p, "name", a->name);
    put_word(p, "severity", a->severity, ALERT_SEVERITY_COUNT, ALERT_SEVERITY_NAMES);
    put_str(p, "provider", a->provider);
    put_str(p, "techniques", a->techniques);
    put_str(p, "user", a->user);
    put_str(p, "source", a->source);
    put_str(p, "command", a->command);
    put_str(p, "entities", a->entities);
    put_str(p, "description", a->description);
}

static void put_item(struct printer *p, const struct item *i) {
    must(i->kind < ITEM_COUNT, "item: kind");
    put_word(p, "kind", i->kind, ITEM_COUNT, ITEM_NAMES);
    put_str(p, "name", i->name);
    put_str(p, "user", i->user);
    put_str(p, "value", i->value);
    put_number(p, "number", i->number, ITEM_NO_NUMBER);
    put_str(p, "detail", i->detail);
}

static void put_fact(struct printer *p, const struct fact *f) {
    static const char *const names[] = {"logon", "session", "flow", "alert", "event", "item", "host"};
    must(f->kind < sizeof names / sizeof *names, "fact: kind");
    p->counts.facts++;
    if (p->out)
        buffer_print(p->out, "    %s", names[f->kind]);
    switch (f->kind) {
    case FACT_LOGON:
        put_logon(p, &f->logon);
        break;
    case FACT_SESSION:
        put_session(p, &f->session);
        break;
    case FACT_FLOW:
        put_flow(p, &f->flow);
        break;
    case FACT_ALERT:
        put_alert(p, &f->alert);
        break;
    case FACT_HOST_EVENT:
        must(f->event.kind < HOST_EVENT_COUNT, "event: kind");
        put_word(p, "kind", f->event.kind, HOST_EVENT_COUNT, HOST_EVENT_NAMES);
        put_str(p, "detail", f->event.detail);
        break;
    case FACT_ITEM:
        put_item(p, &f->item);
        break;
    case FACT_HOST:
        must(f->host.key.n && f->host.value.n, "host: key and value");
        put_str(p, "key", f->host.key);
        put_str(p, "value", f->host.value);
        break;
    }
    if (p->out)
        buffer_print(p->out, "\n");
}

// ---- Records ----

static void put_record(struct printer *p, const struct record *r, struct str text) {
    p->counts.records++;
    must(r->pid >= PID_NONE, "record: pid");
    if (p->out)
        buffer_print(p->out, "record");
    put_stamp(p, &r->stamp);
    put_str(p, "host", r->host);
    put_str(p, "program", r->program);
    put_number(p, "pid", r->pid, PID_NONE);
    put_word(p, "facility", r->facility, FACILITY_COUNT, FACILITY_NAMES);
    put_word(p, "severity", r->severity, SEVERITY_COUNT, SEVERITY_NAMES);
    put_word(p, "anomaly", r->anomaly, ANOMALY_COUNT, ANOMALY_NAMES);
    if (!p->out)
        return;
    if (p->format->traits & FORMAT_RENDERED && text.n) {
        buffer_print(p->out, "\n    text ");
        put_raw(p->out, text);
    }
    buffer_print(p->out, "\n    message ");
    put_raw(p->out, r->message.p || p->format->traits & FORMAT_RENDERED ? r->message : text);
    buffer_print(p->out, "\n");
}

static bool is_inside(struct str part, struct str whole) {
    return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

static bool take_record(void *context, const struct decoded *d) {
    struct printer *p = context;
    if (!(p->format->traits & FORMAT_RENDERED)) {
        must(d->text.p && is_inside(d->text, p->stream->bytes), "record: text is not in the input");
        must(!d->record.message.p || (is_inside(d->record.message, d->text) &&
                                      d->record.message.p + d->record.message.n == d->text.p + d->text.n),
             "record: message is not the end of text");
    }
    if (!(p->format->traits & FORMAT_NO_LINES)) {
        must(d->lines >= 1, "record: lines");
        p->counts.continued += d->lines - 1;
    }
    put_record(p, &d->record, d->text);
    for (size_t i = 0; i < d->facts_n; i++)
        put_fact(p, &d->facts[i]);
    return true;
}

static void put_note(struct printer *p, const struct noted *n) {
    if (!p->out || n->kind >= ANOMALY_COUNT)
        return;
    buffer_print(p->out, "note");
    put_word(p, "kind", n->kind, ANOMALY_COUNT, ANOMALY_NAMES);
    buffer_print(p->out, " at %llu+%llu", (unsigned long long)n->offset, (unsigned long long)n->length);
    put_str(p, "detail", n->detail);
    buffer_print(p->out, "\n");
}

static bool take_note(void *context, const struct noted *n) {
    struct printer *p = context;
    must(n->kind <= ANOMALY_COUNT, "note: kind");
    if (!(p->format->traits & FORMAT_NO_LINES)) {
        p->counts.skipped += n->skipped;
        p->counts.blank += n->blank;
    }
    put_note(p, n);
    return true;
}

// ---- Streams ----

static void decode_stream(struct printer *p, const struct stream *stream) {
    const struct sink sink = {.record = take_record, .note = take_note, .context = p};
    struct error error;
    error_clear(&error);
    enum status status = p->format->decode(stream, &sink, &error);
    must(status == OK || status == FAIL || status == SKIP, "decode: status");
    must(status == OK || error.text[0], "decode: no reason given");
    p->counts.broke = status != OK;
    if (status != OK && p->out)
        buffer_print(p->out, "%s: %s\n", status == SKIP ? "refused" : "broken", error.text);
}

static void take_line(struct printer *p, struct str line) {
    struct record r;
    struct fact facts[FACTS_MAX];
    enum line_kind kind = p->format->line(line, p->counts.records > 0, &r);
    p->counts.continued += kind == LINE_CONTINUED;
    p->counts.skipped += kind == LINE_SKIPPED;
    p->counts.blank += kind == LINE_BLANK;
    must(kind <= LINE_BLANK && (kind != LINE_CONTINUED || p->counts.records), "line: kind");
    must(kind != LINE_SKIPPED || r.anomaly < ANOMALY_COUNT, "line: skipped without a reason");
    if (kind == LINE_SKIPPED)
        put_note(
            p, &(struct noted){.kind = r.anomaly, .offset = (uint64_t)(line.p - p->stream->bytes.p), .length = line.n});
    if (kind != LINE_RECORD)
        return;
    put_record(p, &r, line);
    size_t n = p->format->facts ? p->format->facts(&r, facts) : 0;
    must(n <= FACTS_MAX, "facts: too many");
    for (size_t i = 0; i < n; i++)
        put_fact(p, &facts[i]);
}

struct printed print_stream(const struct format *format, const struct stream *stream, struct buffer *ret) {
    struct printer p = {.out = ret, .format = format, .stream = stream};
    struct str rest = stream->bytes, line;
    if (format->decode)
        decode_stream(&p, stream);
    else
        while (str_cut(&rest, '\n', &line)) {
            if (line.n && line.p[line.n - 1] == '\r')
                line.n--;
            take_line(&p, line);
        }
    p.counts.lines = print_count_lines(stream->bytes);
    if (!(format->traits & FORMAT_NO_LINES) && !p.counts.broke)
        must(p.counts.records + p.counts.continued + p.counts.skipped + p.counts.blank == p.counts.lines,
             "records + continued + skipped + blank are not the lines");
    return p.counts;
}
