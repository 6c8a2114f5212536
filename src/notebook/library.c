// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Where notebooks are kept. No path is ever made from anything but a folder we chose and a name that passed
// notebook_name_valid(); links are not followed, and what is no regular file is not opened for long.
#include "base/embedded.h"
#include "base/file.h"
#include "notebook/notebook.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_FILES_MAX = 500, PATH_ROOM = 4096 };

extern const struct embedded NOTEBOOK_FILES[];

typedef char path_text[PATH_ROOM];

static bool find_folder(enum notebook_origin origin, const char *case_folder, path_text ret) {
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int n = -1;
    if (origin == NOTEBOOK_CASE && case_folder)
        n = snprintf(ret, PATH_ROOM, "%s/notebooks", case_folder);
    else if (origin == NOTEBOOK_USER && config && *config)
        n = snprintf(ret, PATH_ROOM, "%s/lhx/notebooks", config);
    else if (origin == NOTEBOOK_USER && home && *home)
        n = snprintf(ret, PATH_ROOM, "%s/.config/lhx/notebooks", home);
    return n > 0 && n < PATH_ROOM;
}

static bool read_whole(int fd, struct buffer *text) {
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > NOTEBOOK_TEXT_MAX)
        return false;
    while (text->n <= NOTEBOOK_TEXT_MAX) {
        ssize_t got = read(fd, buffer_room(text, 16384), 16384);
        if (got <= 0)
            return got == 0;
        text->n += (size_t)got;
    }
    return false;
}

// NULL when there is no such file, or it is no notebook; `error` says which of the two.
static struct notebook *load_file(enum notebook_origin origin, const char *folder, struct str name,
                                  struct error *error) {
    path_text path;
    if (snprintf(path, PATH_ROOM, "%s/%.*s.md", folder, STR_ARG(name)) >= PATH_ROOM)
        return NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    struct buffer text = {0};
    struct notebook *notebook = NULL;
    if (!read_whole(fd, &text))
        error_set(error, FAIL, 0, "%s: not a file of at most %d KiB that can be read", path, NOTEBOOK_TEXT_MAX >> 10);
    else if (notebook_parse(name, buffer_str(&text), &notebook, error) == OK)
        notebook->origin = origin;
    close(fd);
    buffer_done(&text);
    return notebook;
}

// "logons.md" → "logons"; absent when it is not named like a notebook.
static struct str name_of_file(const char *file) {
    struct str name = str_of(file);
    if (!str_ends(name, S(".md")))
        return STR_NONE;
    name.n -= 3;
    return notebook_name_valid(name) ? name : STR_NONE;
}

static const struct embedded *find_built_in(struct str name) {
    for (const struct embedded *e = NOTEBOOK_FILES; e->name; e++)
        if (str_eq(name_of_file(e->name), name))
            return e;
    return NULL;
}

// A notebook of our own that does not parse is a fault of the build; tests/unit/test_notebook.c reads each.
static struct notebook *load_built_in(struct str name, struct error *error) {
    const struct embedded *e = find_built_in(name);
    struct notebook *notebook = NULL;
    if (e)
        notebook_parse(name, e->bytes, &notebook, error);
    return notebook;
}

static struct notebook *load_named(const char *case_folder, struct str name, struct error *error) {
    struct notebook *notebook = load_built_in(name, error);
    for (int origin = NOTEBOOK_USER; !notebook && origin <= NOTEBOOK_CASE; origin++) {
        path_text folder;
        if (find_folder((enum notebook_origin)origin, case_folder, folder))
            notebook = load_file((enum notebook_origin)origin, folder, name, error);
    }
    return notebook;
}

enum status notebook_find(const char *case_folder, struct str name, struct notebook **ret, struct error *error) {
    struct error reason;
    error_clear(&reason);
    *ret = notebook_name_valid(name) ? load_named(case_folder, name, &reason) : NULL;
    if (*ret)
        return OK;
    if (reason.status == FAIL)
        return error_set(error, FAIL, 0, "%s", reason.text);
    struct notebook_list list = notebook_list(case_folder);
    struct buffer names = {0};
    for (size_t i = 0; i < list.n; i++)
        buffer_print(&names, "%s%.*s", i ? ", " : "", STR_ARG(list.at[i]->name));
    buffer_add_char(&names, '\0');
    error_set(error, FAIL, 0, "there is no notebook %.*s; there are: %.300s", (int)(name.n < 80 ? name.n : 80),
              name.p ? name.p : "", names.p);
    buffer_done(&names);
    notebook_list_free(&list);
    return FAIL;
}

