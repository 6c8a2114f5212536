// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One entry of a journal as text and as a record. The text is every field as a line NAME=value: first what stands
// about the entry (names that begin with two underscores, and the boot), then the fields as stored, and MESSAGE last,
// so that the record's message is the end of its text. Behind a line break inside a value stands a tab, so that no
// value can pass for a field; in MESSAGE nothing is changed.
//
// Surprises: names may come twice; of two messages the last one is the message, as journalctl has it, and the others
// are fields. What the journal knows outranks what the writer says: see journal_trust.c.
#include "format/journal.h"

#include "base/escape.h"
#include "format/epoch.h"

#include <stdio.h>

static const struct str FIELDS[JOURNAL_FIELD_COUNT] = {
    [JOURNAL_MESSAGE] = {"MESSAGE", 7},
    [JOURNAL_REALTIME] = {"__REALTIME_TIMESTAMP", 20},
    [JOURNAL_MONOTONIC] = {"__MONOTONIC_TIMESTAMP", 21},
    [JOURNAL_BOOT] = {"_BOOT_ID", 8},
    [JOURNAL_IDENTIFIER] = {"SYSLOG_IDENTIFIER", 17},
    [JOURNAL_COMM] = {"_COMM", 5},
    [JOURNAL_EXE] = {"_EXE", 4},
    [JOURNAL_PID] = {"_PID", 4},
    [JOURNAL_SYSLOG_PID] = {"SYSLOG_PID", 10},
    [JOURNAL_UID] = {"_UID", 4},
    [JOURNAL_PRIORITY] = {"PRIORITY", 8},
    [JOURNAL_FACILITY] = {"SYSLOG_FACILITY", 15},
    [JOURNAL_HOSTNAME] = {"_HOSTNAME", 9},
    [JOURNAL_TRANSPORT] = {"_TRANSPORT", 10},
    [JOURNAL_MACHINE] = {"_MACHINE_ID", 11},
    [JOURNAL_MESSAGE_ID] = {"MESSAGE_ID", 10},
};

// What systemd's own messages of the host as a whole are known by.
static const struct {
    struct str id;
    enum host_event_kind kind;
} EVENTS[] = {
    {{"98268866d1d54a499c4e98921d93bc40", 32}, HOST_EVENT_SHUTDOWN},
    {{"c7a787079b354eaaa9e77b371893cd27", 32}, HOST_EVENT_CLOCK_NEW},
};

enum { SECONDS_OF_BOOT = 300 }; // a journal that begins later after the boot does not tell of the boot

enum journal_field journal_field_of(struct str name) {
    for (enum journal_field i = 0; i < JOURNAL_FIELD_COUNT; i++)
        if (name.n == FIELDS[i].n && memcmp(name.p, FIELDS[i].p, name.n) == 0)
            return i;
    return JOURNAL_FIELD_COUNT;
}

uint64_t journal_count_lines(struct str s) {
    uint64_t n = 0;
    for (const char *p; s.n && (p = memchr(s.p, '\n', s.n)); n++)
        s = str_skip(s, (size_t)(p - s.p) + 1);
    return n + (s.n != 0);
}

void journal_begin(struct journal_teller *t) {
    t->head.n = t->rest.n = t->message.n = 0;
    t->fields = 0;
    for (size_t i = 0; i < JOURNAL_FIELD_COUNT; i++)
        t->known[i].present = false;
    t->pending.kind = ANOMALY_COUNT;
}

void journal_odd(struct journal_teller *t, enum anomaly_kind kind, const char *format, ...) {
    if (t->pending.kind != ANOMALY_COUNT)
        return;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->pending_text, sizeof t->pending_text, format, args);
    va_end(args);
    size_t most = sizeof t->pending_text - 1;
    t->pending = (struct noted){.kind = kind,
                                .detail = {t->pending_text, n < 0              ? 0
                                                            : (size_t)n > most ? most
                                                                               : (size_t)n}};
}

// ---- gathering

