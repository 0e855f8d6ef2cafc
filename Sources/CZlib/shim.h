// The system header comes first: beside Foundation's module maps, zlib's own include of it would be attributed to the wrong module.
#pragma once
#include <unistd.h>
#include <zlib.h>

// deflateInit2 is a macro, which Swift does not see. 15 window bits, and 16 more for a gzip header and trailer instead of zlib's.
static inline int helio_gzip_init(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
