// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Lines must not depend on where blocks end, and records + continued + skipped + blank must be the lines there
// are. The first byte of the input says how large the blocks are.
#include "base/arena.h"
#include "base/limits.h"
#include "format/syslog.h"
#include "ingest/lines.h"

#include <stdlib.h>

struct account {
    uint64_t lines, by_kind[LINE_BLANK + 1], sum, end;
    bool after_record;
};

static void take(void *context, struct str line, uint64_t offset, uint64_t whole) {
    struct account *a = context;
    struct record record;
    if (offset < a->end || whole || memchr(line.p, '\n', line.n))
        abort();
    enum line_kind kind = syslog_line(line, a->after_record, &record);
    a->after_record = a->after_record || kind == LINE_RECORD;
    a->by_kind[kind]++;
    a->lines++;
    a->end = offset + line.n;
    a->sum = a->sum * 31 + str_hash(line) + offset;
}

static struct account read_in(struct str input, size_t step, char *room) {
    struct account a = {0};
    struct lines lines = {0};
    lines_begin(&lines, 0);
    for (struct str rest = input; rest.n; rest = str_skip(rest, step)) {
        struct str block = str_head(rest, step);
        memcpy(room + LINES_ROOM, block.p, block.n);
        lines_feed(&lines, room + LINES_ROOM, block.n, take, &a);
    }
    lines_end(&lines, room, take, &a);
    lines_done(&lines);
    return a;
}

static uint64_t count_lines(struct str s) {
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n + (s.n && s.p[s.n - 1] != '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char *room;
    if (!room)
        room = must_alloc(LINES_ROOM + LIMIT_READ_BLOCK);
    if (size < 2 || size > LIMIT_READ_BLOCK)
        return 0;
    struct str input = {(const char *)data + 1, size - 1};
    struct account whole = read_in(input, input.n, room), parts = read_in(input, 1 + data[0] % 97, room);
    uint64_t sum = 0;
    for (size_t kind = 0; kind <= LINE_BLANK; kind++)
        sum += whole.by_kind[kind];
    if (whole.lines != count_lines(input) || sum != whole.lines || memcmp(&whole, &parts, sizeof whole) != 0)
        abort();
    return 0;
}
