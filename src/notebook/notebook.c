// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Reading a notebook file. It may have come with a case from a stranger, so: one copy of the text, slices
// into it, and arrays whose size is counted before they are filled. What surprises: the front matter looks
// like YAML and is only `key: value` lines, one level of `  name: type = default` below `params:`; and a
// fence inside another fence is text.
#include "notebook/notebook.h"

#include "base/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const char *const NOTEBOOK_ORIGINS[] = {"built-in", "user", "case"};

static const char *const VIEWS[] = {"stat",   "findings", "table", "timeline", "bars",   "share",
                                    "series", "heatmap",  "map",   "select",   "record", "text"};
static const char *const WIDTHS[] = {"full", "half", "third", "two-thirds"};

// The notebook with what only its maker needs. `notebook` comes first, so that one pointer serves both.
struct made {
    struct notebook notebook;
    char *text, *spare; // spare: behind the text, for names given here
    struct notebook_block *blocks;
    struct notebook_option *options;
    struct str *values;
    size_t cells_n, options_n, values_n;
};

enum { CELL_NAME = 16 };

struct reader {
    struct made *made;
    struct str rest;
    unsigned line; // of the line read last, from 1
    struct error *error;
};

bool notebook_name_valid(struct str name) {
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return name.n >= 1 && name.n <= NOTEBOOK_NAME_MAX;
}

// The next line without its end. False behind the last.
static bool read_line(struct reader *r, struct str *ret) {
    if (!str_cut(&r->rest, '\n', ret))
        return false;
    if (ret->n && ret->p[ret->n - 1] == '\r')
        ret->n--;
    r->line++;
    return true;
}

static enum status complain(struct reader *r, const char *what, struct str value) {
    return error_set(r->error, FAIL, 0, "notebook %.*s, line %u: %s%s%.*s", STR_ARG(r->made->notebook.name), r->line,
                     what, value.p ? ": " : "", (int)(value.n < 80 ? value.n : 80), value.p ? value.p : "");
}

static struct str unquote(struct str v) {
    v = str_trim(v);
    bool quoted = v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') && v.p[v.n - 1] == v.p[0];
    return quoted ? (struct str){v.p + 1, v.n - 2} : v;
}

// "key: value" → both, trimmed, the value without the quotes around it.
static bool split_at(struct str line, char mark, struct str *ret_key, struct str *ret_value) {
    ptrdiff_t at = str_find_char(line, mark);
    if (at <= 0)
        return false;
    *ret_key = str_trim(str_head(line, (size_t)at));
    *ret_value = unquote(str_skip(line, (size_t)at + 1));
    return ret_key->n > 0;
}

static bool is_listed(struct str s, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(s, str_of(list[i])))
            return true;
    return false;
}

// Identifiers of parameters: what DuckDB takes behind a `$`.
static bool is_identifier(struct str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i && c >= '0' && c <= '9'))
            return false;
    }
    return s.n >= 1 && s.n <= NOTEBOOK_NAME_MAX;
}

bool notebook_value(enum case_type type, struct str text, struct case_value *ret) {
    char number[64], *end;
    *ret = (struct case_value){.type = type};
    if (type == TYPE_TEXT) {
        ret->text = text;
        return true;
    }
    if (type == TYPE_TIME)
        return civil_parse(text, &ret->time);
    if (type == TYPE_BOOL) {
        ret->boolean = str_eq(text, S("true"));
        return ret->boolean || str_eq(text, S("false"));
    }
    if (text.n == 0 || text.n >= sizeof number)
        return false;
    memcpy(number, text.p, text.n);
    number[text.n] = '\0';
    errno = 0;
    if (type == TYPE_INTEGER)
        ret->integer = strtoll(number, &end, 10);
    else
        ret->real = strtod(number, &end);
    return errno == 0 && *end == '\0';
}

static bool find_type(struct str word, enum case_type *ret) {
    static const struct {
        const char *word;
        enum case_type type;
    } types[] = {{"text", TYPE_TEXT},
                 {"integer", TYPE_INTEGER},
                 {"double", TYPE_DOUBLE},
                 {"boolean", TYPE_BOOL},
                 {"time", TYPE_TIME}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eq(word, str_of(types[i].word))) {
            *ret = types[i].type;
            return true;
        }
    return false;
}

