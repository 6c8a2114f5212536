// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Any bytes as a file of evidence. What comes out must not depend on how much is asked for at once, must stay within
// the bounds, and every end must be named.
#include "base/limits.h"
#include "record/vocabulary.h"
#include "source/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ENOUGH = 8 << 20 }; // of a small input's output; more only costs time

static void require(bool truth) {
    if (!truth)
        abort();
}

static enum status read_all(const char *path, size_t chunk, struct buffer *text, int *ret_fault) {
    struct source_item item = {.path = str_of(path)};
    struct source *s;
    struct error error;
    error_clear(&error);
    require(source_open(&item, &s, &error) == OK);
    enum status status = OK;
    while (status == OK && text->n < ENOUGH) {
        size_t n;
        status = source_read(s, buffer_room(text, chunk), chunk, &n, &error);
        require(n <= chunk && (n > 0) == (status == OK));
        text->n += n;
    }
    require(status == OK || status == END || (status == FAIL && error.text[0] && source_fault(s) < ANOMALY_COUNT));
    *ret_fault = source_fault(s);
    source_close(s);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const size_t chunks[] = {1 << 20, 4093, 61};
    int fd = memfd_create("evidence", MFD_CLOEXEC), fault[3];
    char path[64];
    struct buffer text[3] = {0};
    enum status status[3];
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (size_t i = 0; i < 3; i++)
        status[i] = read_all(path, chunks[i], &text[i], &fault[i]);
    for (size_t i = 1; i < 3 && status[0] != OK; i++) {
        require(status[i] == status[0] && fault[i] == fault[0]);
        // libbz2 loses what it had written when a block contradicts itself on the way out
        size_t n = text[i].n < text[0].n ? text[i].n : text[0].n;
        require(text[i].n == text[0].n || (fault[0] == ANOMALY_DAMAGED && size > 3 && memcmp(data, "BZh", 3) == 0));
        require(n == 0 || memcmp(text[i].p, text[0].p, n) == 0);
    }
    for (size_t i = 0; i < 3; i++)
        buffer_done(&text[i]);
    close(fd);
    return 0;
}
