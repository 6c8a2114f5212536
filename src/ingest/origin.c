// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Small files with fixed names under the evidence's own root. Their content is the attacker's as well:
// bounded, and taken for names only. So are links: each is followed as on the host it comes from, with the
// evidence's root for "/", and none of them leads to a file of the analyst's machine.
#include "ingest/origin.h"

#include "base/limits.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_FILE = 64 << 10 };

struct origins {
    struct arena *arena;
    VEC(struct origin *) all;
    char folder[LIMIT_PATH]; // the one looked at last, and what came of it: sources come folder by folder
    size_t folder_n;
    struct origin *of_folder;
    const source_items *archives;
    const struct source_item **members; // sorted by path, and links
    size_t members_n;
    const struct source_link **links;
    size_t links_n;
};

// ---- Inside an archive ----

static int compare_strs(struct str x, struct str y) {
    int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return order ? order : (x.n > y.n) - (x.n < y.n);
}

static int compare_members(const void *a, const void *b) {
    return compare_strs((*(const struct source_item *const *)a)->path, (*(const struct source_item *const *)b)->path);
}

static int compare_links(const void *a, const void *b) {
    return compare_strs((*(const struct source_link *const *)a)->path, (*(const struct source_link *const *)b)->path);
}

void origins_take(struct origins *o, const source_items *items, const source_links *links,
                  const source_items *archives) {
    o->archives = archives;
    o->members = must_zero(items->n + 1, sizeof *o->members);
    o->links = must_zero(links->n + 1, sizeof *o->links);
    for (size_t i = 0; i < items->n; i++)
        if (items->at[i].spool)
            o->members[o->members_n++] = &items->at[i];
    for (size_t i = 0; i < links->n; i++)
        o->links[o->links_n++] = &links->at[i];
    qsort(o->members, o->members_n, sizeof *o->members, compare_members);
    qsort(o->links, o->links_n, sizeof *o->links, compare_links);
}

static bool is_archived(const struct origins *o, struct str path) {
    for (size_t i = 0; o->archives && i < o->archives->n; i++) {
        struct str archive = o->archives->at[i].path;
        if (str_starts(path, archive) && (path.n == archive.n || path.p[archive.n] == '/'))
            return true;
    }
    return false;
}

static const struct source_item *find_member(const struct origins *o, struct str path) {
    const struct source_item key = {.path = path}, *at = &key;
    const struct source_item **found =
        o->members_n ? bsearch(&at, o->members, o->members_n, sizeof *o->members, compare_members) : NULL;
    return found ? *found : NULL;
}

static const struct source_link *find_link(const struct origins *o, struct str path) {
    const struct source_link key = {.path = path}, *at = &key;
    const struct source_link **found =
        o->links_n ? bsearch(&at, o->links, o->links_n, sizeof *o->links, compare_links) : NULL;
    return found ? *found : NULL;
}

// A link's own path and what it says, below `root`: where it leads, ".." taken away and never above the root.
static struct str follow(struct origins *o, struct str root, struct str path, struct str target) {
    char *p = arena_take(o->arena, root.n + path.n + target.n + 4);
    size_t n = root.n;
    memcpy(p, root.p, n);
    struct str below = str_skip(path, root.n), part;
    bool absolute = target.n && target.p[0] == '/';
    below = absolute ? STR_NONE
                     : str_head(below, (size_t)(str_rfind_char(below, '/') < 0 ? 0 : str_rfind_char(below, '/')));
    for (int i = 0; i < 2; i++) {
        struct str *from = i ? &target : &below;
        while (str_cut(from, '/', &part)) {
            if (!part.n || str_eq(part, S(".")))
                continue;
            if (str_eq(part, S(".."))) {
                while (n > root.n && p[--n] != '/')
                    ;
                continue;
            }
            p[n++] = '/';
            memcpy(p + n, part.p, part.n);
            n += part.n;
        }
    }
    return (struct str){p, n};
}

static const struct source_item *find_inside(struct origins *o, struct str root, const char *name) {
    struct str path = arena_print(o->arena, "%.*s%s", STR_ARG(root), name);
    const struct source_link *link;
    for (int hops = 0; hops < 8; hops++) {
        const struct source_item *member = find_member(o, path);
        if (member || !(link = find_link(o, path)))
            return member;
        path = follow(o, root, path, link->target);
        if (path.n > LIMIT_PATH)
            return NULL;
    }
    return NULL;
}

