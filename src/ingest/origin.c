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
};

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
static struct str zone_of_link(struct origins *o, struct str root) {
    int fd = open_inside(root, "/etc/localtime", O_PATH | O_NOFOLLOW);
    if (fd < 0)
        return STR_NONE;
    char *to = arena_take(o->arena, LIMIT_PATH);
    ssize_t n = readlinkat(fd, "", to, LIMIT_PATH); // fails when it is no link
    close(fd);
    ptrdiff_t at = n > 0 ? str_find((struct str){to, (size_t)n}, S("zoneinfo/")) : -1;
    return at < 0 ? STR_NONE : str_skip((struct str){to, (size_t)n}, (size_t)at + 9);
}

static bool take_zone(struct origin *origin, struct zone *zone, const char *from) {
    if (!zone)
        return false;
    origin->zone = zone;
    origin->zone_from = str_of(from);
    return true;
}

static void find_zone(struct origins *o, struct origin *origin) {
    struct str name = first_line(read_small(o, origin->root, "/etc/timezone"));
    if (name.p && take_zone(origin, zone_named(name), "/etc/timezone of the evidence"))
        return;
    name = zone_of_link(o, origin->root);
    if (name.p && take_zone(origin, zone_named(name), "/etc/localtime of the evidence"))
        return;
    struct str bytes = read_small(o, origin->root, "/etc/localtime");
    if (bytes.n)
        take_zone(origin, zone_load(bytes), "/etc/localtime of the evidence");
}

static bool is_root(struct str root) {
    static const char *const signs[] = {"/etc/os-release", "/etc/hostname", "/etc/timezone", "/etc/localtime",
                                        "/etc/passwd"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        int fd = open_inside(root, signs[i], O_PATH | O_NOFOLLOW);
        if (fd < 0)
            continue;
        close(fd);
        return true;
    }
    return false;
}

static struct origin *get_origin(struct origins *o, struct str root) {
    for (size_t i = 0; i < o->all.n; i++)
        if (str_eq(o->all.at[i]->root, root))
            return o->all.at[i];
    struct origin *origin = must_zero(1, sizeof *origin);
    origin->root = arena_copy(o->arena, root);
    origin->hostname = first_line(read_small(o, root, "/etc/hostname"));
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
        if (is_root(folder))
            return get_origin(o, folder);
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
    if (at >= 0 && is_root(str_head(path, (size_t)at)))
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
    free(o);
}
