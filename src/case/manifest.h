// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// manifest.json: for people and scripts that have no DuckDB at hand, what was read. Written anew, whole,
// whenever a case is finished.
#pragma once

#include "case/case.h"

enum status manifest_write(struct case_file *file, struct error *error);
