// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Prints the records a decoder makes of one file, as bytes: "FRONT MESSAGE NUL" (two lengths; -1: no message), the text
// in front of the message, the message. For tests that compare with another reader.
#include "format/format.h"
#include "format/sink.h"

#include "base/arena.h"
#include "base/limits.h"

#include <stdio.h>

static bool print_record(void *context, const struct decoded *d) {
    struct str message = d->record.message;
    (void)context;
    printf("%zu %lld%c", d->text.n, message.p ? (long long)message.n : -1, 0);
    fwrite(d->text.p, 1, d->text.n, stdout);
    fwrite(message.p ? message.p : "", 1, message.n, stdout);
    return true;
}

static bool drop_note(void *context, const struct noted *noted) {
    (void)context;
    (void)noted;
    return true;
}

int main(int argc, char **argv) {
    struct buffer bytes = {0};
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file) {
        fprintf(stderr, "usage: tell FILE\n");
        return 2;
    }
    for (size_t n = 1; n;) {
        n = fread(buffer_room(&bytes, 1 << 20), 1, 1 << 20, file);
        bytes.n += n;
    }
    fclose(file);
    const char *reason;
    struct stream stream = {buffer_str(&bytes), str_of(argv[1]), USEC_NONE};
    const struct format *format = format_detect(str_head(stream.bytes, LIMIT_PROBE), stream.path, &reason);
    if (!format || !format->decode) {
        fprintf(stderr, "%s: %s\n", argv[1], format ? "is cut, not decoded" : reason);
        return 1;
    }
    struct sink sink = {print_record, drop_note, NULL, NULL};
    struct error error;
    error_clear(&error);
    if (format->decode(&stream, &sink, &error) != OK)
        fprintf(stderr, "%s: %s\n", argv[1], error.text);
    buffer_done(&bytes);
    return 0;
}
