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
