// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One call of the program: a command, its options, its operands, and how it ends. Each command describes
// itself in a table, from which come the parsing and the help.
#pragma once

#include "base/arena.h"
#include "base/civil.h"
#include "base/status.h"

enum exit_status {
    EXIT_DONE = 0,
    EXIT_PARTLY = 1, // done, but some evidence could not be read; each piece was named
    EXIT_USAGE = 2,
    EXIT_FAILED = 3,
};

struct call_option {
    const char *name;  // without the dashes; a name of NULL ends the table
    char letter;       // the short form; 0: none
    const char *value; // what it takes, as the help calls it; NULL: it is a switch
    const char *help;
};

struct call;

struct command {
    const char *name;
    const char *operands; // as the help prints them: "EVIDENCE…"
    const char *summary;  // one line
    const char *details;  // a paragraph for its own help; NULL: none
    const struct call_option *options;
    size_t least, most; // operands
    bool heavy;         // worth large pages, see main.c
    enum exit_status (*run)(const struct call *call);
};

struct call {
    const struct command *command;
    char **operands;
    size_t operands_n;
    VEC(struct call_value {
        size_t option; // row in command->options
        const char *text;
    })
    values;
};

// Parses what follows the command's name. EXIT_USAGE, after saying why, when it does not fit.
enum exit_status call_parse(const struct command *command, int argc, char **argv, struct call *ret);
void call_done(struct call *call);
void call_help(const struct command *command);
// "  left            right": a row of a help text.
void call_help_row(const char *left, const char *right);

// Whether an option (a row of the command's table) was given, and the text of the last one; NULL: not given.
bool call_has(const struct call *call, size_t option);
const char *call_value(const struct call *call, size_t option);
// A value with a shape. An absent option leaves `*ret` alone. False, after saying why, for a wrong one.
bool call_number(const struct call *call, size_t option, uint64_t most, uint64_t *ret);
bool call_time(const struct call *call, size_t option, usec *ret);

// "lhx: …" on standard error, one line, escaped.
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Says what went wrong and returns EXIT_FAILED.
enum exit_status say_failed(const struct error *error);
// Says what is wrong with the call, points to the help, returns EXIT_USAGE.
enum exit_status say_usage(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
