// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Where cases live when nobody said where, and whether a folder is one.
#pragma once

#include "case/case.h"

// The case folder for these pieces of evidence: the same for the same paths, under $XDG_CACHE_HOME/lhx or
// ~/.cache/lhx, whose folders are made. Standard input gets a new one each time. The caller frees it.
enum status folder_of_evidence(char *const *paths, size_t n, char **ret, struct error *error);
// Whether this is the folder of a case.
bool folder_is_case(const char *folder);
// FAIL with words when it is not.
enum status folder_check(const char *folder, struct error *error);
// Checks, and opens the case for reading.
enum status folder_open(const char *folder, struct case_file **ret, struct error *error);
