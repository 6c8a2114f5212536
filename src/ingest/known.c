// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A table by the first bytes of each source's text. Equal first bytes make a candidate; the longer head is
// compared with the text in the case, and then the hash decides.
#include "ingest/known.h"

#include "base/limits.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { KEY_BYTES = 256 };

struct known_source {
    uint64_t key; // hash of the first KEY_BYTES, or of fewer when it is shorter
    uint64_t bytes;
    uint32_t source_id;
    char sha256[65];
};

struct unread {
    struct str path;
    int64_t size;
    usec mtime;
};

struct known {
    VEC(struct known_source) sources;
    VEC(struct unread) unread;
    struct arena arena;
};

static uint64_t key_of(struct str head, uint64_t bytes) {
    return str_hash(str_head(head, bytes < KEY_BYTES ? (size_t)bytes : KEY_BYTES));
}

static void add(struct known *k, struct case_file *file, uint32_t id, uint64_t bytes, struct str sha256) {
    struct buffer head = {0};
    if (!bytes || sha256.n != 64 || case_text(file, id, 0, KEY_BYTES, &head, NULL) != OK)
        return;
    struct known_source *s = VEC_PUSH(&k->sources);
    *s = (struct known_source){key_of(buffer_str(&head), bytes), bytes, id, ""};
    memcpy(s->sha256, sha256.p, 64);
    s->sha256[64] = '\0';
    buffer_done(&head);
}

void known_add(struct known *k, struct case_file *file, const struct source_row *row) {
    if (row->state == SOURCE_STATE_READ || row->state == SOURCE_STATE_PARTIAL)
        add(k, file, row->source_id, row->bytes, row->sha256);
}

static void take_row(struct known *k, struct case_file *file, const struct case_result *r, size_t row) {
    struct case_value id = case_value(r, 0, row), bytes = case_value(r, 1, row), sha = case_value(r, 2, row),
                      path = case_value(r, 3, row), size = case_value(r, 4, row), mtime = case_value(r, 5, row);
    if (sha.type == TYPE_TEXT)
        add(k, file, (uint32_t)id.integer, (uint64_t)bytes.integer, sha.text);
    else
        *VEC_PUSH(&k->unread) = (struct unread){arena_copy(&k->arena, path.text), size.integer,
                                                mtime.type == TYPE_TIME ? mtime.time : USEC_NONE};
}

struct known *known_new(struct case_file *file, struct error *error) {
    struct known *k = must_zero(1, sizeof *k);
    struct case_connection *c;
    struct case_result *r;
    size_t rows;
    if (case_connect(file, &c, error) != OK)
        return k;
    if (case_query(c,
                   S("select source_id, bytes, sha256, path, stored_bytes, mtime from source where state <> 'reading'"),
                   NULL, 0, &r, error) == OK) {
        while (case_fetch(r, &rows, error) == OK)
            for (size_t i = 0; i < rows; i++)
                take_row(k, file, r, i);
        case_result_free(r);
    }
    case_disconnect(c);
    return k;
}

bool known_unread(const struct known *k, struct str path, int64_t size, usec mtime) {
    for (size_t i = 0; i < k->unread.n; i++) {
        const struct unread *u = &k->unread.at[i];
        if (u->mtime == mtime && u->size == (size > 0 ? size : 0) && str_eq(u->path, path))
            return true;
    }
    return false;
}

// Whether the text of a known source begins as `head` does.
static bool begins_alike(struct case_file *file, const struct known_source *s, struct str head) {
    struct buffer text = {0};
    if (head.n > s->bytes)
        head.n = (size_t)s->bytes;
    bool alike = case_text(file, s->source_id, 0, head.n, &text, NULL) == OK && str_eq(buffer_str(&text), head);
    buffer_done(&text);
    return alike;
}

static void hex(const unsigned char *raw, size_t n, char *ret) {
    for (size_t i = 0; i < n; i++) {
        ret[2 * i] = "0123456789abcdef"[raw[i] >> 4];
        ret[2 * i + 1] = "0123456789abcdef"[raw[i] & 15];
    }
    ret[2 * n] = '\0';
}

static bool hash_is(EVP_MD_CTX *hash, const char sha256[65]) {
    unsigned char raw[32];
    char text[65];
    EVP_DigestFinal_ex(hash, raw, NULL);
    hex(raw, 32, text);
    return memcmp(text, sha256, 64) == 0;
}

// Reads the first `s->bytes` bytes and compares; `*ret_more` says whether there are more.
static bool hashes_alike(const struct source_item *item, const struct known_source *s, bool *ret_more) {
    struct source *source;
    uint64_t left = s->bytes;
    size_t n = 0;
    if (source_open(item, &source, NULL) != OK)
        return false;
    char *block = must_alloc(LIMIT_READ_BLOCK);
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
    enum status status = OK;
    while (left && status == OK) {
        status = source_read(source, block, left < LIMIT_READ_BLOCK ? left : LIMIT_READ_BLOCK, &n, NULL);
        if (status == OK)
            EVP_DigestUpdate(hash, block, n);
        left -= status == OK ? n : 0;
    }
    *ret_more = left == 0 && source_read(source, block, 1, &n, NULL) == OK;
    bool alike = left == 0 && hash_is(hash, s->sha256);
    EVP_MD_CTX_free(hash);
    free(block);
    source_close(source);
    return alike;
}

enum known_as known_bytes(struct known *k, struct case_file *file, const struct source_item *item, struct str head,
                          uint64_t *ret_skip) {
    enum known_as as = KNOWN_NOT;
    for (size_t i = 0; i < k->sources.n && as != KNOWN_WHOLE; i++) {
        const struct known_source *s = &k->sources.at[i];
        bool more = false;
        if (s->bytes <= *ret_skip || key_of(head, s->bytes) != s->key || !begins_alike(file, s, head) ||
            !hashes_alike(item, s, &more))
            continue;
        as = more ? KNOWN_PREFIX : KNOWN_WHOLE;
        *ret_skip = s->bytes;
    }
    return as;
}

void known_free(struct known *k) {
    if (!k)
        return;
    VEC_DONE(&k->sources);
    VEC_DONE(&k->unread);
    arena_done(&k->arena);
    free(k);
}
