// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Every address there is, in one table, and the files of the page, in another. An address that is in neither
// does not exist; none of them is ever a path on disk.
#include "serve/room.h"

#include "base/embedded.h"

#include <stdio.h>

extern const struct embedded PAGE_FILES[];

struct route {
    const char *path;
    bool has_rest; // `path` is followed by a name or a number
    enum http_method method;
    bool open; // needs no cookie
    void (*handle)(struct call *call);
};

static const struct route ROUTES[] = {
    {"/api/login", false, HTTP_POST, true, api_login},
    {"/api/case", false, HTTP_GET, false, api_case},
    {"/api/events", false, HTTP_GET, false, api_events},
    {"/api/notebooks", false, HTTP_POST, false, api_notebook_save},
    {"/api/notebooks/", true, HTTP_GET, false, api_notebook},
    {"/api/cell", false, HTTP_POST, false, api_cell},
    {"/api/query", false, HTTP_POST, false, api_query},
    {"/api/export", false, HTTP_POST, false, api_export},
    {"/api/search", false, HTTP_POST, false, api_search},
    {"/api/record/", true, HTTP_GET, false, api_record},
    {"/api/lines/", true, HTTP_GET, false, api_lines},
    {"/api/notes", false, HTTP_GET, false, api_notes},
    {"/api/notes", false, HTTP_POST, false, api_notes_write},
};

static bool matches(const struct route *route, struct str path) {
    struct str own = str_of(route->path);
    return route->has_rest ? str_starts(path, own) && path.n > own.n : str_eq(path, own);
}

// The route, or the status for there being none.
static const struct route *find_route(const struct http_request *r, int *ret_status) {
    *ret_status = 404;
    for (size_t i = 0; i < sizeof ROUTES / sizeof *ROUTES; i++) {
        if (!matches(&ROUTES[i], r->path))
            continue;
        if (ROUTES[i].method == r->method)
            return &ROUTES[i];
        *ret_status = 405;
    }
    return NULL;
}

// ---- The page ----

static const struct embedded *find_file(struct str path) {
    struct str name = str_eq(path, S("/")) ? S("index.html") : str_skip(path, 1);
    for (const struct embedded *e = PAGE_FILES; e->name; e++)
        if (str_eq(name, str_of(e->name)))
            return e;
    return NULL;
}

static const char *type_of(struct str name) {
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".woff2", "font/woff2"},
                                           {".svg", "image/svg+xml"},
                                           {".png", "image/png"},
                                           {".json", "application/json; charset=utf-8"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_ends(name, str_of(types[i][0])))
            return types[i][1];
    return "application/octet-stream";
}

// ---- The way of a request ----

int routes_admit(void *context, const struct http_request *r) {
    struct serve *serve = context;
    int status = guard_check(&serve->guard, r);
    if (status)
        return status;
    if (r->method == HTTP_GET && find_file(r->path))
        return 0;
    const struct route *route = find_route(r, &status);
    if (!route)
        return status;
    return route->open || guard_knows(&serve->guard, r) ? 0 : 401;
}

static void run_route(struct serve *serve, const struct route *route, struct exchange *x) {
    struct call call = {.serve = serve, .exchange = x, .rest = str_skip(x->request->path, strlen(route->path))};
    struct error error;
    error_clear(&error);
    if (route->method == HTTP_POST && json_body(x->body, &call.body, &error) != OK)
        answer_error(&call, 400, &error, -1);
    else
        route->handle(&call);
    json_decref(call.body);
    arena_done(&call.arena);
}

void routes_handle(void *context, struct exchange *x) {
    int status;
    const struct route *route = find_route(x->request, &status);
    const struct embedded *file = route ? NULL : find_file(x->request->path);
    if (route)
        run_route(context, route, x);
    else if (file)
        exchange_answer(x, 200, type_of(str_of(file->name)), NULL, file->bytes);
}

void routes_refuse(void *context, struct exchange *x, int status) {
    (void)context;
    answer_refusal(x, status);
}

void api_login(struct call *call) {
    struct str token = STR_NONE;
    struct error error;
    char cookie[160];
    error_clear(&error);
    if (JSON_TAKE(call->body, ((struct json_field[]){{"token", JSON_TEXT, true, &token}}), &error) != OK) {
        answer_error(call, 400, &error, -1);
        return;
    }
    struct guard *guard = &call->serve->guard;
    if (!guard_login(guard, token)) {
        answer_refusal(call->exchange, 403);
        return;
    }
    snprintf(cookie, sizeof cookie, "Set-Cookie: lhx_%u=%s; HttpOnly; SameSite=Strict; Path=/\r\n", guard->port,
             guard->cookie);
    exchange_answer(call->exchange, 204, NULL, cookie, STR_NONE);
}
