// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What cutting a line of syslog costs: reads a log from standard input, cuts its lines ROUNDS times, and prints
// the nanoseconds of CPU per line of the best round, with finding the line ends and without.
#include "base/arena.h"
#include "format/syslog.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, READ_BYTES = 1 << 20 };

static double cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static size_t split(struct str text, size_t *ret_bytes) {
    size_t lines = 0;
    for (ptrdiff_t end; (end = str_find_char(text, '\n')) >= 0; lines++) {
        *ret_bytes += (size_t)end;
        text = str_skip(text, (size_t)end + 1);
    }
    return lines;
}

static size_t cut(struct str text, size_t *ret_bytes) {
    size_t records = 0;
    for (ptrdiff_t end; (end = str_find_char(text, '\n')) >= 0;) {
        struct record record;
        records += syslog_line(str_head(text, (size_t)end), true, &record) == LINE_RECORD;
        *ret_bytes += record.message.n;
        text = str_skip(text, (size_t)end + 1);
    }
    return records;
}

static double best_of(size_t (*work)(struct str, size_t *), struct str text, size_t *ret_count) {
    double best = 1e18;
    volatile size_t sink = 0;
    for (int i = 0; i < ROUNDS; i++) {
        size_t bytes = 0;
        double begin = cpu_ns();
        *ret_count = work(text, &bytes);
        double took = cpu_ns() - begin;
        sink += bytes;
        best = took < best ? took : best;
    }
    (void)sink; // read, so that the work is not left out
    return best;
}

int main(void) {
    struct buffer text = {0};
    ssize_t n;
    while ((n = read(STDIN_FILENO, buffer_room(&text, READ_BYTES), READ_BYTES)) > 0)
        text.n += (size_t)n;
    size_t lines, records;
    double splitting = best_of(split, buffer_str(&text), &lines), all = best_of(cut, buffer_str(&text), &records);
    if (!lines)
        return EXIT_FAILURE;
    printf("%zu lines, %zu records, %.1f bytes a line\n", lines, records, (double)text.n / (double)lines);
    printf("line ends alone    %6.1f ns a line\n", splitting / (double)lines);
    printf("and the record cut %6.1f ns a line\n", all / (double)lines);
    printf("the cut alone      %6.1f ns a line\n", (all - splitting) / (double)lines);
    buffer_done(&text);
    return EXIT_SUCCESS;
}
