// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Says of every address of a case what kind it is and, where it is public, in which country and city and in
// whose network. Once per distinct address, not per line; run it after reading and before src/derive, which
// asks for countries.
#pragma once

#include "base/arena.h"
#include "case/case.h"

// Gives each address its place (place_t, address_place_t) from its `ip`; may be run again, with another database.
// `geoip`: a MaxMind DB file, NULL for the database inside the program. FAIL with one line for a file that is none; the
// case is then as before. Also notes in `meta` which database it was.
enum status intel_locate(struct case_file *file, const char *geoip, struct error *error);

// The line that the licence of the database asks to be shown with its data; "" when none is asked, or no
// address has been located. In `arena`.
struct str intel_attribution(struct case_file *file, struct arena *arena);
