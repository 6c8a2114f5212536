// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A process that lets people in tells one attempt in stages: the daemon met a name, PAM refused, the daemon
// tells what PAM said, the daemon's verdict. A line that belongs to a later stage than those heard so far
// completes the attempt; one of the same or an earlier stage begins the next. Surprises:
//
//   PAM writes only the first refusal of a process, and the number of the others at its end, even after the
//   connection is closed. What it counts has mostly been told by verdicts; only the rest is news.
//   A name met after a verdict is no new attempt, it explains the one before. The very same name met twice in the
//   same words is two attempts.
//   One module's refusal is none when the next module accepts; where that one is silent, the daemon's "Accepted"
//   without a "Failed" between says so.
//   The address often comes last, with the line that closes the connection.
//   A log may end, or be rotated, between PAM's refusal and the verdict. Where the daemon is known to tell
//   verdicts, that refusal is left open ("unknown"): the verdict stands in the next file.
//   Without a pid, lines are told apart by program and names alone.
#include "ingest/attempts.h"

#include "base/arena.h"
#include "base/limits.h"
#include "record/record.h"

#include <stdlib.h>

enum {
    OPEN_MAX = 1 << 16,    // attempts held open; the longest silent one goes first
    BUCKETS = 1 << 16,     // of the hash table
    NOBODY = OPEN_MAX + 1, // ends the lists
};
enum { JUDGES_MAX = 16 }; // families that tell verdicts; there are fewer readers than that
#define OPEN_FOR (120 * USEC_SECOND)
#define CUT_OFF (5 * USEC_SECOND) // a verdict comes within this after PAM's refusal
#define ONE_REFUSAL USEC_SECOND   // modules of one stack speak within this; PAM delays the next try longer

// Who has been heard about the attempt at hand, in the order they speak.
enum stage { STAGE_NAME = 1, STAGE_PAM = 2, STAGE_RETOLD = 4, STAGE_VERDICT = 8, STAGE_OVER = 16 };

// What is known of one process.
struct open {
    struct attempt row; // the attempt at hand, when `stages`
    unsigned stages;
    uint64_t counted; // failures `row` stands for in `told`
    uint64_t told;    // failures told by rows so far
    uint64_t refused; // of these, how many PAM wrote a line for
    bool closed, limited;
    usec last;
    uint32_t next, older, newer;
};

struct attempts {
    attempts_emit *emit;
    void *context;
    struct open *open;
    uint32_t n, room, free, oldest, newest;
    usec latest; // of this source
    const struct meaning *judges[JUDGES_MAX];
    size_t judges_n;
    uint32_t buckets[BUCKETS];
};

struct attempts *attempts_new(attempts_emit *emit, void *context) {
    struct attempts *a = must_zero(1, sizeof *a);
    a->emit = emit;
    a->context = context;
    a->free = a->oldest = a->newest = NOBODY;
    a->latest = USEC_NONE;
    for (size_t i = 0; i < BUCKETS; i++)
        a->buckets[i] = NOBODY;
    return a;
}

void attempts_free(struct attempts *a) {
    if (!a)
        return;
    free(a->open);
    free(a);
}

// ---- Finding the process ----

static uint32_t bucket_of(const struct attempt *line) {
    const uint64_t key[] = {line->host_id, (uint64_t)line->pid, (uint64_t)(uintptr_t)line->meaning,
                            line->pid == PID_NONE ? line->program_id : 0};
    return (uint32_t)str_hash((struct str){(const char *)key, sizeof key}) & (BUCKETS - 1);
}

static bool is_same_process(const struct attempt *a, const struct attempt *b) {
    return a->host_id == b->host_id && a->pid == b->pid && a->meaning == b->meaning &&
           (a->pid != PID_NONE || a->program_id == b->program_id);
}

static void unlink_age(struct attempts *a, struct open *o) {
    *(o->older == NOBODY ? &a->oldest : &a->open[o->older].newer) = o->newer;
    *(o->newer == NOBODY ? &a->newest : &a->open[o->newer].older) = o->older;
}

