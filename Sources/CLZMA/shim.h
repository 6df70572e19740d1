#include <lzma.h>

// liblzma's empty stream is a macro with a braced list, which Swift cannot read.
static inline lzma_stream hearth_lzma_stream(void) {
    lzma_stream stream = LZMA_STREAM_INIT;
    return stream;
}
