#ifndef HELIOSTAT_VERSION_H
#define HELIOSTAT_VERSION_H

/// The commit that this was built from, or `unknown`. A function, so that a new commit compiles one file and links again.
const char *heliostat_commit(void);

#endif
