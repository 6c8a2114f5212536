// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Made from the view `source`, column by column, so that it says what the ledger says.
#include "case/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void add_value(struct buffer *out, struct case_value v) {
    char time[CIVIL_TEXT];
    switch (v.type) {
    case TYPE_BOOL:
        buffer_print(out, "%s", v.boolean ? "true" : "false");
        break;
    case TYPE_INTEGER:
        buffer_print(out, "%lld", (long long)v.integer);
        break;
    case TYPE_DOUBLE:
        buffer_print(out, "%.17g", v.real);
        break;
    case TYPE_TIME:
        buffer_add_json(out, (struct str){time, civil_print_iso(v.time, time)});
        break;
    case TYPE_TEXT:
        buffer_add_json(out, v.text);
        break;
    default:
        buffer_add(out, S("null"));
    }
}

struct sources {
    struct buffer *out;
    size_t n;
};

static void add_source(void *context, const struct case_result *r, size_t row) {
    struct sources *s = context;
    buffer_add(s->out, s->n++ ? S(",\n    {") : S("\n    {"));
    for (size_t i = 0; i < case_columns(r); i++) {
        buffer_print(s->out, "%s\"%s\": ", i ? ", " : "", case_column_name(r, i));
        add_value(s->out, case_value(r, i, row));
    }
    buffer_add_char(s->out, '}');
}

// Beside, then renamed over: a reader sees the old one or the new one.
static enum status replace_file(const char *folder, struct str bytes, struct error *error) {
    char *path = must_print("%s/manifest.json", folder), *temporary = must_print("%s.new", path);
    FILE *f = fopen(temporary, "we");
    bool done = f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
    done = f && fclose(f) == 0 && done && rename(temporary, path) == 0;
    enum status status = done ? OK : error_set(error, FAIL, errno, "cannot write '%s': %s", path, strerror(errno));
    free(path);
    free(temporary);
    return status;
}

enum status manifest_write(struct case_file *file, struct error *error) {
    struct case_connection *c;
    struct buffer out = {0};
    enum status status = case_connect(file, &c, error);
    if (status != OK)
        return status;
    buffer_add(&out, S("{\n  \"tool\": \"lhx " LHX_VERSION "\",\n  \"sources\": ["));
    struct sources sources = {&out, 0};
    status = case_each(c, S("select * from source order by source_id"), NULL, 0, add_source, &sources, error);
    buffer_add(&out, S("\n  ]\n}\n"));
    if (status == OK)
        status = replace_file(case_folder(file), buffer_str(&out), error);
    case_disconnect(c);
    buffer_done(&out);
    return status;
}
