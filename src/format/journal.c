// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Journal files of systemd-journald, systemd 38 to 257: plain, compressed (xz, lz4, zstd), with keyed hashes, compact,
// sealed, archived, or left open by a crash. journald's own library refuses what it deems corrupt; here as much as can
// be had is read. The file only ever grows, so all objects lie one behind the other: they are read in that order, and
// entries met on the way are told. The file's own list of entries (a chain of arrays) is walked beside it: it says
// which entries were lost to damage, and which are there without being listed.
//
// An object counts when its header is possible and another possible one, zeros or the end stand behind it. Else it
// must prove itself (data by their hash, entries by what they refer to), or the search for the next object goes on
// eight bytes further, inside of it. Every byte is thus looked at a bounded number of times.
//
// Surprises: gaps in the sequence numbers of one file mean nothing, since journald numbers all its files together
// (entries of users go to files of their own); what is compared is the number of entries the header claims.
#include "format/journal_object.h"

#include <stdio.h>

enum { HEADER_LEAST = 208, HEADER_MOST = 4096, ENTRY_HEAD = 64, PROGRESS = 1 << 20 };

// ---- one entry

static struct str print_u64(uint64_t n, char ret[20]) {
    char *p = ret + 20;
    do
        *--p = (char)('0' + n % 10);
    while (n /= 10);
    return (struct str){p, (size_t)(ret + 20 - p)};
}

static struct str print_id(const char *id, char ret[32]) {
    for (int i = 0; i < 16; i++) {
        ret[2 * i] = "0123456789abcdef"[(unsigned char)id[i] >> 4];
        ret[2 * i + 1] = "0123456789abcdef"[(unsigned char)id[i] & 15];
    }
    return (struct str){ret, 32};
}

static void add_number(struct journal_teller *t, enum journal_field field, struct str name, uint64_t n) {
    char text[20];
    journal_add(t, field, name, print_u64(n, text), 0);
}

static uint64_t count_items(const struct journal_file *f, const struct journal_object *o) {
    return (o->size - ENTRY_HEAD) / (f->compact ? 4 : 16);
}

static uint64_t item_at(const struct journal_file *f, const struct journal_object *o, uint64_t i) {
    return f->compact ? journal_u32(f->bytes, o->at + ENTRY_HEAD + 4 * i)
                      : journal_u64(f->bytes, o->at + ENTRY_HEAD + 16 * i);
}

static void add_item(struct journal_file *f, const struct journal_object *entry, uint64_t at, struct str boot) {
    const struct journal_data *d = journal_data_at(f, at);
    f->teller.spent += 32;
    if (!d) {
        journal_odd(&f->teller, ANOMALY_BAD_RECORD, "entry at byte %llu: a field is missing, nothing is at byte %llu",
                    (unsigned long long)entry->at, (unsigned long long)at);
        return;
    }
    if (d->fault != ANOMALY_COUNT)
        journal_odd(&f->teller, (enum anomaly_kind)d->fault,
                    d->fault == ANOMALY_BAD_HASH ? "%.*s at byte %llu does not fit its hash: it was changed or damaged"
                                                 : "%.*s at byte %llu cannot be decompressed to its end",
                    STR_ARG(str_head(d->name, 64)), (unsigned long long)at);
    if (d->field == JOURNAL_BOOT && str_eq(d->value, boot))
        return; // it stands in the entry's head already
    journal_add(&f->teller, (enum journal_field)d->field, d->name, d->value, d->full);
}

