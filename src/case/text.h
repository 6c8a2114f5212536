// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Text segments: the decompressed bytes of each source, kept in the case as LZ4 blocks of 256 KiB, so that
// every fact can be traced to its bytes after the original is gone. One file per source,
// text/00001.lz4:
//
//     8 bytes  "LHXTEXT1"
//     blocks   each compressed on its own (LZ4 block format), LIMIT_SEGMENT_BLOCK bytes of text but the last
//     index    for each block: 8 bytes, little endian, where it begins in this file; 8 bytes CRC-64 of it as stored
//     footer   8 bytes where the index begins, 8 bytes of text in all, 4 bytes flags, 4 bytes block size,
//              8 bytes CRC-64 of the index and all before this, 8 bytes "LHXTEXTZ"
//
// A segment whose footer is missing was not finished; its source is read again. A block whose CRC does not fit is
// no text at all: wrong evidence is worse than none.
#pragma once

#include "base/arena.h"
#include "base/status.h"

enum text_flags {
    TEXT_ESCAPED = 1, // control characters stand as #ooo, as rsyslog writes them
};

struct text_store;

struct text_store *text_store_open(const char *folder);
void text_store_close(struct text_store *store);

// Writing. One writer per source; readers see what has been written so far.
struct text_writer;
enum status text_writer_open(struct text_store *store, uint32_t source_id, uint32_t flags, struct text_writer **ret,
                             struct error *error);
enum status text_write(struct text_writer *writer, struct str bytes, struct error *error);
// Writes index and footer. `writer` is gone afterwards, also on failure.
enum status text_writer_close(struct text_writer *writer, struct error *error);
void text_writer_abandon(struct text_writer *writer);

// Reading.
struct text_segment;
// NULL when there is no such segment or it is damaged (error says which). Lives as long as the store.
struct text_segment *text_segment(struct text_store *store, uint32_t source_id, struct error *error);
uint64_t text_size(struct text_segment *segment);
uint32_t text_segment_flags(const struct text_segment *segment);

// A reader's own place: one decompressed block, so that reading along costs one decompression per block.
struct text_cursor {
    struct text_segment *segment;
    uint64_t block; // which block is in `bytes`
    size_t n;
    char *bytes;
};
void text_cursor_done(struct text_cursor *cursor);
// Bytes at `offset`, as many as lie in one block and at most `length`: a slice into the cursor, good until
// its next use. Empty at the end of the text, and when the block is damaged: then before text_size().
struct str text_at(struct text_cursor *cursor, struct text_segment *segment, uint64_t offset, size_t length);
// Appends [offset, offset + length) to `ret`, cut at the end of the text. FAIL when a part of it is damaged.
enum status text_append(struct text_cursor *cursor, struct text_segment *segment, uint64_t offset, size_t length,
                        struct buffer *ret, struct error *error);
