// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Flow logs of Azure's network security groups (versions 1 and 2) and virtual networks (version 4). Each hour is one
// JSON document, "PT1H.json", to which Azure appends while it lasts; the flows are strings with commas in lists called
// "flowTuples", some levels below the rule and the MAC address they belong to.
//
// The document is not parsed as a whole but walked from bracket to bracket with a stack: one that was cut off gives all
// tuples up to the cut, and neither the wrapping around it (an event hub's, one object a line, an array) nor the order
// of members matters: on entering an object its rule and MAC are looked for ahead.
#include "format/nsg.h"

#include "base/arena.h"
#include "base/limits.h"
#include "format/epoch.h"
#include "format/flow.h"
#include "format/json.h"
#include "format/sink.h"

struct frame {
    bool object;
    bool tuples;          // the array of "flowTuples"
    bool looks;           // an array whose objects may tell a rule or a MAC address
    struct str rule, mac; // of this object, or of those around it
};

struct reading {
    const struct stream *stream;
    const struct sink *sink;
    struct str rest;
    struct frame frames[LIMIT_JSON_DEPTH];
    size_t depth;
    struct str name; // of the member that comes next
    struct arena arena;
    bool stopped; // the sink wants no more
    uint64_t rendered;
};

// What a tuple's fields are, from the fifth on: versions 1 and 2 tell the decision in a field of its own.
struct shape {
    int protocol, direction, decision, state, counts; // counts: packets, bytes, and both back; -1: none
    usec unit;
};
static const struct shape NSG = {5, 6, 7, 8, 9, USEC_SECOND}, VNET = {5, 6, -1, 7, 9, 1000};

enum { TUPLE_FIELDS = 16 };

static size_t split(struct str s, struct str fields[TUPLE_FIELDS]) {
    size_t n = 0;
    ptrdiff_t comma;
    while (n < TUPLE_FIELDS - 1 && (comma = str_find_char(s, ',')) >= 0) {
        fields[n++] = str_trim(str_head(s, (size_t)comma));
        s = str_skip(s, (size_t)comma + 1);
    }
    fields[n++] = str_trim(s);
    return n;
}

static struct str field(const struct str *fields, size_t n, int i) {
    return i >= 0 && (size_t)i < n && fields[i].n ? fields[i] : STR_NONE;
}

static bool read_moment(struct str s, usec unit, usec *ret) {
    uint64_t number;
    if (!str_to_u64(s, &number) || number > 253402300799ull * (uint64_t)(USEC_SECOND / unit))
        return false;
    *ret = (usec)number * unit;
    return true;
}

static void read_decision(struct str decision, struct str state, struct flow *flow) {
    if (str_eq(decision, S("A")))
        flow->decision = FLOW_DECISION_ALLOWED;
    else if (str_eq(decision, S("D")) || str_eq(state, S("D")))
        flow->decision = FLOW_DECISION_DENIED;
    else if (!decision.n && state.n) // B, C, E of a virtual network: it flowed
        flow->decision = FLOW_DECISION_ALLOWED;
}

// False when it is no tuple.
static bool read_tuple(struct str tuple, struct flow *flow, usec *ret_at) {
    struct str fields[TUPLE_FIELDS];
    size_t n = split(tuple, fields);
    if (n < 8)
        return false;
    const struct shape *shape = fields[0].n >= 12 ? &VNET : &NSG; // seconds have twelve digits in 29719 years
    struct str direction = field(fields, n, shape->direction);
    *flow = FLOW_EMPTY;
    if (!read_moment(fields[0], shape->unit, ret_at) || !fields[1].n || !fields[2].n)
        return false;
    flow->src = fields[1];
    flow->dst = fields[2];
    flow->src_port = flow_port(fields[3]);
    flow->dst_port = flow_port(fields[4]);
    flow->protocol = flow_protocol(field(fields, n, shape->protocol));
    flow->direction = str_eq(direction, S("I"))   ? FLOW_DIRECTION_INBOUND
                      : str_eq(direction, S("O")) ? FLOW_DIRECTION_OUTBOUND
                                                  : FLOW_DIRECTION_COUNT;
    flow->state = field(fields, n, shape->state);
    read_decision(field(fields, n, shape->decision), flow->state, flow);
    flow->packets = flow_count(field(fields, n, shape->counts));
    flow->bytes = flow_count(field(fields, n, shape->counts + 1));
    flow->packets_back = flow_count(field(fields, n, shape->counts + 2));
    flow->bytes_back = flow_count(field(fields, n, shape->counts + 3));
    return true;
}

static void note(struct reading *r, enum anomaly_kind kind, struct str detail) {
    if (!sink_note(r->sink, &(struct noted){.kind = kind, .offset = r->rendered, .detail = detail}))
        r->stopped = true;
}

// A line break in a tuple would make two lines of it.
static bool is_plain(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20)
            return false;
    return s.n && s.n <= LIMIT_NAME;
}

static void give_tuple(struct reading *r, struct json value) {
    const struct frame *frame = &r->frames[r->depth - 1];
    struct fact fact = {.kind = FACT_FLOW};
    struct decoded decoded = {.record = RECORD_EMPTY, .silent = true, .facts = &fact, .facts_n = 1};
    usec at;
    arena_clear(&r->arena);
    struct str tuple = json_text(value, &r->arena);
    if (value.kind != JSON_STRING || !is_plain(tuple) || !read_tuple(tuple, &fact.flow, &at)) {
        note(r, ANOMALY_BAD_RECORD,
             arena_print(&r->arena, "byte %zu: no flow tuple", (size_t)(value.text.p - r->stream->bytes.p)));
        return;
    }
    fact.flow.service = frame->rule;
    decoded.record.stamp = epoch_stamp(at);
    decoded.record.program = S("azure-flow");
    decoded.record.message = tuple;
    decoded.text = arena_print(&r->arena, "%.*s%s%.*s%s", STR_ARG(frame->mac), frame->mac.n ? " " : "",
                               STR_ARG(frame->rule), frame->rule.n ? " " : "");
    r->rendered += decoded.text.n + tuple.n + 1;
    if (!sink_record(r->sink, &decoded))
        r->stopped = true;
}