static struct str read_member(struct origins *o, const struct source_item *item) {
    struct source *source;
    size_t n = 0, more;
    if (!item || source_open(item, &source, NULL) != OK)
        return STR_NONE;
    char *bytes = arena_take(o->arena, MAX_FILE);
    while (n < MAX_FILE && source_read(source, bytes + n, MAX_FILE - n, &more, NULL) == OK)
        n += more;
    source_close(source);
    return (struct str){bytes, n};
}

// ---- In the file system ----

// -1 when there is no such file below the root. Kernels before 5.6 cannot tell; with them there is none.
static int open_inside(struct str root, const char *name, uint64_t flags) {
    char top[LIMIT_PATH];
    if (root.n >= sizeof top)
        return -1;
    snprintf(top, sizeof top, "%.*s", root.n ? (int)root.n : 1, root.n ? root.p : "/");
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    int at = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return -1;
    int fd = (int)syscall(SYS_openat2, at, name, &how, sizeof how);
    close(at);
    return fd;
}

// At most MAX_FILE bytes; absent when there is no such regular file.
static struct str read_small(struct origins *o, struct str root, const char *name) {
    if (is_archived(o, root))
        return read_member(o, find_inside(o, root, name));
    int fd = open_inside(root, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd < 0)
        return STR_NONE;
    char *bytes = arena_take(o->arena, MAX_FILE);
    ssize_t n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, bytes, MAX_FILE) : -1;
    close(fd);
    return n < 0 ? STR_NONE : (struct str){bytes, (size_t)n};
}

static struct str first_line(struct str s) {
    ptrdiff_t nl = str_find_char(s, '\n');
    if (nl >= 0)
        s.n = (size_t)nl;
    s = str_trim(s);
    return s.n && s.n <= 256 ? s : STR_NONE;
}

// The value of KEY= in a shell-like file, without its quotes.
static struct str value_of(struct str file, struct str key) {
    struct str line;
    while (str_cut(&file, '\n', &line)) {
        if (!str_take(&line, key))
            continue;
        if (line.n >= 2 && (line.p[0] == '"' || line.p[0] == '\'') && line.p[line.n - 1] == line.p[0])
            line = (struct str){line.p + 1, line.n - 2};
        return line.n && line.n <= 256 ? line : STR_NONE;
    }
    return STR_NONE;
}

// Where a link points, which is how most distributions record the zone.
static struct str zone_of_target(struct str to) {
    ptrdiff_t at = str_find(to, S("zoneinfo/"));
    return at < 0 ? STR_NONE : str_skip(to, (size_t)at + 9);
}

static struct str zone_of_link(struct origins *o, struct str root) {
    if (is_archived(o, root)) {
        const struct source_link *link = find_link(o, arena_print(o->arena, "%.*s/etc/localtime", STR_ARG(root)));
        return link ? zone_of_target(link->target) : STR_NONE;
    }
    int fd = open_inside(root, "/etc/localtime", O_PATH | O_NOFOLLOW);
    if (fd < 0)
        return STR_NONE;
    char *to = arena_take(o->arena, LIMIT_PATH);
    ssize_t n = readlinkat(fd, "", to, LIMIT_PATH); // fails when it is no link
    close(fd);
    return n > 0 ? zone_of_target((struct str){to, (size_t)n}) : STR_NONE;
}

static bool take_zone(struct origin *origin, struct zone *zone, const char *from) {
    if (!zone)
        return false;
    origin->zone = zone;
    origin->zone_from = str_of(from);
    return true;
}

// What else names the host: reports that collectors make, beside the host's own folders.
static const char *const HOST_REPORTS[] = {
    "/sos_commands/host/hostname",           "/sos_commands/general/hostname",
    "/sos_commands/host/hostname_-f",        "/hostname",
    "/live_response/system/hostname.txt",    "/live_response/network/hostname.txt",
    "/live_response/network/hostname_-f.txt"};
static const char *const ZONE_REPORTS[] = {"/sos_commands/systemd/timedatectl", "/sos_commands/general/timedatectl",
                                           "/live_response/system/timedatectl.txt",
                                           "/live_response/system/timedatectl_status.txt"};

