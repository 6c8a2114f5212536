// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Slices at their edges: nothing, the first and the last byte, one too many; and names that get numbers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/intern.h"

static void assert_str(struct str seen, struct str wanted) {
    if (!str_eq(seen, wanted))
        fail_msg("wanted <%.*s>, seen <%.*s>", STR_ARG(wanted), STR_ARG(seen));
}

static void find(void **state) {
    (void)state;
    static const struct {
        struct str s, needle;
        ptrdiff_t first, last;
    } rows[] = {
        {S("abcabc"), S("abc"), 0, 3}, {S("abcabc"), S("c"), 2, 5},  {S("abc"), S("abcd"), -1, -1},
        {S("abc"), S("abc"), 0, 0},    {S("abc"), S(""), 0, 3},      {S(""), S(""), 0, 0},
        {S(""), S("a"), -1, -1},       {S("a\0b\0"), S("\0"), 1, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(str_find(rows[i].s, rows[i].needle), rows[i].first);
        assert_int_equal(str_rfind(rows[i].s, rows[i].needle), rows[i].last);
    }
    assert_int_equal(str_find_char(STR_NONE, 'a'), -1);
    assert_int_equal(str_rfind_char(STR_NONE, 'a'), -1);
}

static void cut(void **state) {
    (void)state;
    struct str rest = S("a,,b,"), part;
    assert_true(str_cut(&rest, ',', &part));
    assert_str(part, S("a"));
    assert_true(str_cut(&rest, ',', &part));
    assert_str(part, S(""));
    assert_true(str_cut(&rest, ',', &part));
    assert_str(part, S("b"));
    assert_false(str_cut(&rest, ',', &part)); // a mark at the end begins nothing
    rest = S("whole");
    assert_true(str_cut(&rest, ',', &part));
    assert_str(part, S("whole"));
    assert_int_equal(rest.n, 0);
}

static void skip_and_take(void **state) {
    (void)state;
    struct str s = S("abc");
    assert_str(str_skip(s, 3), S(""));
    assert_str(str_skip(s, 4), S(""));
    assert_str(str_head(s, 4), s);
    assert_null(str_skip(STR_NONE, 1).p);
    assert_false(str_take(&s, S("abcd")));
    assert_true(str_take(&s, S("ab")));
    assert_str(s, S("c"));
    assert_str(str_trim(S(" \t x y\t ")), S("x y"));
    assert_str(str_trim(S(" \t ")), S(""));
    assert_true(str_eq_nocase(S("Host"), S("hOST")));
    assert_false(str_eq_nocase(S("["), S("{"))); // 0x20 apart, and no letters
}

static void numbers(void **state) {
    (void)state;
    uint64_t v = 7;
    assert_true(str_to_u64(S("18446744073709551615"), &v) && v == UINT64_MAX);
    v = 7;
    static const struct str none[] = {S(""), S("18446744073709551616"), S("-1"), S("+1"), S(" 1"), S("1 "), S("0x1")};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(str_to_u64(none[i], &v));
    assert_int_equal(v, 7);
}

// Around the length that stands in the slot itself, and past several widenings.
static void interned(void **state) {
    (void)state;
    enum { MANY = 5000 };
    struct intern table = {0};
    struct arena arena = {0};
    for (uint32_t i = 1; i <= MANY; i++) {
        struct str name = arena_print(&arena, "%u%.*s", i, (int)(i % 40), "0123456789012345678901234567890123456789");
        assert_int_equal(intern_find(&table, name), 0);
        assert_int_equal(intern_id(&table, name), i);
        assert_int_equal(intern_id(&table, name), i);
        assert_str(intern_value(&table, i), name);
    }
    assert_int_equal(intern_find(&table, intern_value(&table, 1)), 1);
    assert_int_equal(intern_id(&table, STR_NONE), 0);
    assert_int_equal(intern_id(&table, S("")), 0);
    assert_int_equal(table.n, MANY);
    intern_done(&table);
    arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find),    cmocka_unit_test(cut),      cmocka_unit_test(skip_and_take),
        cmocka_unit_test(numbers), cmocka_unit_test(interned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
