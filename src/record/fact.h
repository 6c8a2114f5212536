// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What a message says, in the terms of the field. A reader of a program's messages (src/meaning) turns one
// message into at most FACTS_MAX facts. Slices point into the message, or into static text.
#pragma once

#include "base/civil.h"
#include "record/vocabulary.h"

// The part a line plays in one attempt to log on. One attempt leaves two to four lines: "Invalid user",
// PAM's "authentication failure", the daemon's "Failed password", and a closing line. Ingest joins them.
enum logon_step {
    STEP_ALONE,   // a fact of its own, joined with nothing
    STEP_NAME,    // the daemon met an unknown or forbidden name ("Invalid user x from y")
    STEP_PAM,     // PAM refused; the daemon's own line is likely to follow
    STEP_VERDICT, // the daemon's word: "Failed password", "Accepted publickey"
    STEP_REPEAT,  // how many failures there were after the first: "PAM 2 more authentication failures"
    STEP_LIMIT,   // "maximum authentication attempts exceeded": marks the attempts before it
    STEP_CLOSE,   // the connection ended before authentication was over
};

struct logon {
    enum outcome outcome;
    enum logon_kind kind;
    enum reason reason; // REASON_COUNT: none
    enum method method; // METHOD_COUNT: not recorded
    enum logon_step step;
    struct str user;   // the account wanted; absent when not recorded, "" never
    struct str actor;  // kind privilege: who became `user`
    struct str source; // address or host name as written; absent when local or not recorded
    struct str tty;
    struct str fingerprint; // "SHA256:…" or the MD5 form of an SSH key
    struct str key_type;    // "ED25519", "RSA-CERT"
    int32_t port;           // -1: not recorded
    uint32_t count;         // attempts this line tells of, at least 1
};

// A session's beginning or end, for tying attempts to what follows.
struct session_mark {
    bool opened;
    struct str user, by; // by: who opened it, absent for "(uid=0)"
    int64_t uid;         // -1: not recorded
    struct str service;  // PAM service: "sshd", "sudo", "su-l"
    struct str tty;      // terminal, where the record tells it (utmp)
    struct str source;   // address or host name, where the record tells it (utmp)
};

// One flow, or what one side of it saw in an interval. From the one that opened it (src) to the other (dst), where the
// record tells. Numbers: -1 not recorded.
struct flow {
    struct str src, dst; // addresses as written
    int32_t src_port, dst_port;
    struct str protocol;    // "tcp", "udp", "icmp", or the IANA number in decimal where it has no common name
    uint8_t direction;      // enum flow_direction; FLOW_DIRECTION_COUNT: not recorded
    uint8_t decision;       // enum flow_decision; FLOW_DECISION_COUNT: not recorded
    int64_t packets, bytes; // src to dst
    int64_t packets_back, bytes_back;
    int64_t duration;   // microseconds
    struct str state;   // as written: Zeek's conn_state, NSG's B/C/E, TCP flags of VPC
    struct str service; // Zeek's service, or the rule that decided
};

// What another tool found. The record's text is the raw alert.
struct alert {
    struct str id; // of the tool; absent when it gives none
    struct str name, description;
    struct str provider;              // "Falco", "Wazuh", "Suricata", "Azure Security Center"
    uint8_t severity;                 // enum alert_severity; ALERT_SEVERITY_COUNT: not recorded
    struct str techniques;            // ATT&CK ids with commas: "T1110, T1078"; absent when there are none
    struct str entities;              // JSON as written, or "kind=value, …"
    struct str user, source, command; // the one this is about, where the tool says: account, address, process
};

struct host_event {
    uint8_t kind;      // enum host_event_kind
    struct str detail; // absent when there is nothing to say
};

// A thing the host had or held; vocabulary.def says what the fields are for each kind.
struct item {
    uint8_t kind; // enum item_kind
    struct str name, user, value, detail;
    int64_t number; // ITEM_NO_NUMBER: none
};
#define ITEM_NO_NUMBER INT64_MIN

// Something known about the host as a whole: key "os", "kernel", "machine_id", "address", "time_zone", "hostname",
// "architecture", "boot_id".
struct host_fact {
    struct str key, value;
};

enum fact_kind { FACT_LOGON, FACT_SESSION, FACT_FLOW, FACT_ALERT, FACT_HOST_EVENT, FACT_ITEM, FACT_HOST };

struct fact {
    enum fact_kind kind;
    union {
        struct logon logon;
        struct session_mark session;
        struct flow flow;
        struct alert alert;
        struct host_event event;
        struct item item;
        struct host_fact host;
    };
};

enum { FACTS_MAX = 4 };
