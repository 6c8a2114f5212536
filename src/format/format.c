// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The table of formats. A new one is a file here and a row below.
#include "format/format.h"

#include "format/alerts.h"
#include "format/history.h"
#include "format/journal.h"
#include "format/nsg.h"
#include "format/pkglog.h"
#include "format/sniff.h"
#include "format/syslog.h"
#include "format/vpc.h"
#include "format/zeek.h"

// One row a line, by name.
const struct format *const FORMATS[] = {
    &apt_history_format,   &apt_term_format,
    &bash_history_format,  &dnf_format,
    &dpkg_format,          &eve_format,
    &falco_format,         &fast_format,
    &fish_history_format,  &journal_export_format,
    &journal_format,       &journal_json_format,
    &nsg_format,           &pacman_format,
    &plain_history_format, &syslog_format,
    &vpc_format,           &wazuh_format,
    &zeek_format,          &zsh_history_format,
    &zypp_format,          NULL,
};

enum { SURE_ENOUGH = 50 };

const struct format *format_detect(struct str head, struct str path, const char **ret_reason) {
    const struct format *best = NULL;
    int best_score = SURE_ENOUGH - 1;
    *ret_reason = NULL;
    bool text = !sniff_is_binary(head);
    for (size_t i = 0; FORMATS[i]; i++) {
        if (!text && !(FORMATS[i]->traits & FORMAT_BINARY))
            continue;
        int score = FORMATS[i]->probe(head, path);
        if (score > best_score) {
            best_score = score;
            best = FORMATS[i];
        }
    }
    if (!best)
        *ret_reason = sniff_reason(head, path);
    return best;
}
