// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// From what the user typed to a list of files. The tree may be a live /var/log or a copy somebody prepared for
// us, so it is walked by descriptors, never by names that could turn into links on the way.
//
// Symbolic links named by the user are followed. Those met inside are not, and nothing is lost: a link that
// stays within the evidence leads to a file the walk meets anyway, and one that leaves it leads to the
// analyst's own machine.
#include "source/source.h"

#include "base/escape.h"
#include "base/limits.h"
#include "source/refusal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

struct walk {
    struct arena *arena;
    source_items *items;
    source_troubles *troubles;
    bool full; // LIMIT_WALK_FILES is reached and told
};

struct folder {
    const struct folder *above; // NULL for one the user named
    int fd, root;               // root: of the one the user named
    unsigned depth;
    struct str path;
    dev_t device;
    ino_t inode;
};

static void walk_folder(struct walk *w, const struct folder *f);

static void note(struct walk *w, struct str path, bool failed, struct str reason) {
    *VEC_PUSH(w->troubles) = (struct source_trouble){arena_copy(w->arena, path), reason, failed};
}

static usec time_of(const struct timespec *t) {
    return (usec)t->tv_sec * USEC_SECOND + t->tv_nsec / 1000;
}

static void add_file(struct walk *w, struct str path, const struct stat *st) {
    if (w->items->n >= LIMIT_WALK_FILES) {
        if (!w->full)
            note(w, path, true,
                 S("more than 2,000,000 files: this one and all after it were left out (read in parts)"));
        w->full = true;
        return;
    }
    *VEC_PUSH(w->items) = (struct source_item){
        .path = arena_copy(w->arena, path),
        .size = st->st_size,
        .mtime = time_of(&st->st_mtim),
        .device = st->st_dev,
        .inode = st->st_ino,
    };
}

// ---- Folders ----

// Access times of folders are evidence too.
static int open_folder(int at, const char *name, int more) {
    int flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC | more;
    int fd = openat(at, name, flags | O_NOATIME);
    return fd < 0 && errno == EPERM ? openat(at, name, flags) : fd;
}

// The kernel's views of itself have no end and change while read; some swallow what is read.
static bool is_kernel_view(int fd) {
    static const uint32_t views[] = {PROC_SUPER_MAGIC, SYSFS_MAGIC,        DEBUGFS_MAGIC,  TRACEFS_MAGIC,
                                     SECURITYFS_MAGIC, CGROUP_SUPER_MAGIC, BPF_FS_MAGIC,   CGROUP2_SUPER_MAGIC,
                                     SELINUX_MAGIC,    DEVPTS_SUPER_MAGIC, PSTOREFS_MAGIC, EFIVARFS_MAGIC};
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0)
        return false;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if ((uint32_t)fs.f_type == views[i])
            return true;
    return false;
}

static bool is_loop(const struct folder *f) {
    for (const struct folder *up = f->above; up; up = up->above)
        if (up->device == f->device && up->inode == f->inode)
            return true;
    return false;
}

// Takes over `fd`.
static void enter_folder(struct walk *w, const struct folder *above, int fd, struct str path) {
    struct stat st;
    struct folder f = {.above = above, .fd = fd, .path = path, .depth = above ? above->depth + 1 : 0};
    f.root = above ? above->root : fd;
    if (fstat(fd, &st) != 0) {
        note(w, path, true, refusal_words(w->arena, errno));
    } else {
        f.device = st.st_dev, f.inode = st.st_ino;
        bool new_system = !above || above->device != st.st_dev;
        if (is_loop(&f))
            note(w, path, false, S("a loop: this folder contains itself"));
        else if (f.depth > LIMIT_WALK_DEPTH)
            note(w, path, true, S("more than 64 folders deep (name it directly)"));
        else if (new_system && is_kernel_view(fd))
            note(w, path, !above, S("the kernel's view of a running machine, not files (copy what is wanted first)"));
        else
            walk_folder(w, &f);
    }
    close(fd);
}

// ---- Entries ----

// Whether a link leads to something in the evidence, taking absolute targets from its root. Opens a path only,
// which neither waits nor leaves a trace.
static bool leads_inside(const struct folder *f, struct str path) {
    const struct folder *top = f;
    while (top->above)
        top = top->above;
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    const char *below = path.p + top->path.n;
    while (*below == '/')
        below++;
    long fd = syscall(SYS_openat2, f->root, below, &how, sizeof how);
    if (fd >= 0)
        close((int)fd);
    return fd >= 0;
}

static void take_entry(struct walk *w, const struct folder *f, const char *name, struct str path) {
    struct stat st;
    if (fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        note(w, path, true, refusal_words(w->arena, errno));
    } else if (S_ISREG(st.st_mode)) {
        add_file(w, path, &st);
    } else if (S_ISDIR(st.st_mode)) {
        int fd = open_folder(f->fd, name, O_NOFOLLOW);
        if (fd < 0)
            note(w, path, true, refusal_words(w->arena, errno));
        else
            enter_folder(w, f, fd, path);
    } else if (S_ISLNK(st.st_mode)) {
        if (!leads_inside(f, path))
            note(w, path, false,
                 S("a symbolic link out of the evidence, not followed (name its target to read that too)"));
    } else {
        note(w, path, false, str_of(refusal_kind(st.st_mode)));
    }
}

