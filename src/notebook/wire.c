// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See wire.h. An absent string is a length of all ones.
#include "notebook/wire.h"

size_t wire_begin(struct buffer *b, char kind) {
    size_t begun = b->n;
    buffer_add_char(b, kind);
    buffer_add(b, S("\0\0\0\0"));
    return begun;
}

void wire_end(struct buffer *b, size_t begun) {
    uint32_t n = (uint32_t)(b->n - begun - WIRE_HEAD);
    memcpy(b->p + begun + 1, &n, sizeof n);
}

bool wire_head(const char head[WIRE_HEAD], char *ret_kind, size_t *ret_n) {
    uint32_t n;
    memcpy(&n, head + 1, sizeof n);
    *ret_kind = head[0];
    *ret_n = n;
    return n <= WIRE_FRAME_MAX && strchr("QCRED", head[0]) && head[0];
}

void wire_put_u8(struct buffer *b, uint8_t v) {
    buffer_add_char(b, (char)v);
}

void wire_put_u64(struct buffer *b, uint64_t v) {
    buffer_add(b, (struct str){(const char *)&v, sizeof v});
}

void wire_put_str(struct buffer *b, struct str s) {
    wire_put_u64(b, s.p ? s.n : UINT64_MAX);
    if (s.p)
        buffer_add(b, s);
}

void wire_put_value(struct buffer *b, const struct case_value *v) {
    uint64_t bits = 0;
    wire_put_u8(b, (uint8_t)v->type);
    switch (v->type) {
    case TYPE_BOOL:
        wire_put_u8(b, v->boolean);
        break;
    case TYPE_INTEGER:
    case TYPE_TIME:
        wire_put_u64(b, (uint64_t)(v->type == TYPE_TIME ? v->time : v->integer));
        break;
    case TYPE_DOUBLE:
        memcpy(&bits, &v->real, sizeof bits);
        wire_put_u64(b, bits);
        break;
    case TYPE_TEXT:
        wire_put_str(b, v->text);
        break;
    case TYPE_NULL:
    case TYPE_TEXTS:
        break;
    }
}

static struct str take(struct wire *w, size_t n) {
    w->bad = w->bad || n > w->rest.n;
    if (w->bad)
        return STR_NONE;
    struct str s = str_head(w->rest, n);
    w->rest = str_skip(w->rest, n);
    return s;
}

uint8_t wire_get_u8(struct wire *w) {
    struct str s = take(w, 1);
    return s.p ? (uint8_t)s.p[0] : 0;
}

uint64_t wire_get_u64(struct wire *w) {
    uint64_t v = 0;
    struct str s = take(w, sizeof v);
    if (s.p)
        memcpy(&v, s.p, sizeof v);
    return v;
}

struct str wire_get_str(struct wire *w) {
    uint64_t n = wire_get_u64(w);
    if (w->bad || n == UINT64_MAX)
        return STR_NONE;
    return take(w, n);
}

struct case_value wire_get_value(struct wire *w) {
    struct case_value v = {.type = (enum case_type)wire_get_u8(w)};
    uint64_t bits;
    switch (v.type) {
    case TYPE_BOOL:
        v.boolean = wire_get_u8(w) != 0;
        break;
    case TYPE_INTEGER:
        v.integer = (int64_t)wire_get_u64(w);
        break;
    case TYPE_TIME:
        v.time = (usec)wire_get_u64(w);
        break;
    case TYPE_DOUBLE:
        bits = wire_get_u64(w);
        memcpy(&v.real, &bits, sizeof bits);
        break;
    case TYPE_TEXT:
        v.text = wire_get_str(w);
        break;
    default:
        v.type = TYPE_NULL;
    }
    return v;
}

// ---- A question ----

