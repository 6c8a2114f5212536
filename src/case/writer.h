// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Facts into the case, in batches. Rows are typed columns straight into DuckDB's vectors; text never passes
// through here. What has been flushed can be seen by those who ask and survives a kill.
#pragma once

#include "base/intern.h"
#include "case/case.h"
#include "case/text.h"
#include "record/fact.h"

// The open vocabularies: each value has one number for the whole case.
struct case_names {
    struct intern host, program, user, terminal, address;
    struct intern key; // "TYPE fingerprint", or the fingerprint alone
};

struct log_row {
    uint64_t record_id;
    usec ts; // USEC_NONE: NULL
    enum quality quality;
    uint32_t host_id, program_id; // 0: NULL in the views
    uint8_t facility, severity;   // *_COUNT: NULL
    bool facility_inferred, severity_inferred;
    int64_t pid; // PID_NONE: NULL
    uint32_t source_id;
    uint64_t offset; // of the record's first byte in the source's text
    uint32_t length; // of the record, without its last line end
    uint32_t head;   // bytes before the message
};

struct logon_row {
    uint64_t record_id;
    usec ts;
    uint32_t host_id, user_id, actor_id;
    uint8_t outcome, reason, method, kind; // reason, method: *_COUNT is NULL
    uint32_t program_id;
    int64_t pid;
    uint32_t address_id;
    int32_t port; // -1: NULL
    uint32_t terminal_id, key_id;
    uint32_t count, lines;
    uint32_t source_id;
    uint8_t witnesses; // bit set of enum witness
};

// Where a fact stands. The fact's own strings may be any bytes: they are stored as valid UTF-8, and bounded.
struct fact_place {
    uint64_t record_id;
    usec ts;
    uint32_t host_id, source_id;
    uint64_t offset; // of the record's text
    uint32_t length;
};

struct anomaly_row {
    uint32_t source_id;
    uint64_t record_id; // 0: NULL
    uint64_t offset, length;
    enum anomaly_kind kind;
    struct str detail;
};

#define SOURCE_NO_LINES UINT64_MAX // `lines` of a source that has none

// A row of the ledger of sources. Absent strings and USEC_NONE are NULL.
struct source_row {
    uint32_t source_id;
    struct str path, container, format, sha256;
    uint64_t bytes, stored_bytes, lines, records, continued, skipped, blank;
    usec first_ts, last_ts, mtime;
    struct str zone, zone_from, year_from;
    enum source_state state;
    struct str reason;
};

struct host_row {
    uint32_t host_id;
    usec first, last; // USEC_NONE: not known
    uint64_t records; // more than there were
};

struct case_writer;

// One thread at a time. The names of an existing case are loaded; numbers go on where it stopped. What an
// interrupted run left of a source it did not finish is removed.
enum status case_writer_open(struct case_file *file, struct case_writer **ret, struct error *error);
// Flushes and closes. NULL is fine.
enum status case_writer_close(struct case_writer *writer, struct error *error);

struct case_names *case_writer_names(struct case_writer *writer);
uint32_t case_writer_next_source(struct case_writer *writer);
uint64_t case_writer_next_record(const struct case_writer *writer);         // first free record_id
struct case_connection *case_writer_connection(struct case_writer *writer); // may write

// The source's row, new or again; see ledger.h. Its strings live until the next case_flush().
enum status case_put_source(struct case_writer *writer, const struct source_row *row, struct error *error);
enum status case_add_log(struct case_writer *writer, const struct log_row *row, struct error *error);
enum status case_add_logon(struct case_writer *writer, const struct logon_row *row, struct error *error);
enum status case_add_anomaly(struct case_writer *writer, const struct anomaly_row *row, struct error *error);
// `src_id`, `dst_id`: numbers of the flow's addresses.
enum status case_add_flow(struct case_writer *writer, const struct fact_place *place, const struct flow *flow,
                          uint32_t src_id, uint32_t dst_id, struct error *error);
enum status case_add_alert(struct case_writer *writer, const struct fact_place *place, const struct alert *alert,
                           struct error *error);
enum status case_add_event(struct case_writer *writer, const struct fact_place *place, const struct host_event *event,
                           struct error *error);
enum status case_add_item(struct case_writer *writer, const struct fact_place *place, const struct item *item,
                          struct error *error);
// Commits all rows and names so far, and tells which sources are done.
enum status case_flush(struct case_writer *writer, struct error *error);
// First and last time and the number of records of a host, counted by the caller.
enum status case_put_hosts(struct case_writer *writer, const struct host_row *rows, size_t n, struct error *error);
enum status case_add_host_fact(struct case_writer *writer, uint32_t host_id, struct str key, struct str value,
                               struct error *error);

// The text of a source that is about to be read.
enum status case_open_text(struct case_file *file, uint32_t source_id, uint32_t flags, struct text_writer **ret,
                           struct error *error);

// Sets the times of a source's records, and of all facts at them, to the SQL expression `to` (over `ts`), where the
// time's quality is one of `qualities` ("'zone-given', …"). Several statements: put a transaction around them.
enum status case_move_times(struct case_writer *writer, uint32_t source_id, struct str to, struct str qualities,
                            struct error *error);

// For the rooms that derive: statements that write, one or several, no parameters, never with text from
// evidence inside. The case must be writable.
enum status case_execute(struct case_connection *connection, const char *sql, struct error *error);
// A connection that may write, beside a case_writer that is not being used meanwhile.
enum status case_connect_writer(struct case_file *file, struct case_connection **ret, struct error *error);
