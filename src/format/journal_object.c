// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Header, objects and data of a journal file. Data are shared: "_COMM=sshd" is stored once and named by every entry
// that has it, so what was decoded is kept in a table by offset. The table has one place per hash of the offset and no
// chains: whoever chose the offsets so that they meet only makes us decode again, and that is paid from the allowance.
#include "format/journal_object.h"

#include <endian.h>
#include <lz4.h>
#include <lzma.h>
#include <zstd.h>

enum { HEADER_MIN = 208, OBJECT_HEAD = 16, NAME_MAX_BYTES = 256, XZ_MEMORY = 64 << 20, XZ_COST = 8 };

static const uint8_t SIZES[OBJECT_TYPES] = {
    [OBJECT_DATA] = 65,
    [OBJECT_FIELD] = 41,
    [OBJECT_ENTRY] = 68,
    [OBJECT_DATA_HASH_TABLE] = 32,
    [OBJECT_FIELD_HASH_TABLE] = 32,
    [OBJECT_ENTRY_ARRAY] = 28,
    [OBJECT_TAG] = 64,
};

uint64_t journal_u64(struct str bytes, uint64_t at) {
    uint64_t v;
    if (bytes.n < sizeof v || at > bytes.n - sizeof v)
        return 0;
    memcpy(&v, bytes.p + at, sizeof v);
    return le64toh(v);
}

uint32_t journal_u32(struct str bytes, uint64_t at) {
    uint32_t v;
    if (bytes.n < sizeof v || at > bytes.n - sizeof v)
        return 0;
    memcpy(&v, bytes.p + at, sizeof v);
    return le32toh(v);
}

bool journal_has_signature(struct str bytes) {
    static const char signature[8] = {'L', 'P', 'K', 'S', 'H', 'H', 'R', 'H'};
    int wrong = 0;
    if (bytes.n < sizeof signature)
        return false;
    for (size_t i = 0; i < sizeof signature; i++)
        wrong += bytes.p[i] != signature[i];
    return wrong <= 1;
}

void journal_header_read(struct str bytes, struct journal_header *ret) {
    *ret = (struct journal_header){
        .flags = journal_u32(bytes, 12),
        .state = bytes.n > 16 ? (uint8_t)bytes.p[16] : STATE_ONLINE,
        .header_size = journal_u64(bytes, 88),
        .arena_size = journal_u64(bytes, 96),
        .tail_object = journal_u64(bytes, 136),
        .entries = journal_u64(bytes, 152),
        .entry_array = journal_u64(bytes, 176),
    };
    if (bytes.n >= HEADER_MIN) {
        memcpy(ret->file_id, bytes.p + 24, 16);
        memcpy(ret->machine_id, bytes.p + 40, 16);
    }
}

bool journal_object_at(const struct journal_file *f, uint64_t at, struct journal_object *ret) {
    if (at % 8 || at < HEADER_MIN || f->end < OBJECT_HEAD || at > f->end - OBJECT_HEAD)
        return false;
    const char *p = f->bytes.p + at;
    *ret = (struct journal_object){
        .at = at, .size = journal_u64(f->bytes, at + 8), .type = (uint8_t)p[0], .flags = (uint8_t)p[1]};
    if (!ret->type || ret->type >= OBJECT_TYPES || memcmp(p + 2, "\0\0\0\0\0", 6) != 0)
        return false;
    if (ret->flags & (ret->flags - 1) || ret->flags > 4 || (ret->flags && ret->type != OBJECT_DATA))
        return false;
    return ret->size >= SIZES[ret->type] && ret->size <= f->end - at;
}

// ---- decompression, of at most JOURNAL_VALUE and a name

enum { INFLATE_MAX = JOURNAL_VALUE + NAME_MAX_BYTES };

static bool inflate_xz(struct str in, struct buffer *out, uint64_t *ret_full) {
    lzma_stream s = LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&s, XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
        return false;
    s.next_in = (const uint8_t *)in.p;
    s.avail_in = in.n;
    lzma_ret r;
    do {
        size_t room = out->n ? INFLATE_MAX - out->n : 16384;
        s.next_out = (uint8_t *)buffer_room(out, room);
        s.avail_out = room;
        r = lzma_code(&s, LZMA_FINISH);
        out->n += room - s.avail_out;
    } while (r == LZMA_OK && out->n < INFLATE_MAX && !s.avail_out);
    bool cut = r == LZMA_OK && out->n >= INFLATE_MAX;
    *ret_full = cut ? out->n + 1 : out->n; // how much more there is, nobody knows
    lzma_end(&s);
    return r == LZMA_STREAM_END || cut;
}

static bool inflate_lz4(struct str in, struct buffer *out, uint64_t *ret_full) {
    if (in.n <= 8 || in.n > INT32_MAX)
        return false;
    uint64_t size = journal_u64(in, 0), want = size < INFLATE_MAX ? size : INFLATE_MAX;
    int n = LZ4_decompress_safe_partial(in.p + 8, buffer_room(out, want), (int)(in.n - 8), (int)want, (int)want);
    *ret_full = size;
    if (n < 0 || (uint64_t)n < want)
        return false;
    out->n = (size_t)n;
    return true;
}

