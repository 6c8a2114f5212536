// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Text segments: what goes in comes out, while it is written and after; a damaged one is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "case/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/lhx-text-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

// Text that does not compress to nothing and tells where it is.
static char *make_text(size_t n) {
    char *p = must_alloc(n);
    uint32_t x = 1;
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        p[i] = i % 61 == 60 ? '\n' : (char)('a' + (x >> 24) % 26);
    }
    return p;
}

static void write_segment(struct text_store *store, uint32_t id, struct str text, size_t step) {
    struct text_writer *w;
    assert_int_equal(text_writer_open(store, id, TEXT_ESCAPED, &w, NULL), OK);
    for (size_t at = 0; at < text.n; at += step)
        assert_int_equal(text_write(w, str_head(str_skip(text, at), step), NULL), OK);
    assert_int_equal(text_writer_close(w, NULL), OK);
}

static void expect_text(struct text_store *store, uint32_t id, struct str text) {
    static const size_t lengths[] = {0, 1, 100, LIMIT_SEGMENT_BLOCK, 3 * LIMIT_SEGMENT_BLOCK};
    struct text_segment *segment = text_segment(store, id, NULL);
    struct text_cursor cursor = {0};
    assert_non_null(segment);
    assert_int_equal(text_size(segment), text.n);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (uint64_t at = 0; at <= text.n; at += 100003) {
            struct buffer got = {0};
            assert_int_equal(text_append(&cursor, segment, at, lengths[i], &got, NULL), OK);
            struct str want = str_head(str_skip(text, at), lengths[i]);
            assert_true(str_eq(buffer_str(&got), want));
            buffer_done(&got);
        }
    text_cursor_done(&cursor);
}

static void sizes_around_a_block(void **state) {
    (void)state;
    static const size_t sizes[] = {
        0, 1, LIMIT_SEGMENT_BLOCK - 1, LIMIT_SEGMENT_BLOCK, LIMIT_SEGMENT_BLOCK + 1, 3 * LIMIT_SEGMENT_BLOCK + 17};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *p = make_text(sizes[i] + 1);
        struct str text = {p, sizes[i]};
        struct text_store *store = text_store_open(folder);
        write_segment(store, 1, text, 4099);
        expect_text(store, 1, text);
        text_store_close(store);
        store = text_store_open(folder); // from the file alone
        expect_text(store, 1, text);
        assert_int_equal(text_segment_flags(text_segment(store, 1, NULL)), TEXT_ESCAPED);
        text_store_close(store);
        free(p);
    }
}

static void read_while_written(void **state) {
    (void)state;
    char *p = make_text(LIMIT_SEGMENT_BLOCK * 2);
    struct text_store *store = text_store_open(folder);
    struct text_writer *w;
    assert_int_equal(text_writer_open(store, 7, 0, &w, NULL), OK);
    for (size_t n = 0; n < LIMIT_SEGMENT_BLOCK * 2; n += 65536) {
        assert_int_equal(text_write(w, (struct str){p + n, 65536}, NULL), OK);
        expect_text(store, 7, (struct str){p, n + 65536});
    }
    text_writer_abandon(w);
    text_store_close(store);
    struct error error;
    error_clear(&error);
    store = text_store_open(folder);
    assert_null(text_segment(store, 7, &error)); // not finished
    assert_non_null(strstr(error.text, "read the evidence again"));
    text_store_close(store);
    free(p);
}

// One bit is wrong. Either nobody notices because the text is the same, or it is refused with words.
static void expect_refused(struct str text) {
    struct text_store *store = text_store_open(folder);
    struct error error;
    error_clear(&error);
    struct text_segment *segment = text_segment(store, 3, &error);
    if (segment) {
        struct text_cursor cursor = {0};
        struct buffer got = {0};
        if (text_append(&cursor, segment, 0, text.n + 10, &got, &error) == OK)
            assert_true(str_eq(buffer_str(&got), text));
        else
            assert_true(got.n < text.n && memcmp(got.p ? got.p : "", text.p, got.n) == 0);
        buffer_done(&got);
        text_cursor_done(&cursor);
    }
    if (error.status != OK)
        assert_non_null(strstr(error.text, "read the evidence again"));
    text_store_close(store);
}

// Every bit of index and footer, and one in each of many bytes of the blocks: never wrong text, never a crash.
static void damaged(void **state) {
    (void)state;
    char path[128];
    char *p = make_text(LIMIT_SEGMENT_BLOCK + 5000);
    struct str text = {p, LIMIT_SEGMENT_BLOCK + 5000};
    struct text_store *store = text_store_open(folder);
    write_segment(store, 3, text, 1 << 20);
    text_store_close(store);
    expect_refused(text);
    snprintf(path, sizeof path, "%s/00003.lz4", folder);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    off_t from = st.st_size - 72;
    for (off_t at = 8; at < st.st_size; at += at < from - 997 ? 997 : 1)
        for (int bit = at < from ? (int)(at % 8) : 0; bit < 8; bit += at < from ? 8 : 1) {
            char good, bad;
            assert_int_equal(pread(fd, &good, 1, at), 1);
            bad = (char)(good ^ (1 << bit));
            assert_int_equal(pwrite(fd, &bad, 1, at), 1);
            expect_refused(text);
            assert_int_equal(pwrite(fd, &good, 1, at), 1);
        }
    assert_int_equal(ftruncate(fd, st.st_size - 1), 0);
    store = text_store_open(folder);
    assert_null(text_segment(store, 3, NULL));
    text_store_close(store);
    close(fd);
    free(p);
}

// A folder of many small logs is a segment for each, and a process may have 1,024 files or fewer.
static void more_segments_than_files(void **state) {
    (void)state;
    enum { MANY = 300 };
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit few = {128, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    struct text_store *store = text_store_open(folder);
    char text[32];
    for (uint32_t id = 100; id < 100 + MANY; id++)
        write_segment(store, id, (struct str){text, (size_t)snprintf(text, sizeof text, "of %u\n", id)}, 100);
    for (int again = 0; again < 2; again++) {
        for (uint32_t id = 100; id < 100 + MANY; id++)
            expect_text(store, id, (struct str){text, (size_t)snprintf(text, sizeof text, "of %u\n", id)});
        text_store_close(store);
        store = text_store_open(folder);
    }
    text_store_close(store);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_around_a_block),
        cmocka_unit_test(read_while_written),
        cmocka_unit_test(damaged),
        cmocka_unit_test(more_segments_than_files),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
