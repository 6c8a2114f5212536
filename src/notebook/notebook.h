// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A notebook is a Markdown file: a front matter, text, and cells. It is the unit an analyst reads, forks and
// hands to a colleague; the page, the command line and the report run the same cells. docs/notebooks.md
// describes the file. Three places hold them: the program itself, the user's folder, the case folder. The
// last came with the case and is as little trusted as the case: only built-in SQL runs in this process.
#pragma once

#include "notebook/question.h"

enum notebook_origin { NOTEBOOK_BUILT_IN, NOTEBOOK_USER, NOTEBOOK_CASE };
extern const char *const NOTEBOOK_ORIGINS[]; // "built-in", "user", "case"

// A `--| key: value` line, or `--| key: [a, b]`.
struct notebook_option {
    struct str key;
    const struct str *values;
    size_t n;
    bool is_list;
};

struct notebook_cell {
    struct str id;                         // unique in the notebook; cell-1, cell-2 … where none is given
    struct str view;                       // one of docs/api.md; "table" where none is given
    struct str title;                      // "" where none is given
    struct str note;                       // absent where none is given
    struct str empty;                      // what to say when there are no rows
    struct str width;                      // full, half, third, two-thirds
    bool hidden;                           // runs (for a count), but is no panel
    struct str sql;                        // without the option lines
    const struct notebook_option *options; // all others
    size_t options_n;
};

struct notebook_block {
    bool is_cell;
    struct str markdown;
    struct notebook_cell cell;
};

struct notebook_param {
    const char *name;
    enum case_type type;     // TYPE_TEXT, TYPE_INTEGER, TYPE_DOUBLE, TYPE_BOOL or TYPE_TIME
    struct case_value value; // the default; TYPE_NULL where none is given
};

enum { NOTEBOOK_PARAMS_MAX = 32, NOTEBOOK_NAME_MAX = 64, NOTEBOOK_TEXT_MAX = 512 << 10 };

// Read-only. Its slices live as long as itself.
struct notebook {
    struct str name, title, hypothesis; // hypothesis: absent where none is given
    struct str count_cell;              // id of the cell that counts for the list of sections; absent: none
    enum notebook_origin origin;
    int order; // among the sections; 1000 where none is given
    struct str text;
    const struct notebook_block *blocks;
    size_t blocks_n;
    struct notebook_param params[NOTEBOOK_PARAMS_MAX];
    size_t params_n;
};

// [a-z0-9-]{1,64}: the only names a notebook can have.
bool notebook_name_valid(struct str name);
// FAIL names the line. `text` and `name` are copied.
enum status notebook_parse(struct str name, struct str text, struct notebook **ret, struct error *error);
void notebook_free(struct notebook *notebook); // NULL is fine
// Reads a value of a parameter's type as a person writes it. The text is not copied.
bool notebook_value(enum case_type type, struct str text, struct case_value *ret);
// NULL when there is none with this id.
const struct notebook_cell *notebook_cell(const struct notebook *notebook, struct str id);
const struct notebook_option *notebook_option(const struct notebook_cell *cell, struct str key);

// Finds by name: in the program, then in the user's folder, then in the case's (which may be NULL). A name the
// program has can so never mean something else. FAIL names what was asked for and what there is.
enum status notebook_find(const char *case_folder, struct str name, struct notebook **ret, struct error *error);
// All there are, each name once, in order. One that does not parse is left out. Free with notebook_list_free().
struct notebook_list {
    struct notebook **at;
    size_t n;
};
struct notebook_list notebook_list(const char *case_folder);
void notebook_list_free(struct notebook_list *list);
// Saves into the case folder, whole or not at all. FAIL for a bad name, one the program has, a text that does
// not parse, and a full disk.
enum status notebook_save(const char *case_folder, struct str name, struct str text, struct error *error);

// Makes the question a cell asks: fills sql, binned and lane, and the parameters, typed as the front matter
// says, into `ret->scope`, from `given` (text is converted) or the defaults. All else in `*ret` stays as the
// caller set it. FAIL names a parameter with a value that does not fit. Memory from `arena`.
enum status notebook_question(const struct notebook *notebook, const struct notebook_cell *cell,
                              const struct case_param *given, size_t n, struct arena *arena, struct question *ret,
                              struct error *error);
// Asks it in the right place: built-in SQL on `connection`, all other in a child. `folder` NULL: the case is
// being read and there can be no child, which is then an error that says so.
struct worker_place;
enum status notebook_run(const struct notebook *notebook, struct case_connection *connection,
                         const struct worker_place *place, const struct question *question,
                         const struct answer_sink *sink, struct answer_meta *ret_meta, struct error *error);
