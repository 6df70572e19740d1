#include <zlib.h>

// zlib's starter is a macro, which Swift cannot call: 15 bits of window, and 16 more say that a gzip header is expected.
static inline int hearth_inflate_init_gzip(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}

// The same for zlib's own header.
static inline int hearth_inflate_init_zlib(z_stream *stream) {
    return inflateInit2(stream, 15);
}

// The compressor's starter likewise: 15 bits of window, and 16 more ask for a gzip header, in which no time and no name stand.
static inline int hearth_deflate_init_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
