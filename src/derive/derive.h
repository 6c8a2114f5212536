// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// After reading: what no single line says. Roll-ups, roles of hosts, and findings among logons, all SQL in
// the files beside this one. Addresses should have been located before (src/intel), or no finding speaks of
// countries.
#pragma once

#include "case/case.h"

// May be run again at any time; what an earlier run left is replaced. Everything or, on FAIL, nothing.
enum status derive_run(struct case_file *file, struct error *error);
