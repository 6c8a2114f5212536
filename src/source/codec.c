// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Each library has its own words for "took this much, gave that much". This file turns five of them into one.
#include "source/codec.h"

#include "base/arena.h"
#include "base/limits.h"

#include <bzlib.h>
#include <limits.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

static size_t match_bytes(struct str head, struct str magic) {
    size_t n = 0;
    while (n < head.n && n < magic.n && head.p[n] == magic.p[n])
        n++;
    return n;
}

static unsigned int clip(size_t n) {
    return n > INT_MAX ? INT_MAX : (unsigned int)n;
}

static void advance(struct codec_io *io, size_t taken, size_t given) {
    io->in = str_skip(io->in, taken);
    io->out += given;
    io->room -= given;
}

// What open() returns: the state, or NULL when its library could not start.
static void *keep_if(bool started, void *state) {
    if (!started)
        free(state);
    return started ? state : NULL;
}

// ---- gzip ----

static size_t match_gzip(struct str head) {
    return match_bytes(head, S("\x1f\x8b\x08"));
}

static void *open_gzip(void) {
    z_stream *z = must_zero(1, sizeof *z);
    // 16 asks for the gzip wrapping, whose checksum and length are then verified.
    return keep_if(inflateInit2(z, 16 + MAX_WBITS) == Z_OK, z);
}

static enum codec_result step_gzip(void *state, struct codec_io *io) {
    z_stream *z = state;
    unsigned int in = clip(io->in.n), out = clip(io->room);
    z->next_in = (Bytef *)io->in.p, z->avail_in = in;
    z->next_out = (Bytef *)io->out, z->avail_out = out;
    int r = inflate(z, Z_SYNC_FLUSH);
    advance(io, in - z->avail_in, out - z->avail_out);
    // Z_BUF_ERROR only says that nothing could be done this time.
    return r == Z_OK || r == Z_BUF_ERROR ? CODEC_MORE : r == Z_STREAM_END ? CODEC_MEMBER : CODEC_DAMAGED;
}

static void close_gzip(void *state) {
    inflateEnd(state);
    free(state);
}

// ---- bzip2 ----

// "BZh", the block size, and the first bytes of pi (a block) or of its root (no blocks). A text may well
// start with "BZh9".
static size_t match_bzip2(struct str head) {
    size_t n = match_bytes(head, S("BZh"));
    if (n < 3 || head.n == 3)
        return n;
    if (head.p[3] < '1' || head.p[3] > '9')
        return n;
    size_t block = match_bytes(str_skip(head, 4), S("1AY&SY"));
    size_t none = match_bytes(str_skip(head, 4), S("\x17\x72\x45\x38\x50\x90"));
    return 4 + (block > none ? block : none);
}

static void *open_bzip2(void) {
    bz_stream *bz = must_zero(1, sizeof *bz);
    return keep_if(BZ2_bzDecompressInit(bz, 0, 0) == BZ_OK, bz);
}

static enum codec_result step_bzip2(void *state, struct codec_io *io) {
    bz_stream *bz = state;
    unsigned int in = clip(io->in.n), out = clip(io->room);
    bz->next_in = (char *)io->in.p, bz->avail_in = in;
    bz->next_out = io->out, bz->avail_out = out;
    int r = BZ2_bzDecompress(bz);
    advance(io, in - bz->avail_in, out - bz->avail_out);
    return r == BZ_OK ? CODEC_MORE : r == BZ_STREAM_END ? CODEC_MEMBER : CODEC_DAMAGED;
}

static void close_bzip2(void *state) {
    BZ2_bzDecompressEnd(state);
    free(state);
}

// ---- xz ----

static size_t match_xz(struct str head) {
    return match_bytes(head, S("\3757zXZ\0"));
}

static void *open_xz(void) {
    lzma_stream *xz = must_alloc(sizeof *xz);
    *xz = (lzma_stream)LZMA_STREAM_INIT;
    return keep_if(lzma_stream_decoder(xz, LIMIT_INFLATE_MEMORY, 0) == LZMA_OK, xz);
}

static enum codec_result step_xz(void *state, struct codec_io *io) {
    lzma_stream *xz = state;
    size_t in = io->in.n, out = io->room;
    xz->next_in = (const uint8_t *)io->in.p, xz->avail_in = in;
    xz->next_out = (uint8_t *)io->out, xz->avail_out = out;
    lzma_ret r = lzma_code(xz, LZMA_RUN);
    advance(io, in - xz->avail_in, out - xz->avail_out);
    switch (r) {
    case LZMA_OK:
    case LZMA_BUF_ERROR: // nothing could be done this time
        return CODEC_MORE;
    case LZMA_STREAM_END:
        return CODEC_MEMBER;
    case LZMA_MEMLIMIT_ERROR:
    case LZMA_MEM_ERROR:
        return CODEC_GREEDY;
    default:
        return CODEC_DAMAGED;
    }
}

