// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The part of an RFC 5424 line after PRI: "1 STAMP HOST APP PROCID MSGID DATA MESSAGE".
#pragma once

#include "record/record.h"

// Reads a whole line after its PRI, which `pri` says was there. False, and nothing written, when it is not RFC 5424; it
// may be an older dialect then. `*ret_valid` is false when the stamp is no date.
bool syslog5424_read(struct str s, bool pri, struct record *ret, bool *ret_valid);
