// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Zeek's (Bro's) logs, as columns with tabs and as one JSON object a line. Which columns there are, and in what order,
// the administrator chose: "#fields" says it, and says it anew wherever files were joined. conn.log tells flows and
// notice.log alerts; of all other logs each line is a record of the program "zeek/NAME". A logon in ssh.log is what a
// listener guesses about another host, and makes no logon here.
//
// JSON names the log in "_path" or "@stream" where somebody saw to it; else the file's name does. "id.orig_h" is
// "id_orig_h" in some exports, and {"id":{"orig_h":…}} in others.
#include "format/zeek.h"

#include "base/escape.h"
#include "base/limits.h"
#include "format/epoch.h"
#include "format/flow.h"
#include "format/jsonl.h"
#include "format/stamp.h"

enum role {
    TS,
    UID,
    ORIG_H,
    ORIG_P,
    RESP_H,
    RESP_P,
    PROTO,
    SERVICE,
    DURATION,
    ORIG_BYTES,
    RESP_BYTES,
    CONN_STATE,
    LOCAL_ORIG,
    LOCAL_RESP,
    ORIG_PKTS,
    RESP_PKTS,
    NOTE,
    MSG,
    SUB,
    SRC,
    DST,
    PORT,
    ROLES
};

static const struct {
    struct str name;
    enum role role;
} NAMES[] = {
#define ROW(literal, role)                                                                                             \
    { {(literal), sizeof(literal) - 1}, role }
    ROW("ts", TS),
    ROW("uid", UID),
    ROW("id.orig_h", ORIG_H),
    ROW("id_orig_h", ORIG_H),
    ROW("id.orig_p", ORIG_P),
    ROW("id_orig_p", ORIG_P),
    ROW("id.resp_h", RESP_H),
    ROW("id_resp_h", RESP_H),
    ROW("id.resp_p", RESP_P),
    ROW("id_resp_p", RESP_P),
    ROW("proto", PROTO),
    ROW("service", SERVICE),
    ROW("duration", DURATION),
    ROW("orig_bytes", ORIG_BYTES),
    ROW("resp_bytes", RESP_BYTES),
    ROW("conn_state", CONN_STATE),
    ROW("local_orig", LOCAL_ORIG),
    ROW("local_resp", LOCAL_RESP),
    ROW("orig_pkts", ORIG_PKTS),
    ROW("resp_pkts", RESP_PKTS),
    ROW("note", NOTE),
    ROW("msg", MSG),
    ROW("sub", SUB),
    ROW("src", SRC),
    ROW("dst", DST),
    ROW("p", PORT),
#undef ROW
};

static enum role role_of(struct str name) {
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (str_eq(NAMES[i].name, name))
            return NAMES[i].role;
    return ROLES;
}

static struct stamp read_time(struct str s) {
    struct stamp stamp = {0};
    usec at;
    uint64_t milliseconds;
    if (s.n == 13 && str_to_u64(s, &milliseconds))
        return epoch_stamp((usec)milliseconds * 1000);
    if (epoch_parse(s, &at))
        return epoch_stamp(at);
    stamp_read(&s, &stamp);
    return stamp;
}

static bool is_true(struct str s) {
    return str_eq(s, S("T")) || str_eq(s, S("true"));
}

static uint8_t direction_of(const struct str *values) {
    bool from = is_true(values[LOCAL_ORIG]), to = is_true(values[LOCAL_RESP]);
    return from == to ? FLOW_DIRECTION_COUNT : from ? FLOW_DIRECTION_OUTBOUND : FLOW_DIRECTION_INBOUND;
}

static bool is_flow(const struct str *values) {
    return values[ORIG_H].n && values[RESP_H].n && values[CONN_STATE].n;
}

