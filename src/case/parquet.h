// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// An answer as a Parquet file. The rows come from a child that may open no file; this side writes them
// through a store of its own, so the analyst's SQL and the file never meet in one process.
#pragma once

#include "case/case.h"

struct parquet;

// Begins a file at `path`; nothing is there before parquet_write(). What does not fit in memory waits in
// `path`.spill. Names are copied.
enum status parquet_new(const char *path, const char *const *names, const enum case_type *types, size_t n,
                        struct parquet **ret, struct error *error);
// As many values as there are columns, of their types or NULL.
enum status parquet_row(struct parquet *parquet, const struct case_value *values, struct error *error);
enum status parquet_write(struct parquet *parquet, struct error *error);
void parquet_free(struct parquet *parquet); // NULL is fine
