#include <zlib.h>

// zlib's starter is a macro, which Swift cannot call: 15 bits of window, and 16 more say that a gzip header is expected.
static inline int hearth_inflate_init_gzip(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}

// The same for zlib's own header.
static inline int hearth_inflate_init_zlib(z_stream *stream) {
    return inflateInit2(stream, 15);
}