// Adds a parameter; one that is there already stays.
static enum status add_param(struct reader *r, struct str name, enum case_type type, struct case_value value) {
    static const char *const taken[] = {"hosts", "host", "from", "to", "window_from", "window_to", "filter_text"};
    struct notebook *nb = &r->made->notebook;
    if (!is_identifier(name) || is_listed(name, taken, sizeof taken / sizeof *taken))
        return complain(r, "not a name a parameter can have", name);
    for (size_t i = 0; i < nb->params_n; i++)
        if (str_eq(name, str_of(nb->params[i].name)))
            return OK;
    if (nb->params_n == NOTEBOOK_PARAMS_MAX)
        return complain(r, "more than 32 parameters", STR_NONE);
    nb->params[nb->params_n++] = (struct notebook_param){must_copy(name), type, value};
    return OK;
}

// "name: type" or "name: type = default"
static enum status read_param(struct reader *r, struct str line) {
    struct str name, word, text = STR_NONE, rest;
    if (!split_at(line, ':', &name, &rest))
        return complain(r, "expected `name: type = default`", line);
    if (!split_at(rest, '=', &word, &text))
        word = rest;
    enum case_type type;
    if (!find_type(word, &type))
        return complain(r, "not a type (text, integer, double, boolean, time)", word);
    struct case_value value = {.type = TYPE_NULL};
    if (text.p && !notebook_value(type, text, &value))
        return complain(r, "the default is not of that type", text);
    return add_param(r, name, type, value);
}

// Takes the next element off "a, b, c".
static bool take_element(struct str *list, struct str *ret) {
    while (str_cut(list, ',', ret)) {
        *ret = str_trim(*ret);
        if (ret->n)
            return true;
    }
    return false;
}

static bool is_list(struct str value) {
    return value.n >= 2 && value.p[0] == '[' && value.p[value.n - 1] == ']';
}

// params: [a, b]: text parameters without a default.
static enum status read_param_list(struct reader *r, struct str value) {
    struct str list = {value.p + 1, value.n - 2}, name;
    enum status status = OK;
    while (status == OK && take_element(&list, &name))
        status = add_param(r, name, TYPE_TEXT, (struct case_value){.type = TYPE_NULL});
    return status;
}

static enum status read_front_pair(struct reader *r, struct str key, struct str value) {
    struct notebook *nb = &r->made->notebook;
    uint64_t order;
    if (str_eq(key, S("title")))
        nb->title = value;
    else if (str_eq(key, S("hypothesis")))
        nb->hypothesis = value.n ? value : STR_NONE;
    else if (str_eq(key, S("count_cell")))
        nb->count_cell = value;
    else if (str_eq(key, S("order")) && str_to_u64(value, &order) && order < 100000)
        nb->order = (int)order;
    else if (str_eq(key, S("params")) && is_list(value))
        return read_param_list(r, value);
    else if (!str_eq(key, S("params")) || value.n)
        return complain(r, "not a setting of a notebook (title, hypothesis, order, count_cell, params)", key);
    return OK;
}

static enum status read_front_matter(struct reader *r) {
    struct str line, key, value;
    struct reader start = *r;
    if (!read_line(r, &line) || !str_eq(line, S("---"))) {
        *r = start;
        return OK;
    }
    bool in_params = false;
    enum status status = OK;
    while (status == OK && read_line(r, &line)) {
        if (str_eq(line, S("---")))
            return OK;
        bool indented = line.n && (line.p[0] == ' ' || line.p[0] == '\t');
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (indented && in_params)
            status = read_param(r, line);
        else if (!split_at(line, ':', &key, &value))
            status = complain(r, "expected `key: value`", line);
        else {
            in_params = str_eq(key, S("params"));
            status = read_front_pair(r, key, value);
        }
    }
    return status != OK ? status : complain(r, "the front matter has no end (a line `---`)", STR_NONE);
}

// ---- Cells ----