static bool inflate_zstd(struct str in, struct buffer *out, uint64_t *ret_full) {
    static _Thread_local ZSTD_DCtx *context;
    if (!context && !(context = ZSTD_createDCtx()))
        return false;
    ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 26);
    unsigned long long size = ZSTD_getFrameContentSize(in.p, in.n);
    bool known = size != ZSTD_CONTENTSIZE_ERROR && size != ZSTD_CONTENTSIZE_UNKNOWN;
    size_t want = known && size < INFLATE_MAX ? (size_t)size : INFLATE_MAX;
    ZSTD_inBuffer from = {in.p, in.n, 0};
    ZSTD_outBuffer to = {buffer_room(out, want), want, 0};
    size_t r = ZSTD_decompressStream(context, &to, &from);
    while (!ZSTD_isError(r) && r && to.pos < want && from.pos < from.size)
        r = ZSTD_decompressStream(context, &to, &from);
    out->n = to.pos;
    *ret_full = known ? size : to.pos + (r != 0);
    return !ZSTD_isError(r) && (r == 0 || to.pos == want);
}

static bool inflate(struct journal_file *f, unsigned flags, struct str in, uint64_t *ret_full) {
    f->inflated.n = 0;
    bool good = flags == FLAG_XZ    ? inflate_xz(in, &f->inflated, ret_full)
                : flags == FLAG_LZ4 ? inflate_lz4(in, &f->inflated, ret_full)
                                    : inflate_zstd(in, &f->inflated, ret_full);
    f->teller.spent += (in.n + f->inflated.n) * (flags == FLAG_XZ ? XZ_COST : 1);
    return good;
}

// ---- data

static struct str payload_of(const struct journal_file *f, const struct journal_object *o) {
    uint64_t head = o->type == OBJECT_FIELD ? 40 : f->compact ? 72 : 64;
    return o->size > head ? (struct str){f->bytes.p + o->at + head, o->size - head} : STR_NONE;
}

static bool hash_fits(struct journal_file *f, uint64_t at, struct str payload) {
    f->teller.spent += payload.n + 32;
    uint64_t hash =
        f->header.flags & FLAG_KEYED_HASH ? journal_siphash(payload, f->header.file_id) : journal_jenkins(payload);
    return hash == journal_u64(f->bytes, at + 16);
}

bool journal_data_fits(struct journal_file *f, const struct journal_object *o) {
    struct str payload = payload_of(f, o);
    uint64_t full = payload.n;
    if (!payload.n || journal_overspent(&f->teller))
        return false;
    if (o->flags) {
        if (!inflate(f, o->flags, payload, &full))
            return false;
        payload = buffer_str(&f->inflated);
    }
    return full > payload.n || hash_fits(f, o->at, payload);
}

// Cuts `payload` into name and value.
static bool cut_payload(struct journal_data *d, struct str payload, uint64_t full) {
    ptrdiff_t equals = str_find_char(str_head(payload, NAME_MAX_BYTES), '=');
    if (equals <= 0)
        return false;
    d->name = str_head(payload, (size_t)equals);
    d->value = str_skip(payload, d->name.n + 1);
    d->full = full - d->name.n - 1;
    d->field = (uint8_t)journal_field_of(d->name);
    return true;
}

// What was decompressed moves into the cache, when it is short.
static struct str keep_inflated(struct journal_file *f, struct journal_data *d) {
    if (f->inflated.n > JOURNAL_CACHE_VALUE)
        return buffer_str(&f->inflated);
    d->own = must_copy(buffer_str(&f->inflated));
    return (struct str){d->own, f->inflated.n};
}

static bool load(struct journal_file *f, const struct journal_object *o, struct journal_data *d) {
    struct str payload = payload_of(f, o);
    uint64_t full = payload.n;
    d->fault = ANOMALY_COUNT;
    if (o->flags) {
        if (!inflate(f, o->flags, payload, &full))
            d->fault = ANOMALY_DAMAGED; // what came out so far is shown
        payload = keep_inflated(f, d);
        full = full > payload.n ? full : payload.n;
    }
    if (d->fault == ANOMALY_COUNT && full == payload.n && !hash_fits(f, o->at, payload))
        d->fault = ANOMALY_BAD_HASH;
    return cut_payload(d, payload, full);
}

const struct journal_data *journal_data_at(struct journal_file *f, uint64_t at) {
    struct journal_data *d = &f->cache[((at >> 3) * 0x9e3779b97f4a7c15ull) >> (64 - 14)];
    struct journal_object o;
    if (d->at == at && at)
        return d;
    if (!journal_object_at(f, at, &o) || o.type != OBJECT_DATA)
        return NULL;
    free(d->own);
    *d = (struct journal_data){0};
    if (!load(f, &o, d))
        return NULL;
    if (o.flags && !d->own) { // too long to be kept
        f->large = *d;
        *d = (struct journal_data){0};
        return &f->large;
    }
    d->at = at;
    return d;
}