// ---- All of them ----

static void add_listed(struct notebook_list *list, struct notebook *notebook) {
    for (size_t i = 0; notebook && i < list->n; i++)
        if (str_eq(list->at[i]->name, notebook->name)) {
            notebook_free(notebook);
            return;
        }
    if (!notebook)
        return;
    list->at = must_grow(list->at, list->n + 1, sizeof *list->at);
    list->at[list->n++] = notebook;
}

static void list_folder(struct notebook_list *list, enum notebook_origin origin, const char *case_folder) {
    path_text folder;
    DIR *dir = find_folder(origin, case_folder, folder) ? opendir(folder) : NULL;
    if (!dir)
        return;
    struct dirent *entry;
    for (int left = FOLDER_FILES_MAX; left && (entry = readdir(dir)); left--) {
        struct str name = name_of_file(entry->d_name);
        if (name.p)
            add_listed(list, load_file(origin, folder, name, NULL));
    }
    closedir(dir);
}

static int compare_order(const void *a, const void *b) {
    const struct notebook *x = *(struct notebook *const *)a, *y = *(struct notebook *const *)b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int c = memcmp(x->name.p, y->name.p, n);
    return c ? c : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

struct notebook_list notebook_list(const char *case_folder) {
    struct notebook_list list = {0};
    for (const struct embedded *e = NOTEBOOK_FILES; e->name; e++)
        add_listed(&list, load_built_in(name_of_file(e->name), NULL));
    list_folder(&list, NOTEBOOK_USER, case_folder);
    list_folder(&list, NOTEBOOK_CASE, case_folder);
    if (list.n)
        qsort(list.at, list.n, sizeof *list.at, compare_order);
    return list;
}

void notebook_list_free(struct notebook_list *list) {
    for (size_t i = 0; i < list->n; i++)
        notebook_free(list->at[i]);
    free(list->at);
    *list = (struct notebook_list){0};
}

// ---- Saving ----

// Beside the old file first, then in its place: a crash leaves the one or the other.
static enum status replace_file(const char *folder, struct str name, struct str text, struct error *error) {
    path_text path, draft;
    if (snprintf(path, PATH_ROOM, "%s/%.*s.md", folder, STR_ARG(name)) >= PATH_ROOM ||
        snprintf(draft, PATH_ROOM, "%s/.%.*s.XXXXXX", folder, STR_ARG(name)) >= PATH_ROOM)
        return error_set(error, FAIL, ENAMETOOLONG, "%s: the path is too long", folder);
    int fd = mkostemp(draft, O_CLOEXEC);
    bool fine = fd >= 0 && file_write(fd, text) && fsync(fd) == 0 && rename(draft, path) == 0;
    int sys = errno;
    if (fd >= 0)
        close(fd);
    if (fine)
        return OK;
    if (fd >= 0)
        unlink(draft);
    return error_set(error, FAIL, sys, "%s cannot be written: %s", path, strerror(sys));
}

enum status notebook_save(const char *case_folder, struct str name, struct str text, struct error *error) {
    struct notebook *parsed;
    if (notebook_name_valid(name) && find_built_in(name))
        return error_set(error, FAIL, 0, "%.*s is the name of a notebook of the program; choose another",
                         STR_ARG(name));
    if (notebook_parse(name, text, &parsed, error) != OK)
        return FAIL;
    notebook_free(parsed);
    path_text folder;
    if (!find_folder(NOTEBOOK_CASE, case_folder, folder))
        return error_set(error, FAIL, ENAMETOOLONG, "%s: the path is too long", case_folder);
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return error_set(error, FAIL, errno, "%s cannot be made: %s", folder, strerror(errno));
    return replace_file(folder, name, text, error);
}
