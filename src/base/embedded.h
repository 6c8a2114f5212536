// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Files that were put into the program when it was built, by tools/embed. A table ends with a NULL name.
#pragma once

#include "base/str.h"

struct embedded {
    const char *name; // file name, or path below the folder that was embedded
    struct str bytes;
};