// Options that have a field of their own.
static struct str *find_field(struct notebook_cell *cell, struct str key) {
    const struct {
        struct str key;
        struct str *field;
    } fields[] = {{S("id"), &cell->id},     {S("view"), &cell->view},   {S("title"), &cell->title},
                  {S("note"), &cell->note}, {S("empty"), &cell->empty}, {S("width"), &cell->width}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (str_eq(key, fields[i].key))
            return fields[i].field;
    return NULL;
}

static void add_option(struct made *m, struct notebook_cell *cell, struct str key, struct str value) {
    struct notebook_option *o = &m->options[m->options_n++];
    *o = (struct notebook_option){.key = key, .values = m->values + m->values_n, .is_list = is_list(value)};
    if (o->is_list) {
        struct str list = {value.p + 1, value.n - 2};
        while (take_element(&list, &m->values[m->values_n]))
            m->values_n++, o->n++;
    } else {
        m->values[m->values_n++] = value;
        o->n = 1;
    }
    if (!cell->options_n++)
        cell->options = o;
}

static enum status read_option(struct reader *r, struct notebook_cell *cell, struct str line) {
    struct str key, value;
    if (!split_at(line, ':', &key, &value))
        return complain(r, "expected `--| key: value`", line);
    struct str *field = find_field(cell, key);
    if (field)
        *field = value;
    else if (str_eq(key, S("hidden")))
        cell->hidden = str_eq(value, S("true"));
    else
        add_option(r->made, cell, key, value);
    // The choice made in this panel is a parameter of those below it.
    if (str_eq(key, S("param")))
        return add_param(r, value, TYPE_TEXT, (struct case_value){.type = TYPE_NULL});
    return OK;
}

static enum status check_cell(struct reader *r, const struct notebook_cell *cell) {
    if (!is_listed(cell->view, VIEWS, sizeof VIEWS / sizeof *VIEWS))
        return complain(r, "there is no such view", cell->view);
    if (!is_listed(cell->width, WIDTHS, sizeof WIDTHS / sizeof *WIDTHS))
        return complain(r, "not a width (full, half, third, two-thirds)", cell->width);
    if (!notebook_name_valid(cell->id))
        return complain(r, "an id has small letters, digits and dashes", cell->id);
    if (notebook_cell(&r->made->notebook, cell->id))
        return complain(r, "two cells have the id", cell->id);
    if (str_trim(cell->sql).n == 0)
        return complain(r, "the cell has no SQL", cell->id);
    if (cell->sql.n > LIMIT_QUERY_TEXT)
        return complain(r, "the SQL is longer than 256 KiB in cell", cell->id);
    return OK;
}

static bool is_fence(struct str line) {
    return str_starts(line, S("```"));
}

// What follows the marks opens a fence and cannot close one.
static bool is_closing_fence(struct str line) {
    return is_fence(line) && str_trim(str_skip(line, 3)).n == 0;
}

static bool is_sql_fence(struct str line) {
    return is_fence(line) && str_eq(str_trim(str_skip(line, 3)), S("sql"));
}

static struct str name_cell(struct made *m) {
    char *p = m->spare + m->notebook.blocks_n * CELL_NAME;
    return (struct str){p, (size_t)snprintf(p, CELL_NAME, "cell-%zu", m->cells_n)};
}

static enum status read_cell(struct reader *r) {
    struct made *m = r->made;
    struct notebook_cell cell = {.view = S("table"), .title = S(""), .empty = S("No rows."), .width = S("full")};
    struct str line, start = r->rest;
    bool options = true;
    m->cells_n++;
    while (true) {
        struct str before = r->rest;
        if (!read_line(r, &line))
            return complain(r, "a cell has no end (a line ```)", STR_NONE);
        if (is_closing_fence(line)) {
            cell.sql = options ? S("") : str_between(start.p, before.p);
            break;
        }
        if (options && str_starts(line, S("--|"))) {
            enum status status = read_option(r, &cell, str_skip(line, 3));
            if (status != OK)
                return status;
        } else if (options) {
            options = false;
            start = before;
        }
    }
    if (!cell.id.p)
        cell.id = name_cell(m);
    enum status status = check_cell(r, &cell);
    if (status == OK)
        m->blocks[m->notebook.blocks_n++] = (struct notebook_block){.is_cell = true, .cell = cell};
    return status;
}

static bool is_empty_text(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!strchr(" \t\r\n", s.p[i]))
            return false;
    return true;
}

