// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One table of errno values. What is not in it keeps the words of the C library.
#include "source/refusal.h"

#include <errno.h>
#include <stdio.h>

static const struct refusal {
    int sys;
    const char *what, *way_out;
} REFUSALS[] = {
    {ENOENT, "no such file", ""},
    {ENOTDIR, "no such file", " (a part of the path is a file, not a folder)"},
    {EACCES, "permission denied", " (run as root, or copy it first)"},
    {EPERM, "permission denied", " (run as root, or copy it first)"},
    {ELOOP, "symbolic links go round in a circle", " (name the file they should lead to)"},
    {ENAMETOOLONG, "path too long", " (move the evidence closer to the root)"},
    {EISDIR, "a folder where a file was expected", ""},
    {EMFILE, "too many open files", " (raise the limit with `ulimit -n`)"},
    {ENFILE, "too many open files on this machine", ""},
    {EIO, "the device cannot read it", " (try a copy made with ddrescue)"},
    {ENXIO, "nothing is behind it", ""},
    {EAGAIN, "it gives data only as they come", " (copy it to a file first)"},
    {ESTALE, "the file server has lost it", " (mount it again)"},
};

static struct refusal find_refusal(int sys) {
    for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++)
        if (REFUSALS[i].sys == sys)
            return REFUSALS[i];
    return (struct refusal){sys, strerrordesc_np(sys) ? strerrordesc_np(sys) : "unknown error", ""};
}

enum status refusal_error(struct error *error, int sys, struct str path) {
    char name[REFUSAL_NAME];
    struct refusal r = find_refusal(sys);
    return error_set(error, FAIL, sys, "%s: %s%s", r.what, refusal_name(path, name), r.way_out);
}

struct str refusal_words(struct arena *arena, int sys) {
    struct refusal r = find_refusal(sys);
    return arena_print(arena, "%s%s", r.what, r.way_out);
}

const char *refusal_kind(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFIFO:
        return "a pipe, not a file (to read from it, redirect it to `-`)";
    case S_IFSOCK:
        return "a socket, nothing to read";
    case S_IFCHR:
    case S_IFBLK:
        return "a device, not a file (take an image and mount that)";
    case S_IFDIR:
        return "a folder";
    case S_IFLNK:
        return "a symbolic link";
    default:
        return "not a regular file";
    }
}

const char *refusal_name(struct str path, char ret[REFUSAL_NAME]) {
    enum { KEEP = 200 };
    if (path.n > KEEP)
        snprintf(ret, REFUSAL_NAME, "'…%.*s'", KEEP, path.p + path.n - KEEP);
    else
        snprintf(ret, REFUSAL_NAME, "'%.*s'", STR_ARG(path));
    return ret;
}
