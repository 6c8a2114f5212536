// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The text of an error may quote the evidence, so it is escaped here, once.
#include "base/status.h"

#include "base/escape.h"

#include <stdio.h>
#include <string.h>

enum status error_set(struct error *error, enum status status, int sys, const char *format, ...) {
    if (!error || error->status >= SKIP)
        return status;
    char raw[sizeof error->text];
    va_list ap;
    va_start(ap, format);
    vsnprintf(raw, sizeof raw, format, ap);
    va_end(ap);
    error->status = status;
    error->sys = sys;
    escape_terminal(str_of(raw), error->text, sizeof error->text);
    return status;
}
