// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Notebooks as the page shows and forks them.
#include "serve/room.h"

static void add_member(struct buffer *b, const char *key, struct str value) {
    buffer_print(b, ",\"%s\":", key);
    buffer_add_json(b, value);
}

static void add_option(struct buffer *b, const struct notebook_option *o) {
    buffer_add_json(b, o->key);
    buffer_add(b, o->is_list ? S(":[") : S(":"));
    for (size_t i = 0; i < o->n; i++) {
        if (i)
            buffer_add_char(b, ',');
        buffer_add_json(b, o->values[i]);
    }
    if (o->is_list)
        buffer_add_char(b, ']');
}

static void add_cell(struct buffer *b, const struct notebook_cell *c) {
    buffer_add(b, S("{\"kind\":\"cell\""));
    add_member(b, "id", c->id);
    add_member(b, "view", c->view);
    add_member(b, "title", c->title);
    add_member(b, "note", c->note);
    add_member(b, "empty", c->empty);
    add_member(b, "width", c->width);
    add_member(b, "sql", c->sql);
    buffer_add(b, S(",\"options\":{"));
    for (size_t i = 0; i < c->options_n; i++) {
        if (i)
            buffer_add_char(b, ',');
        add_option(b, &c->options[i]);
    }
    buffer_add(b, S("}}"));
}

static void add_blocks(struct buffer *b, const struct notebook *nb) {
    bool first = true;
    for (size_t i = 0; i < nb->blocks_n; i++) {
        const struct notebook_block *block = &nb->blocks[i];
        if (block->is_cell && block->cell.hidden)
            continue;
        if (!first)
            buffer_add_char(b, ',');
        first = false;
        if (block->is_cell) {
            add_cell(b, &block->cell);
            continue;
        }
        buffer_add(b, S("{\"kind\":\"text\""));
        add_member(b, "markdown", block->markdown);
        buffer_add_char(b, '}');
    }
}

void api_notebook(struct call *call) {
    struct notebook *nb;
    struct error error;
    error_clear(&error);
    if (notebook_find(case_folder(call->serve->file), call->rest, &nb, &error) != OK) {
        answer_error(call, 404, &error, -1);
        return;
    }
    struct buffer b = {0};
    buffer_add(&b, S("{\"name\":"));
    buffer_add_json(&b, nb->name);
    add_member(&b, "title", nb->title);
    add_member(&b, "hypothesis", nb->hypothesis);
    add_member(&b, "text", nb->text);
    buffer_print(&b, ",\"origin\":\"%s\",\"blocks\":[", NOTEBOOK_ORIGINS[nb->origin]);
    add_blocks(&b, nb);
    buffer_add(&b, S("]}"));
    answer_json(call, &b);
    buffer_done(&b);
    notebook_free(nb);
}

void api_notebook_save(struct call *call) {
    struct str name = STR_NONE, text = STR_NONE;
    struct error error;
    error_clear(&error);
    const struct json_field fields[] = {{"name", JSON_TEXT, true, &name}, {"text", JSON_TEXT, true, &text}};
    if (JSON_TAKE(call->body, fields, &error) != OK)
        answer_error(call, 400, &error, -1);
    else if (notebook_save(case_folder(call->serve->file), name, text, &error) != OK)
        answer_error(call, 422, &error, -1);
    else
        exchange_answer(call->exchange, 204, NULL, NULL, STR_NONE);
}
