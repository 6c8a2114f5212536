// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What other sensors found: Suricata's eve.json, Falco's and Wazuh's JSON, and the fast.log of Suricata and Snort. The
// text stays as it is; the alert is read from it. eve.json also tells flows. Falco's plain lines are not read: they
// tell the time of day and no day.
//
// Severities are put on one scale: Suricata 1 is high, 2 medium, 3 low; Wazuh counts 0 to 15 (from 15 critical, from 12
// high, from 7 medium, from 4 low); Falco uses the words of syslog.
#include "format/alerts.h"

#include "format/flow.h"
#include "format/jsonl.h"
#include "format/stamp.h"

static int64_t number_at(struct jsonl *j, const char *path) {
    return json_int_or(json_at(&j->object, str_of(path)), -1);
}

static int32_t port_at(struct jsonl *j, const char *path) {
    int64_t port = number_at(j, path);
    return port >= 0 && port <= 65535 ? (int32_t)port : -1;
}

static bool has(const struct json_object *object, const char *name) {
    return json_at(object, str_of(name)).kind > JSON_NULL;
}

// Suricata

static uint8_t by_priority(int64_t priority) {
    return priority == 1   ? ALERT_SEVERITY_HIGH
           : priority == 2 ? ALERT_SEVERITY_MEDIUM
           : priority == 3 ? ALERT_SEVERITY_LOW
           : priority > 3  ? ALERT_SEVERITY_INFORMATIONAL
                           : ALERT_SEVERITY_COUNT;
}

static void read_eve_alert(struct jsonl *j) {
    static const char *const techniques[] = {"alert.metadata.mitre_technique_id", NULL};
    struct alert *alert = &jsonl_fact(j, FACT_ALERT)->alert;
    struct str dst = jsonl_text(j, "dest_ip"), port = jsonl_text(j, "dest_port"), proto = jsonl_text(j, "proto");
    alert->id = jsonl_text(j, "alert.signature_id");
    alert->name = jsonl_text(j, "alert.signature");
    alert->description = jsonl_text(j, "alert.category");
    alert->provider = S("Suricata");
    alert->severity = by_priority(number_at(j, "alert.severity"));
    alert->techniques = json_join(json_at(&j->object, str_of(techniques[0])), &j->arena);
    alert->source = jsonl_text(j, "src_ip");
    if (alert->source.n || dst.n)
        alert->entities = arena_print(&j->arena, "source=%.*s, destination=%.*s, port=%.*s, protocol=%.*s",
                                      STR_ARG(alert->source), STR_ARG(dst), STR_ARG(port), STR_ARG(proto));
}

static usec span_between(struct str from, struct str to) {
    usec start, end;
    return civil_parse(from, &start) && civil_parse(to, &end) && end >= start ? end - start : -1;
}

static void read_eve_flow(struct jsonl *j) {
    struct flow *flow = &jsonl_fact(j, FACT_FLOW)->flow;
    flow->src = jsonl_text(j, "src_ip");
    flow->dst = jsonl_text(j, "dest_ip");
    flow->src_port = port_at(j, "src_port");
    flow->dst_port = port_at(j, "dest_port");
    flow->protocol = flow_protocol(jsonl_text(j, "proto"));
    flow->packets = number_at(j, "flow.pkts_toserver");
    flow->bytes = number_at(j, "flow.bytes_toserver");
    flow->packets_back = number_at(j, "flow.pkts_toclient");
    flow->bytes_back = number_at(j, "flow.bytes_toclient");
    flow->state = jsonl_text(j, "flow.state");
    flow->service = jsonl_text(j, "app_proto");
    flow->duration = span_between(jsonl_text(j, "flow.start"), jsonl_text(j, "flow.end"));
}

static void read_eve(struct jsonl *j) {
    struct str type = jsonl_text(j, "event_type");
    jsonl_stamp(j, "timestamp");
    j->record.host = jsonl_text(j, "host");
    j->record.program = type.n && type.n <= 32 ? arena_print(&j->arena, "suricata/%.*s", STR_ARG(type)) : S("suricata");
    if (str_eq(type, S("alert")))
        read_eve_alert(j);
    else if (str_eq(type, S("flow")))
        read_eve_flow(j);
}

