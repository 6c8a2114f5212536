// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
#include "ingest/facts.h"

#include "base/escape.h"
#include "base/limits.h"

uint32_t facts_name(struct intern *table, struct str name) {
    char clean[4 * LIMIT_NAME];
    if (!name.n)
        return 0;
    if (name.n > LIMIT_NAME)
        name.n = LIMIT_NAME;
    uint32_t id = intern_find(table, name);
    if (id)
        return id;
    if (!utf8_valid(name))
        name = (struct str){clean, utf8_clean(name, clean)};
    return intern_id(table, name);
}

uint32_t facts_host(struct intern *hosts, struct str name) {
    uint32_t id = name.n ? intern_find(hosts, name) : 0;
    ptrdiff_t dot = str_find_char(name, '.');
    if (!id && dot > 0)
        id = intern_find(hosts, str_head(name, (size_t)dot));
    return id ? id : facts_name(hosts, name);
}

static enum status write_flow(struct case_writer *w, const struct fact_place *place, const struct flow *f,
                              struct error *error) {
    struct intern *addresses = &case_writer_names(w)->address;
    uint32_t src = facts_name(addresses, f->src), dst = facts_name(addresses, f->dst);
    return case_add_flow(w, place, f, src, dst, error);
}

static enum status write_host(struct case_writer *w, const struct fact_place *place, const struct host_fact *f,
                              struct error *error) {
    if (!place->host_id || f->value.n > LIMIT_NAME || !utf8_valid(f->key) || !utf8_valid(f->value))
        return OK;
    return case_add_host_fact(w, place->host_id, f->key, f->value, error);
}

enum status facts_write(struct case_writer *w, const struct fact_place *place, const struct fact *f,
                        struct error *error) {
    switch (f->kind) {
    case FACT_LOGON:
    case FACT_SESSION: // a row for each is a fifth of the cost of reading an auth.log: see docs/roadmap.md
        break;
    case FACT_FLOW:
        return write_flow(w, place, &f->flow, error);
    case FACT_ALERT:
        return case_add_alert(w, place, &f->alert, error);
    case FACT_HOST_EVENT:
        return case_add_event(w, place, &f->event, error);
    case FACT_ITEM:
        return case_add_item(w, place, &f->item, error);
    case FACT_HOST:
        return write_host(w, place, &f->host, error);
    }
    return OK;
}