// A name is upper case, digits and underscores; what else a broken or foreign file has becomes a question mark, where
// it could be mistaken for the end of the name or of the line.
static void add_name(struct buffer *b, struct str name) {
    char *to = buffer_room(b, name.n + 1);
    for (size_t i = 0; i < name.n; i++)
        to[i] = (unsigned char)name.p[i] <= ' ' || name.p[i] == '=' || name.p[i] == 127 ? '?' : name.p[i];
    to[name.n] = '=';
    b->n += name.n + 1;
}

static void add_value(struct buffer *b, struct str value) {
    struct str line;
    while (str_find_char(value, '\n') >= 0) {
        str_cut(&value, '\n', &line);
        buffer_add(b, line);
        buffer_add(b, S("\n\t"));
    }
    buffer_add(b, value);
}

// A second message: the one before becomes a field.
static void put_back_message(struct journal_teller *t) {
    add_name(&t->rest, FIELDS[JOURNAL_MESSAGE]);
    add_value(&t->rest, buffer_str(&t->message));
    buffer_add_char(&t->rest, '\n');
    t->message.n = 0;
}

static struct str bound_value(struct journal_teller *t, struct str name, struct str value, uint64_t full) {
    size_t held = t->head.n + t->rest.n + t->message.n;
    size_t room = held < JOURNAL_ENTRY_TEXT ? JOURNAL_ENTRY_TEXT - held : 0;
    struct str kept = str_head(value, room < JOURNAL_VALUE ? room : JOURNAL_VALUE);
    if (kept.n < full)
        journal_odd(t, ANOMALY_LIMIT, "%.*s has %llu bytes, the first %zu were kept", STR_ARG(str_head(name, 64)),
                    (unsigned long long)full, kept.n);
    return kept;
}

void journal_add(struct journal_teller *t, enum journal_field field, struct str name, struct str value, uint64_t full) {
    if (++t->fields > JOURNAL_FIELDS) {
        journal_odd(t, ANOMALY_LIMIT, "more than %d fields: the rest was left out", JOURNAL_FIELDS);
        return;
    }
    t->spent += value.n + 64;
    value = bound_value(t, name, value, full > value.n ? full : value.n);
    if (field == JOURNAL_MESSAGE) {
        if (t->known[field].present)
            put_back_message(t);
        t->known[field].present = true;
        buffer_add(&t->message, value);
        return;
    }
    bool in_head = field == JOURNAL_BOOT || str_starts(name, S("__"));
    struct buffer *to = in_head ? &t->head : &t->rest;
    add_name(to, name);
    if (field < JOURNAL_FIELD_COUNT && !t->known[field].present) {
        ptrdiff_t line = str_find_char(value, '\n');
        t->known[field].present = true;
        t->known[field].at = to->n;
        t->known[field].n = line < 0 ? value.n : (size_t)line;
        t->known[field].in_head = in_head;
    }
    add_value(to, value);
    buffer_add_char(to, '\n');
}

// ---- filling the record

// The value of a field in the text as given; absent when it is empty or not there.
static struct str value_of(const struct journal_teller *t, struct str text, size_t head, enum journal_field field) {
    if (!t->known[field].present || !t->known[field].n)
        return STR_NONE;
    return (struct str){text.p + t->known[field].at + (t->known[field].in_head ? 0 : head), t->known[field].n};
}

static bool fill_stamp(struct str realtime, struct stamp *ret) {
    uint64_t t;
    if (!str_to_u64(realtime, &t) || t >= 253402300800000000ull) // the year 10000
        return false;
    *ret = epoch_stamp((usec)t);
    return true;
}

static uint8_t small_number(struct str s, unsigned count) {
    uint64_t n;
    return (uint8_t)(str_to_u64(s, &n) && n < count ? n : count);
}

static bool has_boot(struct journal_teller *t, struct str id) {
    for (size_t i = t->boots_n; i-- > 0;)
        if (str_eq((struct str){t->boot_texts[i], 32}, id))
            return true;
    return false;
}

struct known_of_entry {
    struct str boot, monotonic, machine, id, uid, comm;
};

