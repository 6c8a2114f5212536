// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The order of the files matters: words.sql holds what the others speak with, hosts.sql asks the hours. No
// text from the evidence ever becomes part of a statement here; the files are run as they are.
#include "derive/derive.h"

#include "case/writer.h"
#include "derive/sql.h"

static const struct {
    const char *name;
    const struct str *sql;
} STEPS[] = {
    {"words", &DERIVE_WORDS_SQL},
    {"hours", &DERIVE_HOURS_SQL},
    {"hosts", &DERIVE_HOSTS_SQL},
    {"logons", &DERIVE_LOGONS_SQL},
};

static enum status run_steps(struct case_connection *c, struct error *error) {
    struct error detail;
    error_clear(&detail);
    enum status status = case_execute(c, "begin", error);
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS && status == OK; i++)
        if (case_execute(c, STEPS[i].sql->p, &detail) != OK)
            status = error_set(error, FAIL, 0, "what follows from the evidence (%s) could not be worked out: %s",
                               STEPS[i].name, detail.text);
    if (status == OK)
        return case_execute(c, "commit", error);
    case_execute(c, "rollback", NULL);
    return status;
}

enum status derive_run(struct case_file *file, struct error *error) {
    struct case_connection *c;
    enum status status = case_connect_writer(file, &c, error);
    if (status != OK)
        return status;
    status = run_steps(c, error);
    case_disconnect(c);
    if (status == OK)
        case_changed(file);
    return status;
}
