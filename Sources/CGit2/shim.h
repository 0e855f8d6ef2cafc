// libgit2, for reading refs and objects. `git_libgit2_opts` is variadic, which Swift cannot call: one inline function for
// each option that we set.
#pragma once
#include <git2.h>

static inline int heliostat_git2_set_owner_validation(int enabled) {
    return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

static inline int heliostat_git2_set_search_path(int level, const char *path) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

// renameat2 and its flag are declared only for _GNU_SOURCE, which Swift's Glibc does not define. 316 and 276 are its numbers
// on x86-64 and arm64, taken by name from <sys/syscall.h>; RENAME_EXCHANGE is 2 (linux/fs.h).
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
extern long syscall(long number, ...);
static inline int heliostat_exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2);
}

// memfd_create is declared for _GNU_SOURCE only, too. 1 is MFD_CLOEXEC, 8 MFD_NOEXEC_SEAL, without which vm.memfd_noexec=2 refuses and
// which kernels before 6.3 do not know (linux/memfd.h).
static inline int heliostat_memory_file(const char *name) {
    long descriptor = syscall(SYS_memfd_create, name, 1 | 8);
    if (descriptor < 0 && errno == EINVAL) descriptor = syscall(SYS_memfd_create, name, 1);
    return (int)descriptor;
}
