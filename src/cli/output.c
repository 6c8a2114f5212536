// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The writers behind one table. A spreadsheet runs a cell that begins with = + - @, a tab or a line end, also in
// their full-width forms; such a cell gets a ' in front, unless it is a plain number.
#include "cli/output.h"

#include "case/parquet.h"
#include "cli/table.h"
#include "notebook/value.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
    struct output_options options;
    const struct writer *writer;
    const struct answer_column *columns; // in `memory`
    size_t columns_n;
    uint64_t rows;
    FILE *file; // NULL until the answer begins
    struct table *table;
    struct parquet *parquet;
    struct buffer line;
    struct arena memory;
    struct error error;
};

static enum value_csv_keep kept_of(const struct output_options *options) {
    return (options->raw ? VALUE_CSV_RAW : 0) | (options->csv_raw ? VALUE_CSV_FORMULAS : 0);
}

// ---- Writers ----

struct writer {
    const char *name;
    bool (*begin)(struct output *out);
    bool (*row)(struct output *out, const struct case_value *values);
    bool (*end)(struct output *out);
};

static bool write_line(struct output *out) {
    bool good = fwrite(out->line.p, 1, out->line.n, out->file) == out->line.n;
    out->line.n = 0;
    return good;
}

static bool do_nothing(struct output *out) {
    (void)out;
    return true;
}

static bool begin_table(struct output *out) {
    out->table = table_new(out->file, out->columns, out->columns_n);
    return true;
}

static bool row_table(struct output *out, const struct case_value *values) {
    table_row(out->table, values);
    return !ferror(out->file);
}

static bool end_table(struct output *out) {
    table_end(out->table);
    out->table = NULL;
    return !ferror(out->file);
}

static bool begin_csv(struct output *out) {
    value_csv_names(&out->line, out->columns, out->columns_n, kept_of(&out->options));
    return write_line(out);
}

static bool row_csv(struct output *out, const struct case_value *values) {
    value_csv_row(&out->line, values, out->columns_n, kept_of(&out->options));
    return write_line(out);
}

static void add_object(struct output *out, const struct case_value *values) {
    value_object(&out->line, out->columns, values, out->columns_n);
}

static bool begin_json(struct output *out) {
    buffer_add_char(&out->line, '[');
    return write_line(out);
}

static bool row_json(struct output *out, const struct case_value *values) {
    buffer_add(&out->line, out->rows ? S(",\n") : S("\n"));
    add_object(out, values);
    return write_line(out);
}

static bool end_json(struct output *out) {
    buffer_add(&out->line, out->rows ? S("\n]\n") : S("]\n"));
    return write_line(out);
}

static bool row_jsonl(struct output *out, const struct case_value *values) {
    add_object(out, values);
    buffer_add_char(&out->line, '\n');
    return write_line(out);
}

static bool begin_parquet(struct output *out) {
    enum case_type *types = arena_take(&out->memory, (out->columns_n + 1) * sizeof *types);
    const char **names = arena_take(&out->memory, (out->columns_n + 1) * sizeof *names);
    for (size_t i = 0; i < out->columns_n; i++)
        types[i] = out->columns[i].type, names[i] = out->columns[i].name;
    return parquet_new(out->options.path, names, types, out->columns_n, &out->parquet, &out->error) == OK;
}

static bool row_parquet(struct output *out, const struct case_value *values) {
    return parquet_row(out->parquet, values, &out->error) == OK;
}

static bool end_parquet(struct output *out) {
    return parquet_write(out->parquet, &out->error) == OK;
}

static const struct writer WRITERS[] = {
    {"table", begin_table, row_table, end_table},
    {"csv", begin_csv, row_csv, do_nothing},
    {"json", begin_json, row_json, end_json},
    {"jsonl", do_nothing, row_jsonl, do_nothing},
    {"parquet", begin_parquet, row_parquet, end_parquet},
};
enum { WRITERS_N = sizeof WRITERS / sizeof *WRITERS };
const char OUTPUT_FORMATS[] = "table, csv, json, jsonl or parquet";

// ---- From open to close ----

static const struct writer *find_writer(const char *name) {
    for (size_t i = 0; i < WRITERS_N; i++)
        if (strcmp(WRITERS[i].name, name) == 0)
            return &WRITERS[i];
    return NULL;
}

static const char *format_of(const struct output_options *options) {
    const char *dot = options->path ? strrchr(options->path, '.') : NULL;
    if (options->format)
        return options->format;
    return dot && find_writer(dot + 1) ? dot + 1 : "table";
}

enum exit_status output_open(const struct command *command, const struct output_options *options, struct output **ret) {
    const char *format = format_of(options);
    const struct writer *writer = find_writer(format);
    if (!writer)
        return say_usage(command, "--format: there is no '%s'; there are %s", format, OUTPUT_FORMATS);
    if (writer->begin == begin_parquet && !options->path)
        return say_usage(command, "--format parquet wants a file: -o FILE");
    if (options->raw && !options->path && isatty(STDOUT_FILENO))
        return say_usage(command, "--raw does not write to a terminal: use -o FILE or a pipe");
    struct output *out = must_zero(1, sizeof *out);
    out->options = *options;
    out->writer = writer;
    error_clear(&out->error);
    *ret = out;
    return EXIT_DONE;
}

static bool open_file(struct output *out) {
    const char *path = out->options.path;
    if (out->writer->begin == begin_parquet)
        return true; // the store writes it
    out->file = path ? fopen(path, "we") : stdout;
    if (!out->file)
        error_set(&out->error, FAIL, errno, "cannot write '%s': %s", path, strerror(errno));
    return out->file != NULL;
}

static bool take_columns(void *context, const struct answer_column *columns, size_t n) {
    struct output *out = context;
    out->columns = answer_keep(&out->memory, columns, n);
    out->columns_n = n;
    return open_file(out) && out->writer->begin(out);
}

static bool take_row(void *context, const struct case_value *values, size_t n) {
    struct output *out = context;
    (void)n; // as many as there are columns
    if (!out->writer->row(out, values))
        return false;
    out->rows++;
    return true;
}

struct answer_sink output_sink(struct output *output) {
    return (struct answer_sink){output, take_columns, take_row};
}

static void finish_file(struct output *out) {
    const char *path = out->options.path;
    bool written = !ferror(out->file) && fflush(out->file) == 0;
    int sys = errno;
    if (path && fclose(out->file) != 0 && written)
        written = false, sys = errno;
    if (!written && path)
        error_set(&out->error, FAIL, sys, "cannot write '%s': %s", path, strerror(sys));
    else if (!written)
        error_set(&out->error, FAIL, sys, "cannot write to standard output: %s", strerror(sys));
}

// Half an answer is worse than none. Only a file: -o /dev/full must not cost us /dev/full.
static void remove_file(const char *path) {
    struct stat st;
    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
        unlink(path);
}

enum status output_close(struct output *output, bool good, struct error *error) {
    const char *path = output->options.path;
    bool begun = output->file || output->parquet;
    if (good && begun)
        output->writer->end(output);
    if (output->file)
        finish_file(output);
    if (output->error.status != OK)
        error_set(error, output->error.status, output->error.sys, "%s", output->error.text);
    enum status status = output->error.status;
    if (path && begun && (!good || status != OK))
        remove_file(path);
    table_drop(output->table);
    parquet_free(output->parquet);
    buffer_done(&output->line);
    arena_done(&output->memory);
    free(output);
    return status;
}
