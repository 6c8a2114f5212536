// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// From a cell to a question, and to the place where it may be asked.
#include "notebook/notebook.h"
#include "notebook/worker.h"

static const struct case_param *find_given(const struct case_param *given, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(given[i].name, name) == 0)
            return &given[i];
    return NULL;
}

// A given value as the type the front matter asks for. Text comes from an address bar or a command line.
static bool convert(struct case_value given, enum case_type type, struct case_value *ret) {
    *ret = given;
    if (given.type == type || given.type == TYPE_NULL)
        return true;
    if (given.type == TYPE_TEXT)
        return notebook_value(type, given.text, ret);
    if (given.type == TYPE_INTEGER && type == TYPE_DOUBLE) {
        *ret = (struct case_value){.type = type, .real = (double)given.integer};
        return true;
    }
    return false;
}

static enum status set_param(const struct notebook_param *param, const struct case_param *given, struct arena *arena,
                             struct case_param *ret, struct error *error) {
    *ret = (struct case_param){param->name, param->value};
    if (!given)
        return OK;
    struct case_value value = given->value;
    if (value.type == TYPE_INTEGER && param->type == TYPE_TEXT)
        value = (struct case_value){.type = TYPE_TEXT, .text = arena_print(arena, "%lld", (long long)value.integer)};
    if (convert(value, param->type, &ret->value))
        return OK;
    return error_set(error, FAIL, 0, "the parameter %s cannot be %.*s", param->name,
                     value.type == TYPE_TEXT ? (int)(value.text.n < 80 ? value.text.n : 80) : 4,
                     value.type == TYPE_TEXT ? value.text.p : "that");
}

static bool is_binned(const struct notebook_cell *cell) {
    return str_eq(cell->view, S("timeline")) || str_eq(cell->view, S("series"));
}

static struct str lane_of(const struct notebook_cell *cell) {
    const struct notebook_option *o = notebook_option(cell, str_eq(cell->view, S("series")) ? S("series") : S("lane"));
    return o && o->n ? o->values[0] : STR_NONE;
}

enum status notebook_question(const struct notebook *notebook, const struct notebook_cell *cell,
                              const struct case_param *given, size_t n, struct arena *arena, struct question *ret,
                              struct error *error) {
    struct case_param *params = arena_take(arena, notebook->params_n * sizeof *params);
    for (size_t i = 0; i < notebook->params_n; i++) {
        const struct notebook_param *p = &notebook->params[i];
        enum status status = set_param(p, find_given(given, n, p->name), arena, &params[i], error);
        if (status != OK)
            return status;
    }
    ret->sql = cell->sql;
    ret->binned = is_binned(cell);
    ret->counted = str_eq(cell->view, S("series"));
    ret->lane = ret->binned ? lane_of(cell) : STR_NONE;
    ret->scope.params = params;
    ret->scope.params_n = notebook->params_n;
    return OK;
}

enum status notebook_run(const struct notebook *notebook, struct case_connection *connection,
                         const struct worker_place *place, const struct question *question,
                         const struct answer_sink *sink, struct answer_meta *ret_meta, struct error *error) {
    if (notebook->origin == NOTEBOOK_BUILT_IN)
        return question_run(connection, question, sink, ret_meta, error);
    return worker_run(place, question, sink, ret_meta, error);
}
