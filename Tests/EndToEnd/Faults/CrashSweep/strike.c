/* Runs a program and strikes one system call of it and of all that it starts.
 *
 * usage: strike REPORT CALL[,CALL...] FAULT NUMBER MILLISECONDS PROGRAM [WORD...]
 *
 * strace(1) counts `when=` for each thread by itself, so it never gets to the 200th rename of a node whose git processes make
 * eight each. This counts over all processes and threads, in the order in which the calls are made. FAULT is KILL, EIO or ENOSPC;
 * call NUMBER and, for an error, all that follow it within MILLISECONDS are not made but end in that way. 0 strikes none.
 * REPORT gets one line for each call struck, or, with 0, for each that is made: `number thread program call path`.
 * The program is the process that was started, as with `strace -D`; the tracer is a grandchild of it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <elf.h>

/* The argument that tells what a call is about: a descriptor, or a path. */
static const struct call { const char *name; long number; int argument; int is_path; } calls[] = {
    {"fdatasync", SYS_fdatasync, 0, 0}, {"fsync", SYS_fsync, 0, 0}, {"pwrite64", SYS_pwrite64, 0, 0},
    {"ftruncate", SYS_ftruncate, 0, 0}, {"unlinkat", SYS_unlinkat, 1, 1}, {"linkat", SYS_linkat, 3, 1},
    {"renameat", SYS_renameat, 3, 1}, {"renameat2", SYS_renameat2, 3, 1},
#ifdef SYS_rename
    {"rename", SYS_rename, 1, 1}, {"link", SYS_link, 1, 1}, {"unlink", SYS_unlink, 0, 1}, {"rmdir", SYS_rmdir, 0, 1},
#endif
};
enum { count_of_calls = sizeof calls / sizeof *calls };

static int chosen[count_of_calls];
static FILE *report;

static void fail(const char *what) {
    fprintf(stderr, "strike: %s: %s\n", what, strerror(errno));
    _exit(127);
}

static const struct call *call_of(long number) {
    for (int i = 0; i < count_of_calls; i++)
        if (chosen[i] && calls[i].number == number) return &calls[i];
    return NULL;
}

static void choose(const char *names) {
    char *copy = strdup(names), *rest = copy;
    for (char *name; (name = strsep(&rest, ","));)
        for (int i = 0; i < count_of_calls; i++)
            if (strcmp(calls[i].name, name) == 0) chosen[i] = 1;
    free(copy);
}

/* Only the chosen calls stop: everything else runs at full speed. */
static void filter(void) {
    struct sock_filter program[2 * count_of_calls + 2];
    int length = 0;
    program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int i = 0; i < count_of_calls; i++) {
        if (!chosen[i]) continue;
        program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i].number, 0, 1);
        program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    }
    program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog filter = {(unsigned short)length, program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) fail("seccomp");
}

/* The call is not made and returns -code. */
static void refuse(pid_t thread, int code) {
#if defined(__x86_64__)
    struct user_regs_struct registers;
    struct iovec area = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &area) < 0) return;
    registers.orig_rax = (unsigned long)-1;
    registers.rax = (unsigned long)-code;
    ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &area);
#elif defined(__aarch64__)
    struct user_regs_struct registers;
    struct iovec area = {&registers, sizeof registers};
    int none = -1;
    struct iovec number = {&none, sizeof none};
    if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &area) < 0) return;
    registers.regs[0] = (unsigned long)-code;
    ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &area);
    ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &number);
#endif
}

static void describe(pid_t thread, long counted, const struct call *call, const uint64_t *arguments) {
    char name[64] = "?", path[4096] = "?", link[64];
    snprintf(link, sizeof link, "/proc/%d/comm", thread);
    int file = open(link, O_RDONLY);
    ssize_t length = file < 0 ? 0 : read(file, name, sizeof name - 1);
    if (length > 0) name[length - 1] = 0;
    if (file >= 0) close(file);
    if (call->is_path) {
        /* Not beyond the page, where nothing may be mapped. */
        uint64_t address = arguments[call->argument];
        struct iovec ours = {path, sizeof path - 1}, theirs = {(void *)address, 4096 - address % 4096};
        length = process_vm_readv(thread, &ours, 1, &theirs, 1, 0);
    } else {
        snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, (int)arguments[call->argument]);
        length = readlink(link, path, sizeof path - 1);
    }
    path[length > 0 ? length : 0] = 0;
    for (char *at = name; *at; at++) if (*at == ' ') *at = '_';
    fprintf(report, "%ld %d %s %s %s\n", counted, thread, name, call->name, path);
    fflush(report);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void at_call(pid_t thread, int code, long number, double lasting) {
    static long counted;
    static double since = -1;
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0) return;
    const struct call *call = call_of((long)info.seccomp.nr);
    if (!call) return;
    counted++;
    if (number == 0) describe(thread, counted, call, info.seccomp.args);
    if (number == 0 || counted < number || (counted > number && (since < 0 || now() - since > lasting))) return;
    if (since < 0) since = now();
    describe(thread, counted, call, info.seccomp.args);
    if (code) refuse(thread, code); else kill(thread, SIGKILL);
}

static void trace(int code, long number, double lasting) {
    int status;
    pid_t thread;
    while ((thread = waitpid(-1, &status, __WALL)) > 0) {
        if (!WIFSTOPPED(status)) continue;
        int event = status >> 16, signal = WSTOPSIG(status), passed = 0;
        if (event == PTRACE_EVENT_SECCOMP) at_call(thread, code, number, lasting);
        else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
            ptrace(PTRACE_LISTEN, thread, 0, 0);
            continue;
        } else if (event == 0) passed = signal;
        ptrace(PTRACE_CONT, thread, 0, (long)passed);
    }
}

int main(int argc, char **argv) {
    if (argc < 7) return 64;
    choose(argv[2]);
    int code = strcmp(argv[3], "EIO") == 0 ? EIO : strcmp(argv[3], "ENOSPC") == 0 ? ENOSPC : 0;
    int ready[2];
    pid_t traced = getpid();
    if (!(report = fopen(argv[1], "ae")) || pipe2(ready, O_CLOEXEC) < 0) fail(argv[1]);
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        if (fork() != 0) _exit(0);
        setsid();
        int nowhere = open("/dev/null", O_RDWR);
        for (int file = 0; file < 3; file++) dup2(nowhere, file);
        long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;
        if (ptrace(PTRACE_SEIZE, traced, 0, options) < 0) _exit(1);
        if (write(ready[1], "y", 1) != 1) _exit(1);
        close(ready[0]);
        close(ready[1]);
        trace(code, atol(argv[4]), atof(argv[5]));
        return 0;
    }
    char byte;
    close(ready[1]);
    waitpid(child, NULL, 0);
    if (read(ready[0], &byte, 1) != 1) fail("ptrace");
    filter();
    execvp(argv[6], argv + 6);
    fail(argv[6]);
}
