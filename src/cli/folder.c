// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The name of a folder is made from the last part of the evidence's path, for people, and a hash of the whole, so
// that two machines' /mnt/a/var/log and /mnt/b/var/log do not meet in one case.
#include "cli/folder.h"

#include "base/arena.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAME_KEPT = 40, HASH_KEPT = 6 };

bool folder_is_case(const char *folder) {
    char path[PATH_MAX];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s/case.duckdb", folder);
    return n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

enum status folder_check(const char *folder, struct error *error) {
    struct stat st;
    if (stat(folder, &st) != 0)
        return error_set(error, FAIL, errno, "no such case: '%s': %s", folder, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return error_set(error, FAIL, 0,
                         "'%s' is a file, not a case folder; make a case with: lhx ingest %s --case DIR", folder,
                         folder);
    if (access(folder, X_OK) != 0)
        return error_set(error, FAIL, errno, "cannot look into '%s': %s", folder, strerror(errno));
    if (!folder_is_case(folder))
        return error_set(error, FAIL, 0,
                         "'%s' is not a case: it holds no case.duckdb; make one with: lhx ingest EVIDENCE --case DIR",
                         folder);
    return OK;
}

enum status folder_open(const char *folder, struct case_file **ret, struct error *error) {
    enum status status = folder_check(folder, error);
    return status == OK ? case_open(folder, CASE_READ, ret, error) : status;
}

// Makes every folder of `path` that is missing.
static enum status make_folders(char *path, struct error *error) {
    for (char *p = path + 1;; p++) {
        char end = *p;
        if (end != '/' && end != '\0')
            continue;
        *p = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return error_set(error, FAIL, errno, "cannot make the folder '%s': %s; say where with --case DIR", path,
                             strerror(errno));
        *p = end;
        if (end == '\0')
            return OK;
    }
}

// What the paths are, however they were typed. Standard input is never the same twice.
static void add_identity(struct buffer *ret, const char *path) {
    char whole[PATH_MAX];
    if (strcmp(path, "-") == 0)
        buffer_print(ret, "- %ld %ld", (long)time(NULL), (long)getpid());
    else
        buffer_add(ret, str_of(realpath(path, whole) ? whole : path));
    buffer_add_char(ret, '\0');
}

static void add_name(struct buffer *ret, const char *path) {
    char whole[PATH_MAX];
    const char *full = strcmp(path, "-") == 0 ? "stdin" : realpath(path, whole) ? whole : path;
    const char *last = strrchr(full, '/');
    struct str name = str_head(str_of(last && last[1] ? last + 1 : full), NAME_KEPT);
    for (size_t i = 0; i < name.n; i++)
        buffer_add_char(ret, isalnum((unsigned char)name.p[i]) || strchr("-_.", name.p[i]) ? name.p[i] : '_');
}

static void add_hash(struct buffer *ret, struct str identity) {
    unsigned char hash[EVP_MAX_MD_SIZE] = {0};
    EVP_Digest(identity.p, identity.n, hash, NULL, EVP_sha256(), NULL);
    for (int i = 0; i < HASH_KEPT; i++)
        buffer_print(ret, "%02x", hash[i]);
}

enum status folder_of_evidence(char *const *paths, size_t n, char **ret, struct error *error) {
    struct buffer folder = {0}, identity = {0};
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/')
        buffer_print(&folder, "%s/lhx", cache);
    else if (home && *home == '/')
        buffer_print(&folder, "%s/.cache/lhx", home);
    else
        return error_set(error, FAIL, 0, "no HOME to keep the case in: say where with --case DIR");
    buffer_add_char(&folder, '\0');
    enum status status = make_folders(folder.p, error);
    folder.n--;
    for (size_t i = 0; i < n; i++)
        add_identity(&identity, paths[i]);
    buffer_add_char(&folder, '/');
    add_name(&folder, paths[0]);
    buffer_add_char(&folder, '-');
    add_hash(&folder, buffer_str(&identity));
    buffer_add(&folder, S(".lhx"));
    if (status == OK)
        *ret = must_copy(buffer_str(&folder));
    buffer_done(&folder);
    buffer_done(&identity);
    return status;
}
