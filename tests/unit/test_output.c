// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Values on their way out: what the evidence's author may have meant for the analyst's terminal, spreadsheet or
// parser, and what arrives there.
#include "cli/table.h"
#include "notebook/value.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

static const enum value_csv_keep PLAIN = VALUE_CSV_DEFUSED, RAW = VALUE_CSV_RAW, CSV_RAW = VALUE_CSV_FORMULAS;

static struct case_value text_value(struct str s) {
    return (struct case_value){.type = TYPE_TEXT, .text = s};
}

static void assert_str(struct str seen, const char *wanted) {
    if (!str_eq(seen, str_of(wanted)))
        fail_msg("wanted <%s>, seen <%.*s>", wanted, STR_ARG(seen));
}

static void assert_csv(struct str cell, enum value_csv_keep keep, const char *wanted) {
    struct buffer b = {0};
    struct case_value v = text_value(cell);
    value_csv(&b, &v, keep);
    assert_str(buffer_str(&b), wanted);
    buffer_done(&b);
}

static void csv_quotes_as_rfc_4180(void **state) {
    (void)state;
    assert_csv(S("plain"), PLAIN, "plain");
    assert_csv(S(""), PLAIN, "");
    assert_csv(S("a,b"), PLAIN, "\"a,b\"");
    assert_csv(S("say \"hi\""), PLAIN, "\"say \"\"hi\"\"\"");
    assert_csv(S("two\nlines"), PLAIN, "\"two\nlines\"");
    assert_csv(S(" edge"), PLAIN, "\" edge\"");
}

static void csv_defuses_formulas(void **state) {
    (void)state;
    static const struct {
        struct str cell;
        const char *wanted;
    } CELLS[] = {
        {S("=1+1"), "'=1+1"},
        {S("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0"},
        {S("+1+1"), "'+1+1"},
        {S("-2+3"), "'-2+3"},
        {S("-"), "'-"},
        {S("@SUM(A1)"), "'@SUM(A1)"},
        {S("\t=1"), "\"'\t=1\""},
        {S("a;=1+1"), "\"a;=1+1\""}, // one cell, also where `;` parts them
        {S("a\t=1+1"), "\"a\t=1+1\""},
        {S("\r=1"), "'\\r=1"},
        {S("\n=1"), "\"'\n=1\""},
        {S("\uff1d1"), "'\uff1d1"},
        {S("\uff0b1"), "'\uff0b1"},
        {S("\uff0d1"), "'\uff0d1"},
        {S("\uff20x"), "'\uff20x"},
        {S("-5"), "-5"},
        {S("+3.5e2"), "+3.5e2"},
        {S("-inf"), "'-inf"},
        {S("-0x1p3"), "'-0x1p3"},
        {S("a=b"), "a=b"},
    };
    for (size_t i = 0; i < sizeof CELLS / sizeof *CELLS; i++)
        assert_csv(CELLS[i].cell, PLAIN, CELLS[i].wanted);
    assert_csv(S("=1+1"), CSV_RAW, "=1+1");
}

static void csv_numbers_are_not_formulas(void **state) {
    (void)state;
    struct buffer b = {0};
    struct case_value v = {.type = TYPE_INTEGER, .integer = -42};
    value_csv(&b, &v, PLAIN);
    assert_str(buffer_str(&b), "-42");
    buffer_done(&b);
}

static void csv_shows_control_characters(void **state) {
    (void)state;
    assert_csv(S("\x1b]0;x\x07"), PLAIN, "\"\\x1b]0;x\\x07\"");
    assert_csv(S("a;=1+1"), PLAIN, "\"a;=1+1\""); // one cell also where `;` parts them
    assert_csv(S("a\x9b"
                 "1m"),
               PLAIN, "a\\x9b1m");
    assert_csv(S("\u202eexe"), PLAIN, "<U+202E>exe");
    assert_csv(S("\x1b[1m"), RAW, "\x1b[1m");
}

static void assert_json(struct case_value v, const char *wanted) {
    struct buffer b = {0};
    value_json(&b, &v, false);
    assert_str(buffer_str(&b), wanted);
    buffer_done(&b);
}

static void json_is_safe_everywhere(void **state) {
    (void)state;
    assert_json(text_value(S("\x1b[31m")), "\"\\u001b[31m\"");
    assert_json(text_value(S("\xc2\x85\xc2\x9b")), "\"\\u0085\\u009b\"");
    assert_json(text_value(S("\u202e")), "\"\\u202e\"");
    assert_json(text_value(S("\xf3\xa0\x81\x81")), "\"\\udb40\\udc41\"");
    assert_json(text_value(S("</script>&")), "\"\\u003c/script\\u003e\\u0026\"");
    assert_json(text_value(S("\"\\\n")), "\"\\\"\\\\\\n\"");
    assert_json((struct case_value){.type = TYPE_DOUBLE, .real = 0.1}, "0.1");
    assert_json((struct case_value){.type = TYPE_DOUBLE, .real = 1.0 / 3}, "0.3333333333333333");
    assert_json((struct case_value){.type = TYPE_DOUBLE, .real = NAN}, "null");
    assert_json((struct case_value){.type = TYPE_DOUBLE, .real = -INFINITY}, "null");
    assert_json((struct case_value){.type = TYPE_TIME, .time = 1000001}, "\"1970-01-01T00:00:01.000001Z\"");
    assert_json((struct case_value){.type = TYPE_BOOL, .boolean = true}, "true");
    assert_json((struct case_value){.type = TYPE_NULL}, "null");
}

static char *table_text(const struct answer_column *columns, size_t n, const struct case_value *rows, size_t rows_n) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct table *table = table_new(out, columns, n);
    for (size_t i = 0; i < rows_n; i++)
        table_row(table, rows + i * n);
    table_end(table);
    fclose(out);
    return text;
}

