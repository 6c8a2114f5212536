// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// O_TMPFILE gives a file without a name. Where the file system knows none, the name is taken away at once.
#include "source/spool.h"

#include "base/arena.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

struct source_spool {
    const char *folder;
    int fd;              // -1 until something is kept
    uint64_t end, bound; // the bound counts bytes that are on the disk
    uint64_t put;
};

static int open_nameless(const char *folder) {
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    char *name = must_print("%s/.spool-XXXXXX", folder);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    free(name);
    return fd;
}

struct source_spool *source_spool_new(const char *folder) {
    struct source_spool *s = must_zero(1, sizeof *s);
    *s = (struct source_spool){.folder = folder, .fd = -1, .bound = LIMIT_INFLATE_TOTAL};
    return s;
}

enum status source_spool_open(struct source_spool *s, struct error *error) {
    struct statfs fs;
    if (s->fd >= 0)
        return OK;
    s->fd = open_nameless(s->folder);
    if (s->fd < 0)
        return error_set(error, FATAL, errno, "cannot make a temporary file in '%s': %s", s->folder,
                         strerrordesc_np(errno));
    if (fstatfs(s->fd, &fs) == 0 && (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize / 2 < s->bound)
        s->bound = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize / 2;
    return OK;
}

void source_spool_free(struct source_spool *s) {
    if (s && s->fd >= 0)
        close(s->fd);
    free(s);
}

int source_spool_file(const struct source_spool *s) {
    return s->fd;
}

uint64_t source_spool_end(const struct source_spool *s) {
    return s->end;
}

enum status source_spool_put(struct source_spool *s, uint64_t at, const char *p, size_t n, struct error *error) {
    if (n > s->bound - s->put)
        return error_set(error, FAIL, ENOSPC,
                         "what is unpacked takes more than half of the free disk (give more room to the case)");
    while (n) {
        ssize_t done = pwrite(s->fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return error_set(error, FAIL, errno, "cannot keep what is unpacked: %s", strerrordesc_np(errno));
        s->put += (uint64_t)done;
        at += (uint64_t)done;
        p += done;
        n -= (size_t)done;
    }
    return OK;
}

void source_spool_close_member(struct source_spool *s, uint64_t end) {
    struct stat st;
    // A hole at the very end must be there to be read.
    if (fstat(s->fd, &st) == 0 && (uint64_t)st.st_size < end && ftruncate(s->fd, (off_t)end) != 0)
        end = (uint64_t)st.st_size;
    s->end = end > s->end ? end : s->end;
}

void source_spool_drop(struct source_spool *s, uint64_t from, uint64_t to) {
    // Where holes are not known, the room comes back with the end of the run.
    if (to > from && fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)(to - from)) == 0)
        s->put = s->put > to - from ? s->put - (to - from) : 0;
}