static struct str join_path(struct walk *w, struct str folder, const char *name) {
    const char *slash = folder.n && folder.p[folder.n - 1] == '/' ? "" : "/";
    return arena_print(w->arena, "%.*s%s%s", STR_ARG(folder), slash, name);
}

static void walk_folder(struct walk *w, const struct folder *f) {
    int fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        note(w, f->path, true, refusal_words(w->arena, errno));
        if (fd >= 0)
            close(fd);
        return;
    }
    struct dirent *entry;
    while (errno = 0, (entry = readdir(dir)) && !w->full) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        struct str path = join_path(w, f->path, entry->d_name);
        if (path.n >= LIMIT_PATH)
            note(w, path, true, refusal_words(w->arena, ENAMETOOLONG));
        else
            take_entry(w, f, entry->d_name, path);
    }
    if (!entry && errno)
        note(w, f->path, true, refusal_words(w->arena, errno));
    closedir(dir);
}

// ---- What the user named ----

static void add_input(struct walk *w) {
    struct stat st;
    struct source_item item = {.path = S("-"), .size = -1, .mtime = USEC_NONE};
    if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode)) {
        item.size = st.st_size;
        item.mtime = time_of(&st.st_mtim);
    }
    *VEC_PUSH(w->items) = item;
}

// A missing path ends the run before anything is read: most likely it is a slip of the keyboard.
static enum status take_named(struct walk *w, const char *name, struct error *error) {
    struct stat st;
    struct str path = str_of(name);
    if (strcmp(name, "-") == 0) {
        add_input(w);
    } else if (stat(name, &st) != 0) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG)
            return refusal_error(error, errno, path);
        note(w, path, true, refusal_words(w->arena, errno));
    } else if (S_ISDIR(st.st_mode)) {
        int fd = open_folder(AT_FDCWD, name, 0);
        if (fd < 0)
            note(w, path, true, refusal_words(w->arena, errno));
        else
            enter_folder(w, NULL, fd, path);
    } else if (S_ISREG(st.st_mode)) {
        add_file(w, path, &st);
    } else {
        note(w, path, true, str_of(refusal_kind(st.st_mode)));
    }
    return OK;
}

// ---- Each file once ----

static int compare_paths(const void *a, const void *b) {
    struct str x = ((const struct source_item *)a)->path, y = ((const struct source_item *)b)->path;
    int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return order ? order : (x.n > y.n) - (x.n < y.n);
}

static int compare_files(const void *a, const void *b) {
    const struct source_item *x = a, *y = b;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->inode != y->inode)
        return x->inode < y->inode ? -1 : 1;
    return compare_paths(a, b);
}

// Says so when a file is left out under a name of its own; naming one twice needs no word.
static void drop_repeated(struct walk *w) {
    source_items *items = w->items;
    size_t kept = 0;
    if (items->n)
        qsort(items->at, items->n, sizeof *items->at, compare_files);
    for (size_t i = 0; i < items->n; i++) {
        struct source_item *item = &items->at[i], *last = kept ? &items->at[kept - 1] : NULL;
        if (!last || last->device != item->device || last->inode != item->inode) {
            items->at[kept++] = *item;
        } else if (!str_eq(items->at[i - 1].path, item->path)) {
            char name[REFUSAL_NAME], safe[REFUSAL_NAME * 2];
            escape_terminal(str_of(refusal_name(last->path, name)), safe, sizeof safe);
            note(w, item->path, false, arena_print(w->arena, "the same file as %s", safe));
        }
    }
    items->n = kept;
    if (kept)
        qsort(items->at, kept, sizeof *items->at, compare_paths);
}

static enum status fail_empty(const struct walk *w, char *const *paths, size_t n, struct error *error) {
    char name[REFUSAL_NAME];
    for (size_t i = 0; i < w->troubles->n; i++) {
        const struct source_trouble *t = &w->troubles->at[i];
        if (t->failed)
            return error_set(error, FAIL, 0, "%s: %.*s", refusal_name(t->path, name), STR_ARG(t->reason));
    }
    if (n == 0)
        return error_set(error, FAIL, 0, "no evidence named");
    return error_set(error, FAIL, 0, "nothing to read in %s: no files in there", refusal_name(str_of(paths[0]), name));
}

enum status source_walk(char *const *paths, size_t n, struct arena *arena, source_items *ret_items,
                        source_troubles *ret_troubles, struct error *error) {
    struct walk w = {arena, ret_items, ret_troubles, false};
    for (size_t i = 0; i < n; i++) {
        enum status status = take_named(&w, paths[i], error);
        if (status != OK)
            return status;
    }
    drop_repeated(&w);
    return ret_items->n ? OK : fail_empty(&w, paths, n, error);
}
