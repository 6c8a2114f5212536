// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See jsonl.h. An object over many lines is looked for only where a line is a bracket and nothing else, within
// LIMIT_LINE bytes, and not again after a few that came to nothing: else a file of lone brackets would be read anew
// from each of them.
#include "format/jsonl.h"

#include "base/limits.h"
#include "format/epoch.h"
#include "format/flow.h"
#include "format/stamp.h"

enum { TRIES = 16, PROBE_OBJECTS = 20 };

struct reading {
    struct jsonl j;
    const struct sink *sink;
    struct str rest;
    int tries; // objects over many lines that came to nothing
};

static struct str strip_end(struct str s) {
    while (s.n && s.p[s.n - 1] == '\r')
        s.n--;
    return s;
}

static bool take_last(struct str *s, char c) {
    if (!s->n || s->p[s->n - 1] != c)
        return false;
    s->n--;
    *s = str_trim(*s);
    return true;
}

// The object on a line, without the brackets and commas of the array it may be an element of.
static struct str inner(struct str line) {
    struct str s = str_trim(strip_end(line));
    str_take(&s, S("\xef\xbb\xbf"));
    if (!str_take(&s, S("[")))
        str_take(&s, S(","));
    s = str_trim(s);
    take_last(&s, ',');
    if (s.n && s.p[s.n - 1] == ']')
        take_last(&s, ']');
    return s;
}

// The object that begins on a line of its bracket only and ends on a later one; `*rest` stands behind its last line
// then.
static bool open_spread(struct str *rest, struct str line, struct json_object *object, struct str *ret_text,
                        uint64_t *ret_lines) {
    struct str s = inner(line);
    struct str after = str_between(s.p, rest->p + rest->n);
    struct json value;
    after = str_head(after, LIMIT_LINE);
    if (!json_value(&after, &value) || value.kind != JSON_OBJECT || !json_open(value.text, object))
        return false;
    struct str behind = str_between(value.text.p + value.text.n, rest->p + rest->n), tail;
    if (str_cut(&behind, '\n', &tail) && inner(tail).n)
        return false; // another one on its last line
    *ret_text = str_between(line.p, value.text.p + value.text.n);
    *rest = behind;
    *ret_lines = 1;
    for (struct str s2 = *ret_text, l; str_cut(&s2, '\n', &l) && s2.n;)
        ++*ret_lines;
    return true;
}

static bool hand_over(struct reading *r, struct str text, uint64_t lines, jsonl_reader *read) {
    struct jsonl *j = &r->j;
    arena_clear(&j->arena);
    j->record = RECORD_EMPTY;
    j->facts.n = 0;
    j->limit = false;
    read(j);
    struct decoded decoded = {
        .record = j->record, .text = text, .lines = lines, .facts = j->facts.at, .facts_n = j->facts.n, .silent = true};
    if (!sink_record(r->sink, &decoded))
        return false;
    return !j->limit || sink_note(r->sink, &(struct noted){.kind = ANOMALY_LIMIT,
                                                           .offset = (uint64_t)(text.p - j->stream->bytes.p),
                                                           .length = text.n,
                                                           .detail = S("facts of one record"),
                                                           .of_record = true});
}

static bool read_one(struct reading *r, struct str line, jsonl_reader *read) {
    struct str s = inner(line), text = strip_end(line);
    uint64_t lines = 1;
    if (!str_trim(text).n)
        return sink_line(r->sink, r->j.stream, text, ANOMALY_COUNT, 0, 1);
    if (!s.n)
        return sink_line(r->sink, r->j.stream, text, ANOMALY_COUNT, 1, 0); // a bracket or comma between the elements
    if (json_open(s, &r->j.object))
        return hand_over(r, text, 1, read);
    if (s.n == 1 && s.p[0] == '{' && r->tries < TRIES) {
        struct str rest = str_between(line.p, r->j.stream->bytes.p + r->j.stream->bytes.n);
        if (open_spread(&rest, line, &r->j.object, &text, &lines)) {
            r->rest = rest;
            return hand_over(r, text, lines, read);
        }
        r->tries++;
    }
    bool cut = !r->rest.n && s.p[0] == '{' && s.p[s.n - 1] != '}';
    return sink_line(r->sink, r->j.stream, text, cut ? ANOMALY_TRUNCATED : ANOMALY_BAD_RECORD, 1, 0);
}

enum status jsonl_decode(const struct stream *stream, const struct sink *sink, jsonl_reader *read) {
    struct reading r = {.j = {.stream = stream}, .sink = sink, .rest = stream->bytes};
    struct str line;
    bool go_on = true;
    for (uint64_t i = 0; go_on && str_cut(&r.rest, '\n', &line); i++) {
        go_on = read_one(&r, line, read);
        if (i % 4096 == 0)
            sink_at(sink, stream->bytes.n - r.rest.n);
    }
    arena_done(&r.j.arena);
    VEC_DONE(&r.j.facts);
    return OK;
}

int jsonl_probe(struct str head, bool (*is)(const struct json_object *object)) {
    struct json_object object;
    struct str line, text;
    uint64_t lines;
    int seen = 0, fit = 0;
    str_take(&head, S("\xef\xbb\xbf"));
    while (seen < PROBE_OBJECTS && str_cut(&head, '\n', &line)) {
        struct str s = inner(line);
        if (!s.n)
            continue;
        struct str rest = str_between(line.p, head.p + head.n);
        bool open = json_open(s, &object);
        if (!open && s.n == 1 && s.p[0] == '{' && (open = open_spread(&rest, line, &object, &text, &lines)))
            head = rest;
        if (!head.n && seen && !open)
            break; // cut off
        seen++;
        fit += open && is(&object);
        if (!fit && seen == 3)
            return 0;
    }
    return fit && fit * 10 >= seen * 6 ? 60 + 35 * fit / seen : 0;
}

struct str jsonl_text(struct jsonl *j, const char *path) {
    return json_text(json_at(&j->object, str_of(path)), &j->arena);
}

struct str jsonl_any(struct jsonl *j, const char *const *paths) {
    for (; *paths; paths++) {
        struct str text = jsonl_text(j, *paths);
        if (text.n)
            return text;
    }
    return STR_NONE;
}

bool jsonl_stamp(struct jsonl *j, const char *path) {
    struct json value = json_at(&j->object, str_of(path));
    struct str text = json_text(value, &j->arena);
    struct stamp stamp = {0};
    usec at;
    if (epoch_parse(text, &at))
        stamp = epoch_stamp(at);
    else if (value.kind == JSON_STRING)
        stamp_read(&text, &stamp);
    if (!stamp.present)
        return false;
    j->record.stamp = stamp;
    return true;
}

struct fact *jsonl_fact(struct jsonl *j, enum fact_kind kind) {
    if (j->facts.n == JSONL_FACTS) {
        j->limit = true;
        j->facts.n--;
    }
    struct fact *fact = VEC_PUSH(&j->facts);
    *fact = (struct fact){.kind = kind};
    if (kind == FACT_FLOW)
        fact->flow = FLOW_EMPTY;
    else if (kind == FACT_ALERT)
        fact->alert.severity = ALERT_SEVERITY_COUNT;
    else if (kind == FACT_ITEM)
        fact->item.number = ITEM_NO_NUMBER;
    else if (kind == FACT_LOGON)
        fact->logon = (struct logon){.reason = REASON_COUNT, .method = METHOD_COUNT, .port = -1, .count = 1};
    return fact;
}