// Folders of a collection that stand for the host's "/".
static const char *const ROOTS[] = {"", "/[root]", "/uploads/auto", "/uploads/file", "/hostfs"};

// "       Time zone: Europe/Berlin (CET, +0100)"
static struct str zone_of_report(struct str file) {
    struct str line;
    while (str_cut(&file, '\n', &line)) {
        line = str_trim(line);
        if (!str_take(&line, S("Time zone: ")) && !str_take(&line, S("Timezone: ")))
            continue;
        ptrdiff_t end = str_find_char(line, ' ');
        return end < 0 ? line : str_head(line, (size_t)end);
    }
    return STR_NONE;
}

// The collection's folder of a host's root: "x.tar.gz" of "x.tar.gz/[root]".
static struct str collection_of(struct str root) {
    for (size_t i = 1; i < sizeof ROOTS / sizeof *ROOTS; i++)
        if (str_ends(root, str_of(ROOTS[i])))
            return str_head(root, root.n - strlen(ROOTS[i]));
    return root;
}

static void find_zone(struct origins *o, struct origin *origin) {
    struct str name = first_line(read_small(o, origin->root, "/etc/timezone"));
    if (name.p && take_zone(origin, zone_named(name), "/etc/timezone of the evidence"))
        return;
    name = zone_of_link(o, origin->root);
    if (name.p && take_zone(origin, zone_named(name), "/etc/localtime of the evidence"))
        return;
    struct str bytes = read_small(o, origin->root, "/etc/localtime");
    if (bytes.n && take_zone(origin, zone_load(bytes), "/etc/localtime of the evidence"))
        return;
    for (size_t i = 0; i < sizeof ZONE_REPORTS / sizeof *ZONE_REPORTS; i++) {
        name = zone_of_report(read_small(o, collection_of(origin->root), ZONE_REPORTS[i]));
        if (name.p && take_zone(origin, zone_named(name), "timedatectl in the collection"))
            return;
    }
}

static const char *const SIGNS[] = {"/etc/os-release", "/etc/hostname", "/etc/timezone", "/etc/localtime",
                                    "/etc/passwd"};

static bool has(struct origins *o, struct str root, const char *name) {
    if (is_archived(o, root)) {
        char text[LIMIT_PATH + 64]; // asked for every folder: not from the arena
        struct str path = {text, (size_t)snprintf(text, sizeof text, "%.*s%s", STR_ARG(root), name)};
        return path.n < sizeof text && (find_member(o, path) || find_link(o, path));
    }
    int fd = open_inside(root, name, O_PATH | O_NOFOLLOW);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool is_root(struct origins *o, struct str root) {
    for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++)
        if (has(o, root, SIGNS[i]))
            return true;
    return false;
}

bool origin_is_sign(struct str path) {
    static const char *const more[] = {"/usr/lib/os-release", "/etc/machine-id"};
    for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++)
        if (str_ends(path, str_of(SIGNS[i])))
            return true;
    for (size_t i = 0; i < 2; i++)
        if (str_ends(path, str_of(more[i])))
            return true;
    for (size_t i = 0; i < sizeof HOST_REPORTS / sizeof *HOST_REPORTS; i++)
        if (str_ends(path, str_of(HOST_REPORTS[i])))
            return true;
    return str_find(path, S("/timedatectl")) >= 0;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "-20" and digits: where the date in a collection's name begins.
static size_t before_date(struct str name) {
    for (size_t i = 1; i + 5 <= name.n; i++)
        if (name.p[i] == '-' && name.p[i + 1] == '2' && name.p[i + 2] == '0' && is_digit(name.p[i + 3]) &&
            is_digit(name.p[i + 4]))
            return i;
    return 0;
}

// "uac-HOST-linux-20260304050607", "sosreport-HOST-2022-02-10-abcdefg", "Collection-HOST-2024-01-02T03_04_05Z".
static struct str host_of_name(struct str folder) {
    static const char *const starts[] = {"uac-", "sosreport-", "Collection-"};
    static const char *const systems[] = {"-linux", "-esxi", "-freebsd", "-macos", "-aix", "-solaris", "-android"};
    struct str name = str_skip(folder, (size_t)(str_rfind_char(folder, '/') + 1));
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (!str_take(&name, str_of(starts[i])))
            continue;
        name = str_head(name, before_date(name));
        for (size_t k = 0; i == 0 && k < sizeof systems / sizeof *systems; k++)
            if (str_ends(name, str_of(systems[k])))
                name.n -= strlen(systems[k]);
        return name.n && name.n <= 256 ? name : STR_NONE;
    }
    return STR_NONE;
}