static bool is_eve(const struct json_object *object) {
    return has(object, "event_type") && has(object, "timestamp") &&
           (has(object, "flow_id") || has(object, "src_ip") || has(object, "stats") || has(object, "engine"));
}

// Falco

static uint8_t by_word(struct str s) {
    static const struct {
        struct str word;
        enum alert_severity severity;
    } rows[] = {{{"Emergency", 9}, ALERT_SEVERITY_CRITICAL},
                {{"Alert", 5}, ALERT_SEVERITY_CRITICAL},
                {{"Critical", 8}, ALERT_SEVERITY_CRITICAL},
                {{"Error", 5}, ALERT_SEVERITY_HIGH},
                {{"Warning", 7}, ALERT_SEVERITY_MEDIUM},
                {{"Notice", 6}, ALERT_SEVERITY_LOW},
                {{"Informational", 13}, ALERT_SEVERITY_INFORMATIONAL},
                {{"Info", 4}, ALERT_SEVERITY_INFORMATIONAL},
                {{"Debug", 5}, ALERT_SEVERITY_INFORMATIONAL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_eq_nocase(s, rows[i].word))
            return (uint8_t)rows[i].severity;
    return ALERT_SEVERITY_COUNT;
}

// "T1059" or "T1059.004", nothing else.
static bool is_technique(struct str s) {
    if (s.n < 5 || s.p[0] != 'T')
        return false;
    for (size_t i = 1; i < s.n; i++)
        if ((unsigned char)(s.p[i] - '0') > 9 && !(i == 5 && s.p[i] == '.'))
            return false;
    return true;
}

static struct str techniques_of(struct jsonl *j, const char *path) {
    struct json tags = json_at(&j->object, str_of(path)), tag;
    struct json_walk walk;
    struct str name, all = STR_NONE;
    if (tags.kind != JSON_ARRAY || !json_walk(tags.text, &walk))
        return STR_NONE;
    char *to = arena_take(&j->arena, 2 * tags.text.n);
    while (json_next(&walk, &name, &tag)) {
        if (tag.kind != JSON_STRING || !is_technique(tag.text))
            continue;
        if (all.n) {
            memcpy(to + all.n, ", ", 2);
            all.n += 2;
        }
        memcpy(to + all.n, tag.text.p, tag.text.n);
        all = (struct str){to, all.n + tag.text.n};
    }
    return all;
}

static void read_falco(struct jsonl *j) {
    static const char *const sources[] = {"output_fields.fd.cip", "output_fields.fd.rip", "output_fields.ka.sourceips",
                                          NULL};
    static const char *const users[] = {"output_fields.user.name", "output_fields.ka.user.name", NULL};
    struct alert *alert = &jsonl_fact(j, FACT_ALERT)->alert;
    struct json fields = json_get(&j->object, S("output_fields"));
    jsonl_stamp(j, "time");
    j->record.host = jsonl_text(j, "hostname");
    j->record.program = S("falco");
    alert->name = jsonl_text(j, "rule");
    alert->description = jsonl_text(j, "output");
    alert->provider = S("Falco");
    alert->severity = by_word(jsonl_text(j, "priority"));
    alert->techniques = techniques_of(j, "tags");
    alert->entities = fields.kind == JSON_OBJECT ? fields.text : STR_NONE;
    alert->user = jsonl_any(j, users);
    alert->source = jsonl_any(j, sources);
    alert->command = jsonl_text(j, "output_fields.proc.cmdline");
}

static bool is_falco(const struct json_object *object) {
    return has(object, "rule") && has(object, "priority") && has(object, "output") && has(object, "time");
}

// Wazuh

static uint8_t by_level(int64_t level) {
    return level < 0     ? ALERT_SEVERITY_COUNT
           : level >= 15 ? ALERT_SEVERITY_CRITICAL
           : level >= 12 ? ALERT_SEVERITY_HIGH
           : level >= 7  ? ALERT_SEVERITY_MEDIUM
           : level >= 4  ? ALERT_SEVERITY_LOW
                         : ALERT_SEVERITY_INFORMATIONAL;
}

static void read_wazuh(struct jsonl *j) {
    static const char *const hosts[] = {"agent.name", "predecoder.hostname", "manager.name", NULL};
    static const char *const users[] = {"data.dstuser", "data.srcuser", "data.uid", NULL};
    static const char *const stamps[] = {"timestamp", "@timestamp"};
    struct alert *alert = &jsonl_fact(j, FACT_ALERT)->alert;
    struct json data = json_get(&j->object, S("data"));
    if (!jsonl_stamp(j, stamps[0]))
        jsonl_stamp(j, stamps[1]);
    j->record.host = jsonl_any(j, hosts);
    j->record.program = S("wazuh");
    alert->id = jsonl_text(j, "rule.id");
    alert->name = jsonl_text(j, "rule.description");
    alert->description = jsonl_text(j, "full_log");
    alert->provider = S("Wazuh");
    alert->severity = by_level(number_at(j, "rule.level"));
    alert->techniques = json_join(json_at(&j->object, S("rule.mitre.id")), &j->arena);
    alert->entities = data.kind == JSON_OBJECT ? data.text : STR_NONE;
    alert->user = jsonl_any(j, users);
    alert->source = jsonl_text(j, "data.srcip");
    alert->command = jsonl_text(j, "data.command");
}

static bool is_wazuh(const struct json_object *object) {
    return has(object, "rule.level") && has(object, "rule.id") && (has(object, "agent") || has(object, "manager"));
}

// fast.log: "10/05/2010-10:08:59.667372  [**] [1:2009187:4] NAME [**] [Classification: …] [Priority: 3] {TCP} a:1 ->
// b:2"

static bool take_number(struct str *s, unsigned *ret) {
    size_t i = 0;
    *ret = 0;
    for (; i < s->n && i < 6 && (unsigned char)(s->p[i] - '0') < 10; i++)
        *ret = *ret * 10 + (unsigned)(s->p[i] - '0');
    *s = str_skip(*s, i);
    return i > 0;
}

// Month and day, with the year in front (Snort, two digits) or behind (Suricata, four), or none.
static bool read_fast_date(struct str s, struct stamp *ret) {
    unsigned a, b, c = 0;
    if (!take_number(&s, &a) || !str_take(&s, S("/")) || !take_number(&s, &b))
        return false;
    bool three = str_take(&s, S("/"));
    if ((three && !take_number(&s, &c)) || s.n)
        return false;
    bool year_last = three && c > 99;
    unsigned year = !three      ? 0
                    : year_last ? c
                                : 2000 + a,
             month = three && !year_last ? b : a, day = three && !year_last ? c : b;
    if (year > 9999 || month < 1 || month > 12 || day < 1 ||
        (int)day > civil_month_days(year ? (int)year : 2000, (int)month))
        return false;
    *ret = (struct stamp){.year = (int16_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
    return true;
}

static bool take_fast_stamp(struct str *s, struct stamp *ret) {
    struct stamp clock = {0}, date;
    ptrdiff_t dash = str_find_char(str_head(*s, 12), '-'), blank = str_find_char(str_head(*s, 32), ' ');
    char text[40] = "2000-01-01T";
    if (dash < 0 || blank < dash || !read_fast_date(str_head(*s, (size_t)dash), &date))
        return false;
    size_t n = (size_t)(blank - dash - 1);
    if (n > 20)
        return false;
    memcpy(text + 11, s->p + dash + 1, n);
    struct str whole = {text, 11 + n};
    if (!stamp_read(&whole, &clock).valid || whole.n)
        return false;
    date.of_day = clock.of_day;
    date.present = true;
    *ret = date;
    *s = str_trim(str_skip(*s, (size_t)blank));
    return true;
}

// "[1:2009187:4] NAME [**] …" cut into its parts; the name may hold any of the words behind it, so those are looked for
// from the right.
static bool cut_fast(struct str s, struct alert *alert) {
    ptrdiff_t close, end, at;
    if (!str_take(&s, S("[**] [")) || (close = str_find(s, S("] "))) < 0)
        return false;
    alert->id = str_head(s, (size_t)close);
    s = str_skip(s, (size_t)close + 2);
    if ((end = str_rfind(s, S(" [**] "))) < 0)
        return false;
    struct str name = str_trim(str_head(s, (size_t)end)), rest = str_skip(s, (size_t)end + 6);
    if (name.n > 1 && name.p[0] == '"' && name.p[name.n - 1] == '"')
        name = (struct str){name.p + 1, name.n - 2};
    *alert = (struct alert){.id = alert->id, .name = name.n ? name : STR_NONE, .severity = ALERT_SEVERITY_COUNT};
    if ((at = str_find(rest, S("[Classification: "))) >= 0) {
        struct str class = str_skip(rest, (size_t)at + 17);
        ptrdiff_t bracket = str_find_char(class, ']');
        alert->description = bracket > 0 ? str_head(class, (size_t)bracket) : STR_NONE;
    }
    if ((at = str_find(rest, S("[Priority: "))) >= 0 && (size_t)at + 11 < rest.n)
        alert->severity = by_priority(rest.p[at + 11] - '0');
    if ((at = str_find_char(rest, '{')) >= 0)
        alert->entities = str_skip(rest, (size_t)at);
    return true;
}

// The address in "{TCP} 10.6.6.254:80 -> …". A port follows but with ICMP; so IPv6 loses its last part only where one
// does.
static struct str fast_source(struct str s) {
    ptrdiff_t close = str_find(s, S("} ")), arrow = str_find(s, S(" -> "));
    if (close < 0 || arrow < close + 2)
        return STR_NONE;
    bool ported = str_starts(s, S("{TCP}")) || str_starts(s, S("{UDP}")) || str_starts(s, S("{SCTP}"));
    s = str_between(s.p + close + 2, s.p + arrow);
    ptrdiff_t colon = str_rfind_char(s, ':');
    bool one = colon >= 0 && str_find_char(s, ':') == colon;
    s = colon >= 0 && (ported || one) ? str_head(s, (size_t)colon) : s;
    return s.n ? s : STR_NONE;
}

static enum line_kind fast_line(struct str line, bool after_record, struct record *ret) {
    struct alert alert = {0};
    (void)after_record;
    *ret = RECORD_EMPTY;
    line = str_trim(line);
    while (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (!line.n)
        return LINE_BLANK;
    if (!take_fast_stamp(&line, &ret->stamp) || !cut_fast(line, &alert)) {
        *ret = RECORD_EMPTY;
        ret->anomaly = ANOMALY_BAD_RECORD;
        return LINE_SKIPPED;
    }
    ret->program = S("ids");
    ret->message = line;
    return LINE_RECORD;
}

static size_t fast_facts(const struct record *record, struct fact *ret) {
    *ret = (struct fact){.kind = FACT_ALERT};
    if (!cut_fast(record->message, &ret->alert))
        return 0;
    ret->alert.provider = S("Suricata or Snort");
    ret->alert.source = fast_source(ret->alert.entities);
    return 1;
}

static int probe_fast(struct str head, struct str path) {
    struct str line;
    struct record record;
    int seen = 0, fit = 0;
    (void)path;
    while (seen < 20 && str_cut(&head, '\n', &line)) {
        enum line_kind kind = fast_line(line, false, &record);
        seen += kind != LINE_BLANK;
        fit += kind == LINE_RECORD;
    }
    return fit && fit * 2 >= seen ? 95 : 0;
}

#define JSON_FORMAT(id, words)                                                                                         \
    static enum status decode_##id(const struct stream *stream, const struct sink *sink, struct error *error) {        \
        (void)error;                                                                                                   \
        return jsonl_decode(stream, sink, read_##id);                                                                  \
    }                                                                                                                  \
    static int probe_##id(struct str head, struct str path) {                                                          \
        (void)path;                                                                                                    \
        return jsonl_probe(head, is_##id);                                                                             \
    }                                                                                                                  \
    const struct format id##_format = {                                                                                \
        .name = #id, .what = words, .probe = probe_##id, .decode = decode_##id, .witness = WITNESS_EXPORT}

JSON_FORMAT(eve, "Suricata eve.json");
JSON_FORMAT(falco, "Falco alerts as JSON");
JSON_FORMAT(wazuh, "Wazuh alerts.json");

const struct format fast_format = {
    .name = "fast",
    .what = "fast.log of Suricata and Snort",
    .probe = probe_fast,
    .line = fast_line,
    .facts = fast_facts,
    .witness = WITNESS_EXPORT,
};
