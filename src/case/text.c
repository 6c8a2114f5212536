// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See text.h for the format. A segment being written and one being read are the same object: the index is
// in memory either way, and the block that is not yet full is read from the writer's buffer. A case may have more
// segments than a process may have files, so only some are open at a time.
#include "case/text.h"

#include "base/file.h"
#include "base/limits.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <lz4.h>
#include <lzma.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "LHXTEXT1"
#define MAGIC_END "LHXTEXTZ"

enum {
    BLOCK = LIMIT_SEGMENT_BLOCK,
    BLOCK_STORED = LZ4_COMPRESSBOUND(BLOCK),
    MAGIC_SIZE = 8,
    ENTRY = 16,
    FOOTER = 40,
    OPEN_FILES = 64, // at a time, besides those in use
};

struct place {
    uint64_t at;    // where a block begins in the file
    uint64_t check; // CRC of its stored bytes
};

struct text_segment {
    struct text_store *store;
    uint32_t source_id, flags;
    int fd;                   // -1: not open
    unsigned users;           // of fd, which is not closed under them
    VEC(struct place) places; // of each stored block; one more for the end of the last
    uint64_t size;            // bytes of text, the open block included
    char *open_block;         // while writing: text not yet stored
    size_t open_n;
};

struct text_store {
    char *folder;
    pthread_mutex_t lock;                // over all below, and what changes in a segment while it is written
    VEC(struct text_segment *) segments; // by source_id, NULL where not loaded
    VEC(struct text_segment *) open;     // those with a file, in the order they were opened
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
    VEC_DONE(&s->places);
    free(s->open_block);
    free(s);
}

