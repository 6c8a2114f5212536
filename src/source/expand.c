// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// libarchive walks the container, and only that: compression is undone in front of it (source.h says why), so
// that of a truncated tar.gz all members before the fault are had, and the beginning of the one it hit. What
// surprises: an attacker's archive may say "10 million members", "8 exabytes of hole" or "encrypted", and each of
// these must end in a sentence to the analyst, with the other members read.
#include "source/expand.h"

#include "base/escape.h"
#include "base/limits.h"
#include "source/refusal.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <sys/stat.h>

enum { BLOCK = 256 << 10, HEAD = LIMIT_PROBE };

struct bound { // bytes that came out of one archive, against those that went in
    struct bound *above;
    uint64_t in, out;
};

struct expansion {
    const struct source_expansion *how;
    struct arena *arena;
    source_items *items; // of the whole: what LIMIT_WALK_FILES counts
    source_links *links;
    source_troubles *troubles;
    struct error *error;
};

struct archive_walk {
    struct expansion *x;
    const struct source_item *item;
    struct source *source;
    struct archive *lib;
    char *block, *head;
    uint64_t size, position; // of a source that can seek
    bool seekable;
    struct error broken; // of the source, as told to libarchive
    struct str container;
    struct bound bound;
    source_items members;
    size_t told, entries;
    bool full; // nothing more can be kept
};

static void note(struct archive_walk *w, struct str path, bool failed, struct str reason) {
    if (w->told > LIMIT_ARCHIVE_FAULTS)
        return;
    if (++w->told > LIMIT_ARCHIVE_FAULTS) {
        path = w->item->path;
        reason = S("more than 1,000 things to tell of this archive: the rest is left out");
    }
    *VEC_PUSH(w->x->troubles) = (struct source_trouble){arena_copy(w->x->arena, path), reason, failed};
}

static bool is_stopped(const struct expansion *x) {
    return x->how->stop && atomic_load(x->how->stop);
}

// ---- Names ----

struct str source_member_name(struct arena *arena, struct str name, bool *ret_unsafe) {
    char *p = arena_take(arena, (name.n < LIMIT_PATH ? name.n : LIMIT_PATH) * 3 + 1);
    size_t n = 0, parts = 0;
    struct str part;
    *ret_unsafe = false;
    if (name.n > LIMIT_PATH)
        return STR_NONE;
    while (str_cut(&name, '/', &part)) {
        bool up = str_eq(part, S(".."));
        if (!part.n || str_eq(part, S(".")))
            continue;
        if (up)
            part = S("%2e%2e");
        *ret_unsafe |= up;
        if (n)
            p[n++] = '/';
        memcpy(p + n, part.p, part.n);
        n += part.n;
        parts++;
    }
    return n && n <= LIMIT_PATH && parts <= LIMIT_WALK_DEPTH ? (struct str){p, n} : STR_NONE;
}

// ---- What libarchive reads from ----

static la_ssize_t on_read(struct archive *lib, void *context, const void **ret) {
    (void)lib;
    struct archive_walk *w = context;
    size_t n = 0;
    *ret = w->block;
    // A fault is the end here: what came before is handed out first, and the fault told afterwards.
    if (is_stopped(w->x))
        return 0;
    if (source_read(w->source, w->block, BLOCK, &n, &w->broken) != OK)
        return 0;
    w->position += n;
    return (la_ssize_t)n;
}

static la_int64_t on_seek(struct archive *lib, void *context, la_int64_t offset, int whence) {
    (void)lib;
    struct archive_walk *w = context;
    int64_t from = whence == SEEK_CUR ? (int64_t)w->position : whence == SEEK_END ? (int64_t)w->size : 0;
    int64_t to;
    if (__builtin_add_overflow(from, offset, &to) || to < 0 || (uint64_t)to > w->size)
        return ARCHIVE_FATAL;
    source_seek(w->source, (uint64_t)to);
    w->position = (uint64_t)to;
    return to;
}

static bool open_lib(struct archive_walk *w) {
    struct archive *a = w->lib = archive_read_new();
    if (!a)
        must_end();
    archive_read_support_format_tar(a);
    archive_read_support_format_cpio(a);
    archive_read_support_format_zip(a);
    archive_read_support_format_7zip(a);
    // What stands behind the end of an archive may be another one.
    archive_read_set_option(a, "tar", "read_concatenated_archives", "1");
    archive_read_set_read_callback(a, on_read);
    archive_read_set_callback_data(a, w);
    if (w->seekable)
        archive_read_set_seek_callback(a, on_seek);
    return archive_read_open1(a) == ARCHIVE_OK;
}