// As written, its escapes left alone: it goes into lines.
static struct str plain_text(struct json value) {
    return value.kind == JSON_STRING && is_plain(value.text) ? value.text : STR_NONE;
}

static void look_ahead(struct str object, struct frame *frame) {
    struct json_walk walk;
    struct str name;
    struct json value;
    if (!json_walk(object, &walk))
        return;
    while (json_next(&walk, &name, &value)) {
        struct str text = plain_text(value);
        if (!text.n)
            continue;
        if (str_eq(name, S("rule")))
            frame->rule = text;
        else if (str_eq(name, S("mac")) || str_eq(name, S("macAddress")))
            frame->mac = text;
    }
}

static enum status open_bracket(struct reading *r, struct error *error) {
    bool object = r->rest.p[0] == '{';
    if (r->depth == LIMIT_JSON_DEPTH)
        return error_set(error, FAIL, 0, "nested more than %d deep at byte %zu", LIMIT_JSON_DEPTH,
                         (size_t)(r->rest.p - r->stream->bytes.p));
    const struct frame *around = r->depth ? &r->frames[r->depth - 1] : NULL;
    struct frame frame = {.object = object};
    if (around) {
        frame.rule = around->rule;
        frame.mac = around->mac;
    }
    if (object && (!around || around->looks))
        look_ahead(r->rest, &frame);
    frame.tuples = !object && str_eq(r->name, S("flowTuples"));
    frame.looks = !object && (!around || str_eq(r->name, S("flows")) || str_eq(r->name, S("flowGroups")) ||
                              str_eq(r->name, S("records")));
    r->frames[r->depth++] = frame;
    r->name = STR_NONE;
    r->rest = str_skip(r->rest, 1);
    return OK;
}

static enum status fail_at(const struct reading *r, const char *what, struct error *error) {
    size_t at = (size_t)(r->rest.p - r->stream->bytes.p);
    enum status status = error_set(error, FAIL, 0, "%s at byte %zu", what, at);
    if (error)
        error->offset = at;
    return status;
}

static enum status close_bracket(struct reading *r, struct error *error) {
    if (!r->depth || r->frames[r->depth - 1].object != (r->rest.p[0] == '}'))
        return fail_at(r, "a bracket closes that was not opened,", error);
    r->depth--;
    r->name = STR_NONE;
    r->rest = str_skip(r->rest, 1);
    return OK;
}

static enum status read_value(struct reading *r, struct error *error) {
    struct json value;
    if (!json_value(&r->rest, &value))
        return fail_at(r, r->rest.p[0] == '"' ? "the document breaks off" : "no JSON", error);
    struct str behind = r->rest;
    while (behind.n && strchr(" \t\r\n", behind.p[0]) && behind.p[0])
        behind = str_skip(behind, 1);
    if (value.kind == JSON_STRING && str_take(&behind, S(":"))) {
        r->name = value.text;
        r->rest = behind;
        return OK;
    }
    r->name = STR_NONE;
    if (r->depth && r->frames[r->depth - 1].tuples)
        give_tuple(r, value);
    return OK;
}

static enum status step(struct reading *r, struct error *error) {
    switch (r->rest.p[0]) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case ',':
        r->rest = str_skip(r->rest, 1);
        return OK;
    case '{':
    case '[':
        return open_bracket(r, error);
    case '}':
    case ']':
        return close_bracket(r, error);
    default:
        return read_value(r, error);
    }
}

static enum status decode_nsg(const struct stream *stream, const struct sink *sink, struct error *error) {
    struct reading r = {.stream = stream, .sink = sink, .rest = stream->bytes};
    enum status status = OK;
    size_t told = stream->bytes.n;
    str_take(&r.rest, S("\xef\xbb\xbf"));
    while (status == OK && !r.stopped && r.rest.n) {
        status = step(&r, error);
        if (told - r.rest.n > LIMIT_READ_BLOCK) {
            told = r.rest.n;
            sink_at(sink, stream->bytes.n - r.rest.n);
        }
    }
    if (status == OK && !r.stopped && r.depth)
        status = fail_at(&r, "the document breaks off", error);
    arena_done(&r.arena);
    return status;
}

static int probe_nsg(struct str head, struct str path) {
    (void)path;
    struct str s = head;
    str_take(&s, S("\xef\xbb\xbf"));
    s = str_trim(s);
    if (!s.n || (s.p[0] != '{' && s.p[0] != '['))
        return 0;
    if (str_find(head, S("\"flowTuples\"")) >= 0)
        return 96;
    return str_find(head, S("\"NetworkSecurityGroupFlowEvent")) >= 0 || str_find(head, S("\"FlowLogFlowEvent\"")) >= 0
               ? 90
               : 0;
}

const struct format nsg_format = {
    .name = "azure-flow",
    .what = "Azure NSG and virtual network flow logs",
    .probe = probe_nsg,
    .decode = decode_nsg,
    .traits = FORMAT_RENDERED | FORMAT_NO_LINES,
    .witness = WITNESS_EXPORT,
};
