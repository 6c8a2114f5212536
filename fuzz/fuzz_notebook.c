// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Any bytes as a notebook, and as a question that came over the wire. A notebook that parses keeps its slices
// in its own text, its cells have distinct ids, and parsing its text again gives the same.
#include "notebook/notebook.h"
#include "notebook/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static bool is_inside(struct str part, struct str whole) {
    return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

static void check_cell(const struct notebook *nb, const struct notebook_cell *cell) {
    must(notebook_cell(nb, cell->id) == cell);
    must(cell->view.n && cell->width.n && cell->title.p && is_inside(cell->sql, nb->text));
    for (size_t i = 0; i < cell->options_n; i++)
        for (size_t j = 0; j < cell->options[i].n; j++)
            must(is_inside(cell->options[i].values[j], nb->text));
}

static void check_notebook(struct str text) {
    struct notebook *nb, *again;
    if (notebook_parse(S("fuzz"), text, &nb, NULL) != OK)
        return;
    must(str_eq(nb->text, text) && nb->params_n <= NOTEBOOK_PARAMS_MAX);
    for (size_t i = 0; i < nb->blocks_n; i++)
        if (nb->blocks[i].is_cell)
            check_cell(nb, &nb->blocks[i].cell);
        else
            must(nb->blocks[i].markdown.n && is_inside(nb->blocks[i].markdown, nb->text));
    must(notebook_parse(S("fuzz"), nb->text, &again, NULL) == OK && again->blocks_n == nb->blocks_n);
    notebook_free(again);
    notebook_free(nb);
}

static void check_question(struct str bytes) {
    static struct arena arena;
    struct wire wire = {.rest = bytes};
    struct question q;
    wire_get_question(&wire, &arena, &q);
    struct buffer b = {0};
    if (!wire.bad && wire.rest.n == 0) { // what was understood can be said again
        wire_put_question(&b, &q);
        must(b.n >= 8);
    }
    buffer_done(&b);
    arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str bytes = {(const char *)data, size};
    check_notebook(bytes);
    check_question(bytes);
    return 0;
}
