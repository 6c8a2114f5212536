// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Facts to their tables, names to their numbers: what needs no knowledge of the record before.
#pragma once

#include "case/writer.h"

// The number of a name from evidence. Tables hold valid UTF-8 only; other bytes are made visible once. 0 for none.
uint32_t facts_name(struct intern *table, struct str name);

// The number of the evidence's host, by the name its records use: "web-01" where /etc/hostname says
// "web-01.example.com".
uint32_t facts_host(struct intern *hosts, struct str name);

// Stores a fact that is no logon: those are joined first (attempts.h). Session marks are not stored yet.
enum status facts_write(struct case_writer *writer, const struct fact_place *place, const struct fact *fact,
                        struct error *error);
