// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A table by a print of each source's first bytes: all of a short one, LIMIT_PROBE of a long one. The prints of all
// beginnings of a new source come out of one pass over its own first bytes, so a hundred thousand small logs
// are no more work each than ten. Equal prints make candidates; the hash of all their bytes decides, and one reading of
// the new source answers for all of them.
#include "ingest/known.h"

#include "base/limits.h"
#include "ingest/digest.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

struct known_source {
    uint64_t bytes;
    uint32_t source_id;
    uint32_t next; // with the same print, as a place in `sources` + 1; 0: none
    char sha256[DIGEST_TEXT];
};

struct known {
    VEC(struct known_source) sources;
    VEC(struct known_source) rendered; // of whose first bytes the case keeps nothing: told by their hash alone
    struct intern prints;              // of the sources' first bytes
    VEC(uint32_t) newest;              // by number in `prints` - 1: place in `sources` + 1
    uint64_t base;                 // of the prints: not the same in any two runs, so that nobody can prepare equal ones
    bool lengths[LIMIT_PROBE + 1]; // of which there are prints
    struct intern unread;          // path, size and mtime of what was not read
    struct intern paths;           // of what was
};

typedef VEC(const struct known_source *) candidates;

// ---- Prints ----

// A polynomial modulo 2^61 - 1, with the bytes as its coefficients.
static uint64_t extend_print(uint64_t print, unsigned char byte, uint64_t base) {
    const uint64_t prime = (UINT64_C(1) << 61) - 1;
    unsigned __int128 product = (unsigned __int128)print * base + byte + 1;
    uint64_t sum = ((uint64_t)product & prime) + (uint64_t)(product >> 61);
    return sum >= prime ? sum - prime : sum;
}

struct print {
    uint64_t value, length;
};

static struct str print_key(const struct print *print) {
    return (struct str){(const char *)print, sizeof *print};
}

static uint64_t choose_base(void) {
    uint64_t base;
    if (getrandom(&base, sizeof base, 0) != sizeof base)
        base = (uint64_t)time(NULL) * 0x9e3779b97f4a7c15u;
    return base >> 4 | 1 << 16; // less than the prime, and not tiny
}

// ---- What is known ----

static struct str unread_key(struct str path, int64_t size, usec mtime, struct buffer *ret) {
    ret->n = 0;
    buffer_print(ret, "%lld %lld ", size > 0 ? (long long)size : 0, (long long)mtime);
    buffer_add(ret, path);
    return buffer_str(ret);
}

static bool is_rendered(struct str format) {
    for (size_t i = 0; FORMATS[i]; i++)
        if (str_eq(str_of(FORMATS[i]->name), format))
            return FORMATS[i]->traits & FORMAT_RENDERED;
    return false;
}

static void add_rendered(struct known *k, uint32_t id, uint64_t bytes, struct str sha256) {
    if (!bytes || sha256.n != DIGEST_TEXT - 1)
        return;
    struct known_source *s = VEC_PUSH(&k->rendered);
    *s = (struct known_source){bytes, id, 0, ""};
    memcpy(s->sha256, sha256.p, sha256.n);
}

static void add(struct known *k, struct case_file *file, uint32_t id, uint64_t bytes, struct str sha256,
                struct str format) {
    if (is_rendered(format)) {
        add_rendered(k, id, bytes, sha256);
        return;
    }
    struct buffer head = {0};
    struct print print = {.length = bytes < LIMIT_PROBE ? bytes : LIMIT_PROBE};
    if (bytes && sha256.n == DIGEST_TEXT - 1 && case_text(file, id, 0, print.length, &head, NULL) == OK &&
        head.n == print.length) {
        for (size_t i = 0; i < head.n; i++)
            print.value = extend_print(print.value, (unsigned char)head.p[i], k->base);
        uint32_t number = intern_id(&k->prints, print_key(&print));
        if (number > k->newest.n)
            *VEC_PUSH(&k->newest) = 0;
        struct known_source *s = VEC_PUSH(&k->sources);
        *s = (struct known_source){bytes, id, k->newest.at[number - 1], ""};
        memcpy(s->sha256, sha256.p, sha256.n);
        k->newest.at[number - 1] = (uint32_t)k->sources.n;
        k->lengths[print.length] = true;
    }
    buffer_done(&head);
}

void known_add(struct known *k, struct case_file *file, const struct source_row *row) {
    if (row->state != SOURCE_STATE_READ && row->state != SOURCE_STATE_PARTIAL)
        return;
    intern_id(&k->paths, row->path);
    add(k, file, row->source_id, row->bytes, row->sha256, row->format);
}

struct loading {
    struct known *known;
    struct case_file *file;
};