static void read_flow(const struct str *values, struct flow *flow) {
    *flow = FLOW_EMPTY;
    flow->src = values[ORIG_H];
    flow->dst = values[RESP_H];
    flow->src_port = flow_port(values[ORIG_P]);
    flow->dst_port = flow_port(values[RESP_P]);
    flow->protocol = flow_protocol(values[PROTO]);
    flow->direction = direction_of(values);
    flow->packets = flow_count(values[ORIG_PKTS]);
    flow->bytes = flow_count(values[ORIG_BYTES]);
    flow->packets_back = flow_count(values[RESP_PKTS]);
    flow->bytes_back = flow_count(values[RESP_BYTES]);
    flow->state = values[CONN_STATE];
    flow->service = values[SERVICE];
    if (!epoch_parse_span(values[DURATION], &flow->duration) || flow->duration < 0)
        flow->duration = -1;
}

static void add_entity(struct buffer *b, const char *name, struct str value) {
    if (!value.n)
        return;
    if (b->n)
        buffer_add(b, S(", "));
    buffer_add(b, str_of(name));
    buffer_add_char(b, '=');
    buffer_add(b, value);
}

static void read_alert(const struct str *values, struct buffer *entities, struct alert *alert) {
    struct str source = values[SRC].n ? values[SRC] : values[ORIG_H];
    *alert = (struct alert){.name = values[NOTE],
                            .description = values[MSG],
                            .provider = S("Zeek"),
                            .severity = ALERT_SEVERITY_COUNT,
                            .source = source};
    entities->n = 0;
    add_entity(entities, "source", source);
    add_entity(entities, "destination", values[DST].n ? values[DST] : values[RESP_H]);
    add_entity(entities, "port", values[PORT].n ? values[PORT] : values[RESP_P]);
    add_entity(entities, "uid", values[UID]);
    add_entity(entities, "sub", values[SUB]);
    alert->entities = entities->n ? buffer_str(entities) : STR_NONE;
}

// Facts of one line: none or one.
static size_t read_facts(const struct str *values, struct buffer *entities, struct fact *ret) {
    if (is_flow(values)) {
        ret->kind = FACT_FLOW;
        read_flow(values, &ret->flow);
        return 1;
    }
    if (values[NOTE].n && (values[MSG].n || values[SRC].n)) {
        ret->kind = FACT_ALERT;
        read_alert(values, entities, &ret->alert);
        return 1;
    }
    return 0;
}

// "conn" of "conn.log", "NASHUA_conn.log", "conn.2024-01-01-00-00-00.log", "conn_20240101.log".
static struct str log_name(struct str path) {
    static const char *const names[] = {
        "conn",     "dns",   "http",  "ssl",          "ssh",       "notice",        "weird",       "files",
        "auth",     "ftp",   "smtp",  "rdp",          "smb_files", "smb_mapping",   "dce_rpc",     "ntlm",
        "kerberos", "x509",  "dhcp",  "pe",           "tunnel",    "software",      "known_hosts", "known_services",
        "dpd",      "ntp",   "snmp",  "sip",          "socks",     "radius",        "rfb",         "mysql",
        "irc",      "intel", "stats", "capture_loss", "reporter",  "loaded_scripts"};
    struct str name = str_skip(path, (size_t)(str_rfind_char(path, '/') + 1));
    ptrdiff_t dot = str_find_char(name, '.');
    name = dot >= 0 ? str_head(name, (size_t)dot) : name;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ptrdiff_t at = str_rfind(name, str_of(names[i]));
        size_t end = at < 0 ? 0 : (size_t)at + strlen(names[i]);
        if (at >= 0 && (!at || strchr("_-", name.p[at - 1])) && (end == name.n || strchr("_-", name.p[end])))
            return str_of(names[i]);
    }
    return STR_NONE;
}

enum { COLUMNS_MAX = 256, PROGRAM_MAX = 64 };

struct program {
    char text[PROGRAM_MAX];
    size_t n;
};

static void name_program(struct str log, struct program *ret) {
    if (!log.n || log.n > PROGRAM_MAX - sizeof "zeek/" || !utf8_valid(log))
        log = STR_NONE;
    memcpy(ret->text, "zeek/", 5);
    if (log.n)
        memcpy(ret->text + 5, log.p, log.n);
    ret->n = log.n ? 5 + log.n : 4;
}

