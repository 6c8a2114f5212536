// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The address holds the token, and a process list shows every argument, so a browser is not started with
// the address itself but with a small private file that leads there.
#include "cli/door.h"

#include "base/arena.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static sigset_t waited_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

void door_block_signals(void) {
    sigset_t set = waited_signals();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN); // a browser that goes away ends its connection, not us
}

int door_wait_signal(void) {
    sigset_t set = waited_signals();
    int signal = 0;
    sigwait(&set, &signal);
    return signal;
}

int door_poll_signal(int milliseconds) {
    sigset_t set = waited_signals();
    struct timespec wait = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    int signal = sigtimedwait(&set, NULL, &wait);
    return signal > 0 ? signal : 0;
}

static bool has_desktop(void) {
    const char *x = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    return (x && *x) || (wayland && *wayland);
}

// A page that only we can read and that leads to the address; its path, or NULL.
static char *write_way(const char *address) {
    const char *run = getenv("XDG_RUNTIME_DIR");
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/lhx-XXXXXX.html", run && *run == '/' ? run : "/tmp");
    int fd = mkostemps(path, 5, O_CLOEXEC); // mode 0600
    if (fd < 0)
        return NULL;
    dprintf(fd,
            "<!doctype html><meta charset=utf-8><title>Linux Host Explorer</title>"
            "<meta http-equiv=refresh content=\"0;url=%s\"><a href=\"%s\">Open the case</a>\n",
            address, address);
    close(fd);
    return must_copy(str_of(path));
}

// In a process group of its own and with the usual signals, so that our Ctrl-C does not end the browser and
// its own does.
static void spawn_quietly(char *const *arguments) {
    pid_t pid;
    sigset_t none, pipe;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    sigemptyset(&none);
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipe);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnp(&pid, arguments[0], &files, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
}

void door_announce(struct door *door, const struct serve *serve, bool browser) {
    const char *address = serve_address(serve);
    printf("%s\n", address);
    fflush(stdout);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "Open this address in a browser on this machine. Ctrl-C ends.\n");
    door->way = browser && has_desktop() ? write_way(address) : NULL;
    if (door->way)
        spawn_quietly((char *[]){(char *)"xdg-open", door->way, NULL});
}

void door_close(struct door *door) {
    if (door->way)
        unlink(door->way);
    free(door->way);
    door->way = NULL;
}