void text_store_close(struct text_store *s) {
    if (!s)
        return;
    for (size_t i = 0; i < s->segments.n; i++)
        free_segment(s->segments.at[i]);
    VEC_DONE(&s->segments);
    VEC_DONE(&s->open);
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
    return open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
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

static uint64_t check_of(struct str bytes) {
    return lzma_crc64((const uint8_t *)bytes.p, bytes.n, 0);
}

// ---- Open files. The caller holds the lock. ----

static void forget_open(struct text_store *s, size_t i) {
    memmove(s->open.at + i, s->open.at + i + 1, (--s->open.n - i) * sizeof *s->open.at);
}

// Closes the file that has been open longest and is not in use.
static void close_one(struct text_store *s) {
    for (size_t i = 0; i < s->open.n; i++)
        if (s->open.at[i]->users == 0) {
            close(s->open.at[i]->fd);
            s->open.at[i]->fd = -1;
            forget_open(s, i);
            return;
        }
}

static void hold_file(struct text_segment *seg, int fd) {
    if (seg->store->open.n >= OPEN_FILES)
        close_one(seg->store);
    seg->fd = fd;
    seg->users = 1;
    *VEC_PUSH(&seg->store->open) = seg;
}

static bool use_file(struct text_segment *seg) {
    if (seg->fd >= 0) {
        seg->users++;
        return true;
    }
    int fd = open_file(seg->store, seg->source_id, O_RDONLY);
    if (fd >= 0)
        hold_file(seg, fd);
    return fd >= 0;
}

static void drop_segment(struct text_segment *seg) {
    for (size_t i = 0; seg && i < seg->store->open.n; i++)
        if (seg->store->open.at[i] == seg) {
            forget_open(seg->store, i);
            break;
        }
    free_segment(seg);
}

static void leave_file(struct text_segment *seg) {
    pthread_mutex_lock(&seg->store->lock);
    seg->users--;
    pthread_mutex_unlock(&seg->store->lock);
}

// ---- Writing ----

// The place for a source's segment. The caller holds the lock.
static struct text_segment **find_slot(struct text_store *s, uint32_t source_id) {
    while (s->segments.n <= source_id)
        *VEC_PUSH(&s->segments) = NULL;
    return &s->segments.at[source_id];
}

enum status text_writer_open(struct text_store *s, uint32_t source_id, uint32_t flags, struct text_writer **ret,
                             struct error *error) {
    int fd = open_file(s, source_id, O_RDWR | O_CREAT | O_TRUNC);
    if (fd < 0 || !file_write(fd, S(MAGIC))) {
        int sys = errno;
        if (fd >= 0)
            close(fd);
        return error_set(error, FATAL, sys, "cannot write text segment %u in '%s': %s", source_id, s->folder,
                         strerror(sys));
    }
    struct text_segment *seg = must_zero(1, sizeof *seg);
    *seg = (struct text_segment){
        .store = s, .source_id = source_id, .flags = flags, .fd = -1, .open_block = must_alloc(BLOCK)};
    *VEC_PUSH(&seg->places) = (struct place){.at = MAGIC_SIZE};
    pthread_mutex_lock(&s->lock);
    struct text_segment **slot = find_slot(s, source_id);
    drop_segment(*slot);
    *slot = seg;
    hold_file(seg, fd);
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
    if (!file_write(seg->fd, (struct str){w->packed, (size_t)n}))
        return false;
    w->file_size += (uint64_t)n;
    uint64_t check = check_of((struct str){w->packed, (size_t)n});
    pthread_mutex_lock(&seg->store->lock);
    seg->places.at[seg->places.n - 1].check = check;
    *VEC_PUSH(&seg->places) = (struct place){.at = w->file_size};
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
    size_t blocks = seg->places.n - 1, n = blocks * ENTRY + FOOTER;
    char *end = must_alloc(n), *footer = end + blocks * ENTRY;
    for (size_t i = 0; i < blocks; i++) {
        uint64_t entry[2] = {htole64(seg->places.at[i].at), htole64(seg->places.at[i].check)};
        memcpy(end + i * ENTRY, entry, ENTRY);
    }
    uint64_t numbers[2] = {htole64(w->file_size), htole64(seg->size)};
    uint32_t words[2] = {htole32(seg->flags), htole32(BLOCK)};
    memcpy(footer, numbers, 16);
    memcpy(footer + 16, words, 8);
    uint64_t check = htole64(check_of((struct str){end, n - 16}));
    memcpy(footer + 24, &check, 8);
    memcpy(footer + 32, MAGIC_END, MAGIC_SIZE);
    bool done = file_write(seg->fd, (struct str){end, n});
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
    seg->users--;
    pthread_mutex_unlock(&seg->store->lock);
    free_writer(w);
    return status;
}

void text_writer_abandon(struct text_writer *w) {
    if (!w)
        return;
    leave_file(w->segment);
    free_writer(w);
}

// ---- Reading ----

static uint64_t number_at(const char *p) {
    uint64_t v;
    memcpy(&v, p, 8);
    return le64toh(v);
}

// What the end of the file says; false when that cannot be.
static bool read_footer(struct text_segment *seg, int fd, uint64_t file_size, char footer[FOOTER],
                        uint64_t *ret_index) {
    if (file_size < MAGIC_SIZE + FOOTER || !read_all(fd, footer, FOOTER, file_size - FOOTER) ||
        memcmp(footer + 32, MAGIC_END, MAGIC_SIZE) != 0)
        return false;
    uint64_t index = number_at(footer), end = file_size - FOOTER;
    uint32_t words[2];
    memcpy(words, footer + 16, 8);
    seg->size = number_at(footer + 8);
    seg->flags = le32toh(words[0]);
    *ret_index = index;
    return le32toh(words[1]) == BLOCK && index >= MAGIC_SIZE && index <= end && (end - index) % ENTRY == 0 &&
           (end - index) / ENTRY == seg->size / BLOCK + (seg->size % BLOCK != 0);
}

// Reads and checks the index: every number in it comes from a file that may be damaged.
static bool load_index(struct text_segment *seg, int fd, uint64_t file_size) {
    char footer[FOOTER];
    uint64_t index;
    if (!read_footer(seg, fd, file_size, footer, &index))
        return false;
    size_t blocks = (file_size - FOOTER - index) / ENTRY, n = blocks * ENTRY;
    char *raw = must_alloc(n + FOOTER);
    memcpy(raw + n, footer, FOOTER);
    bool good = read_all(fd, raw, n, index) && check_of((struct str){raw, n + FOOTER - 16}) == number_at(footer + 24);
    for (size_t i = 0; good && i <= blocks; i++) {
        struct place here = {.at = index}, *before = i ? &seg->places.at[i - 1] : NULL;
        if (i < blocks)
            here = (struct place){number_at(raw + i * ENTRY), number_at(raw + i * ENTRY + 8)};
        good = before ? here.at > before->at && here.at - before->at <= BLOCK_STORED : here.at == MAGIC_SIZE;
        *VEC_PUSH(&seg->places) = here;
    }
    free(raw);
    return good;
}

static struct text_segment *load_segment(struct text_store *s, uint32_t source_id, struct error *error) {
    int fd = open_file(s, source_id, O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) {
        error_set(error, FAIL, errno, "the text of source %u is not in the case: %s; read the evidence again",
                  source_id, strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct text_segment *seg = must_zero(1, sizeof *seg);
    *seg = (struct text_segment){.store = s, .source_id = source_id, .fd = -1};
    if (!S_ISREG(st.st_mode) || !load_index(seg, fd, (uint64_t)st.st_size)) {
        error_set(error, FAIL, 0, "the text of source %u is damaged or was not finished; read the evidence again",
                  source_id);
        close(fd);
        free_segment(seg);
        return NULL;
    }
    hold_file(seg, fd);
    seg->users = 0;
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

// Unpacks a stored block; 0 bytes when it is not what was stored.
static size_t unpack(struct text_segment *seg, struct place from, uint64_t to, char *packed, char *ret) {
    size_t n = (size_t)(to - from.at);
    if (n > BLOCK_STORED || !read_all(seg->fd, packed, n, from.at) || check_of((struct str){packed, n}) != from.check)
        return 0;
    int unpacked = LZ4_decompress_safe(packed, ret, (int)n, BLOCK);
    return unpacked > 0 ? (size_t)unpacked : 0;
}

// Fills the cursor with one block. Copies the open block of a segment still being written.
static void load_block(struct text_cursor *c, struct text_segment *seg, uint64_t block) {
    if (!c->bytes)
        c->bytes = must_alloc(BLOCK + BLOCK_STORED);
    c->segment = seg;
    c->block = block;
    c->n = 0;
    pthread_mutex_lock(&seg->store->lock);
    bool stored = block + 1 < seg->places.n && use_file(seg);
    struct place from = {0};
    uint64_t to = 0;
    if (stored) {
        from = seg->places.at[block];
        to = seg->places.at[block + 1].at;
    } else if (block + 1 == seg->places.n && seg->open_block) {
        memcpy(c->bytes, seg->open_block, seg->open_n);
        c->n = seg->open_n;
    }
    pthread_mutex_unlock(&seg->store->lock);
    if (!stored)
        return;
    c->n = unpack(seg, from, to, c->bytes + BLOCK, c->bytes);
    leave_file(seg);
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

static enum status fail_damaged(const struct text_segment *seg, struct error *error) {
    return error_set(error, FAIL, 0, "the text of source %u is damaged; read the evidence again into a new case",
                     seg->source_id);
}

enum status text_append(struct text_cursor *c, struct text_segment *seg, uint64_t offset, size_t length,
                        struct buffer *ret, struct error *error) {
    while (length) {
        struct str s = text_at(c, seg, offset, length);
        if (!s.n)
            return offset < text_size(seg) ? fail_damaged(seg, error) : OK;
        buffer_add(ret, s);
        offset += s.n;
        length -= s.n;
    }
    return OK;
}
