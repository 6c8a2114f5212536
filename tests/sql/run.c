// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Runs one .test file against an empty case: SQL that fills the fact tables, the rooms that work on them, a
// question, and the rows it must give. A file is a list of steps with empty lines between:
//
//     # a comment
//     run                     SQL that writes; the tables are facts.main.NAME
//     insert into …
//
//     locate                  as after reading: places of addresses
//     derive                  … and findings
//
//     ask what it is about
//     select …
//     ----
//     one row per line, cells with | between, NULL as ·
#include "case/writer.h"
#include "derive/derive.h"
#include "intel/geo.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct run {
    struct case_file *file;
    const char *path;
    struct str rest;
    int line, step_line, passed, failed;
};

static bool next_line(struct run *r, struct str *ret) {
    if (r->rest.n == 0)
        return false;
    ptrdiff_t end = str_find_char(r->rest, '\n');
    *ret = str_head(r->rest, end < 0 ? r->rest.n : (size_t)end);
    r->rest = str_skip(r->rest, end < 0 ? r->rest.n : (size_t)end + 1);
    r->line++;
    return true;
}

// Lines up to an empty one (or `stop`), joined.
static void take_block(struct run *r, struct str stop, struct buffer *ret) {
    struct str line;
    ret->n = 0;
    while (next_line(r, &line) && line.n && !(stop.n && str_eq(line, stop))) {
        buffer_add(ret, line);
        buffer_add_char(ret, '\n');
    }
}

static void judge(struct run *r, bool good, struct str what, const char *detail) {
    good ? r->passed++ : r->failed++;
    if (!good)
        fprintf(stderr, "%s:%d: %.*s\n%s\n", r->path, r->step_line, STR_ARG(what), detail);
}

static void add_cell(struct buffer *out, struct case_value v) {
    char time[CIVIL_TEXT];
    switch (v.type) {
    case TYPE_NULL:
        buffer_add(out, S("·"));
        return;
    case TYPE_BOOL:
        buffer_add(out, v.boolean ? S("true") : S("false"));
        return;
    case TYPE_INTEGER:
        buffer_print(out, "%lld", (long long)v.integer);
        return;
    case TYPE_DOUBLE:
        buffer_print(out, "%g", v.real);
        return;
    case TYPE_TIME:
        buffer_add(out, (struct str){time, civil_print(v.time, time)});
        return;
    default:
        buffer_add(out, v.text);
    }
}

static enum status ask(struct run *r, struct str sql, struct buffer *out, struct error *error) {
    struct case_connection *c;
    struct case_result *result = NULL;
    size_t rows;
    enum status status = case_connect(r->file, &c, error);
    if (status != OK)
        return status;
    status = case_query(c, sql, NULL, 0, &result, error);
    while (status == OK && (status = case_fetch(result, &rows, error)) == OK)
        for (size_t i = 0; i < rows; i++)
            for (size_t k = 0; k < case_columns(result); k++) {
                add_cell(out, case_value(result, k, i));
                buffer_add_char(out, k + 1 < case_columns(result) ? '|' : '\n');
            }
    case_result_free(result);
    case_disconnect(c);
    return status == END ? OK : status;
}

static void step_ask(struct run *r, struct str what) {
    struct buffer sql = {0}, want = {0}, got = {0}, detail = {0};
    struct error error;
    error_clear(&error);
    take_block(r, S("----"), &sql);
    take_block(r, S(""), &want);
    if (ask(r, buffer_str(&sql), &got, &error) != OK)
        judge(r, false, what, error.text);
    else {
        buffer_print(&detail, "  wanted:\n%.*s  got:\n%.*s", STR_ARG(buffer_str(&want)), STR_ARG(buffer_str(&got)));
        buffer_add_char(&detail, '\0');
        judge(r, str_eq(buffer_str(&want), buffer_str(&got)), what, detail.p);
    }
    buffer_done(&sql), buffer_done(&want), buffer_done(&got), buffer_done(&detail);
}

static void step_run(struct run *r) {
    struct buffer sql = {0};
    struct case_connection *c;
    struct error error;
    error_clear(&error);
    take_block(r, S(""), &sql);
    buffer_add_char(&sql, '\0');
    enum status status = case_connect_writer(r->file, &c, &error);
    if (status == OK) {
        status = case_execute(c, sql.p, &error);
        case_disconnect(c);
    }
    judge(r, status == OK, S("run"), error.text);
    buffer_done(&sql);
}

static void step(struct run *r, struct str line) {
    struct error error;
    error_clear(&error);
    r->step_line = r->line;
    if (str_eq(line, S("run")))
        step_run(r);
    else if (str_eq(line, S("derive")))
        judge(r, derive_run(r->file, &error) == OK, line, error.text);
    else if (str_eq(line, S("locate")))
        judge(r, intel_locate(r->file, NULL, &error) == OK, line, error.text);
    else if (str_take(&line, S("ask ")))
        step_ask(r, line);
    else
        judge(r, false, line, "not a step (run, derive, locate, ask)");
}

static struct buffer read_file(const char *path) {
    struct buffer b = {0};
    FILE *f = fopen(path, "rb");
    for (size_t n = 1; f && n;)
        b.n += n = fread(buffer_room(&b, 65536), 1, 65536, f);
    if (f)
        fclose(f);
    return b;
}

int main(int argc, char **argv) {
    char folder[] = "/tmp/lhx-sql-XXXXXX", command[64];
    struct run r = {.path = argc == 2 ? argv[1] : ""};
    struct error error;
    struct str line;
    error_clear(&error);
    struct buffer text = read_file(r.path);
    if (text.n == 0 || !mkdtemp(folder)) {
        fprintf(stderr, "usage: run FILE.test\n");
        return 2;
    }
    if (case_open(folder, CASE_CREATE, &r.file, &error) != OK) {
        fprintf(stderr, "%s\n", error.text);
        return 3;
    }
    r.rest = buffer_str(&text);
    while (next_line(&r, &line))
        if (line.n && line.p[0] != '#')
            step(&r, line);
    case_close(r.file);
    buffer_done(&text);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0)
        fprintf(stderr, "could not remove %s\n", folder);
    printf("%d passed, %d failed\n", r.passed, r.failed);
    return r.failed || !r.passed;
}
