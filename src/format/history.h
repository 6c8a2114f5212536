// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What people typed: histories of bash, zsh, fish, and of programs that keep one command a line.
#pragma once

#include "format/format.h"

extern const struct format bash_history_format, zsh_history_format, fish_history_format, plain_history_format;