static bool give_entry(struct journal_file *f, const struct journal_object *o, bool listed) {
    struct journal_teller *t = &f->teller;
    char boot_text[32];
    struct str boot = print_id(f->bytes.p + o->at + 40, boot_text);
    journal_begin(t);
    if (!listed)
        journal_odd(t, ANOMALY_BAD_RECORD, "entry at byte %llu is not in the file's list of entries",
                    (unsigned long long)o->at);
    add_number(t, JOURNAL_REALTIME, S("__REALTIME_TIMESTAMP"), journal_u64(f->bytes, o->at + 24));
    add_number(t, JOURNAL_MONOTONIC, S("__MONOTONIC_TIMESTAMP"), journal_u64(f->bytes, o->at + 32));
    journal_add(t, JOURNAL_BOOT, S("_BOOT_ID"), boot, 0);
    add_number(t, JOURNAL_FIELD_COUNT, S("__SEQNUM"), journal_u64(f->bytes, o->at + 16));
    uint64_t n = count_items(f, o);
    for (uint64_t i = 0; i < n && t->fields <= JOURNAL_FIELDS && !journal_overspent(t); i++)
        add_item(f, o, item_at(f, o, i), boot);
    return journal_give(t, 1);
}

static bool is_zeroed(const struct journal_file *f, const struct journal_object *o) {
    return !journal_u64(f->bytes, o->at + 16) && !journal_u64(f->bytes, o->at + 24);
}

// ---- the file's list of entries

struct list {
    uint64_t array, next; // the array being read, and the one after it
    uint64_t item, items;
    uint64_t last;
    bool broken;
};

static bool open_array(const struct journal_file *f, struct list *l) {
    struct journal_object o;
    if (!l->next)
        return false;
    if (l->next <= l->array || !journal_object_at(f, l->next, &o) || o.type != OBJECT_ENTRY_ARRAY) {
        l->broken = true;
        return false;
    }
    l->array = l->next;
    l->next = journal_u64(f->bytes, o.at + 16);
    l->item = 0;
    l->items = (o.size - 24) / (f->compact ? 4 : 8);
    return true;
}

// The next entry's offset, 0 at the end or where the list breaks off. Offsets only grow, so that no list goes round.
static uint64_t next_listed(const struct journal_file *f, struct list *l) {
    for (;;) {
        if (l->item == l->items) {
            if (!open_array(f, l))
                return 0;
            continue;
        }
        uint64_t at = f->compact ? journal_u32(f->bytes, l->array + 24 + 4 * l->item)
                                 : journal_u64(f->bytes, l->array + 24 + 8 * l->item);
        l->item = at ? l->item + 1 : l->items; // behind a zero nothing was written yet
        if (!at)
            continue;
        l->broken = at <= l->last;
        if (l->broken) {
            l->items = l->item;
            l->next = 0;
            return 0;
        }
        return l->last = at;
    }
}

// ---- all objects

struct scan {
    struct journal_file *file;
    const struct sink *sink;
    struct list list;
    uint64_t listed; // the next entry of the list
    uint64_t at;
    uint64_t bad_from; // where what is no object began; 0: nowhere
    uint64_t found, lost, progress;
};

static bool is_zero(const struct journal_file *f, uint64_t at) {
    return !journal_u64(f->bytes, at) && !journal_u64(f->bytes, at + 8);
}

static bool follows_well(const struct journal_file *f, uint64_t at) {
    struct journal_object o;
    return at + 16 > f->end || is_zero(f, at) || journal_object_at(f, at, &o);
}

// For an object with something impossible behind it: whether its own size can be believed.
static bool proves_itself(struct journal_file *f, const struct journal_object *o) {
    struct journal_object data;
    if (o->type == OBJECT_DATA || o->type == OBJECT_FIELD)
        return journal_data_fits(f, o);
    if (o->type != OBJECT_ENTRY)
        return o->type == OBJECT_TAG && o->size == 64;
    uint64_t n = count_items(f, o);
    return n && (o->size - ENTRY_HEAD) % (f->compact ? 4 : 16) == 0 && !is_zeroed(f, o) &&
           journal_object_at(f, item_at(f, o, 0), &data) && data.type == OBJECT_DATA &&
           journal_object_at(f, item_at(f, o, n - 1), &data) && data.type == OBJECT_DATA;
}