static void add_text(struct made *m, struct str text) {
    if (!is_empty_text(text))
        m->blocks[m->notebook.blocks_n++] = (struct notebook_block){.markdown = text};
}

static enum status read_body(struct reader *r) {
    const char *start = r->rest.p;
    bool fenced = false;
    struct str line;
    for (const char *before = start; read_line(r, &line); before = r->rest.p) {
        if (fenced || !is_sql_fence(line)) {
            fenced = fenced ? !is_closing_fence(line) : is_fence(line);
            continue;
        }
        add_text(r->made, str_between(start, before));
        enum status status = read_cell(r);
        if (status != OK)
            return status;
        start = r->rest.p;
    }
    add_text(r->made, str_between(start, r->rest.p));
    return OK;
}

// ---- The whole ----

static size_t count_of(struct str s, struct str what) {
    size_t n = 0;
    for (ptrdiff_t at; (at = str_find(s, what)) >= 0; n++)
        s = str_skip(s, (size_t)at + what.n);
    return n;
}

// All room is taken here: a fence makes at most two blocks, an option mark one option, a mark or a comma one value.
static struct made *make_room(struct str name, struct str text) {
    struct made *m = must_zero(1, sizeof *m);
    size_t fences = count_of(text, S("```")), marks = count_of(text, S("--|"));
    size_t blocks = 2 * fences + 1;
    m->text = must_alloc(text.n + name.n + blocks * CELL_NAME);
    memcpy(m->text, text.n ? text.p : "", text.n);
    memcpy(m->text + text.n, name.p, name.n);
    m->spare = m->text + text.n + name.n;
    m->blocks = must_zero(blocks, sizeof *m->blocks);
    m->options = must_zero(marks + 1, sizeof *m->options);
    m->values = must_zero(marks + count_of(text, S(",")) + 1, sizeof *m->values);
    m->notebook.text = (struct str){m->text, text.n};
    m->notebook.name = (struct str){m->text + text.n, name.n};
    m->notebook.title = m->notebook.name;
    m->notebook.order = 1000;
    m->notebook.blocks = m->blocks;
    return m;
}

enum status notebook_parse(struct str name, struct str text, struct notebook **ret, struct error *error) {
    if (!notebook_name_valid(name))
        return error_set(error, FAIL, 0, "a notebook's name has 1 to 64 small letters, digits and dashes: %.*s",
                         (int)(name.n < 80 ? name.n : 80), name.p ? name.p : "");
    if (text.n > NOTEBOOK_TEXT_MAX)
        return error_set(error, FAIL, 0, "notebook %.*s is longer than %d KiB", STR_ARG(name), NOTEBOOK_TEXT_MAX >> 10);
    struct made *m = make_room(name, text);
    struct reader r = {.made = m, .rest = m->notebook.text, .error = error};
    enum status status = read_front_matter(&r);
    if (status == OK)
        status = read_body(&r);
    if (status == OK && m->notebook.count_cell.p && !notebook_cell(&m->notebook, m->notebook.count_cell))
        status = complain(&r, "count_cell names no cell", m->notebook.count_cell);
    if (status != OK) {
        notebook_free(&m->notebook);
        return status;
    }
    *ret = &m->notebook;
    return OK;
}

void notebook_free(struct notebook *notebook) {
    struct made *m = (struct made *)notebook;
    if (!m)
        return;
    for (size_t i = 0; i < notebook->params_n; i++)
        free((char *)notebook->params[i].name);
    free(m->text);
    free(m->blocks);
    free(m->options);
    free(m->values);
    free(m);
}

const struct notebook_cell *notebook_cell(const struct notebook *notebook, struct str id) {
    for (size_t i = 0; i < notebook->blocks_n; i++)
        if (notebook->blocks[i].is_cell && str_eq(notebook->blocks[i].cell.id, id))
            return &notebook->blocks[i].cell;
    return NULL;
}

const struct notebook_option *notebook_option(const struct notebook_cell *cell, struct str key) {
    for (size_t i = 0; i < cell->options_n; i++)
        if (str_eq(cell->options[i].key, key))
            return &cell->options[i];
    return NULL;
}