static void link_newest(struct attempts *a, uint32_t i) {
    a->open[i].older = a->newest;
    a->open[i].newer = NOBODY;
    *(a->newest == NOBODY ? &a->oldest : &a->open[a->newest].newer) = i;
    a->newest = i;
}

static uint32_t find_open(const struct attempts *a, const struct attempt *line, uint32_t bucket) {
    uint32_t i = a->buckets[bucket];
    while (i != NOBODY && !is_same_process(&a->open[i].row, line))
        i = a->open[i].next;
    return i;
}

// ---- Rows ----

// A module that accepted says nothing of how it ended; other lines do.
static bool is_worth_telling(const struct open *o) {
    bool accepted = o->row.outcome == OUTCOME_UNKNOWN && o->row.kind != LOGON_KIND_PROBE && o->stages < STAGE_OVER;
    return o->stages && !accepted;
}

static void emit_row(struct attempts *a, struct open *o) {
    if (is_worth_telling(o))
        a->emit(a->context, &o->row);
    o->stages = 0;
    o->counted = 0;
}

static void close_open(struct attempts *a, uint32_t i) {
    struct open *o = &a->open[i];
    emit_row(a, o);
    unlink_age(a, o);
    uint32_t *link = &a->buckets[bucket_of(&o->row)];
    while (*link != i)
        link = &a->open[*link].next;
    *link = o->next;
    o->next = a->free;
    a->free = i;
}

static uint32_t take_free(struct attempts *a) {
    if (a->free == NOBODY && a->n == OPEN_MAX)
        close_open(a, a->oldest);
    if (a->free != NOBODY) {
        uint32_t i = a->free;
        a->free = a->open[i].next;
        return i;
    }
    if (a->n == a->room) {
        a->room = a->room ? a->room * 2 : 64;
        a->open = must_grow(a->open, a->room, sizeof *a->open);
    }
    return a->n++;
}

static struct open *open_process(struct attempts *a, const struct attempt *line, uint32_t bucket) {
    uint32_t i = take_free(a);
    struct open *o = &a->open[i];
    *o = (struct open){.row = *line, .last = a->latest, .next = a->buckets[bucket]};
    a->buckets[bucket] = i;
    link_newest(a, i);
    return o;
}

static void recount(struct open *o) {
    bool counts = o->row.outcome == OUTCOME_FAILURE && o->row.kind != LOGON_KIND_PROBE;
    uint64_t now = counts ? o->row.count : 0;
    o->told += now - o->counted;
    o->counted = now;
}

static void begin_row(struct attempts *a, struct open *o, const struct attempt *line, unsigned stage) {
    emit_row(a, o);
    o->row = *line;
    o->row.lines = 1;
    o->stages = stage;
    recount(o);
}

static void set_id(uint32_t *id, uint32_t other, bool better) {
    if (other && (better || !*id))
        *id = other;
}

// A reason tells more when it is not the plain one.
static bool is_plain(enum reason reason) {
    return reason == REASON_BAD_CREDENTIALS || reason == REASON_OTHER || reason == REASON_COUNT;
}

// Fills the row from another line of the same attempt; what the daemon says replaces what others said.
static void fill_row(struct open *o, const struct attempt *line, bool better) {
    struct attempt *row = &o->row;
    set_id(&row->user_id, line->user_id, better);
    set_id(&row->actor_id, line->actor_id, better);
    set_id(&row->address_id, line->address_id, better);
    set_id(&row->terminal_id, line->terminal_id, better);
    set_id(&row->key_id, line->key_id, better);
    if (line->port >= 0 && (better || row->port < 0))
        row->port = line->port;
    if (line->method != METHOD_COUNT && (better || row->method == METHOD_COUNT))
        row->method = line->method;
    row->lines++;
}

