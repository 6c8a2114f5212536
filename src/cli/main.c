// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Where a call begins: the table of commands, the general help, and one oddity. Reading evidence touches much
// fresh memory, and on virtual machines each page fault costs more than parsing the lines it is for. glibc
// takes large pages when GLIBC_TUNABLES says so, but reads that variable before main(), so the program
// sets it and starts itself once more.
#include "cli/commands.h"
#include "notebook/worker.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command *const COMMANDS[] = {
    &COMMAND_OPEN, &COMMAND_INGEST, &COMMAND_SERVE, &COMMAND_QUERY, &COMMAND_RUN, &COMMAND_SEARCH, &COMMAND_INFO,
};
enum { COMMANDS_N = sizeof COMMANDS / sizeof *COMMANDS };

static void print_help(void) {
    printf("Linux Host Explorer: was this host compromised, how, by whom, and what did they do?\n\n"
           "Usage: lhx COMMAND …\n\nCommands:\n");
    for (size_t i = 0; i < COMMANDS_N; i++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", COMMANDS[i]->name, COMMANDS[i]->operands);
        call_help_row(left, COMMANDS[i]->summary);
    }
    printf("\n'lhx COMMAND --help' tells more; 'lhx --version' tells the version.\n"
           "EVIDENCE is a file, a folder, or - for standard input; compressed or not.\n"
           "Exit status: 0 done, 1 done but some evidence could not be read, 2 wrong use, 3 failed.\n");
}

static const struct command *find_command(const char *name) {
    for (size_t i = 0; i < COMMANDS_N; i++)
        if (strcmp(COMMANDS[i]->name, name) == 0)
            return COMMANDS[i];
    return NULL;
}

static bool wants_help(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

// Returns when the variable is set already (so it cannot loop) and when the program cannot be started again.
static void take_large_pages(char **argv) {
    static const char name[] = "GLIBC_TUNABLES", wish[] = "glibc.malloc.hugetlb";
    const char *now = getenv(name);
    char path[PATH_MAX], value[1024];
    if (now && (strstr(now, wish) || strlen(now) > sizeof value / 2))
        return;
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        return;
    path[n] = '\0';
    snprintf(value, sizeof value, "%s%s%s=1", now ? now : "", now && *now ? ":" : "", wish);
    if (setenv(name, value, 1) == 0)
        execv(path, argv);
}

static enum exit_status run_command(const struct command *command, int argc, char **argv) {
    struct call call;
    if (wants_help(argc, argv)) {
        call_help(command);
        return EXIT_DONE;
    }
    enum exit_status status = call_parse(command, argc, argv, &call);
    if (status == EXIT_DONE)
        status = command->run(&call);
    call_done(&call);
    return status;
}

// A full disk or a closed pipe shows only when the last bytes leave.
static enum exit_status flush_answer(enum exit_status status) {
    if ((fflush(stdout) == 0 && !ferror(stdout)) || status == EXIT_FAILED)
        return status;
    say("cannot write the answer to standard output: it may be cut");
    return EXIT_FAILED;
}

// A caller may have closed 0, 1 or 2. The next file would get that number, and whatever is printed would end in it.
// What stands in their place refuses to be read from or written to, as a closed one does.
static void hold_standard_files(void) {
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(EXIT_FAILED);
}

int main(int argc, char **argv) {
    hold_standard_files();
    if (argc < 2)
        return say_usage(NULL, "what shall be done? For instance: lhx open /var/log");
    if (strcmp(argv[1], WORKER_COMMAND) == 0)
        return worker_main(argc, argv);
    if (strcmp(argv[1], "--version") == 0) {
        puts("lhx " LHX_VERSION);
        return flush_answer(EXIT_DONE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help();
        return flush_answer(EXIT_DONE);
    }
    const struct command *command = find_command(argv[1]);
    if (!command)
        return say_usage(NULL, "there is no command '%s'", argv[1]);
    if (command->heavy)
        take_large_pages(argv);
    return flush_answer(run_command(command, argc - 1, argv + 1));
}