static bool tell_entry(struct scan *s, const struct journal_object *o, bool listed) {
    s->found++;
    if (!is_zeroed(s->file, o))
        return give_entry(s->file, o, listed);
    s->lost++;
    return journal_note(&s->file->teller, ANOMALY_ZEROED, "entry at byte %llu is zeros", (unsigned long long)o->at);
}

// Entries of the list in front of `at`, which the scan did not meet as such.
static bool tell_passed(struct scan *s, uint64_t at) {
    struct journal_object o;
    for (; s->listed && s->listed < at; s->listed = next_listed(s->file, &s->list)) {
        bool entry = journal_object_at(s->file, s->listed, &o) && o.type == OBJECT_ENTRY;
        s->lost += !entry;
        if (entry && !tell_entry(s, &o, true))
            return false;
    }
    return true;
}

static bool meet_entry(struct scan *s, const struct journal_object *o) {
    if (!tell_passed(s, o->at))
        return false;
    bool listed = s->listed == o->at || s->list.broken;
    if (s->listed == o->at)
        s->listed = next_listed(s->file, &s->list);
    return tell_entry(s, o, listed);
}

static bool end_bad(struct scan *s) {
    uint64_t from = s->bad_from;
    s->bad_from = 0;
    return !from ||
           journal_note(&s->file->teller, ANOMALY_DAMAGED, "bytes %llu to %llu of the file are no journal objects",
                        (unsigned long long)from, (unsigned long long)s->at);
}

// Over zeros, eight bytes at a time. True when nothing but zeros follows to the end.
static bool skip_zeros(struct scan *s) {
    uint64_t from = s->at;
    while (s->at + 16 <= s->file->end && is_zero(s->file, s->at))
        s->at += 8;
    if (s->at + 16 > s->file->end)
        return true;
    if (!s->bad_from)
        s->bad_from = from;
    return false;
}

static bool step(struct scan *s) {
    struct journal_file *f = s->file;
    struct journal_object o;
    if (!journal_object_at(f, s->at, &o)) {
        if (!s->bad_from)
            s->bad_from = s->at;
        s->at += 8;
        return true;
    }
    uint64_t behind = (s->at + o.size + 7) & ~7ull;
    bool firm = follows_well(f, behind), proven = !firm && proves_itself(f, &o);
    if (!firm && !proven && o.type != OBJECT_ENTRY) {
        if (!s->bad_from)
            s->bad_from = s->at;
        s->at += 8;
        return true;
    }
    if (!end_bad(s) || (o.type == OBJECT_ENTRY && !meet_entry(s, &o)))
        return false;
    s->at = firm || proven ? behind : s->at + 8;
    return true;
}

static bool scan_objects(struct scan *s) {
    struct journal_file *f = s->file;
    s->listed = next_listed(f, &s->list);
    while (s->at + 16 <= f->end && !journal_overspent(&f->teller)) {
        if (is_zero(f, s->at) && skip_zeros(s))
            break;
        if (!step(s))
            return false;
        if (s->at - s->progress > PROGRESS)
            sink_at(s->sink, s->progress = s->at);
    }
    return end_bad(s) && tell_passed(s, UINT64_MAX);
}

// ---- the whole

static bool note_state(struct journal_file *f, struct str path) {
    const struct journal_header *h = &f->header;
    bool good = true;
    if (h->state == STATE_ONLINE)
        good = journal_note(&f->teller, ANOMALY_UNCLEAN, "the file was open: it was in use, or its writer was killed");
    else if (h->state > STATE_ARCHIVED)
        good = journal_note(&f->teller, ANOMALY_DAMAGED, "the header's state is %u, which is none", h->state);
    if (good && str_ends(path, S("~")))
        good = journal_note(&f->teller, ANOMALY_UNCLEAN,
                            "the name ends in ~: journald found the file not closed, or damaged");
    return good;
}