static void join_row(struct open *o, const struct attempt *line, unsigned stage) {
    struct attempt *row = &o->row;
    bool verdict = stage == STAGE_VERDICT;
    fill_row(o, line, verdict || stage == STAGE_RETOLD);
    if (verdict) {
        row->record_id = line->record_id;
        row->ts = line->ts;
        row->program_id = line->program_id;
    }
    if (row->kind == LOGON_KIND_PROBE)
        row->kind = line->kind;
    if (row->count < line->count)
        row->count = line->count;
    if (line->outcome == OUTCOME_FAILURE) {
        if (row->outcome != OUTCOME_FAILURE || (is_plain(row->reason) && line->reason != REASON_COUNT))
            row->reason = line->reason;
    } else {
        row->reason = line->reason;
    }
    row->outcome = line->outcome;
    o->stages |= stage;
    recount(o);
}

// ---- The steps ----

static void restart(struct attempts *a, struct open *o) {
    emit_row(a, o);
    o->told = o->refused = 0;
    o->closed = o->limited = false;
}

static bool has_credentials(const struct open *o) {
    return o->stages & (STAGE_PAM | STAGE_RETOLD | STAGE_VERDICT);
}

static bool is_said_again(const struct open *o, const struct attempt *line) {
    const struct attempt *row = &o->row;
    return line->address_id && row->address_id == line->address_id && row->user_id == line->user_id &&
           row->port == line->port && row->reason == line->reason && row->method == line->method;
}

static void take_name(struct attempts *a, struct open *o, const struct attempt *line) {
    bool explains = o->stages && has_credentials(o) && o->row.outcome == OUTCOME_FAILURE && line->pid != PID_NONE;
    if (explains) {
        // Who is asked again and gives up was refused for what was said before.
        if (is_plain(o->row.reason) && !is_plain(line->reason) && line->reason != REASON_CONVERSATION_FAILED)
            o->row.reason = line->reason;
        fill_row(o, line, false);
    } else if (o->stages == STAGE_NAME && !is_said_again(o, line)) {
        join_row(o, line, STAGE_NAME);
    } else {
        begin_row(a, o, line, STAGE_NAME);
    }
}

// Told twice by PAM's side at one moment: by two modules of a stack, or by shadow's su and PAM.
static bool is_same_moment(const struct open *o, const struct attempt *line, unsigned stage) {
    if (stage != STAGE_PAM || line->pid == PID_NONE || line->count != 1 || line->ts == USEC_NONE ||
        o->row.ts == USEC_NONE)
        return false;
    usec apart = line->ts > o->row.ts ? line->ts - o->row.ts : o->row.ts - line->ts;
    return apart <= ONE_REFUSAL;
}

// Whether a failure at `stage` belongs to the row.
static bool completes(const struct open *o, const struct attempt *line, unsigned stage) {
    if (!o->stages || o->row.outcome != OUTCOME_FAILURE || o->stages >= STAGE_OVER)
        return false;
    if (o->stages < stage)
        return line->kind != LOGON_KIND_PROBE || !has_credentials(o);
    return o->stages < STAGE_RETOLD && is_same_moment(o, line, stage);
}

static void take_failure(struct attempts *a, struct open *o, const struct attempt *line, unsigned stage) {
    if (stage == STAGE_PAM && !(completes(o, line, stage) && (o->stages & STAGE_PAM)))
        o->refused += line->count;
    if (completes(o, line, stage))
        join_row(o, line, stage);
    else
        begin_row(a, o, line, stage);
}

// What PAM refused was a module's word only: a daemon that tells verdicts would have told of a failure first.
static void forget_refusal(struct open *o) {
    o->refused -= o->refused < o->row.count ? o->refused : o->row.count;
}

static bool is_overruled(const struct open *o, const struct attempt *line, unsigned stage) {
    return stage == STAGE_VERDICT && line->pid != PID_NONE && (o->stages & STAGE_PAM) && o->stages < STAGE_RETOLD &&
           o->row.outcome == OUTCOME_FAILURE;
}

