// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The case at a glance, the list of sections with their counts, and the stream that tells how reading goes.
#include "serve/room.h"

#include <time.h>

enum {
    COUNTS_FRESH_MS = 2000, // while facts still come in, sections are not counted more often
    COUNT_SECONDS = 5,
    TELL_MS = 250,
    HEARTBEAT_MS = 15000,
    WATCHERS_MAX = 16,
};

static const char *const PHASES[] = {"reading", "deriving", "locating", "done", "failed"};

// ---- Hosts, range, zone ----

static void print_host(void *context, const struct case_result *result, size_t row) {
    struct buffer *b = context;
    if (b->p[b->n - 1] != '[')
        buffer_add_char(b, ',');
    buffer_add(b, S("{\"name\":"));
    buffer_add_json(b, case_text_at(result, 0, row));
    buffer_print(b, ",\"records\":%lld,\"first\":", (long long)case_integer_at(result, 1, row));
    json_time(b, case_time_at(result, 2, row));
    buffer_add(b, S(",\"last\":"));
    json_time(b, case_time_at(result, 3, row));
    buffer_add_char(b, '}');
}

static void print_zone(void *context, const struct case_result *result, size_t row) {
    buffer_add_json(context, case_text_at(result, 0, row));
}

// A host's own row is written when all is read; until then its records are counted.
static enum status add_hosts(struct case_connection *c, bool reading, struct buffer *b, struct error *error) {
    static const struct str
        counted = S("select h.name, sum(l.n), min(l.first), max(l.last) from "
                    "(select class_id, count(*) as n, min(ts) as first, max(ts) as last from log_t group by 1) l "
                    "join class_t c using (class_id) left join host_t h using (host_id) group by 1 order by 2 desc, 1 "
                    "limit 10000"),
        kept = S("select name, records, first_ts, last_ts from host_t where records > 0 union all "
                 "select null, count(*), min(ts), max(ts) from log_t where class_id in "
                 "(select class_id from class_t where host_id = 0) having count(*) > 0 order by 2 desc, 1 limit 10000");
    buffer_add(b, S(",\"hosts\":["));
    enum status status = case_each(c, reading ? counted : kept, NULL, 0, print_host, b, error);
    buffer_add_char(b, ']');
    return status;
}

static enum status add_range(struct case_connection *c, struct buffer *b, struct error *error) {
    usec from, to;
    enum status status = question_range(c, &from, &to, error);
    buffer_add(b, S(",\"from\":"));
    json_time(b, from);
    buffer_add(b, S(",\"to\":"));
    json_time(b, to);
    buffer_add(b, S(",\"zone\":"));
    if (status == OK)
        status = case_each(
            c,
            S("select case when count(distinct value) = 1 then min(value) end from host_fact where key = 'time_zone'"),
            NULL, 0, print_zone, b, error);
    return status;
}

// ---- Sections ----

static bool ignore_columns(void *context, const struct answer_column *columns, size_t n) {
    (void)context, (void)columns, (void)n;
    return true;
}

static bool take_count(void *context, const struct case_value *values, size_t n) {
    struct section_count *c = context;
    if (n > 0 && values[0].type == TYPE_INTEGER)
        c->count = values[0].integer;
    return false;
}

// Counts by the cell named in the front matter: its first column.
static void count_section(struct serve *s, const struct notebook *nb, struct section_count *ret) {
    *ret = (struct section_count){.count = -1};
    memcpy(ret->name, nb->name.p, nb->name.n);
    struct arena arena = {0};
    struct question q = question_of(STR_NONE);
    q.limit = 1;
    struct answer_sink sink = {ret, ignore_columns, take_count};
    struct answer_meta meta;
    struct lease lease;
    if (notebook_question(nb, notebook_cell(nb, nb->count_cell), NULL, 0, &arena, &q, NULL) == OK &&
        pool_take(s->pool, -1, COUNT_SECONDS, &lease, NULL) == OK) {
        question_run(lease.connection, &q, &sink, &meta, NULL);
        pool_give(s->pool, &lease, NULL);
    }
    arena_done(&arena);
}

static bool take_worst(void *context, const struct case_value *values, size_t n) {
    struct serve *s = context;
    for (size_t i = 0; i < s->counts_n && n == 2; i++)
        if (values[0].type == TYPE_TEXT && values[1].type == TYPE_TEXT &&
            str_eq(values[0].text, str_of(s->counts[i].name)) && values[1].text.n < sizeof s->counts[i].worst)
            memcpy(s->counts[i].worst, values[1].text.p, values[1].text.n);
    return true;
}

