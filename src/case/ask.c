// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The short ways: what most of those who ask do with a result, on top of connection.c.
#include "case/case.h"

struct str case_text_at(const struct case_result *r, size_t column, size_t row) {
    struct case_value v = case_value(r, column, row);
    return v.type == TYPE_TEXT ? v.text : STR_NONE;
}

int64_t case_integer_at(const struct case_result *r, size_t column, size_t row) {
    struct case_value v = case_value(r, column, row);
    return v.type == TYPE_INTEGER ? v.integer : 0;
}

usec case_time_at(const struct case_result *r, size_t column, size_t row) {
    struct case_value v = case_value(r, column, row);
    return v.type == TYPE_TIME ? v.time : USEC_NONE;
}

enum status case_each(struct case_connection *c, struct str sql, const struct case_param *params, size_t n,
                      case_take *take, void *context, struct error *error) {
    struct case_result *r;
    size_t rows;
    enum status status = case_query(c, sql, params, n, &r, error);
    if (status != OK)
        return status;
    while ((status = case_fetch(r, &rows, error)) == OK)
        for (size_t row = 0; take && row < rows; row++)
            take(context, r, row);
    case_result_free(r);
    return status == END ? OK : status;
}

void case_quote(struct buffer *b, struct str s, char quote) {
    buffer_add_char(b, quote);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == quote)
            buffer_add_char(b, quote);
        buffer_add_char(b, s.p[i]);
    }
    buffer_add_char(b, quote);
}
