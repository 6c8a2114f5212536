// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Any bytes as a stream of one format, LHX_FORMAT. Besides what the sanitizers see, print.c checks the contract: lines
// are all accounted for, slices lie where they should, words and stamps are in range. Read twice, the same comes out.
#include "print.h"

#include "format/format.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct format *find(void) {
    for (size_t i = 0; FORMATS[i]; i++)
        if (strcmp(FORMATS[i]->name, LHX_FORMAT) == 0)
            return FORMATS[i];
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct format *format;
    if (!format)
        format = find();
    const struct stream stream = {{(const char *)data, size}, S("evidence/etc/passwd"), USEC_NONE};
    struct printed first = print_stream(format, &stream, NULL), again = print_stream(format, &stream, NULL);
    if (memcmp(&first, &again, sizeof first) != 0)
        abort();
    format->probe(stream.bytes, stream.path);
    return 0;
}
