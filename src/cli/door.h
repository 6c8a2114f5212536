// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The part of serving that is between the program and the person: the address, the browser, and Ctrl-C.
#pragma once

#include "serve/serve.h"

struct door {
    char *way; // the file the browser was started with, NULL: none
};

// SIGINT, SIGTERM and SIGHUP no longer end the process but can be waited for. Before any thread is started.
void door_block_signals(void);
// Prints the address on standard output and, when `browser` and there is a desktop, opens it there.
void door_announce(struct door *door, const struct serve *serve, bool browser);
void door_close(struct door *door);
// Waits for one of the signals; returns it.
int door_wait_signal(void);
// The same, for at most so many milliseconds; 0 when none came.
int door_poll_signal(int milliseconds);