// A success joins what has been heard of the same success, a module that accepted or was overruled, and the
// question for methods before it.
static void take_success(struct attempts *a, struct open *o, const struct attempt *line, unsigned stage) {
    bool same =
        o->stages && o->row.outcome == OUTCOME_SUCCESS && (!(o->stages & stage) || is_same_moment(o, line, stage));
    bool accepted = o->stages && o->row.outcome == OUTCOME_UNKNOWN && o->row.kind != LOGON_KIND_PROBE;
    bool asked = o->stages == STAGE_NAME && o->row.method == METHOD_NONE && o->row.reason == REASON_OTHER;
    bool overruled = is_overruled(o, line, stage);
    if (overruled)
        forget_refusal(o);
    if (same || accepted || asked || overruled)
        join_row(o, line, stage);
    else
        begin_row(a, o, line, stage);
}

static void take_accepting_module(struct attempts *a, struct open *o, const struct attempt *line) {
    bool overrules = o->stages && o->row.outcome == OUTCOME_FAILURE && o->stages < STAGE_RETOLD;
    if (!overrules) {
        if (!o->stages || o->row.outcome != OUTCOME_SUCCESS)
            begin_row(a, o, line, STAGE_PAM);
        return;
    }
    forget_refusal(o);
    o->stages = STAGE_PAM;
    join_row(o, line, STAGE_PAM);
}

static void take_pam(struct attempts *a, struct open *o, const struct attempt *line) {
    // sshd tells keyboard-interactive's answers in PAM's words, after PAM did.
    unsigned stage = line->method == METHOD_KEYBOARD_INTERACTIVE ? STAGE_RETOLD : STAGE_PAM;
    if (line->outcome == OUTCOME_SUCCESS)
        take_success(a, o, line, stage);
    else if (line->outcome == OUTCOME_UNKNOWN)
        take_accepting_module(a, o, line);
    else
        take_failure(a, o, line, stage);
}

static bool is_judge(const struct attempts *a, const struct meaning *family) {
    for (size_t i = 0; i < a->judges_n; i++)
        if (a->judges[i] == family)
            return true;
    return false;
}

static void take_verdict(struct attempts *a, struct open *o, const struct attempt *line) {
    if (!is_judge(a, line->meaning) && a->judges_n < JUDGES_MAX)
        a->judges[a->judges_n++] = line->meaning;
    if (line->outcome == OUTCOME_SUCCESS)
        take_success(a, o, line, STAGE_VERDICT);
    else
        take_failure(a, o, line, STAGE_VERDICT);
}

// "PAM n more": the first refusal had its line, so there were `refused` + n.
static void take_repeat(struct attempts *a, struct open *o, const struct attempt *line) {
    uint64_t all = o->refused + line->count;
    if (o->told >= all) {
        o->row.lines += o->stages != 0;
        return;
    }
    struct attempt rest = *line;
    rest.count = all - o->told < LIMIT_REPEAT ? (uint32_t)(all - o->told) : LIMIT_REPEAT;
    if (o->stages) {
        set_id(&rest.user_id, o->row.user_id, false);
        set_id(&rest.address_id, o->row.address_id, true);
        rest.port = o->row.port;
    }
    begin_row(a, o, &rest, STAGE_OVER);
}

static void take_limit(struct attempts *a, struct open *o, const struct attempt *line) {
    if (o->limited)
        return;
    struct attempt marker = *line;
    marker.lines = 1;
    if (o->stages) {
        set_id(&marker.user_id, o->row.user_id, false);
        set_id(&marker.address_id, o->row.address_id, false);
        marker.port = marker.port < 0 ? o->row.port : marker.port;
    }
    o->limited = true;
    a->emit(a->context, &marker);
}

