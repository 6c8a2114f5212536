// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The commands, each in a file of its name.
#pragma once

#include "cli/call.h"

extern const struct command COMMAND_OPEN, COMMAND_INGEST, COMMAND_SERVE, COMMAND_QUERY, COMMAND_RUN, COMMAND_SEARCH,
    COMMAND_INFO;
