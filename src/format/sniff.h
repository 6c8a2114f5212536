// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What a stream is that no reader takes. The analyst sees the answer beside the file, so that nothing is
// passed over in silence.
#pragma once

#include "base/str.h"

// A static text that names what `head` looks like: "gzip data", "web server access log: no reader for it
// yet". Never NULL.
const char *sniff_reason(struct str head, struct str path);

// Whether `head` is a thing that is surely no text log: known by its first bytes, or full of bytes that text
// does not have.
bool sniff_is_binary(struct str head);
