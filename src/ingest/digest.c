// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// OpenSSL's, which uses the processor's own instructions: hashing costs less than reading.
#include "ingest/digest.h"

#include "base/arena.h"

#include <openssl/evp.h>

void digest_begin(struct digest *d) {
    if (!d->context)
        d->context = EVP_MD_CTX_new();
    if (!d->context || EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1)
        must_end();
}

void digest_add(struct digest *d, struct str bytes) {
    EVP_DigestUpdate(d->context, bytes.p, bytes.n);
}

void digest_text(struct digest *d, char ret[DIGEST_TEXT]) {
    unsigned char raw[(DIGEST_TEXT - 1) / 2] = {0};
    if (!d->ending)
        d->ending = EVP_MD_CTX_new();
    if (!d->ending || EVP_MD_CTX_copy_ex(d->ending, d->context) != 1)
        must_end();
    EVP_DigestFinal_ex(d->ending, raw, NULL);
    for (size_t i = 0; i < sizeof raw; i++) {
        ret[2 * i] = "0123456789abcdef"[raw[i] >> 4];
        ret[2 * i + 1] = "0123456789abcdef"[raw[i] & 15];
    }
    ret[DIGEST_TEXT - 1] = '\0';
}

void digest_done(struct digest *d) {
    EVP_MD_CTX_free(d->context);
    EVP_MD_CTX_free(d->ending);
    *d = (struct digest){0};
}
