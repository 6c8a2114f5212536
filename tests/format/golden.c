// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
//     golden SAMPLE…            compares what is read with SAMPLE.want, and reads every prefix of SAMPLE
//     golden --update SAMPLE…   writes SAMPLE.want: read it, it is what the test will hold to be right
//     golden --print FILE…      prints what is read of any file
//     golden --format NAME --print FILE…
//
// A folder stands for all samples below it. The first line of a .want file names the format that was told.
#include "print.h"

#include "base/limits.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mode { COMPARE, UPDATE, PRINT };

static enum mode mode;
static const char *forced;
static unsigned passed, failed;

static bool read_file(const char *path, struct buffer *ret) {
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    for (size_t n = 1; n;) {
        n = fread(buffer_room(ret, 1 << 16), 1, 1 << 16, f);
        ret->n += n;
    }
    fclose(f);
    return true;
}

static const struct format *find_format(struct str bytes, struct str path, const char **reason) {
    if (!forced)
        return format_detect(str_head(bytes, LIMIT_PROBE), path, reason);
    for (size_t i = 0; FORMATS[i]; i++)
        if (strcmp(FORMATS[i]->name, forced) == 0)
            return FORMATS[i];
    return NULL;
}

// Every prefix in a block of its own size, so that a byte too far is a fault.
static void read_prefixes(const struct format *format, struct str bytes, struct str path) {
    size_t step = bytes.n > 4096 ? bytes.n / 2048 : 1;
    for (size_t n = 0; n < bytes.n; n += step) {
        char *copy = must_alloc(n + 1);
        memcpy(copy, bytes.p, n);
        copy = realloc(copy, n ? n : 1);
        const struct stream stream = {{copy, n}, path, USEC_NONE};
        print_stream(format, &stream, NULL);
        free(copy);
    }
}

static void write_want(const char *want, struct str text) {
    FILE *f = fopen(want, "wb");
    if (!f || fwrite(text.p, 1, text.n, f) != text.n || fclose(f) != 0)
        perror(want);
}

static void compare(const char *path, const char *want, struct str text) {
    struct buffer wanted = {0};
    bool same = read_file(want, &wanted) && str_eq(buffer_str(&wanted), text);
    same ? passed++ : failed++;
    if (!same) {
        printf("FAIL %s: not as %s says. Read now:\n%.*s", path, want, (int)(text.n < 4000 ? text.n : 4000), text.p);
    }
    buffer_done(&wanted);
}

static void take(const char *path) {
    struct buffer bytes = {0}, text = {0};
    char want[LIMIT_PATH + 8];
    const char *reason = "no such format";
    snprintf(want, sizeof want, "%s.want", path);
    if (!read_file(path, &bytes)) {
        perror(path);
        failed++;
        return;
    }
    const struct stream stream = {buffer_str(&bytes), str_of(path), USEC_NONE};
    const struct format *format = find_format(stream.bytes, stream.path, &reason);
    buffer_print(&text, "format %s\n", format ? format->name : reason);
    if (format)
        print_stream(format, &stream, &text);
    if (mode == PRINT)
        fwrite(text.p, 1, text.n, stdout);
    if (mode == UPDATE)
        write_want(want, buffer_str(&text));
    if (mode == COMPARE) {
        compare(path, want, buffer_str(&text));
        if (format)
            read_prefixes(format, stream.bytes, stream.path);
    }
    buffer_done(&bytes);
    buffer_done(&text);
}

static int take_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
    (void)st;
    (void)ftw;
    size_t n = strlen(path);
    if (kind == FTW_F && !(n > 5 && strcmp(path + n - 5, ".want") == 0))
        take(path);
    return 0;
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--update") == 0)
            mode = UPDATE;
        else if (strcmp(argv[i], "--print") == 0)
            mode = PRINT;
        else if (strcmp(argv[i], "--format") == 0 && i + 1 < argc)
            forced = argv[++i];
        else if (nftw(argv[i], take_entry, 16, FTW_PHYS) != 0)
            perror(argv[i]);
    if (mode == COMPARE)
        printf("%u passed, %u failed\n", passed, failed);
    return failed ? 1 : 0;
}
