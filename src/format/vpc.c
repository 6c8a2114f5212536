// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// AWS VPC flow logs, versions 2 to 8: one line a flow, an interface and an interval, blanks between the fields. Which
// fields, whoever made the log chose; the header line names them, and without one only the default format of version 2
// can be told. An export of CloudWatch writes the time of each event in front of the line.
// `src` and `dst` are srcaddr and dstaddr, the addresses of the interface; behind a NAT gateway the packet's own
// (pkt-srcaddr) differ and stay in the text.
#include "format/vpc.h"

#include "base/limits.h"
#include "format/epoch.h"
#include "format/flow.h"
#include "format/sink.h"
#include "format/stamp.h"

enum column {
    VERSION,
    SRC,
    DST,
    SRC_PORT,
    DST_PORT,
    PROTOCOL,
    PACKETS,
    BYTES,
    START,
    FINISH,
    ACTION,
    STATUS,
    TCP_FLAGS,
    DIRECTION,
    INSTANCE,
    COLUMNS
};

static const struct {
    const char *name;
    enum column column;
} NAMES[] = {
    {"version", VERSION},      {"srcaddr", SRC},
    {"dstaddr", DST},          {"srcport", SRC_PORT},
    {"dstport", DST_PORT},     {"protocol", PROTOCOL},
    {"packets", PACKETS},      {"bytes", BYTES},
    {"start", START},          {"end", FINISH},
    {"action", ACTION},        {"log-status", STATUS},
    {"tcp-flags", TCP_FLAGS},  {"flow-direction", DIRECTION},
    {"instance-id", INSTANCE},
};

enum { FIELDS_MAX = 64 };

struct layout {
    int at[COLUMNS]; // position of a column, -1: not there
    size_t n;        // columns in a line; 0: no layout known
};

// version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
static const struct layout DEFAULT = {
    .at = {[VERSION] = 0,
           [SRC] = 3,
           [DST] = 4,
           [SRC_PORT] = 5,
           [DST_PORT] = 6,
           [PROTOCOL] = 7,
           [PACKETS] = 8,
           [BYTES] = 9,
           [START] = 10,
           [FINISH] = 11,
           [ACTION] = 12,
           [STATUS] = 13,
           [TCP_FLAGS] = -1,
           [DIRECTION] = -1,
           [INSTANCE] = -1},
    .n = 14,
};

// Fields between blanks, of which there may be more than one. FIELDS_MAX + 1 when there are more than fit.
static size_t split(struct str line, struct str fields[FIELDS_MAX]) {
    struct str field;
    size_t n = 0;
    while (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    while (str_cut(&line, ' ', &field)) {
        field = str_trim(field);
        if (!field.n)
            continue;
        if (n == FIELDS_MAX)
            return FIELDS_MAX + 1;
        fields[n++] = field;
    }
    return n;
}

// "${srcaddr}", "pkt_srcaddr" and "SRCADDR" are names, too.
static bool is_name(struct str s, const char *name) {
    if (str_take(&s, S("${")) && s.n)
        s.n--;
    if (s.n != strlen(name))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
        if ((c == '_' ? '-' : c) != name[i])
            return false;
    }
    return true;
}

static bool read_header(const struct str *fields, size_t n, struct layout *ret) {
    struct layout layout = {.n = n};
    size_t known = 0;
    for (size_t i = 0; i < COLUMNS; i++)
        layout.at[i] = -1;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof NAMES / sizeof *NAMES; k++)
            if (is_name(fields[i], NAMES[k].name) && layout.at[NAMES[k].column] < 0) {
                layout.at[NAMES[k].column] = (int)i;
                known++;
            }
    if (known < 3 || (layout.at[SRC] < 0 && layout.at[DST] < 0 && layout.at[START] < 0))
        return false;
    *ret = layout;
    return true;
}

// A column's value; absent when it is not there or not recorded.
static struct str value(const struct layout *layout, const struct str *fields, enum column column) {
    int at = layout->at[column];
    return at < 0 || str_eq(fields[at], S("-")) ? STR_NONE : fields[at];
}

static bool is_default(const struct str *fields, size_t n) {
    usec at;
    return n == DEFAULT.n && str_eq(fields[0], S("2")) && epoch_parse(fields[10], &at) &&
           epoch_parse(fields[11], &at) &&
           (str_eq(fields[13], S("OK")) || str_eq(fields[13], S("NODATA")) || str_eq(fields[13], S("SKIPDATA")));
}

static enum flow_decision decision_of(struct str s) {
    return str_eq(s, S("ACCEPT"))   ? FLOW_DECISION_ALLOWED
           : str_eq(s, S("REJECT")) ? FLOW_DECISION_DENIED
                                    : FLOW_DECISION_COUNT;
}

static enum flow_direction direction_of(struct str s) {
    return str_eq(s, S("ingress"))  ? FLOW_DIRECTION_INBOUND
           : str_eq(s, S("egress")) ? FLOW_DIRECTION_OUTBOUND
                                    : FLOW_DIRECTION_COUNT;
}

