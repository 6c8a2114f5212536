// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The rows of `source` while a case is written. A kill at any moment must leave a case that knows what it
// has, so a source is announced as "reading" before the first of its facts is committed and called "read"
// only after the last; and with thousands of small sources a commit each would be most of the time, so both
// happen for many at once.
#pragma once

#include "case/writer.h"

struct ledger;

struct ledger *ledger_new(void);
// Keeps the row, in place of the one with the same source_id. Strings live until ledger_settle().
enum status ledger_put(struct ledger *ledger, struct case_connection *connection, const struct source_row *row,
                       struct error *error);
// Before facts are committed: commits new rows, those that will have facts as "reading".
enum status ledger_announce(struct ledger *ledger, struct case_connection *connection, struct error *error);
// After all facts were committed: commits the rows of sources that are done, as they are.
enum status ledger_settle(struct ledger *ledger, struct case_connection *connection, struct error *error);
void ledger_free(struct ledger *ledger); // NULL is fine