static size_t tell_boot(struct journal_teller *t, const struct known_of_entry *k, struct fact *ret) {
    if (k->boot.n != 32 || has_boot(t, k->boot) || t->boots_n == JOURNAL_BOOTS)
        return 0;
    uint64_t since = 0;
    bool first = t->boots_n == 0;
    memcpy(t->boot_texts[t->boots_n++], k->boot.p, 32);
    if (first && (!str_to_u64(k->monotonic, &since) || since > SECONDS_OF_BOOT * (uint64_t)USEC_SECOND))
        return 0;
    *ret = (struct fact){.kind = FACT_HOST_EVENT, .event = {HOST_EVENT_BOOT, k->boot}};
    return 1;
}

static size_t tell_host(struct fact *ret, struct str key, struct str value) {
    *ret = (struct fact){.kind = FACT_HOST, .host = {key, value}};
    return 1;
}

static size_t tell_event(const struct known_of_entry *k, const struct record *record, struct fact *ret) {
    bool root = !k->uid.n || str_eq(k->uid, S("0"));
    if (!root || (k->comm.n && !str_starts(k->comm, S("systemd"))))
        return 0;
    for (size_t i = 0; i < sizeof EVENTS / sizeof *EVENTS; i++)
        if (str_eq_nocase(k->id, EVENTS[i].id)) {
            *ret = (struct fact){.kind = FACT_HOST_EVENT,
                                 .event = {(uint8_t)EVENTS[i].kind, record->message.n ? record->message : STR_NONE}};
            return 1;
        }
    return 0;
}

// What the entry says of the host as a whole. At most FACTS_MAX: one of each.
static size_t tell_facts(struct journal_teller *t, const struct known_of_entry *k, const struct record *record,
                         bool kernel, struct fact *ret) {
    size_t n = tell_boot(t, k, ret);
    if (!t->has_machine && k->machine.n == 32) {
        t->has_machine = true;
        memcpy(t->machine, k->machine.p, 32);
        n += tell_host(ret + n, S("machine_id"), k->machine);
    }
    struct str words = record->message, version;
    if (kernel && str_take(&words, S("Linux version ")) && str_cut(&words, ' ', &version) && version.n)
        n += tell_host(ret + n, S("kernel"), version);
    if (k->id.n)
        n += tell_event(k, record, ret + n);
    return n;
}

static void fill_record(const struct journal_teller *t, struct str text, size_t head, struct record *ret) {
    struct str identifier = value_of(t, text, head, JOURNAL_IDENTIFIER), pid = value_of(t, text, head, JOURNAL_PID);
    uint64_t number;
    *ret = RECORD_EMPTY;
    if (!fill_stamp(value_of(t, text, head, JOURNAL_REALTIME), &ret->stamp))
        ret->anomaly = ANOMALY_BAD_TIME;
    ret->host = value_of(t, text, head, JOURNAL_HOSTNAME);
    ret->program = identifier.n ? identifier : value_of(t, text, head, JOURNAL_COMM);
    if (!pid.n)
        pid = value_of(t, text, head, JOURNAL_SYSLOG_PID);
    if (str_to_u64(pid, &number) && number <= INT32_MAX)
        ret->pid = (int64_t)number;
    ret->facility = small_number(value_of(t, text, head, JOURNAL_FACILITY), FACILITY_COUNT);
    ret->severity = small_number(value_of(t, text, head, JOURNAL_PRIORITY), SEVERITY_COUNT);
    if (t->known[JOURNAL_MESSAGE].present)
        ret->message = (struct str){t->message.p ? t->message.p : "", t->message.n};
    if (str_eq(value_of(t, text, head, JOURNAL_TRANSPORT), S("audit")))
        ret->program = S("audit");
    if (ret->anomaly == ANOMALY_COUNT && !(utf8_valid(ret->host) && utf8_valid(ret->program)))
        ret->anomaly = ANOMALY_BAD_UTF8;
}

static bool note_pending(struct journal_teller *t) {
    struct noted *p = &t->pending;
    if (p->kind == ANOMALY_COUNT || t->stopped || t->noted[p->kind]++ >= JOURNAL_NOTES)
        return !t->stopped;
    p->of_record = true;
    return !(t->stopped = !sink_note(t->sink, p));
}

