// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See zones.h.
#include "ingest/zones.h"

#include <stdlib.h>

struct zones {
    const struct ingest_zone *options;
    size_t n;
    struct zone **loaded; // one for each option
};

enum status zones_new(const struct ingest_zone *options, size_t n, struct zones **ret, struct error *error) {
    struct zones *z = must_zero(1, sizeof *z);
    *z = (struct zones){options, n, must_zero(n, sizeof *z->loaded)};
    for (size_t i = 0; i < n; i++)
        if (!(z->loaded[i] = zone_named(options[i].zone))) {
            zones_free(z);
            return error_set(error, FAIL, 0,
                             "--tz: there is no time zone '%.*s'; write it as 'Europe/Berlin', '+02:00' or 'UTC'",
                             STR_ARG(options[i].zone));
        }
    *ret = z;
    return OK;
}

static bool path_matches(struct str path, struct str wanted) {
    if (!wanted.n || str_eq(path, wanted))
        return true;
    return str_ends(path, wanted) && path.n > wanted.n && (path.p[path.n - wanted.n - 1] == '/' || wanted.p[0] == '/');
}

bool zones_given(const struct zones *z, struct str path, struct zone_choice *ret) {
    for (int named = 1; named >= 0; named--)
        for (size_t i = z->n; i-- > 0;)
            if ((z->options[i].source.n != 0) == named && path_matches(path, z->options[i].source)) {
                *ret = (struct zone_choice){z->loaded[i], z->options[i].zone, S("--tz")};
                return true;
            }
    return false;
}

struct zone_choice zones_choose(const struct zones *z, struct str path, const struct origin *origin) {
    struct zone_choice given;
    if (zones_given(z, path, &given))
        return given;
    if (origin && origin->zone)
        return (struct zone_choice){origin->zone, str_of(zone_name(origin->zone)), origin->zone_from};
    return (struct zone_choice){NULL, S("UTC"), S("assumed: no zone in the evidence; set it with --tz")};
}

void zones_free(struct zones *z) {
    if (!z)
        return;
    for (size_t i = 0; i < z->n; i++)
        zone_free(z->loaded[i]);
    free(z->loaded);
    free(z);
}
