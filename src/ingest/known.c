// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A table by the first bytes of each source's text. Equal first bytes make a candidate; the longer head is
// compared with the text in the case, and then the hash of all its bytes decides.
#include "ingest/known.h"

#include "base/limits.h"
#include "ingest/digest.h"

#include <stdlib.h>

enum { KEY_BYTES = 256 };

struct known_source {
    uint64_t bytes;
    uint32_t source_id;
    uint32_t next; // with the same first bytes, as a place in `sources` + 1; 0: none
    char sha256[DIGEST_TEXT];
};

struct known {
    VEC(struct known_source) sources;
    struct intern heads;  // first KEY_BYTES of the sources; all shorter ones share one entry
    VEC(uint32_t) newest; // by number in `heads` - 1: place in `sources` + 1
    struct intern unread; // path, size and mtime of what was not read
    struct intern paths;  // of what was
};

static struct str head_key(struct str head) {
    return head.n < KEY_BYTES ? S("short") : str_head(head, KEY_BYTES);
}

static struct str unread_key(struct str path, int64_t size, usec mtime, struct buffer *ret) {
    ret->n = 0;
    buffer_print(ret, "%lld %lld ", size > 0 ? (long long)size : 0, (long long)mtime);
    buffer_add(ret, path);
    return buffer_str(ret);
}

static void add(struct known *k, struct case_file *file, uint32_t id, uint64_t bytes, struct str sha256) {
    struct buffer head = {0};
    if (!bytes || sha256.n != 64 || case_text(file, id, 0, KEY_BYTES, &head, NULL) != OK)
        return;
    uint32_t key = intern_id(&k->heads, head_key(buffer_str(&head)));
    if (key > k->newest.n)
        *VEC_PUSH(&k->newest) = 0;
    struct known_source *s = VEC_PUSH(&k->sources);
    *s = (struct known_source){bytes, id, k->newest.at[key - 1], ""};
    memcpy(s->sha256, sha256.p, 64);
    s->sha256[64] = '\0';
    k->newest.at[key - 1] = (uint32_t)k->sources.n;
    buffer_done(&head);
}

void known_add(struct known *k, struct case_file *file, const struct source_row *row) {
    if (row->state != SOURCE_STATE_READ && row->state != SOURCE_STATE_PARTIAL)
        return;
    intern_id(&k->paths, row->path);
    add(k, file, row->source_id, row->bytes, row->sha256);
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
        add(l->known, l->file, (uint32_t)case_integer_at(r, 0, row), (uint64_t)case_integer_at(r, 1, row), sha256);
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
    status = case_each(
        c, S("select source_id, bytes, sha256, path, stored_bytes, mtime from source where state <> 'reading'"), NULL,
        0, take_row, &l, error);
    case_disconnect(c);
    return status;
}

bool known_unread(const struct known *k, struct str path, int64_t size, usec mtime) {
    struct buffer key = {0};
    bool known = intern_find(&k->unread, unread_key(path, size, mtime, &key)) != 0;
    buffer_done(&key);
    return known;
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

// Reads the first `s->bytes` bytes and compares; `*ret_more` says whether there are more.
static bool hashes_alike(const struct source_item *item, const struct known_source *s, bool *ret_more) {
    struct source *source;
    uint64_t left = s->bytes;
    size_t n = 0;
    if (source_open(item, &source, NULL) != OK)
        return false;
    char *block = must_alloc(LIMIT_READ_BLOCK);
    struct digest digest = {0};
    char sha256[DIGEST_TEXT];
    digest_begin(&digest);
    enum status status = OK;
    while (left && status == OK) {
        status = source_read(source, block, left < LIMIT_READ_BLOCK ? left : LIMIT_READ_BLOCK, &n, NULL);
        if (status == OK)
            digest_add(&digest, (struct str){block, n});
        left -= status == OK ? n : 0;
    }
    *ret_more = left == 0 && source_read(source, block, 1, &n, NULL) == OK;
    digest_end(&digest, sha256);
    bool alike = left == 0 && strcmp(sha256, s->sha256) == 0;
    digest_done(&digest);
    free(block);
    source_close(source);
    return alike;
}

bool known_path(const struct known *k, struct str path) {
    return intern_find(&k->paths, path) != 0;
}

enum known_as known_bytes(struct known *k, struct case_file *file, const struct source_item *item, struct str head,
                          uint32_t *ret_source, uint64_t *ret_skip) {
    enum known_as as = KNOWN_NOT;
    const struct str keys[] = {S("short"), head_key(head)}; // a short one may be its beginning, too
    for (size_t i = keys[1].n == keys[0].n; i < 2; i++) {
        uint32_t key = intern_find(&k->heads, keys[i]);
        for (uint32_t at = key ? k->newest.at[key - 1] : 0; at && as != KNOWN_WHOLE; at = k->sources.at[at - 1].next) {
            const struct known_source *s = &k->sources.at[at - 1];
            bool more = false;
            if (s->bytes <= *ret_skip || !begins_alike(file, s, head) || !hashes_alike(item, s, &more))
                continue;
            as = more ? KNOWN_PREFIX : KNOWN_WHOLE;
            *ret_source = s->source_id;
            *ret_skip = s->bytes;
        }
    }
    return as;
}

void known_free(struct known *k) {
    if (!k)
        return;
    VEC_DONE(&k->sources);
    VEC_DONE(&k->newest);
    intern_done(&k->heads);
    intern_done(&k->unread);
    intern_done(&k->paths);
    free(k);
}
