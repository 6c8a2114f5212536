// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the analyst wrote is there again, whatever it was, and survives others writing and files that are not ours.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "case/notes.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];
static struct error error;
static struct arena arena;

static int set_up(void **state) {
    (void)state;
    strcpy(folder, "/tmp/lhx-test-notes-XXXXXX");
    error_clear(&error);
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    char command[128];
    arena_done(&arena);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static struct notes load(void) {
    struct notes notes;
    error_clear(&error);
    if (notes_load(folder, &arena, &notes, &error) != OK)
        fail_msg("%s", error.text);
    return notes;
}

static void test_nothing(void **state) {
    (void)state;
    char path[128];
    struct notes notes = load();
    assert_int_equal(notes.pins_n + notes.verdicts_n + notes.text.n, 0);
    snprintf(path, sizeof path, "%s/notes.sqlite", folder);
    assert_int_not_equal(access(path, F_OK), 0); // asking makes no file
}

static void test_written(void **state) {
    (void)state;
    struct note_pin pin = {.notebook = S("logons"),
                           .cell = S("map"),
                           .title = S("'); drop table pin; --"),
                           .scope = S("{\"hosts\":null}"),
                           .note = S("\xf0\x9f\x98\x80")};
    assert_int_equal(notes_set_verdict(folder, S("logons"), NOTE_SUPPORTED, &error), OK);
    assert_int_equal(notes_set_verdict(folder, S("logons"), NOTE_REFUTED, &error), OK);
    assert_int_equal(notes_set_text(folder, S("first"), &error), OK);
    assert_int_equal(notes_set_text(folder, S("line\none \"two\""), &error), OK);
    assert_int_equal(notes_add_pin(folder, &pin, &error), OK);
    assert_int_equal(notes_add_pin(folder, &pin, &error), OK);
    struct notes notes = load();
    assert_int_equal(notes.verdicts_n, 1);
    assert_int_equal(notes.verdicts[0].value, NOTE_REFUTED);
    assert_true(str_eq(notes.text, S("line\none \"two\"")));
    assert_int_equal(notes.pins_n, 2);
    assert_true(str_eq(notes.pins[0].title, pin.title) && str_eq(notes.pins[0].note, pin.note));
    assert_true(notes.pins[0].created > 0);
    assert_int_equal(notes_remove_pin(folder, notes.pins[0].id, &error), OK);
    assert_int_equal(notes_remove_pin(folder, notes.pins[0].id, &error), FAIL);
    assert_non_null(strstr(error.text, "there is no pin"));
    int64_t second = notes.pins[1].id;
    error_clear(&error);
    assert_int_equal(notes_add_pin(folder, &pin, &error), OK);
    notes = load();
    assert_int_equal(notes.pins[0].id, second);
    assert_true(notes.pins[1].id > second); // a number is never used again
}

static void test_too_long(void **state) {
    (void)state;
    for (size_t n = NOTES_TEXT_MAX - 1; n <= NOTES_TEXT_MAX + 1; n++) {
        char *text = must_alloc(n);
        memset(text, 'x', n);
        error_clear(&error);
        assert_int_equal(notes_set_text(folder, (struct str){text, n}, &error), n > NOTES_TEXT_MAX ? FAIL : OK);
        free(text);
    }
    assert_int_equal(load().text.n, NOTES_TEXT_MAX);
}

static void *add_pins(void *p) {
    struct note_pin pin = {.notebook = S("x"), .cell = S("y"), .title = S("t"), .scope = S("{}"), .note = S("")};
    for (int i = 0; i < 20; i++)
        if (notes_add_pin(folder, &pin, NULL) != OK)
            *(int *)p = 1;
    return NULL;
}

static void test_at_once(void **state) {
    (void)state;
    pthread_t threads[4];
    int failed = 0;
    for (size_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, add_pins, &failed);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(failed, 0);
    assert_int_equal(load().pins_n, 80);
}

static void test_foreign_files(void **state) {
    (void)state;
    char path[128];
    struct notes notes;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/notes.sqlite", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd,
                           "this is no database, but it is long enough to be read as one, or so one may think; more "
                           "and more of it follows",
                           110),
                     110);
    close(fd);
    assert_int_equal(notes_load(folder, &arena, &notes, &error), FAIL);
    assert_non_null(strstr(error.text, "notes.sqlite"));
    unlink(path);
    sqlite3_open(path, &db);
    sqlite3_exec(db, "pragma user_version = 2", NULL, NULL, NULL);
    sqlite3_close(db);
    error_clear(&error);
    assert_int_equal(notes_load(folder, &arena, &notes, &error), FAIL);
    assert_non_null(strstr(error.text, "newer version"));
    unlink(path);
    // Triggers in a file from elsewhere do not run.
    assert_int_equal(notes_set_text(folder, S("kept"), NULL), OK);
    sqlite3_open(path, &db);
    assert_int_equal(
        sqlite3_exec(db, "create trigger t after insert on verdict begin delete from text; end", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(notes_set_verdict(folder, S("x"), NOTE_SUPPORTED, NULL), OK);
    assert_true(str_eq(load().text, S("kept")));
    // A link leads nowhere.
    unlink(path);
    assert_int_equal(symlink("/tmp/lhx-elsewhere.sqlite", path), 0);
    error_clear(&error);
    assert_int_equal(notes_set_text(folder, S("x"), &error), FAIL);
    assert_int_not_equal(access("/tmp/lhx-elsewhere.sqlite", F_OK), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_foreign_files, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
