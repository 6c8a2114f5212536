// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Why a file cannot be had, in words that say what to do about it.
#pragma once

#include "base/arena.h"
#include "base/status.h"

#include <sys/stat.h>

// "permission denied: '/var/log/btmp' (run as root, or copy it first)"; FAIL with `sys` kept.
enum status refusal_error(struct error *error, int sys, struct str path);

// The same without the path: "permission denied (run as root, or copy it first)".
struct str refusal_words(struct arena *arena, int sys);

// What something that is no regular file is, and the way out: "a pipe; to read from it, …". Static.
const char *refusal_kind(mode_t mode);

// The path for a message, in quotes, only its end when it is long. Terminated.
enum { REFUSAL_NAME = 256 };
const char *refusal_name(struct str path, char ret[REFUSAL_NAME]);
