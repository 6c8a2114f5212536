// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Facility and severity where a line does not carry them, as flat files do not. What is inferred is marked
// so in the tables.
#pragma once

#include "record/record.h"

// From the program's name; FACILITY_COUNT when it says nothing.
enum facility infer_facility_of_program(struct str program);
// From the file's name ("auth.log.2.gz", "cron-20240107"); FACILITY_COUNT when it says nothing.
enum facility infer_facility_of_file(struct str path);
// From the words a message begins with ("error: …", "fatal: …"); `usual` when they say nothing.
enum severity infer_severity(struct str message, enum severity usual);
