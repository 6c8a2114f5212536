// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// schema.sql and views.sql as they stand in the program. Made by tools/embed at build time.
#pragma once

#include "base/str.h"

extern const struct str CASE_SCHEMA_SQL, CASE_VIEWS_SQL;