// ---- Bounds ----

// A little in and very much out, for this archive or for one around it.
static bool is_bomb(const struct bound *b) {
    for (; b; b = b->above)
        if (b->out > LIMIT_INFLATE_TOTAL || (b->out > LIMIT_INFLATE_FREE && b->out / LIMIT_INFLATE_RATIO > b->in))
            return true;
    return false;
}

static void count_out(struct bound *b, uint64_t n) {
    for (; b; b = b->above)
        b->out += n;
}

// ---- One member ----

static struct str lib_words(struct archive_walk *w) {
    const char *text = archive_error_string(w->lib);
    char safe[256];
    if (w->broken.status >= FAIL)
        text = w->broken.text;
    size_t n = escape_terminal(str_of(text ? text : "damaged"), safe, sizeof safe);
    return arena_copy(w->x->arena, (struct str){safe, n < sizeof safe ? n : sizeof safe - 1});
}

static usec time_of(struct archive_entry *entry) {
    if (!archive_entry_mtime_is_set(entry))
        return USEC_NONE;
    int64_t seconds = archive_entry_mtime(entry);
    if (seconds < 0 || seconds > 253402300799) // the year 9999
        return USEC_NONE;
    return seconds * USEC_SECOND + archive_entry_mtime_nsec(entry) / 1000;
}

struct member {
    uint64_t at, length;
    size_t head_n;
    bool decided, wanted;
    struct str broken; // why its end is missing
};

static void decide(struct archive_walk *w, struct member *m, struct str path) {
    const struct source_expansion *how = w->x->how;
    struct str head = {w->head, m->head_n};
    m->decided = true;
    m->wanted = !how->wants || source_archive_kind(head) || how->wants(how->context, path, head);
}

// One piece into the spool.
static bool keep(struct archive_walk *w, struct member *m, struct str piece, uint64_t offset) {
    struct error error;
    error_clear(&error);
    uint64_t end = offset + piece.n;
    if (end > INT64_MAX / 4 || offset > INT64_MAX / 4) {
        m->broken = S("says it has more bytes than any disk");
        return false;
    }
    count_out(&w->bound, end > m->length ? end - m->length : 0);
    if (is_bomb(&w->bound)) {
        m->broken = S("a bomb: more than 250 bytes out of one, stopped there");
        w->full = true;
        return false;
    }
    if (source_spool_put(w->x->how->spool, m->at + offset, piece.p, piece.n, &error) != OK) {
        m->broken = arena_copy(w->x->arena, str_of(error.text));
        w->full = true;
        return false;
    }
    m->length = end > m->length ? end : m->length;
    return true;
}

