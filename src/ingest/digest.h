// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// SHA-256 of bytes that come in pieces: by what a source is known again.
#pragma once

#include "base/str.h"

enum { DIGEST_TEXT = 65 };

// Zeroed is valid. Without memory the process ends, as with must_alloc().
struct digest {
    struct evp_md_ctx_st *context, *ending;
};

void digest_begin(struct digest *digest); // also to use it again
void digest_add(struct digest *digest, struct str bytes);
// Of the bytes so far, in hexadecimal, small letters, terminated. More may be added afterwards.
void digest_text(struct digest *digest, char ret[DIGEST_TEXT]);
void digest_done(struct digest *digest);