static void put_scope(struct buffer *b, const struct scope *s) {
    wire_put_u8(b, s->hosts != NULL);
    wire_put_u64(b, s->hosts ? s->hosts_n : 0);
    for (size_t i = 0; s->hosts && i < s->hosts_n; i++)
        wire_put_str(b, s->hosts[i]);
    wire_put_u64(b, (uint64_t)s->from);
    wire_put_u64(b, (uint64_t)s->to);
    wire_put_u64(b, s->params_n);
    for (size_t i = 0; i < s->params_n; i++) {
        wire_put_str(b, str_of(s->params[i].name));
        wire_put_value(b, &s->params[i].value);
    }
}

void wire_put_question(struct buffer *b, const struct question *q) {
    wire_put_str(b, q->sql);
    put_scope(b, &q->scope);
    wire_put_u8(b, q->binned);
    wire_put_u8(b, q->counted);
    wire_put_str(b, q->lane);
    wire_put_u64(b, (uint64_t)q->window_from);
    wire_put_u64(b, (uint64_t)q->window_to);
    wire_put_u64(b, q->bins);
    wire_put_str(b, q->sort);
    wire_put_u8(b, q->descending);
    wire_put_str(b, q->filter);
    wire_put_u64(b, q->offset);
    wire_put_u64(b, q->limit);
    wire_put_u8(b, q->want_total);
}

// A count of things that take at least `bytes` each; more than can be there is none.
static size_t get_count(struct wire *w, size_t bytes) {
    uint64_t n = wire_get_u64(w);
    w->bad = w->bad || n > w->rest.n / bytes;
    return w->bad ? 0 : (size_t)n;
}

static void get_scope(struct wire *w, struct arena *arena, struct scope *ret) {
    bool some = wire_get_u8(w) != 0;
    size_t hosts_n = get_count(w, sizeof(uint64_t));
    struct str *hosts = arena_take(arena, (hosts_n + 1) * sizeof *hosts);
    for (size_t i = 0; i < hosts_n; i++)
        hosts[i] = wire_get_str(w);
    ret->hosts = some ? hosts : NULL;
    ret->hosts_n = hosts_n;
    ret->from = (usec)wire_get_u64(w);
    ret->to = (usec)wire_get_u64(w);
    ret->params_n = get_count(w, sizeof(uint64_t));
    struct case_param *params = arena_take(arena, (ret->params_n + 1) * sizeof *params);
    for (size_t i = 0; i < ret->params_n; i++) {
        params[i].name = arena_copy(arena, wire_get_str(w)).p;
        params[i].value = wire_get_value(w);
    }
    ret->params = params;
}

void wire_get_question(struct wire *w, struct arena *arena, struct question *ret) {
    *ret = (struct question){.sql = wire_get_str(w)};
    get_scope(w, arena, &ret->scope);
    ret->binned = wire_get_u8(w) != 0;
    ret->counted = wire_get_u8(w) != 0;
    ret->lane = wire_get_str(w);
    ret->window_from = (usec)wire_get_u64(w);
    ret->window_to = (usec)wire_get_u64(w);
    ret->bins = (uint32_t)wire_get_u64(w);
    ret->sort = wire_get_str(w);
    ret->descending = wire_get_u8(w) != 0;
    ret->filter = wire_get_str(w);
    ret->offset = wire_get_u64(w);
    ret->limit = wire_get_u64(w);
    ret->want_total = wire_get_u8(w) != 0;
}

// ---- What is known of an answer ----

void wire_put_meta(struct buffer *b, const struct answer_meta *m) {
    wire_put_u64(b, m->rows);
    wire_put_u64(b, (uint64_t)m->total);
    wire_put_u8(b, m->truncated);
    wire_put_u64(b, (uint64_t)m->bin);
    wire_put_u64(b, (uint64_t)m->error_byte);
}

void wire_get_meta(struct wire *w, struct answer_meta *ret) {
    *ret = (struct answer_meta){.rows = wire_get_u64(w)};
    ret->total = (int64_t)wire_get_u64(w);
    ret->truncated = wire_get_u8(w) != 0;
    ret->bin = (usec)wire_get_u64(w);
    ret->error_byte = (int64_t)wire_get_u64(w);
}
