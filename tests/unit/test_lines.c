// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Lines are the same whatever the blocks, and a long line is one line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/limits.h"
#include "ingest/lines.h"

#include <stdlib.h>

static void tell(void *context, struct str line, uint64_t offset, uint64_t whole) {
    struct buffer *b = context;
    buffer_print(b, "%llu+%zu", (unsigned long long)offset, line.n);
    if (whole)
        buffer_print(b, " of %llu", (unsigned long long)whole);
    if (line.n < 40)
        buffer_print(b, " %.*s", STR_ARG(line));
    buffer_add_char(b, '\n');
}

// What is told of `text` fed in blocks of `step`.
static char *told(struct str text, size_t step) {
    struct lines lines = {0};
    struct buffer b = {0};
    char *room = must_alloc(LINES_ROOM + LIMIT_READ_BLOCK);
    lines_begin(&lines, 0);
    for (struct str rest = text; rest.n; rest = str_skip(rest, step)) {
        struct str block = str_head(rest, step);
        memcpy(room + LINES_ROOM, block.p, block.n);
        lines_feed(&lines, room + LINES_ROOM, block.n, tell, &b);
    }
    lines_end(&lines, room, tell, &b);
    lines_done(&lines);
    free(room);
    buffer_add_char(&b, '\0');
    return b.p;
}

static void expect(struct str text, size_t step, const char *want) {
    char *got = told(text, step);
    assert_string_equal(got, want);
    free(got);
}

static void test_small_blocks(void **state) {
    (void)state;
    const struct str text = S("one\n\r\n\ntwo\r\n three\rfour\nno end");
    const char *want = "0+3 one\n4+0 \n6+0 \n7+3 two\n12+11  three\rfour\n24+6 no end\n";
    for (size_t step = 1; step <= text.n; step++)
        expect(text, step, want);
    expect(STR_NONE, 1, "");
    expect(S("\n"), 1, "0+0 \n");
}

static void test_long_lines(void **state) {
    (void)state;
    static const size_t steps[] = {4096, 65535, 65536, LIMIT_READ_BLOCK};
    for (int more = -1; more <= 1; more++)
        for (int ended = 0; ended < 2; ended++)
            for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
                size_t n = (size_t)(LIMIT_LINE + more);
                struct buffer text = {0}, want = {0};
                buffer_add(&text, S("a\n"));
                memset(buffer_room(&text, n), 'x', n);
                text.n += n;
                if (more > 0)
                    buffer_print(&want, "0+1 a\n2+%d of %zu\n", LIMIT_LINE_HEAD, n);
                else
                    buffer_print(&want, "0+1 a\n2+%zu\n", n);
                if (ended) {
                    buffer_add(&text, S("\nb\n"));
                    buffer_print(&want, "%zu+1 b\n", n + 3);
                }
                buffer_add_char(&want, '\0');
                expect(buffer_str(&text), steps[i], want.p);
                buffer_done(&text);
                buffer_done(&want);
            }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_blocks),
        cmocka_unit_test(test_long_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
