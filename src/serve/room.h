// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the files of this room share. Nobody outside includes this.
#pragma once

#include "notebook/notebook.h"
#include "notebook/worker.h"
#include "serve/guard.h"
#include "serve/json.h"
#include "serve/listener.h"
#include "serve/pool.h"
#include "serve/serve.h"

#include <pthread.h>

enum { COUNTS_MAX = 64 };

// What the list of sections says of a notebook.
struct section_count {
    char name[NOTEBOOK_NAME_MAX + 1];
    int64_t count; // -1: not known
    char worst[8]; // "" for none
};

struct serve {
    struct case_file *file;
    struct listener *listener;
    struct guard guard;
    struct pool *pool;
    char *name, *attribution; // attribution may be NULL
    char address[160];
    unsigned query_seconds;

    pthread_mutex_t lock; // over what follows
    pthread_cond_t told;
    bool stopping;
    bool reading_known; // serve_progress() was called
    struct serve_progress progress;
    char *source, *message; // of the progress
    uint64_t progress_n;    // how often it was told
    size_t watchers;        // event streams that are open

    pthread_mutex_t counts_lock;
    uint64_t counts_revision;
    double counts_at; // milliseconds, monotonic; 0: never
    struct section_count counts[COUNTS_MAX];
    size_t counts_n;
};

// One call: what it is asked and where its memory comes from.
struct call {
    struct serve *serve;
    struct exchange *exchange;
    struct str rest; // of the path, behind the route's own part
    json_t *body;    // of a POST; NULL for a GET
    struct arena arena;
};

// Handlers, each for a row of the table in routes.c. They answer the exchange.
void api_login(struct call *call);
void api_case(struct call *call);
void api_events(struct call *call);
void api_notebook(struct call *call);
void api_notebook_save(struct call *call);
void api_cell(struct call *call);
void api_query(struct call *call);
void api_export(struct call *call);
void api_search(struct call *call);
void api_record(struct call *call);
void api_lines(struct call *call);
void api_notes(struct call *call);
void api_notes_write(struct call *call);

// Answers.
void answer_json(struct call *call, const struct buffer *json);
// With the status that fits error->sys: 404 ENOENT, 409 EBUSY, 504 ETIMEDOUT, else `status`.
// `position`: byte in the SQL, -1 for none.
void answer_error(struct call *call, int status, const struct error *error, int64_t position);
void answer_refusal(struct exchange *exchange, int status);

// Routes: hooks for the listener.
int routes_admit(void *context, const struct http_request *request);
void routes_handle(void *context, struct exchange *exchange);
void routes_refuse(void *context, struct exchange *exchange, int status);

// Reads `{"hosts","from","to","params"}`; all absent when `json` is NULL.
enum status scope_read(const json_t *json, struct arena *arena, struct scope *ret, struct error *error);
// Where SQL that is not ours runs for this call.
struct worker_place serve_place(const struct call *call);
bool serve_is_reading(struct serve *serve);
void json_time(struct buffer *b, usec t); // null for USEC_NONE
double serve_now_ms(void);