static void take_close(struct attempts *a, struct open *o, const struct attempt *line) {
    bool end_of_session = line->reason == REASON_COUNT;
    // "Received disconnect from …" comes first, then "Disconnected from authenticating user …".
    if (o->stages == STAGE_OVER && o->row.reason == REASON_CLOSED_BEFORE_AUTH && line->outcome == OUTCOME_FAILURE) {
        o->row.outcome = line->outcome;
        o->row.reason = line->reason;
    }
    if (o->stages && o->row.outcome != OUTCOME_SUCCESS)
        fill_row(o, line, false);
    else if (!o->stages && !o->limited && !end_of_session)
        begin_row(a, o, line, STAGE_OVER);
    o->closed = true;
}

// The process speaks of somebody else. A verdict after PAM's refusal may spell the same name otherwise.
static bool is_another(const struct open *o, const struct attempt *line) {
    bool user = line->user_id && o->row.user_id && line->user_id != o->row.user_id;
    bool actor = line->actor_id && o->row.actor_id && line->actor_id != o->row.actor_id;
    bool respelt = line->step == STEP_VERDICT && (o->stages & (STAGE_PAM | STAGE_RETOLD)) &&
                   !(o->stages & STAGE_VERDICT) && line->pid != PID_NONE && o->row.outcome == line->outcome;
    bool address =
        line->pid == PID_NONE && line->address_id && o->row.address_id && line->address_id != o->row.address_id;
    return o->stages && ((user && !respelt) || actor || address);
}

static void let_old_go(struct attempts *a, usec now) {
    while (a->oldest != NOBODY) {
        usec last = a->open[a->oldest].last;
        if (last == USEC_NONE || (last + OPEN_FOR >= now && now + OPEN_FOR >= last))
            return;
        close_open(a, a->oldest);
    }
}

static void emit_alone(struct attempts *a, const struct attempt *line) {
    struct attempt row = *line;
    row.lines = 1;
    a->emit(a->context, &row);
}

void attempts_add(struct attempts *a, const struct attempt *line) {
    static void (*const takers[])(struct attempts *, struct open *, const struct attempt *) = {
        [STEP_NAME] = take_name,     [STEP_PAM] = take_pam,     [STEP_VERDICT] = take_verdict,
        [STEP_REPEAT] = take_repeat, [STEP_LIMIT] = take_limit, [STEP_CLOSE] = take_close,
    };
    if (line->ts != USEC_NONE) {
        let_old_go(a, line->ts);
        a->latest = line->ts;
    }
    if (line->step == STEP_ALONE) {
        emit_alone(a, line);
        return;
    }
    uint32_t bucket = bucket_of(line), i = find_open(a, line, bucket);
    if (i == NOBODY && line->step == STEP_CLOSE && line->reason == REASON_COUNT)
        return; // the end of a session nobody asked about
    struct open *o = i == NOBODY ? open_process(a, line, bucket) : &a->open[i];
    if (i != NOBODY) {
        unlink_age(a, o);
        link_newest(a, i);
        o->last = a->latest;
    }
    bool begins = line->step == STEP_NAME || line->step == STEP_PAM || line->step == STEP_VERDICT;
    if (begins && (o->closed || is_another(o, line)))
        restart(a, o);
    takers[line->step](a, o, line);
}

// Whether the source ended between PAM's refusal and the verdict.
static bool is_cut_off(const struct attempts *a, const struct open *o) {
    return (o->stages & STAGE_PAM) && o->stages < STAGE_RETOLD && o->row.outcome == OUTCOME_FAILURE && !o->closed &&
           is_judge(a, o->row.meaning) && o->last != USEC_NONE && o->last + CUT_OFF >= a->latest;
}

void attempts_flush(struct attempts *a) {
    while (a->oldest != NOBODY) {
        struct open *o = &a->open[a->oldest];
        if (is_cut_off(a, o)) {
            o->row.outcome = OUTCOME_UNKNOWN;
            o->row.reason = REASON_COUNT;
            o->stages |= STAGE_OVER;
        }
        close_open(a, a->oldest);
    }
    a->latest = USEC_NONE;
    a->judges_n = 0;
}