static bool note_loss(struct scan *s) {
    struct journal_file *f = s->file;
    const struct journal_header *h = &f->header;
    if (s->list.broken && !journal_note(&f->teller, ANOMALY_DAMAGED, "the file's list of entries breaks off"))
        return false;
    if (s->lost && !journal_note(&f->teller, ANOMALY_DAMAGED, "%llu entries are listed but not there",
                                 (unsigned long long)s->lost))
        return false;
    return s->found >= h->entries ||
           journal_note(&f->teller, ANOMALY_SERIAL_GAP, "the header counts %llu entries, %llu were found",
                        (unsigned long long)h->entries, (unsigned long long)s->found);
}

static enum status tell_end(struct scan *s, struct error *error) {
    struct journal_file *f = s->file;
    const struct journal_header *h = &f->header;
    if (journal_overspent(&f->teller)) {
        journal_note(&f->teller, ANOMALY_BOMB, "at byte %llu of the file: more text than a journal of its size holds",
                     (unsigned long long)s->at);
        return error_set(error, FAIL, 0, "journal: stopped at byte %llu, more text than a file of this size holds",
                         (unsigned long long)s->at);
    }
    if (!note_loss(s))
        return OK;
    uint64_t whole = h->header_size + h->arena_size;
    if (s->found >= h->entries || h->header_size > HEADER_MOST || h->arena_size > (1ull << 48) || whole <= f->bytes.n)
        return OK;
    journal_note(&f->teller, ANOMALY_TRUNCATED, "the file had %llu bytes, here are %zu", (unsigned long long)whole,
                 f->bytes.n);
    return error_set(error, FAIL, 0, "journal: cut off at byte %zu of %llu", f->bytes.n, (unsigned long long)whole);
}

static void close_file(struct journal_file *f) {
    for (size_t i = 0; i < JOURNAL_CACHE; i++)
        free(f->cache[i].own);
    free(f->cache);
    buffer_done(&f->inflated);
    journal_done(&f->teller);
}

static enum status decode_journal(const struct stream *stream, const struct sink *sink, struct error *error) {
    struct journal_file f = {.bytes = stream->bytes, .end = stream->bytes.n};
    if (f.bytes.n < HEADER_LEAST)
        return error_set(error, FAIL, 0, "journal: %zu bytes, its header alone has %d", f.bytes.n, HEADER_LEAST);
    journal_header_read(f.bytes, &f.header);
    if (f.header.flags & ~(uint32_t)FLAGS_KNOWN)
        return error_set(error, SKIP, 0,
                         "journal: incompatible flags %#x are of a later systemd than this program knows",
                         f.header.flags & ~(uint32_t)FLAGS_KNOWN);
    uint64_t size = f.header.header_size;
    f.start = size >= HEADER_LEAST && size <= HEADER_MOST && size % 8 == 0 ? size : HEADER_LEAST;
    f.compact = f.header.flags & FLAG_COMPACT;
    f.cache = must_zero(JOURNAL_CACHE, sizeof *f.cache);
    f.teller.sink = sink;
    f.teller.allowed = journal_allowance(f.bytes.n);
    struct scan s = {.file = &f, .sink = sink, .list = {.next = f.header.entry_array}, .at = f.start};
    enum status status = OK;
    if (note_state(&f, stream->path) && scan_objects(&s))
        status = tell_end(&s, error);
    close_file(&f);
    return status;
}

static int probe_journal(struct str head, struct str path) {
    if (!journal_has_signature(head))
        return 0;
    return str_starts(head, S("LPKSHHRH")) || str_find(path, S(".journal")) >= 0 ? 100 : 60;
}

const struct format journal_format = {
    .name = "journal",
    .what = "systemd journal file",
    .probe = probe_journal,
    .decode = decode_journal,
    .traits = FORMAT_BINARY | FORMAT_RENDERED | FORMAT_NO_LINES,
    .witness = WITNESS_JOURNAL,
};