struct reading {
    const struct stream *stream;
    const struct sink *sink;
    uint8_t roles[COLUMNS_MAX];
    size_t columns; // 0: no "#fields" yet
    char separator;
    struct str unset, empty;
    struct program program;
    struct buffer entities;
};

static int hex_value(char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

static void read_separator(struct str s, struct reading *r) {
    if (str_take(&s, S("\\x")) && s.n == 2 && hex_value(s.p[0]) >= 0 && hex_value(s.p[1]) >= 0)
        r->separator = (char)(hex_value(s.p[0]) << 4 | hex_value(s.p[1]));
    else if (s.n == 1)
        r->separator = s.p[0];
}

static void read_columns(struct str s, struct reading *r) {
    struct str name;
    r->columns = 0;
    while (r->columns < COLUMNS_MAX && str_cut(&s, r->separator, &name))
        r->roles[r->columns++] = (uint8_t)role_of(name);
}

// "#fields", "#path" and their like.
static bool read_directive(struct str line, struct reading *r) {
    struct str rest = str_skip(line, 1), word;
    if (str_take(&rest, S("separator "))) {
        read_separator(str_trim(rest), r);
        return sink_line(r->sink, r->stream, line, ANOMALY_COUNT, 1, 0);
    }
    if (!str_cut(&rest, r->separator, &word))
        return sink_line(r->sink, r->stream, line, ANOMALY_COUNT, 1, 0);
    bool header = str_eq(word, S("fields"));
    if (header)
        read_columns(rest, r);
    else if (str_eq(word, S("unset_field")))
        r->unset = rest;
    else if (str_eq(word, S("empty_field")))
        r->empty = rest;
    else if (str_eq(word, S("path")))
        name_program(rest, &r->program);
    return sink_line(r->sink, r->stream, line, header ? ANOMALY_HEADER_LINE : ANOMALY_COUNT, 1, 0);
}

// False when the line has another number of columns than the header.
static bool split(struct str line, const struct reading *r, struct str values[ROLES + 1]) {
    size_t i = 0;
    memset(values, 0, (ROLES + 1) * sizeof *values);
    for (; i < r->columns; i++) {
        const char *end = memchr(line.p, r->separator, line.n);
        struct str field = end ? str_between(line.p, end) : line;
        if (r->roles[i] != ROLES && field.n && !str_eq(field, r->unset) && !str_eq(field, r->empty))
            values[r->roles[i]] = field;
        if (!end)
            break;
        line = str_between(end + 1, line.p + line.n);
    }
    return i + 1 == r->columns;
}

static bool read_row(struct str line, bool last, struct reading *r) {
    struct str values[ROLES + 1];
    struct fact fact;
    struct decoded decoded = {.record = RECORD_EMPTY, .text = line, .lines = 1, .facts = &fact, .silent = true};
    if (!split(line, r, values))
        return sink_line(r->sink, r->stream, line,
                         last         ? ANOMALY_TRUNCATED
                         : r->columns ? ANOMALY_BAD_RECORD
                                      : ANOMALY_NO_HEADER,
                         1, 0);
    decoded.record.stamp = read_time(values[TS]);
    if (values[TS].n && !decoded.record.stamp.present)
        decoded.record.anomaly = ANOMALY_BAD_TIME;
    decoded.record.program = (struct str){r->program.text, r->program.n};
    decoded.facts_n = read_facts(values, &r->entities, &fact);
    return sink_record(r->sink, &decoded);
}

static bool read_line(struct str line, bool last, struct reading *r) {
    while (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (!line.n || (line.p[0] == ' ' && !str_trim(line).n))
        return sink_line(r->sink, r->stream, line, ANOMALY_COUNT, 0, 1);
    return line.p[0] == '#' ? read_directive(line, r) : read_row(line, last, r);
}

static enum status decode_columns(const struct stream *stream, const struct sink *sink) {
    struct reading r = {.stream = stream, .sink = sink, .separator = '\t', .unset = S("-"), .empty = S("(empty)")};
    struct str rest = stream->bytes, line;
    name_program(log_name(stream->path), &r.program);
    for (uint64_t i = 0; str_cut(&rest, '\n', &line); i++) {
        bool last = !rest.n && line.p + line.n == stream->bytes.p + stream->bytes.n;
        if (!read_line(line, last, &r))
            break;
        if (i % 4096 == 0)
            sink_at(sink, stream->bytes.n - rest.n);
    }
    buffer_done(&r.entities);
    return OK;
}

static void add_nested_id(struct jsonl *j, struct str *values) {
    static const struct {
        struct str path;
        enum role role;
    } rows[] = {
        {{"id.orig_h", 9}, ORIG_H}, {{"id.orig_p", 9}, ORIG_P}, {{"id.resp_h", 9}, RESP_H}, {{"id.resp_p", 9}, RESP_P}};
    if (json_get(&j->object, S("id")).kind != JSON_OBJECT)
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        values[rows[i].role] = json_text(json_at(&j->object, rows[i].path), &j->arena);
}

static void read_object(struct jsonl *j) {
    static const char *const paths[] = {"_path", "@stream", NULL}, *const systems[] = {"_system_name", "@system", NULL};
    struct str values[ROLES + 1] = {0};
    struct buffer entities = {0};
    struct fact fact;
    for (size_t i = 0; i < j->object.n; i++) {
        enum role role = role_of(j->object.names[i]);
        if (role != ROLES)
            values[role] = json_join(j->object.values[i], &j->arena);
    }
    add_nested_id(j, values);
    j->record.stamp = read_time(values[TS]);
    if (values[TS].n && !j->record.stamp.present)
        j->record.anomaly = ANOMALY_BAD_TIME;
    j->record.host = jsonl_any(j, systems);
    struct str log = jsonl_any(j, paths);
    struct program *program = arena_take(&j->arena, sizeof *program);
    name_program(log.n ? log : log_name(j->stream->path), program);
    j->record.program = (struct str){program->text, program->n};
    if (read_facts(values, &entities, &fact)) {
        if (fact.kind == FACT_ALERT && fact.alert.entities.n)
            fact.alert.entities = arena_copy(&j->arena, fact.alert.entities);
        *jsonl_fact(j, fact.kind) = fact;
    }
    buffer_done(&entities);
}

static bool is_columns(struct str head) {
    head = str_trim(head);
    return str_starts(head, S("#separator ")) || str_starts(head, S("#fields\tts\t")) ||
           str_find(head, S("\n#fields\tts\t")) >= 0;
}

static enum status decode_zeek(const struct stream *stream, const struct sink *sink, struct error *error) {
    (void)error;
    struct str head = str_trim(str_head(stream->bytes, LIMIT_PROBE));
    bool json = head.n && (head.p[0] == '{' || head.p[0] == '[');
    return json ? jsonl_decode(stream, sink, read_object) : decode_columns(stream, sink);
}

static bool is_zeek(const struct json_object *object) {
    static const struct str marks[] = {{"uid", 3},       {"_path", 5},          {"@stream", 7},      {"id.orig_h", 9},
                                       {"id_orig_h", 9}, {"peer", 4},           {"fuid", 4},         {"uids", 4},
                                       {"conn_uids", 9}, {"software_type", 13}, {"fingerprint", 11}, {"note", 4}};
    if (json_get(object, S("ts")).kind == JSON_NONE)
        return false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (json_get(object, marks[i]).kind != JSON_NONE)
            return true;
    return false;
}

static int probe_zeek(struct str head, struct str path) {
    (void)path;
    return is_columns(head) ? 98 : jsonl_probe(head, is_zeek);
}

const struct format zeek_format = {
    .name = "zeek",
    .what = "Zeek logs, with tabs and as JSON",
    .probe = probe_zeek,
    .decode = decode_zeek,
    .witness = WITNESS_EXPORT,
};