bool journal_give(struct journal_teller *t, uint64_t lines) {
    size_t head = t->head.n;
    buffer_add(&t->head, buffer_str(&t->rest));
    if (t->known[JOURNAL_MESSAGE].present)
        buffer_add(&t->head, S("MESSAGE="));
    else if (t->head.n)
        t->head.n--; // the record's own line end follows
    struct str text = buffer_str(&t->head);
    struct decoded d = {.text = text, .lines = lines};
    fill_record(t, text, head, &d.record);
    struct str transport = value_of(t, text, head, JOURNAL_TRANSPORT);
    struct journal_writer writer = {.identifier = d.record.program,
                                    .message = d.record.message,
                                    .comm = value_of(t, text, head, JOURNAL_COMM),
                                    .exe = value_of(t, text, head, JOURNAL_EXE),
                                    .uid = value_of(t, text, head, JOURNAL_UID),
                                    .transport = transport};
    d.silent = journal_is_forged(&writer);
    if (d.silent)
        journal_odd(t, ANOMALY_FORGED, "says it is %.*s; the journal says %.*s, uid %.*s",
                    STR_ARG(str_head(writer.identifier, 40)),
                    STR_ARG(str_head(writer.exe.n ? writer.exe : writer.comm, 60)), STR_ARG(str_head(writer.uid, 12)));
    struct known_of_entry known = {value_of(t, text, head, JOURNAL_BOOT),
                                   value_of(t, text, head, JOURNAL_MONOTONIC),
                                   value_of(t, text, head, JOURNAL_MACHINE),
                                   value_of(t, text, head, JOURNAL_MESSAGE_ID),
                                   writer.uid,
                                   writer.comm};
    struct fact facts[FACTS_MAX];
    d.facts = facts;
    d.facts_n = tell_facts(t, &known, &d.record, str_eq(transport, S("kernel")), facts);
    t->pending.offset = t->written;
    t->pending.length = text.n + d.record.message.n;
    t->stopped = t->stopped || !sink_record(t->sink, &d);
    t->written += text.n + d.record.message.n + 1;
    return note_pending(t);
}

// ---- between entries

__attribute__((format(printf, 3, 0))) static bool send_note(struct journal_teller *t, struct noted *noted,
                                                            const char *format, va_list args) {
    char text[300];
    int n = vsnprintf(text, sizeof text, format, args);
    noted->detail = (struct str){text, n < 0 ? 0 : (size_t)n >= sizeof text ? sizeof text - 1 : (size_t)n};
    noted->offset = t->written;
    return !(t->stopped = t->stopped || !sink_note(t->sink, noted));
}

bool journal_note(struct journal_teller *t, enum anomaly_kind kind, const char *format, ...) {
    if (t->noted[kind]++ >= JOURNAL_NOTES)
        return !t->stopped;
    struct noted noted = {.kind = kind};
    va_list args;
    va_start(args, format);
    bool on = send_note(t, &noted, format, args);
    va_end(args);
    return on;
}

bool journal_skip(struct journal_teller *t, enum anomaly_kind kind, uint64_t skipped, uint64_t blank,
                  const char *format, ...) {
    struct noted noted = {.kind = kind, .skipped = skipped, .blank = blank};
    if (kind != ANOMALY_COUNT && t->noted[kind]++ >= JOURNAL_NOTES)
        noted.kind = ANOMALY_COUNT; // the lines still count
    va_list args;
    va_start(args, format);
    bool on = send_note(t, &noted, format, args);
    va_end(args);
    return on;
}

void journal_done(struct journal_teller *t) {
    for (int kind = 0; kind < ANOMALY_COUNT && !t->stopped; kind++)
        if (t->noted[kind] > JOURNAL_NOTES) {
            uint64_t more = t->noted[kind] - JOURNAL_NOTES;
            t->noted[kind] = 0;
            journal_note(t, (enum anomaly_kind)kind, "%llu more of this kind in this source", (unsigned long long)more);
        }
    buffer_done(&t->head);
    buffer_done(&t->rest);
    buffer_done(&t->message);
}
