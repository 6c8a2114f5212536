// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What libc leaves to each caller: a write may take less than it was given, or be interrupted.
#pragma once

#include "base/str.h"

// Writes all of `bytes`. False with errno set; part of them may be written then.
bool file_write(int fd, struct str bytes);