// The gravest finding of each section.
static void find_worst(struct serve *s) {
    struct question q = question_of(
        S("select section, arg_min(severity, case severity when 'high' then 1 when 'medium' then 2 else 3 end) "
          "from finding where severity is not null group by section"));
    struct answer_sink sink = {s, ignore_columns, take_worst};
    struct answer_meta meta;
    struct lease lease;
    if (pool_take(s->pool, -1, COUNT_SECONDS, &lease, NULL) != OK)
        return;
    question_run(lease.connection, &q, &sink, &meta, NULL);
    pool_give(s->pool, &lease, NULL);
}

// Only notebooks of ours are counted: other SQL costs a process each.
static void count_sections(struct serve *s, const struct notebook_list *list) {
    uint64_t revision = case_revision(s->file);
    double now = serve_now_ms();
    bool recent = case_is_writable(s->file) && now - s->counts_at < COUNTS_FRESH_MS; // good enough while it grows
    if (s->counts_at > 0 && (recent || s->counts_revision == revision))
        return;
    s->counts_n = 0;
    for (size_t i = 0; i < list->n && s->counts_n < COUNTS_MAX; i++)
        if (list->at[i]->origin == NOTEBOOK_BUILT_IN && list->at[i]->count_cell.p)
            count_section(s, list->at[i], &s->counts[s->counts_n++]);
    find_worst(s);
    s->counts_revision = revision;
    s->counts_at = serve_now_ms();
}

static const struct section_count *find_count(const struct serve *s, const struct notebook *nb) {
    for (size_t i = 0; i < s->counts_n; i++)
        if (str_eq(str_of(s->counts[i].name), nb->name) && nb->origin == NOTEBOOK_BUILT_IN)
            return &s->counts[i];
    return NULL;
}

static void add_section(struct serve *s, const struct notebook *nb, struct buffer *b) {
    const struct section_count *c = find_count(s, nb);
    buffer_add(b, S("{\"name\":"));
    buffer_add_json(b, nb->name);
    buffer_add(b, S(",\"title\":"));
    buffer_add_json(b, nb->title);
    buffer_add(b, S(",\"hypothesis\":"));
    buffer_add_json(b, nb->hypothesis);
    buffer_print(b, ",\"origin\":\"%s\",\"count\":", NOTEBOOK_ORIGINS[nb->origin]);
    if (c && c->count >= 0)
        buffer_print(b, "%lld", (long long)c->count);
    else
        buffer_add(b, S("null"));
    buffer_add(b, S(",\"worst\":"));
    buffer_add_json(b, c && c->worst[0] ? str_of(c->worst) : STR_NONE);
    buffer_add_char(b, '}');
}

static void add_sections(struct serve *s, struct buffer *b) {
    struct notebook_list list = notebook_list(case_folder(s->file));
    pthread_mutex_lock(&s->counts_lock);
    count_sections(s, &list);
    buffer_add(b, S(",\"notebooks\":["));
    for (size_t i = 0; i < list.n; i++) {
        if (i)
            buffer_add_char(b, ',');
        add_section(s, list.at[i], b);
    }
    pthread_mutex_unlock(&s->counts_lock);
    buffer_add_char(b, ']');
    notebook_list_free(&list);
}

// ---- The case ----

static enum serve_phase phase_of(struct serve *s) {
    return s->reading_known ? s->progress.phase : SERVE_DONE;
}

static void add_state(struct serve *s, struct buffer *b) {
    pthread_mutex_lock(&s->lock);
    enum serve_phase phase = phase_of(s);
    buffer_print(b, ",\"state\":\"%s\"", phase == SERVE_DONE ? "ready" : phase == SERVE_FAILED ? "failed" : "reading");
    if (s->message) {
        buffer_add(b, S(",\"message\":"));
        buffer_add_json(b, str_of(s->message));
    }
    pthread_mutex_unlock(&s->lock);
}

