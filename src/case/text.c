// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See text.h for the format. A segment being written and one being read are the same object: the index is
// in memory either way, and the block that is not yet full is read from the writer's buffer.
#include "case/text.h"

#include "base/limits.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <lz4.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "LHXTEXT1"
#define MAGIC_END "LHXTEXTZ"

enum { BLOCK = LIMIT_SEGMENT_BLOCK, BLOCK_STORED = LZ4_COMPRESSBOUND(BLOCK), MAGIC_SIZE = 8, FOOTER = 32 };

struct text_segment {
    struct text_store *store;
    uint32_t source_id, flags;
    int fd;
    VEC(uint64_t) starts; // of each stored block; one more for the end of the last
    uint64_t size;        // bytes of text, the open block included
    char *open_block;     // while writing: text not yet stored
    size_t open_n;
};

struct text_store {
    char *folder;
    pthread_mutex_t lock;                // over `segments` and what changes in a segment while it is written
    VEC(struct text_segment *) segments; // by source_id, NULL where not loaded
};

struct text_writer {
    struct text_segment *segment;
    char *packed;
    uint64_t file_size;
};

struct text_store *text_store_open(const char *folder) {
    struct text_store *s = must_zero(1, sizeof *s);
    s->folder = must_copy(str_of(folder));
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

static void free_segment(struct text_segment *s) {
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    VEC_DONE(&s->starts);
    free(s->open_block);
    free(s);
}

void text_store_close(struct text_store *s) {
    if (!s)
        return;
    for (size_t i = 0; i < s->segments.n; i++)
        free_segment(s->segments.at[i]);
    VEC_DONE(&s->segments);
    pthread_mutex_destroy(&s->lock);
    free(s->folder);
    free(s);
}

static int open_file(const struct text_store *s, uint32_t source_id, int flags) {
    char path[LIMIT_PATH];
    int n = snprintf(path, sizeof path, "%s/%05u.lz4", s->folder, source_id);
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, flags | O_CLOEXEC, 0600);
}