static struct str find_hostname(struct origins *o, struct str root) {
    struct str collection = collection_of(root);
    struct str name = first_line(read_small(o, root, "/etc/hostname"));
    for (size_t i = 0; !name.p && i < sizeof HOST_REPORTS / sizeof *HOST_REPORTS; i++)
        name = first_line(read_small(o, collection, HOST_REPORTS[i]));
    // A report may hold the words of a command that was not there.
    if (name.p && str_find_char(name, ' ') >= 0)
        name = STR_NONE;
    return name.p ? name : host_of_name(arena_copy(o->arena, collection));
}

static struct origin *get_origin(struct origins *o, struct str root) {
    for (size_t i = 0; i < o->all.n; i++)
        if (str_eq(o->all.at[i]->root, root))
            return o->all.at[i];
    struct origin *origin = must_zero(1, sizeof *origin);
    origin->root = arena_copy(o->arena, root);
    origin->hostname = find_hostname(o, root);
    struct str release = read_small(o, root, "/etc/os-release");
    if (!release.n)
        release = read_small(o, root, "/usr/lib/os-release");
    origin->os = value_of(release, S("PRETTY_NAME="));
    origin->machine_id = first_line(read_small(o, root, "/etc/machine-id"));
    find_zone(o, origin);
    *VEC_PUSH(&o->all) = origin;
    return origin;
}

struct origins *origins_new(struct arena *arena) {
    struct origins *o = must_zero(1, sizeof *o);
    o->arena = arena;
    return o;
}

// The nearest folder that looks like a host's "/", from `folder` up to the first `least` bytes of it: a collector
// keeps its reports ("sos_commands/logs") beside the host's own folders, and several hosts beside each other.
static struct origin *find_above(struct origins *o, struct str folder, size_t least) {
    for (;;) {
        for (size_t i = 0; i < sizeof ROOTS / sizeof *ROOTS; i++) {
            char text[LIMIT_PATH + 32];
            struct str root = {text, (size_t)snprintf(text, sizeof text, "%.*s%s", STR_ARG(folder), ROOTS[i])};
            if (root.n < sizeof text && is_root(o, root))
                return get_origin(o, root);
        }
        ptrdiff_t slash = str_rfind_char(folder, '/');
        if (slash < 0 || (size_t)slash < least)
            return NULL;
        folder = str_head(folder, (size_t)slash);
    }
}

static struct origin *of_folder(struct origins *o, struct str path, size_t least) {
    struct str folder = str_head(path, (size_t)str_rfind_char(path, '/'));
    if (folder.n >= sizeof o->folder)
        return NULL;
    if (!o->folder_n || !str_eq(folder, (struct str){o->folder, o->folder_n})) {
        o->of_folder = find_above(o, folder, least);
        memcpy(o->folder, folder.p, folder.n);
        o->folder_n = folder.n;
    }
    return o->of_folder;
}

struct origin *origin_of(struct origins *o, struct str path, char *const *given, size_t given_n) {
    ptrdiff_t at = str_rfind(path, S("/var/log/"));
    if (at >= 0 && is_root(o, str_head(path, (size_t)at)))
        return get_origin(o, str_head(path, (size_t)at));
    for (size_t i = 0; i < given_n; i++) {
        struct str root = str_of(given[i]);
        while (root.n > 1 && root.p[root.n - 1] == '/')
            root.n--;
        if (path.n > root.n && str_starts(path, root) && path.p[root.n] == '/')
            return of_folder(o, path, root.n);
    }
    return NULL;
}

void origins_free(struct origins *o) {
    if (!o)
        return;
    for (size_t i = 0; i < o->all.n; i++) {
        zone_free(o->all.at[i]->zone);
        free(o->all.at[i]);
    }
    VEC_DONE(&o->all);
    free(o->members);
    free(o->links);
    free(o);
}