static void close_xz(void *state) {
    lzma_end(state);
    free(state);
}

// ---- zstd and lz4 ----

// A call that fails does not say what it had given before. So both libraries get a block at a time, without the
// header of the next that they ask for on top, and what is left of the block before is fetched by a call of its own.
struct frames {
    void *lib;
    size_t wanted; // bytes the library asks for
    size_t ahead;  // of those, the header of the next block
    bool full;     // the last call ran out of room
};

typedef enum codec_result decode_block(struct frames *f, struct codec_io *io, size_t n);

static void *open_frames(void *lib, size_t first, size_t ahead) {
    struct frames *f = must_zero(1, sizeof *f);
    *f = (struct frames){.lib = lib, .wanted = first, .ahead = ahead};
    return keep_if(lib != NULL, f);
}

static enum codec_result step_frames(struct frames *f, struct codec_io *io, decode_block *decode) {
    size_t room = io->room;
    enum codec_result result = CODEC_MORE;
    if (f->full)
        result = decode(f, io, 0);
    if (result == CODEC_MORE && room == io->room) {
        size_t n = f->wanted > f->ahead ? f->wanted - f->ahead : f->wanted;
        result = decode(f, io, n < io->in.n ? n : io->in.n);
    }
    f->full = io->room == 0;
    return result;
}

// Frames, and the "skippable" ones that parallel compressors put in front (lowest nibble of the first byte
// free). LZ4 shares the latter; where one opens a file, it was zstd that wrote it.
static size_t match_zstd(struct str head) {
    if (head.n && ((unsigned char)head.p[0] & 0xf0) == 0x50)
        return 1 + match_bytes(str_skip(head, 1), S("\x2a\x4d\x18"));
    return match_bytes(head, S("\x28\xb5\x2f\xfd"));
}

static void *open_zstd(void) {
    return open_frames(ZSTD_createDStream(), 5, 3); // its own limit, a window of 128 MiB, is within ours
}

static enum codec_result decode_zstd(struct frames *f, struct codec_io *io, size_t n) {
    ZSTD_inBuffer in = {io->in.p, n, 0};
    ZSTD_outBuffer out = {io->out, io->room, 0};
    size_t r = ZSTD_decompressStream(f->lib, &out, &in);
    if (ZSTD_getErrorCode(r) == ZSTD_error_frameParameter_windowTooLarge)
        return CODEC_GREEDY;
    if (ZSTD_isError(r))
        return CODEC_DAMAGED;
    advance(io, in.pos, out.pos);
    f->wanted = r;
    return r == 0 ? CODEC_MEMBER : CODEC_MORE;
}

static enum codec_result step_zstd(void *state, struct codec_io *io) {
    return step_frames(state, io, decode_zstd);
}

static void close_zstd(void *state) {
    ZSTD_freeDStream(((struct frames *)state)->lib);
    free(state);
}

static size_t match_lz4(struct str head) {
    return match_bytes(head, S("\x04\x22\x4d\x18"));
}

static void *open_lz4(void) {
    LZ4F_dctx *lz4;
    bool started = !LZ4F_isError(LZ4F_createDecompressionContext(&lz4, LZ4F_VERSION));
    return open_frames(started ? lz4 : NULL, LZ4F_HEADER_SIZE_MIN, 4);
}

static enum codec_result decode_lz4(struct frames *f, struct codec_io *io, size_t n) {
    size_t in = n, out = io->room;
    size_t r = LZ4F_decompress(f->lib, io->out, &out, io->in.p, &in, NULL);
    if (LZ4F_isError(r))
        return CODEC_DAMAGED;
    advance(io, in, out);
    f->wanted = r;
    return r == 0 ? CODEC_MEMBER : CODEC_MORE;
}

static enum codec_result step_lz4(void *state, struct codec_io *io) {
    return step_frames(state, io, decode_lz4);
}

static void close_lz4(void *state) {
    LZ4F_freeDecompressionContext(((struct frames *)state)->lib);
    free(state);
}

static const struct codec CODECS[] = {
    {"gzip", match_gzip, 3, open_gzip, step_gzip, close_gzip},
    {"xz", match_xz, 6, open_xz, step_xz, close_xz},
    {"zstd", match_zstd, 4, open_zstd, step_zstd, close_zstd},
    {"bzip2", match_bzip2, 10, open_bzip2, step_bzip2, close_bzip2},
    {"lz4", match_lz4, 4, open_lz4, step_lz4, close_lz4},
};

const struct codec *codec_find(struct str head) {
    for (size_t i = 0; i < sizeof CODECS / sizeof *CODECS; i++)
        if (CODECS[i].match(head) == CODECS[i].magic_size)
            return &CODECS[i];
    return NULL;
}