static struct fact read_flow(const struct layout *layout, const struct str *fields) {
    struct fact fact = {.kind = FACT_FLOW, .flow = FLOW_EMPTY};
    struct flow *flow = &fact.flow;
    usec start, end;
    flow->src = value(layout, fields, SRC);
    flow->dst = value(layout, fields, DST);
    flow->src_port = flow_port(value(layout, fields, SRC_PORT));
    flow->dst_port = flow_port(value(layout, fields, DST_PORT));
    flow->protocol = flow_protocol(value(layout, fields, PROTOCOL));
    flow->packets = flow_count(value(layout, fields, PACKETS));
    flow->bytes = flow_count(value(layout, fields, BYTES));
    flow->decision = (uint8_t)decision_of(value(layout, fields, ACTION));
    flow->direction = (uint8_t)direction_of(value(layout, fields, DIRECTION));
    flow->state = value(layout, fields, TCP_FLAGS);
    if (epoch_parse(value(layout, fields, START), &start) && epoch_parse(value(layout, fields, FINISH), &end) &&
        end >= start)
        flow->duration = end - start;
    return fact;
}

// Whether the numbers are numbers: a line of something else has the right number of words, too.
static bool is_row(const struct layout *layout, const struct str *fields) {
    static const enum column numbers[] = {VERSION, START, FINISH, PACKETS, BYTES, SRC_PORT, DST_PORT, PROTOCOL};
    uint64_t number;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct str s = value(layout, fields, numbers[i]);
        if (s.n && !str_to_u64(s, &number))
            return false;
    }
    struct str action = value(layout, fields, ACTION);
    return !action.n || decision_of(action) != FLOW_DECISION_COUNT;
}

struct reading {
    const struct stream *stream;
    const struct sink *sink;
    struct layout layout;
};

static bool hand_over(struct reading *r, struct str line, const struct str *fields, struct stamp stamp) {
    struct decoded decoded = {.record = RECORD_EMPTY, .text = line, .lines = 1, .silent = true};
    struct fact fact = read_flow(&r->layout, fields);
    usec start;
    decoded.record.stamp = stamp;
    if (epoch_parse(value(&r->layout, fields, START), &start))
        decoded.record.stamp = epoch_stamp(start);
    decoded.record.program = S("vpc-flow");
    decoded.record.host = value(&r->layout, fields, INSTANCE);
    decoded.facts = &fact;
    decoded.facts_n = fact.flow.src.n || fact.flow.dst.n; // NODATA, SKIPDATA: no flow
    return sink_record(r->sink, &decoded);
}

static bool read_line(struct reading *r, struct str line) {
    struct str fields[FIELDS_MAX], *first = fields;
    size_t n = split(line, fields);
    struct stamp stamp = {0};
    while (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (!n)
        return sink_line(r->sink, r->stream, line, ANOMALY_COUNT, 0, 1);
    if (n <= FIELDS_MAX && read_header(fields, n, &r->layout))
        return sink_line(r->sink, r->stream, line, ANOMALY_HEADER_LINE, 1, 0);
    struct str front = fields[0];
    if (n <= FIELDS_MAX && stamp_read(&front, &stamp).kind == STAMP_ISO) {
        first++;
        n--;
        if (read_header(first, n, &r->layout))
            return sink_line(r->sink, r->stream, line, ANOMALY_HEADER_LINE, 1, 0);
    }
    if (!r->layout.n && n <= FIELDS_MAX && is_default(first, n))
        r->layout = DEFAULT;
    if (n > FIELDS_MAX || !r->layout.n || n != r->layout.n || !is_row(&r->layout, first))
        return sink_line(r->sink, r->stream, line, ANOMALY_BAD_RECORD, 1, 0);
    return hand_over(r, line, first, stamp);
}

static enum status decode_vpc(const struct stream *stream, const struct sink *sink, struct error *error) {
    struct reading r = {.stream = stream, .sink = sink};
    struct str rest = stream->bytes, line;
    (void)error;
    if (rest.n > 3) // a mark alone is a line
        str_take(&rest, S("\xef\xbb\xbf"));
    for (uint64_t i = 0; str_cut(&rest, '\n', &line); i++) {
        if (!read_line(&r, line))
            return OK;
        if (i % 4096 == 0)
            sink_at(sink, stream->bytes.n - rest.n);
    }
    return OK;
}

// A header or rows of the default format among the first lines.
static int probe_vpc(struct str head, struct str path) {
    struct str line, fields[FIELDS_MAX];
    struct layout layout;
    int seen = 0, rows = 0;
    (void)path;
    str_take(&head, S("\xef\xbb\xbf"));
    while (seen < 20 && str_cut(&head, '\n', &line)) {
        size_t n = split(str_head(line, LIMIT_HEADER), fields);
        if (!n || n > FIELDS_MAX)
            continue;
        struct str *first = fields, front = fields[0];
        struct stamp stamp;
        if (stamp_read(&front, &stamp).kind == STAMP_ISO) {
            first++;
            n--;
        }
        if (!seen && read_header(first, n, &layout) && layout.at[SRC] >= 0)
            return 97;
        seen++;
        rows += is_default(first, n);
    }
    return rows && rows * 2 >= seen ? 95 : 0;
}

const struct format vpc_format = {
    .name = "vpc-flow",
    .what = "AWS VPC flow logs",
    .probe = probe_vpc,
    .decode = decode_vpc,
    .witness = WITNESS_EXPORT,
};
