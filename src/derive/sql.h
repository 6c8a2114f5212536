// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The SQL files of this room, in the program. Each ends in a NUL that does not count.
#pragma once

#include "base/str.h"

extern const struct str DERIVE_WORDS_SQL, DERIVE_HOURS_SQL, DERIVE_HOSTS_SQL, DERIVE_LOGONS_SQL;
