// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What parent and child say to each other over their socket: frames of a letter, four bytes of length and
// that many bytes. Integers are in the machine's own order, both ends being the same program. The child may
// have been taken over by its SQL, so the parent believes nothing it reads: every length and type is checked.
#pragma once

#include "notebook/question.h"

enum {
    WIRE_QUESTION = 'Q', // parent → child
    WIRE_COLUMNS = 'C',  // child → parent
    WIRE_ROWS = 'R',     // as many rows as fit
    WIRE_ERROR = 'E',    // instead of WIRE_DONE
    WIRE_DONE = 'D',
    WIRE_HEAD = 5,             // bytes before a frame's payload
    WIRE_FRAME_MAX = 64 << 20, // bytes of payload
    WIRE_ROWS_ENOUGH = 64 << 10,
    WIRE_COLUMNS_MAX = 4096,
};

// Frames are built in a buffer: wire_begin(), puts, wire_end().
size_t wire_begin(struct buffer *b, char kind);
void wire_end(struct buffer *b, size_t begun);
void wire_put_u8(struct buffer *b, uint8_t v);
void wire_put_u64(struct buffer *b, uint64_t v);
void wire_put_str(struct buffer *b, struct str s);
void wire_put_value(struct buffer *b, const struct case_value *v);
void wire_put_question(struct buffer *b, const struct question *q);
void wire_put_meta(struct buffer *b, const struct answer_meta *m);

// Reading: after the first thing that does not fit, `bad` stays true and everything reads as nothing.
struct wire {
    struct str rest;
    bool bad;
};
uint8_t wire_get_u8(struct wire *w);
uint64_t wire_get_u64(struct wire *w);
struct str wire_get_str(struct wire *w);
struct case_value wire_get_value(struct wire *w); // no lists
// Slices point into what `w` reads; arrays and names come from `arena`.
void wire_get_question(struct wire *w, struct arena *arena, struct question *ret);
void wire_get_meta(struct wire *w, struct answer_meta *ret);
// The head of a frame: false when it is none, or longer than WIRE_FRAME_MAX.
bool wire_head(const char head[WIRE_HEAD], char *ret_kind, size_t *ret_n);
