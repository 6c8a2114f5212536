// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Every bound in one place: the attacker chooses our input. docs/limits.md is the same table in words, and says
// what happens beyond each.
#pragma once

#include <stdint.h>

// Reading
enum {
    LIMIT_READ_BLOCK = 1 << 20,  // bytes asked of a source at once
    LIMIT_LINE = 1 << 20,        // a longer line keeps its head and becomes an anomaly
    LIMIT_LINE_HEAD = 64 << 10,  // what is kept of such a line
    LIMIT_RECORD_LINES = 100000, // physical lines in one record
    LIMIT_HEADER = 32 << 10,     // structured data of an RFC 5424 line
    LIMIT_NAME = 1024,           // bytes kept of a user, host, program or terminal name
    LIMIT_REPEAT = 1000000,      // "message repeated N times": a larger N is a lie
    LIMIT_WALK_DEPTH = 64,       // folders in folders
    LIMIT_WALK_FILES = 2000000,  // files in one run
    LIMIT_PATH = 4096,           // bytes in a path
    LIMIT_PROBE = 64 << 10,      // bytes looked at to tell a format
    LIMIT_ARCHIVE_DEPTH = 3,     // archives in archives
    LIMIT_ARCHIVE_FAULTS = 1000, // things told of one archive; damaged headers passed over in a row
};

// Decompression: a ratio only counts once this much has come out.
#define LIMIT_INFLATE_FREE (64ull << 20)
#define LIMIT_INFLATE_RATIO 250ull
#define LIMIT_INFLATE_TOTAL (200ull << 30)
#define LIMIT_INFLATE_MEMORY (256ull << 20) // what one decompressor may take

// Case
enum {
    LIMIT_SEGMENT_BLOCK = 256 << 10, // bytes of text in one LZ4 block
    LIMIT_BATCH_ROWS = 2048,         // rows handed to the store at once
};

// Questions
enum {
    LIMIT_QUERY_SECONDS = 30,
    LIMIT_QUERY_ROWS = 100000,    // rows sent to the page; exports stream without a bound
    LIMIT_QUERY_TEXT = 256 << 10, // bytes of SQL
    LIMIT_SEARCH_HITS = 10000,
};
#define LIMIT_QUERY_MEMORY (1ull << 30)

// HTTP
enum {
    LIMIT_HTTP_BODY = 1 << 20,
    LIMIT_HTTP_HEADERS = 64,
    LIMIT_HTTP_HEADER_BYTES = 16 << 10,
    LIMIT_HTTP_CONNECTIONS = 64,
    LIMIT_JSON_DEPTH = 64,
};
