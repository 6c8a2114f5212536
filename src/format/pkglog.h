// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What package managers write about what they installed and removed.
#pragma once

#include "format/format.h"

extern const struct format dpkg_format, apt_history_format, apt_term_format, dnf_format, zypp_format, pacman_format;