static void take_row(void *context, const struct case_result *r, size_t row) {
    struct loading *l = context;
    struct str sha256 = case_text_at(r, 2, row), path = case_text_at(r, 3, row);
    if (sha256.p) {
        intern_id(&l->known->paths, path);
        add(l->known, l->file, (uint32_t)case_integer_at(r, 0, row), (uint64_t)case_integer_at(r, 1, row), sha256,
            case_text_at(r, 6, row));
    } else {
        struct buffer key = {0};
        intern_id(&l->known->unread, unread_key(path, case_integer_at(r, 4, row), case_time_at(r, 5, row), &key));
        buffer_done(&key);
    }
}

enum status known_new(struct case_file *file, struct known **ret, struct error *error) {
    struct case_connection *c;
    enum status status = case_connect(file, &c, error);
    if (status != OK)
        return status;
    struct loading l = {must_zero(1, sizeof *l.known), file};
    *ret = l.known;
    l.known->base = choose_base();
    status = case_each(
        c, S("select source_id, bytes, sha256, path, stored_bytes, mtime, format from source where state <> 'reading'"),
        NULL, 0, take_row, &l, error);
    case_disconnect(c);
    return status;
}

bool known_unread(const struct known *k, struct str path, int64_t size, usec mtime) {
    struct buffer key = {0};
    bool known = intern_find(&k->unread, unread_key(path, size, mtime, &key)) != 0;
    buffer_done(&key);
    return known;
}

bool known_path(const struct known *k, struct str path) {
    return intern_find(&k->paths, path) != 0;
}

// ---- Looking one up ----

static void find_candidates(const struct known *k, struct str head, candidates *ret) {
    struct print print = {0};
    for (size_t i = 0; i < head.n && i < LIMIT_PROBE; i++) {
        print.value = extend_print(print.value, (unsigned char)head.p[i], k->base);
        print.length = i + 1;
        uint32_t number = k->lengths[i + 1] ? intern_find(&k->prints, print_key(&print)) : 0;
        for (uint32_t at = number ? k->newest.at[number - 1] : 0; at; at = k->sources.at[at - 1].next)
            *VEC_PUSH(ret) = &k->sources.at[at - 1];
    }
}

static int compare_sizes(const void *a, const void *b) {
    const struct known_source *x = *(const struct known_source *const *)a, *y = *(const struct known_source *const *)b;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

struct reading {
    struct source *source;
    struct digest digest;
    uint64_t position;
    char *block;
};

// Reads on to a position; false when the source ends before.
static bool read_to(struct reading *r, uint64_t position) {
    size_t n = 0;
    for (uint64_t left; (left = position - r->position) > 0; r->position += n) {
        if (source_read(r->source, r->block, left < LIMIT_READ_BLOCK ? left : LIMIT_READ_BLOCK, &n, NULL) != OK)
            return false;
        digest_add(&r->digest, (struct str){r->block, n});
    }
    return true;
}

// The longest candidate that is the beginning of the source, or all of it.
static enum known_as compare_all(struct reading *r, const candidates *c, uint32_t *ret_source, uint64_t *ret_skip) {
    char sha256[DIGEST_TEXT] = "";
    enum known_as as = KNOWN_NOT;
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct known_source *s = c->at[i];
        if (!read_to(r, s->bytes))
            break;
        if (i == 0 || s->bytes != c->at[i - 1]->bytes)
            digest_text(&r->digest, sha256);
        if (strcmp(sha256, s->sha256) != 0)
            continue;
        as = KNOWN_PREFIX;
        *ret_source = s->source_id;
        *ret_skip = s->bytes;
    }
    if (as == KNOWN_PREFIX && r->position == *ret_skip && source_read(r->source, r->block, 1, &n, NULL) != OK)
        as = KNOWN_WHOLE;
    return as;
}

enum known_as known_bytes(struct known *k, const struct source_item *item, const struct format *format, struct str head,
                          uint32_t *ret_source, uint64_t *ret_skip) {
    candidates found = {0};
    struct reading reading = {0};
    enum known_as as = KNOWN_NOT;
    if (format->traits & FORMAT_RENDERED)
        for (size_t i = 0; i < k->rendered.n; i++)
            *VEC_PUSH(&found) = &k->rendered.at[i];
    else
        find_candidates(k, head, &found);
    if (found.n && source_open(item, &reading.source, NULL) == OK) {
        qsort(found.at, found.n, sizeof *found.at, compare_sizes);
        reading.block = must_alloc(LIMIT_READ_BLOCK);
        digest_begin(&reading.digest);
        as = compare_all(&reading, &found, ret_source, ret_skip);
        digest_done(&reading.digest);
        free(reading.block);
        source_close(reading.source);
    }
    VEC_DONE(&found);
    return as;
}

void known_free(struct known *k) {
    if (!k)
        return;
    VEC_DONE(&k->sources);
    VEC_DONE(&k->rendered);
    VEC_DONE(&k->newest);
    intern_done(&k->prints);
    intern_done(&k->unread);
    intern_done(&k->paths);
    free(k);
}