static bool write_all(int fd, const char *p, size_t n) {
    while (n) {
        ssize_t w = write(fd, p, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            return false;
        p += w;
        n -= (size_t)w;
    }
    return true;
}

static bool read_all(int fd, char *p, size_t n, uint64_t at) {
    while (n) {
        ssize_t r = pread(fd, p, n, (off_t)at);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return false;
        p += r;
        at += (uint64_t)r;
        n -= (size_t)r;
    }
    return true;
}

// The place for a source's segment. The caller holds the lock.
static struct text_segment **find_slot(struct text_store *s, uint32_t source_id) {
    while (s->segments.n <= source_id)
        *VEC_PUSH(&s->segments) = NULL;
    return &s->segments.at[source_id];
}

enum status text_writer_open(struct text_store *s, uint32_t source_id, uint32_t flags, struct text_writer **ret,
                             struct error *error) {
    int fd = open_file(s, source_id, O_RDWR | O_CREAT | O_TRUNC);
    if (fd < 0 || !write_all(fd, MAGIC, MAGIC_SIZE)) {
        int sys = errno;
        if (fd >= 0)
            close(fd);
        return error_set(error, FATAL, sys, "cannot write text segment %u in '%s': %s", source_id, s->folder,
                         strerror(sys));
    }
    struct text_segment *seg = must_zero(1, sizeof *seg);
    *seg = (struct text_segment){
        .store = s, .source_id = source_id, .flags = flags, .fd = fd, .open_block = must_alloc(BLOCK)};
    *VEC_PUSH(&seg->starts) = MAGIC_SIZE;
    pthread_mutex_lock(&s->lock);
    struct text_segment **slot = find_slot(s, source_id);
    free_segment(*slot);
    *slot = seg;
    pthread_mutex_unlock(&s->lock);
    struct text_writer *w = must_zero(1, sizeof *w);
    *w = (struct text_writer){.segment = seg, .packed = must_alloc(BLOCK_STORED), .file_size = MAGIC_SIZE};
    *ret = w;
    return OK;
}

static enum status fail_write(const struct text_writer *w, struct error *error) {
    int sys = errno;
    return error_set(error, FATAL, sys, "cannot write text segment %u in '%s': %s%s", w->segment->source_id,
                     w->segment->store->folder, strerror(sys),
                     sys == ENOSPC ? "; free some space and run the same command again, it goes on where it stopped"
                                   : "");
}

// Stores the open block. The index entry only appears once readers can find the bytes in the file.
static bool store_block(struct text_writer *w) {
    struct text_segment *seg = w->segment;
    int n = LZ4_compress_default(seg->open_block, w->packed, (int)seg->open_n, BLOCK_STORED);
    if (!write_all(seg->fd, w->packed, (size_t)n))
        return false;
    w->file_size += (uint64_t)n;
    pthread_mutex_lock(&seg->store->lock);
    *VEC_PUSH(&seg->starts) = w->file_size;
    seg->open_n = 0;
    pthread_mutex_unlock(&seg->store->lock);
    return true;
}

enum status text_write(struct text_writer *w, struct str bytes, struct error *error) {
    struct text_segment *seg = w->segment;
    while (bytes.n) {
        size_t n = BLOCK - seg->open_n < bytes.n ? BLOCK - seg->open_n : bytes.n;
        memcpy(seg->open_block + seg->open_n, bytes.p, n);
        pthread_mutex_lock(&seg->store->lock);
        seg->open_n += n;
        seg->size += n;
        pthread_mutex_unlock(&seg->store->lock);
        bytes = str_skip(bytes, n);
        if (seg->open_n == BLOCK && !store_block(w))
            return fail_write(w, error);
    }
    return OK;
}

static bool write_end(struct text_writer *w) {
    struct text_segment *seg = w->segment;
    if (seg->open_n && !store_block(w))
        return false;
    size_t blocks = seg->starts.n - 1, n = blocks * 8 + FOOTER;
    char *end = must_alloc(n);
    for (size_t i = 0; i < blocks; i++) {
        uint64_t at = htole64(seg->starts.at[i]);
        memcpy(end + i * 8, &at, 8);
    }
    uint64_t numbers[2] = {htole64(w->file_size), htole64(seg->size)};
    uint32_t words[2] = {htole32(seg->flags), htole32(BLOCK)};
    memcpy(end + blocks * 8, numbers, 16);
    memcpy(end + blocks * 8 + 16, words, 8);
    memcpy(end + blocks * 8 + 24, MAGIC_END, MAGIC_SIZE);
    bool done = write_all(seg->fd, end, n);
    free(end);
    return done;
}

static void free_writer(struct text_writer *w) {
    free(w->packed);
    free(w);
}

enum status text_writer_close(struct text_writer *w, struct error *error) {
    enum status status = write_end(w) ? OK : fail_write(w, error);
    struct text_segment *seg = w->segment;
    pthread_mutex_lock(&seg->store->lock);
    free(seg->open_block);
    seg->open_block = NULL;
    pthread_mutex_unlock(&seg->store->lock);
    free_writer(w);
    return status;
}

void text_writer_abandon(struct text_writer *w) {
    if (w)
        free_writer(w);
}

// ---- Reading ----

static uint64_t number_at(const char *p) {
    uint64_t v;
    memcpy(&v, p, 8);
    return le64toh(v);
}

// Reads and checks the index: every number in it comes from a file that may be damaged.
static bool load_index(struct text_segment *seg, uint64_t file_size) {
    char footer[FOOTER];
    if (file_size < MAGIC_SIZE + FOOTER || !read_all(seg->fd, footer, FOOTER, file_size - FOOTER) ||
        memcmp(footer + 24, MAGIC_END, MAGIC_SIZE) != 0)
        return false;
    uint64_t index = number_at(footer), end = file_size - FOOTER;
    uint32_t flags, block;
    memcpy(&flags, footer + 16, 4);
    memcpy(&block, footer + 20, 4);
    seg->size = number_at(footer + 8);
    seg->flags = le32toh(flags);
    if (le32toh(block) != BLOCK || index < MAGIC_SIZE || index > end || (end - index) % 8 != 0)
        return false;
    size_t blocks = (end - index) / 8;
    if (blocks != (seg->size + BLOCK - 1) / BLOCK)
        return false;
    char *raw = must_alloc(blocks * 8);
    bool good = read_all(seg->fd, raw, blocks * 8, index);
    for (size_t i = 0; good && i <= blocks; i++) {
        uint64_t at = i < blocks ? number_at(raw + i * 8) : index;
        uint64_t before = i ? seg->starts.at[i - 1] : 0;
        good = i ? at > before && at - before <= BLOCK_STORED : at == MAGIC_SIZE;
        *VEC_PUSH(&seg->starts) = at;
    }
    free(raw);
    return good;
}

static struct text_segment *load_segment(struct text_store *s, uint32_t source_id, struct error *error) {
    int fd = open_file(s, source_id, O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) {
        error_set(error, FAIL, errno, "the text of source %u is not in the case: %s", source_id, strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct text_segment *seg = must_zero(1, sizeof *seg);
    *seg = (struct text_segment){.store = s, .source_id = source_id, .fd = fd};
    if (!load_index(seg, (uint64_t)st.st_size)) {
        error_set(error, FAIL, 0, "the text of source %u is damaged or was not finished; read the evidence again",
                  source_id);
        free_segment(seg);
        return NULL;
    }
    return seg;
}

struct text_segment *text_segment(struct text_store *s, uint32_t source_id, struct error *error) {
    if (source_id > LIMIT_WALK_FILES) {
        error_set(error, FAIL, 0, "there is no source %u", source_id);
        return NULL;
    }
    pthread_mutex_lock(&s->lock);
    struct text_segment **slot = find_slot(s, source_id);
    if (!*slot)
        *slot = load_segment(s, source_id, error);
    struct text_segment *found = *slot;
    pthread_mutex_unlock(&s->lock);
    return found;
}

uint64_t text_size(struct text_segment *seg) {
    pthread_mutex_lock(&seg->store->lock);
    uint64_t size = seg->size;
    pthread_mutex_unlock(&seg->store->lock);
    return size;
}

uint32_t text_segment_flags(const struct text_segment *seg) {
    return seg->flags;
}

void text_cursor_done(struct text_cursor *c) {
    free(c->bytes);
    *c = (struct text_cursor){0};
}

// Fills the cursor with one block. Copies the open block of a segment still being written.
static void load_block(struct text_cursor *c, struct text_segment *seg, uint64_t block) {
    if (!c->bytes)
        c->bytes = must_alloc(BLOCK + BLOCK_STORED);
    c->segment = seg;
    c->block = block;
    c->n = 0;
    pthread_mutex_lock(&seg->store->lock);
    bool stored = block + 1 < seg->starts.n;
    uint64_t from = stored ? seg->starts.at[block] : 0, to = stored ? seg->starts.at[block + 1] : 0;
    if (!stored && block + 1 == seg->starts.n && seg->open_block) {
        memcpy(c->bytes, seg->open_block, seg->open_n);
        c->n = seg->open_n;
    }
    pthread_mutex_unlock(&seg->store->lock);
    char *packed = c->bytes + BLOCK;
    if (stored && to - from <= BLOCK_STORED && read_all(seg->fd, packed, to - from, from)) {
        int n = LZ4_decompress_safe(packed, c->bytes, (int)(to - from), BLOCK);
        c->n = n > 0 ? (size_t)n : 0;
    }
}

struct str text_at(struct text_cursor *c, struct text_segment *seg, uint64_t offset, size_t length) {
    uint64_t block = offset / BLOCK;
    size_t at = offset % BLOCK;
    if (c->segment != seg || c->block != block || at + length > c->n)
        if (c->segment != seg || c->block != block || c->n < BLOCK)
            load_block(c, seg, block);
    if (at >= c->n)
        return (struct str){c->bytes, 0};
    return (struct str){c->bytes + at, length < c->n - at ? length : c->n - at};
}

void text_append(struct text_cursor *c, struct text_segment *seg, uint64_t offset, size_t length, struct buffer *ret) {
    while (length) {
        struct str s = text_at(c, seg, offset, length);
        if (!s.n)
            return;
        buffer_add(ret, s);
        offset += s.n;
        length -= s.n;
    }
}
