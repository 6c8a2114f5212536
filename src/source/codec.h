// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Compression, one row per kind. The libraries are used directly: libarchive's filters, which would be one
// interface to all of them, throw away up to 64 KiB of good text in front of a fault, and a log cut off by a
// full disk is the rule in evidence. A member is one complete compressed stream; files may hold several in a row.
#pragma once

#include "base/str.h"

// What a codec works on: it takes from the front of `in` and moves `out` on.
struct codec_io {
    struct str in;
    char *out;
    size_t room; // bytes free at `out`
};

enum codec_result {
    CODEC_MORE,    // took and gave what it could
    CODEC_MEMBER,  // a member is complete; the rest of `in` lies behind it
    CODEC_DAMAGED, // the data contradict themselves
    CODEC_GREEDY,  // would take more memory than LIMIT_INFLATE_MEMORY
};

struct codec {
    const char *name; // "gzip"
    // How many of the first bytes of `head` fit the start of a member; equal to `magic_size` when it is one.
    size_t (*match)(struct str head);
    size_t magic_size;
    void *(*open)(void); // NULL without memory
    // Whoever has taken all of `in` and given nothing when `in` was empty, waits for more.
    enum codec_result (*step)(void *state, struct codec_io *io);
    void (*close)(void *state);
};

enum { CODEC_MAGIC_MAX = 10 };

// The kind of compression that a stream starting with `head` uses, or NULL. Wants CODEC_MAGIC_MAX bytes unless the
// stream is shorter.
const struct codec *codec_find(struct str head);
