// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See sandbox.h. The filter lists what is allowed, not what is not: a question needs memory, threads, clocks
// and reading. What is not listed answers EPERM rather than killing, so that a library that merely tries
// something goes on without it.
#include "notebook/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#endif

// ---- Bounds ----

// The program, its libraries and the stacks of its threads, as measured: addresses, not memory.
#define ADDRESSES_AT_REST (256ull << 20)

static void bound(int what, uint64_t to) {
    setrlimit(what, &(struct rlimit){to, to});
}

static void set_bounds(uint64_t memory, unsigned seconds) {
    setpriority(PRIO_PROCESS, 0, 10); // the page's own panels come first
    mallopt(M_ARENA_MAX, 1);          // each arena more reserves 64 MiB of addresses
    bound(RLIMIT_CORE, 0);
    bound(RLIMIT_FSIZE, 0);
    bound(RLIMIT_NOFILE, 1024);
    bound(RLIMIT_CPU, (uint64_t)seconds * 3 + 10); // should the parent not come to kill us
    if (!SANITIZED)                                // which reserves terabytes of addresses
        bound(RLIMIT_AS, memory + ADDRESSES_AT_REST);
}

// ---- Paths ----

// The store asks how much memory its control group has, and breaks when it may not read what it can see.
static const char *const CGROUP[] = {"/proc/self/cgroup", "/sys/fs/cgroup"};

static bool allow_reading(int rules, const char *path) {
    struct landlock_path_beneath_attr beneath = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
                                                 .parent_fd = open(path, O_PATH | O_CLOEXEC)};
    if (beneath.parent_fd < 0)
        return false;
    bool fine = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    close(beneath.parent_fd);
    return fine;
}

static unsigned lock_paths(const char *folder) {
    // All rights the running kernel knows; those it does not know make the call fail.
    static const uint64_t known[] = {0, (1ull << 13) - 1, (1ull << 14) - 1, (1ull << 15) - 1};
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return 0;
    struct landlock_ruleset_attr all = {.handled_access_fs = known[abi < 3 ? abi : 3]};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0);
    if (rules < 0)
        return 0;
    bool fine = allow_reading(rules, folder);
    for (size_t i = 0; i < sizeof CGROUP / sizeof *CGROUP; i++)
        allow_reading(rules, CGROUP[i]); // not there on every machine
    fine = fine && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return fine ? SANDBOX_PATHS : 0;
}

// ---- Calls ----

static const int ALLOWED[] = {
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_write,
    SYS_writev,
    SYS_close,
    SYS_lseek,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_fstatfs,
    SYS_statfs,
    SYS_fcntl,
    SYS_fadvise64,
    SYS_getdents64,
    SYS_faccessat,
    SYS_readlinkat,
    SYS_getcwd,
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_futex,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_membarrier,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_gettid,
    SYS_getpid,
    SYS_tgkill,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_sched_setscheduler,
    SYS_sched_getparam,
    SYS_sched_getscheduler,
    SYS_getcpu,
    SYS_getrandom,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_sysinfo,
    SYS_uname,
    SYS_getrusage,
    SYS_prlimit64,
    SYS_exit,
    SYS_exit_group,
    SYS_restart_syscall,
    SYS_ppoll,
#ifdef SYS_stat
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_poll,
    SYS_arch_prctl,
    SYS_time,
#endif
};
enum { ALLOWED_N = sizeof ALLOWED / sizeof *ALLOWED };

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)
#define REFUSE(code) ANSWER(SECCOMP_RET_ERRNO | (code))
// Goes on to the next instruction when equal, else skips `n`.
#define IF_EQUAL(value, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, n)
#define IF_NO_BITS(bits, n) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, n, 0)
#define IF_BITS(bits, n) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, n)

static const struct sock_filter SPECIAL[] = {
    LOAD(arch),
    IF_EQUAL(THIS_ARCH, 1),
    LOAD(nr),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
    REFUSE(ENOSYS),
    // Opening: for reading only. The flags are the low half of the third argument.
    IF_EQUAL(SYS_openat, 4),
    LOAD(args[2]),
    IF_NO_BITS(O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND, 1),
    ANSWER(SECCOMP_RET_ALLOW),
    REFUSE(EACCES),
    // Threads, no processes. clone3 hides its flags behind a pointer; libc then takes clone.
    IF_EQUAL(SYS_clone3, 1),
    REFUSE(ENOSYS),
    IF_EQUAL(SYS_clone, 4),
    LOAD(args[0]),
    IF_BITS(CLONE_THREAD, 1),
    ANSWER(SECCOMP_RET_ALLOW),
    REFUSE(EPERM),
    // A thread may be given a name.
    IF_EQUAL(SYS_prctl, 4),
    LOAD(args[0]),
    IF_EQUAL(PR_SET_NAME, 1),
    ANSWER(SECCOMP_RET_ALLOW),
    REFUSE(EPERM),
};
enum { SPECIAL_N = sizeof SPECIAL / sizeof *SPECIAL };

static unsigned lock_calls(void) {
    struct sock_filter filter[SPECIAL_N + 2 * ALLOWED_N + 1];
    size_t n = 0;
    for (size_t i = 0; i < SPECIAL_N; i++)
        filter[n++] = SPECIAL[i];
    for (size_t i = 0; i < ALLOWED_N; i++) {
        filter[n++] = (struct sock_filter)IF_EQUAL((unsigned)ALLOWED[i], 1);
        filter[n++] = (struct sock_filter)ANSWER(SECCOMP_RET_ALLOW);
    }
    filter[n++] = (struct sock_filter)REFUSE(EPERM);
    struct sock_fprog program = {(unsigned short)n, filter};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0 ? SANDBOX_CALLS : 0;
}

unsigned sandbox_enter(const char *folder, uint64_t memory, unsigned seconds) {
    set_bounds(memory, seconds);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return 0;
    unsigned granted = lock_paths(folder);
    return granted | lock_calls();
}
