// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// getopt_long() does the parsing; its own messages do not name what was typed, so ours replace them.
#include "cli/call.h"

#include "base/escape.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE = 2048, OPTIONS_MAX = 24 };

__attribute__((format(printf, 1, 0))) static void print_message(const char *format, va_list ap) {
    char raw[MESSAGE], shown[MESSAGE * 2];
    vsnprintf(raw, sizeof raw, format, ap);
    escape_terminal(str_of(raw), shown, sizeof shown);
    fflush(stdout);
    fprintf(stderr, "lhx: %s\n", shown);
}

void say(const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    print_message(format, ap);
    va_end(ap);
}

enum exit_status say_failed(const struct error *error) {
    say("%s", error->text[0] ? error->text : "failed, and nobody said why");
    return EXIT_FAILED;
}

enum exit_status say_usage(const struct command *command, const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    print_message(format, ap);
    va_end(ap);
    fprintf(stderr, command ? "See 'lhx %s --help'.\n" : "See 'lhx --help'.\n", command ? command->name : "");
    return EXIT_USAGE;
}

static size_t count_options(const struct command *command) {
    size_t n = 0;
    while (command->options[n].name)
        n++;
    return n;
}

// getopt's two tables. A long option returns its row + 256, so that it never looks like a letter.
static void build_tables(const struct command *command, struct option *ret_long, char *ret_short) {
    size_t n = count_options(command);
    *ret_short++ = ':';
    for (size_t i = 0; i < n; i++) {
        const struct call_option *o = &command->options[i];
        ret_long[i] = (struct option){o->name, o->value ? required_argument : no_argument, NULL, (int)i + 256};
        if (o->letter)
            *ret_short++ = o->letter;
        if (o->letter && o->value)
            *ret_short++ = ':';
    }
    *ret_short = '\0';
    ret_long[n] = (struct option){0};
}

static size_t find_option(const struct command *command, int found) {
    size_t i = 0;
    if (found >= 256)
        return (size_t)found - 256;
    while (command->options[i].letter != (char)found)
        i++;
    return i;
}

static enum exit_status check_operands(const struct call *call) {
    const struct command *c = call->command;
    if (call->operands_n < c->least)
        return say_usage(c, "%s: something is missing: lhx %s %s", c->name, c->name, c->operands);
    if (call->operands_n > c->most)
        return say_usage(c, "%s: '%s' is one too many: lhx %s %s", c->name, call->operands[c->most], c->name,
                         c->operands);
    return EXIT_DONE;
}

enum exit_status call_parse(const struct command *command, int argc, char **argv, struct call *ret) {
    struct option names[OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 2];
    *ret = (struct call){.command = command};
    build_tables(command, names, letters);
    opterr = 0;
    optind = 1;
    for (int found; (found = getopt_long(argc, argv, letters, names, NULL)) != -1;) {
        const char *typed = argv[optind - 1];
        if (found == ':')
            return say_usage(command, "%s: '%s' wants a value", command->name, typed);
        if (found == '?' && optopt >= 256)
            return say_usage(command, "%s: '%s': this option takes no value", command->name, typed);
        if (found == '?' && optopt)
            return say_usage(command, "%s: there is no option '-%c'", command->name, optopt);
        if (found == '?')
            return say_usage(command, "%s: there is no option '%s'", command->name, typed);
        *VEC_PUSH(&ret->values) = (struct call_value){find_option(command, found), optarg};
    }
    ret->operands = argv + optind;
    ret->operands_n = (size_t)(argc - optind);
    return check_operands(ret);
}

void call_done(struct call *call) {
    VEC_DONE(&call->values);
}

bool call_has(const struct call *call, size_t option) {
    for (size_t i = 0; i < call->values.n; i++)
        if (call->values.at[i].option == option)
            return true;
    return false;
}

const char *call_value(const struct call *call, size_t option) {
    for (size_t i = call->values.n; i-- > 0;)
        if (call->values.at[i].option == option)
            return call->values.at[i].text;
    return NULL;
}

bool call_number(const struct call *call, size_t option, uint64_t most, uint64_t *ret) {
    const char *text = call_value(call, option);
    uint64_t number;
    if (!text)
        return true;
    if (!str_to_u64(str_of(text), &number) || number > most) {
        say_usage(call->command, "--%s: '%s' is not a number from 0 to %llu", call->command->options[option].name, text,
                  (unsigned long long)most);
        return false;
    }
    *ret = number;
    return true;
}

bool call_time(const struct call *call, size_t option, usec *ret) {
    const char *text = call_value(call, option);
    if (!text || civil_parse(str_of(text), ret))
        return true;
    say_usage(call->command, "--%s: '%s' is not a time: write 2026-03-04 or 2026-03-04T05:06:07Z (UTC)",
              call->command->options[option].name, text);
    return false;
}

void call_help_row(const char *left, const char *right) {
    int width = 0;
    for (const char *p = left; *p; p++)
        width += ((unsigned char)*p & 0xc0) != 0x80; // an ellipsis is one column and three bytes
    printf("  %s%*s %s\n", left, width < 28 ? 28 - width : 0, "", right);
}

static void print_option(const struct call_option *o) {
    char left[64], letter[8] = "    ";
    if (o->letter)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->value ? " " : "", o->value ? o->value : "");
    call_help_row(left, o->help);
}

void call_help(const struct command *command) {
    printf("lhx %s %s\n\n%s\n", command->name, command->operands, command->summary);
    if (command->details)
        printf("\n%s\n", command->details);
    if (command->options[0].name)
        printf("\nOptions:\n");
    for (const struct call_option *o = command->options; o->name; o++)
        print_option(o);
}
