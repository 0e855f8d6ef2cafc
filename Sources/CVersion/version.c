#include "version.h"

const char *heliostat_commit(void) { return HELIOSTAT_COMMIT; }
