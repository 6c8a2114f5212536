// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The objects a journal file is made of, as systemd's document "Journal File Format" has them: a header, then objects
// one behind the other, each aligned to eight bytes. All numbers are little-endian. Nothing here believes a number
// before it was compared with the bytes there are.
#pragma once

#include "format/journal.h"

enum journal_object_type {
    OBJECT_DATA = 1,
    OBJECT_FIELD,
    OBJECT_ENTRY,
    OBJECT_DATA_HASH_TABLE,
    OBJECT_FIELD_HASH_TABLE,
    OBJECT_ENTRY_ARRAY,
    OBJECT_TAG,
    OBJECT_TYPES
};
enum { FLAG_XZ = 1, FLAG_LZ4 = 2, FLAG_KEYED_HASH = 4, FLAG_ZSTD = 8, FLAG_COMPACT = 16, FLAGS_KNOWN = 31 };
enum { STATE_OFFLINE, STATE_ONLINE, STATE_ARCHIVED };

struct journal_object {
    uint64_t at, size;
    uint8_t type, flags;
};

struct journal_header {
    uint32_t flags; // incompatible ones
    uint8_t state;
    unsigned char file_id[16];
    unsigned char machine_id[16];
    uint64_t header_size, arena_size, tail_object, entries, entry_array;
};

// One data object, decoded: what the many entries that refer to it share.
struct journal_data {
    uint64_t at; // its offset; 0: nothing here
    struct str name, value;
    uint64_t full; // length of the value, when it is longer than what was decoded
    char *own;     // what was decompressed
    uint8_t field; // enum journal_field
    uint8_t fault; // enum anomaly_kind; ANOMALY_COUNT: none
};
enum { JOURNAL_CACHE = 1 << 14, JOURNAL_CACHE_VALUE = 4096 };

struct journal_file {
    struct str bytes;
    struct journal_header header;
    bool compact;
    uint64_t start, end;        // of the objects
    struct journal_data *cache; // JOURNAL_CACHE of them
    struct journal_data large;  // one that was decompressed and is too long for the cache
    struct buffer inflated;
    struct journal_teller teller;
};

uint64_t journal_u64(struct str bytes, uint64_t at); // in bounds, or 0
uint32_t journal_u32(struct str bytes, uint64_t at);
// Whether the stream begins as a journal does, all but one bit.
bool journal_has_signature(struct str bytes);
void journal_header_read(struct str bytes, struct journal_header *ret);
// Whether there may be an object at `at`.
bool journal_object_at(const struct journal_file *file, uint64_t at, struct journal_object *ret);
// The data at `at`, valid until the next call. NULL when there is no data object, or none with a name.
const struct journal_data *journal_data_at(struct journal_file *file, uint64_t at);
// Whether a data or field object holds what its hash says.
bool journal_data_fits(struct journal_file *file, const struct journal_object *object);