// All pieces of the member, as far as they can be had.
static int copy_member(struct archive_walk *w, struct member *m, struct str path) {
    const void *p;
    size_t n;
    la_int64_t offset;
    int r;
    while ((r = archive_read_data_block(w->lib, &p, &n, &offset)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
        struct str piece = {p, n};
        if (n && (offset < 0 || !keep(w, m, piece, (uint64_t)offset)))
            return ARCHIVE_FAILED;
        if (!m->decided && (uint64_t)offset == m->head_n && m->head_n < HEAD) {
            size_t more = n < HEAD - m->head_n ? n : HEAD - m->head_n;
            memcpy(w->head + m->head_n, p, more);
            m->head_n += more;
        }
        if (!m->decided && (m->head_n == HEAD || m->head_n < m->length))
            decide(w, m, path);
        if (m->decided && !m->wanted)
            return ARCHIVE_EOF; // the rest is passed over by libarchive
    }
    return r;
}

static void take_file(struct archive_walk *w, struct archive_entry *entry, struct str path) {
    struct member m = {.at = source_spool_end(w->x->how->spool)};
    int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1;
    int r = copy_member(w, &m, path);
    if (r != ARCHIVE_EOF && !m.broken.n)
        m.broken = lib_words(w);
    if (!m.broken.n && (!m.decided || m.wanted) && size > (int64_t)m.length && size < INT64_MAX / 4 &&
        archive_entry_sparse_count(entry))
        keep(w, &m, S("\0"), (uint64_t)size - 1);
    // A stored head only, of what nobody reads, ends where the look ends.
    source_spool_close_member(w->x->how->spool, m.at + m.length);
    if (m.broken.n)
        note(w, path, true,
             arena_print(w->x->arena, "only its first %llu bytes could be had: %.*s", (unsigned long long)m.length,
                         STR_ARG(m.broken)));
    *VEC_PUSH(&w->members) = (struct source_item){
        .path = path,
        .container = w->container,
        .size = size < 0 ? (int64_t)m.length : size,
        .mtime = time_of(entry),
        .spool = w->x->how->spool,
        .at = m.at,
        .length = m.length,
        .broken = m.broken,
    };
}

static void take_link(struct archive_walk *w, struct str path, const char *target) {
    struct str to = str_of(target);
    if (to.n > LIMIT_PATH || w->x->links->n >= LIMIT_WALK_FILES)
        return;
    *VEC_PUSH(w->x->links) = (struct source_link){path, arena_copy(w->x->arena, to)};
}

static void take_kind(struct archive_walk *w, struct archive_entry *entry, struct str path) {
    const char *hard = archive_entry_hardlink(entry), *soft = archive_entry_symlink(entry);
    mode_t type = archive_entry_filetype(entry);
    bool has_bytes = archive_entry_size_is_set(entry) && archive_entry_size(entry) > 0;
    if (hard && !has_bytes) {
        take_link(w, path, hard);
    } else if (type == AE_IFLNK) {
        take_link(w, path, soft ? soft : "");
    } else if (type == AE_IFDIR) {
        return;
    } else if (type != AE_IFREG && type != 0) {
        note(w, path, false, str_of(refusal_kind(type)));
    } else if (archive_entry_is_data_encrypted(entry)) {
        note(w, path, true, S("encrypted: its bytes cannot be had without the password (unpack it first)"));
    } else {
        take_file(w, entry, path);
    }
}

static void take_entry(struct archive_walk *w, struct archive_entry *entry) {
    bool unsafe;
    const char *raw = archive_entry_pathname(entry);
    struct str name = source_member_name(w->x->arena, str_of(raw ? raw : "unnamed"), &unsafe);
    bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
    if (!name.n || name.n + w->item->path.n + 1 > LIMIT_PATH) {
        if (!is_folder)
            note(w, w->item->path, true,
                 S("a member whose name is empty, over 4,096 bytes, or over 64 folders deep was left out"));
        return;
    }
    struct str path = arena_print(w->x->arena, "%.*s/%.*s", STR_ARG(w->item->path), STR_ARG(name));
    if (unsafe)
        note(w, path, false, S("its name leads out of the archive by `..`; nothing was written there"));
    take_kind(w, entry, path);
}

// ---- One archive ----

static bool is_over(struct archive_walk *w) {
    if (w->full)
        return true;
    if (w->x->items->n + w->members.n + w->x->links->n < LIMIT_WALK_FILES && w->entries++ < LIMIT_WALK_FILES)
        return is_stopped(w->x);
    note(w, w->item->path, true, S("more than 2,000,000 members: the rest was left out (read it in parts)"));
    return true;
}

// libarchive tries again behind a damaged header; a stream of nothing but those is given up.
static void walk_members(struct archive_walk *w) {
    struct archive_entry *entry;
    struct str reason = STR_NONE;
    size_t damaged = 0, good = 0;
    while (!is_over(w)) {
        int r = archive_read_next_header(w->lib, &entry);
        if (r == ARCHIVE_EOF)
            break;
        if (r == ARCHIVE_OK || r == ARCHIVE_WARN) {
            take_entry(w, entry);
            damaged = 0;
            good++;
            continue;
        }
        if (!reason.n)
            reason = lib_words(w);
        if (r == ARCHIVE_FATAL || ++damaged > LIMIT_ARCHIVE_FAULTS * 100)
            break;
    }
    if (w->broken.status >= FAIL)
        reason = lib_words(w);
    if (!reason.n && archive_read_has_encrypted_entries(w->lib) > 0 && !good)
        reason = S("encrypted (unpack it first)");
    if (reason.n)
        note(w, w->item->path, true,
             arena_print(w->x->arena, "the archive is damaged; %zu members of it were found: %.*s", w->members.n,
                         STR_ARG(reason)));
}

static enum status expand(struct expansion *x, const struct source_item *item, unsigned depth, struct bound *above);

// Archives among the members give way to what is in them.
static enum status take_members(struct archive_walk *w, unsigned depth) {
    enum status status = OK;
    for (size_t i = 0; i < w->members.n && status != FATAL; i++) {
        const struct source_item *m = &w->members.at[i];
        status = w->full ? SKIP : expand(w->x, m, depth + 1, &w->bound);
        if (status == SKIP)
            *VEC_PUSH(w->x->items) = *m;
        else if (status == OK)
            source_spool_drop(w->x->how->spool, m->at, m->at + m->length);
    }
    return status == FATAL ? FATAL : OK;
}

static enum status walk_archive(struct archive_walk *w, unsigned depth) {
    w->block = must_alloc(BLOCK);
    w->head = must_alloc(HEAD);
    // Names are bytes; in the "C" locale libarchive would lose those of pax and 7z.
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    if (open_lib(w))
        walk_members(w);
    else
        note(w, w->item->path, true, lib_words(w));
    archive_read_free(w->lib);
    if (utf8) {
        uselocale(before);
        freelocale(utf8);
    }
    free(w->head);
    free(w->block);
    enum status status = take_members(w, depth);
    VEC_DONE(&w->members);
    return status;
}

// 7z and zip keep their table of contents at the end. What is compressed around them is undone into the spool first.
static bool spool_whole(struct archive_walk *w, struct source_item *ret) {
    struct source_spool *spool = w->x->how->spool;
    uint64_t at = source_spool_end(spool), length = 0;
    char *block = must_alloc(BLOCK);
    size_t n;
    struct error error;
    error_clear(&error);
    while (!is_stopped(w->x) && source_read(w->source, block, BLOCK, &n, &error) == OK) {
        count_out(&w->bound, n);
        if (is_bomb(&w->bound) || source_spool_put(spool, at + length, block, n, &error) != OK)
            break;
        length += n;
    }
    free(block);
    source_spool_close_member(spool, at + length);
    *ret = *w->item;
    ret->spool = spool, ret->at = at, ret->length = length;
    ret->container = source_container(w->source);
    ret->container = arena_copy(w->x->arena, ret->container);
    return length > 0;
}

static bool has_head(const struct source_item *item, struct str *ret, char *room, struct source **ret_source) {
    size_t n = 0, more;
    if (source_open(item, ret_source, NULL) != OK)
        return false;
    while (n < 512 && source_read(*ret_source, room + n, 512 - n, &more, NULL) == OK)
        n += more;
    source_close(*ret_source);
    *ret_source = NULL;
    *ret = (struct str){room, n};
    return n > 0;
}

static enum status expand_kind(struct archive_walk *w, const char *kind, unsigned depth) {
    struct source_item whole;
    struct str codec = source_container(w->source);
    w->seekable = source_seekable(w->source, &w->size);
    bool wants_seek = strcmp(kind, "7z") == 0 || strcmp(kind, "zip") == 0;
    if (wants_seek && !w->seekable && spool_whole(w, &whole)) {
        source_close(w->source);
        w->source = NULL;
        enum status status = expand(w->x, &whole, depth, &w->bound);
        source_spool_drop(w->x->how->spool, whole.at, whole.at + whole.length);
        return status;
    }
    w->container =
        codec.n ? arena_print(w->x->arena, "%.*s, %s", STR_ARG(codec), kind) : arena_copy(w->x->arena, str_of(kind));
    return walk_archive(w, depth);
}

static enum status expand(struct expansion *x, const struct source_item *item, unsigned depth, struct bound *above) {
    char room[512];
    struct str head;
    struct archive_walk w = {.x = x, .item = item, .bound = {above, item->size > 0 ? (uint64_t)item->size : 0, 0}};
    if (item->spool)
        w.bound.in = item->length;
    error_clear(&w.broken);
    if (str_eq(item->path, S("-")) || !has_head(item, &head, room, &w.source))
        return SKIP;
    const char *kind = source_archive_kind(head);
    if (!kind)
        return SKIP;
    if (depth > LIMIT_ARCHIVE_DEPTH) {
        note(&w, item->path, true, S("an archive more than 3 archives deep: not opened (take it out and name it)"));
        return SKIP;
    }
    enum status status = source_spool_open(x->how->spool, x->error);
    if (status == OK && source_open(item, &w.source, NULL) != OK)
        status = SKIP;
    if (status == OK)
        status = expand_kind(&w, kind, depth);
    source_close(w.source);
    return status;
}

enum status source_expand(const struct source_item *item, const struct source_expansion *how, struct arena *arena,
                          source_items *ret_items, source_links *ret_links, source_troubles *ret_troubles,
                          struct error *error) {
    struct expansion x = {how, arena, ret_items, ret_links, ret_troubles, error};
    return expand(&x, item, 1, NULL);
}