void api_case(struct call *call) {
    struct serve *s = call->serve;
    struct buffer b = {0};
    struct error error;
    struct lease lease;
    error_clear(&error);
    buffer_add(&b, S("{\"name\":"));
    buffer_add_json(&b, str_of(s->name));
    buffer_print(&b, ",\"version\":\"%s\",\"revision\":%llu", LHX_VERSION, (unsigned long long)case_revision(s->file));
    add_state(s, &b);
    enum status status = pool_take(s->pool, call->exchange->fd, 0, &lease, &error);
    if (status == OK) {
        status = add_hosts(lease.connection, serve_is_reading(s), &b, &error);
        if (status == OK)
            status = add_range(lease.connection, &b, &error);
        pool_give(s->pool, &lease, &error);
    }
    if (status == OK) {
        add_sections(s, &b);
        buffer_add(&b, S(",\"attributions\":["));
        if (s->attribution)
            buffer_add_json(&b, str_of(s->attribution));
        buffer_add(&b, S("]}"));
        answer_json(call, &b);
    } else {
        answer_error(call, 500, &error, -1);
    }
    buffer_done(&b);
}

// ---- Events ----

static void add_number(struct buffer *b, const char *key, bool known, uint64_t n) {
    if (known)
        buffer_print(b, ",\"%s\":%llu", key, (unsigned long long)n);
    else
        buffer_print(b, ",\"%s\":null", key);
}

// The caller holds the lock.
static void add_progress(struct serve *s, struct buffer *b) {
    const struct serve_progress *p = &s->progress;
    buffer_print(b, "event: progress\ndata: {\"phase\":\"%s\"", PHASES[phase_of(s)]);
    add_number(b, "bytes", true, p->bytes);
    add_number(b, "bytes_total", p->bytes_total != 0, p->bytes_total);
    add_number(b, "records", true, p->records);
    add_number(b, "lines", true, p->lines);
    add_number(b, "sources", true, p->sources);
    add_number(b, "sources_total", true, p->sources_total);
    buffer_print(b, ",\"rate\":%.0f,\"source\":", p->rate > 0 ? p->rate : 0.0);
    buffer_add_json(b, p->source ? str_of(p->source) : STR_NONE);
    add_number(b, "seconds_left", s->reading_known && p->seconds_left >= 0, (uint64_t)p->seconds_left);
    add_number(b, "revision", true, case_revision(s->file));
    if (p->message) {
        buffer_add(b, S(",\"message\":"));
        buffer_add_json(b, str_of(p->message));
    }
    buffer_add(b, S("}\n\n"));
}

struct stream {
    uint64_t progress_n, revision;
    bool begun;
    double said; // when something was last sent
};

// What there is to tell since last time, into `b`.
static void add_news(struct serve *s, struct stream *t, struct buffer *b) {
    uint64_t revision = case_revision(s->file);
    b->n = 0;
    if (!t->begun || t->progress_n != s->progress_n)
        add_progress(s, b);
    if (!t->begun || t->revision != revision)
        buffer_print(b, "event: changed\ndata: {\"revision\":%llu}\n\n", (unsigned long long)revision);
    if (b->n == 0 && serve_now_ms() - t->said > HEARTBEAT_MS)
        buffer_add(b, S(": still here\n\n"));
    *t = (struct stream){s->progress_n, revision, true, b->n ? serve_now_ms() : t->said};
}

// The caller holds the lock. The revision changes without a word, so it is looked at now and then.
static void wait_for_news(struct serve *s) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TELL_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    while (!s->stopping && pthread_cond_timedwait(&s->told, &s->lock, &until) == 0)
        ; // progress may come thick; it is told four times a second
}

void api_events(struct call *call) {
    struct serve *s = call->serve;
    struct buffer b = {0};
    struct stream stream = {0};
    pthread_mutex_lock(&s->lock);
    bool room = s->watchers < WATCHERS_MAX;
    s->watchers += room;
    pthread_mutex_unlock(&s->lock);
    if (!room) {
        answer_refusal(call->exchange, 503);
        return;
    }
    bool open = exchange_begin(call->exchange, "text/event-stream; charset=utf-8", NULL);
    pthread_mutex_lock(&s->lock);
    while (open && !s->stopping) {
        add_news(s, &stream, &b);
        pthread_mutex_unlock(&s->lock);
        open = exchange_write(call->exchange, buffer_str(&b));
        pthread_mutex_lock(&s->lock);
        if (open)
            wait_for_news(s);
        open = open && !exchange_left(call->exchange);
    }
    s->watchers--;
    pthread_mutex_unlock(&s->lock);
    buffer_done(&b);
}