static void tables_line_up(void **state) {
    (void)state;
    const struct answer_column columns[] = {{"user_name", TYPE_TEXT}, {"n", TYPE_INTEGER}, {"note", TYPE_TEXT}};
    const struct case_value rows[] = {
        text_value(S("m\u00fcller")),  {.type = TYPE_INTEGER, .integer = 7},    text_value(S("a\nb")),
        text_value(S("\u6f22\u5b57")), {.type = TYPE_INTEGER, .integer = 1200}, {.type = TYPE_NULL},
    };
    char *text = table_text(columns, 3, rows, 2);
    assert_string_equal(text, "user_name     n  note\n"
                              "---------  ----  ----\n"
                              "m\u00fcller        7  a\\nb\n"
                              "\u6f22\u5b57       1200  \n");
    free(text);
}

static void tables_stream_behind_the_first_rows(void **state) {
    (void)state;
    enum { ROWS = 3000 };
    const struct answer_column column = {"n", TYPE_INTEGER};
    struct case_value *rows = must_zero(ROWS, sizeof *rows);
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = (struct case_value){.type = TYPE_INTEGER, .integer = (int64_t)i};
    char *text = table_text(&column, 1, rows, ROWS);
    size_t lines = 0;
    for (const char *p = text; *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, ROWS + 2);
    assert_true(str_ends(str_of(text), S("\n2999\n")));
    free(text);
    free(rows);
}

static void tables_without_columns_or_rows(void **state) {
    (void)state;
    const struct answer_column column = {"a", TYPE_TEXT};
    char *text = table_text(&column, 1, NULL, 0);
    assert_string_equal(text, "a\n-\n");
    free(text);
    text = table_text(NULL, 0, NULL, 0);
    assert_string_equal(text, "");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_quotes_as_rfc_4180),
        cmocka_unit_test(csv_defuses_formulas),
        cmocka_unit_test(csv_numbers_are_not_formulas),
        cmocka_unit_test(csv_shows_control_characters),
        cmocka_unit_test(json_is_safe_everywhere),
        cmocka_unit_test(tables_line_up),
        cmocka_unit_test(tables_stream_behind_the_first_rows),
        cmocka_unit_test(tables_without_columns_or_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
