#ifndef HEARTH_DESCRIPTOR_SET_H
#define HEARTH_DESCRIPTOR_SET_H
#include <stddef.h>
#include <stdint.h>

/* A serialized google.protobuf.FileDescriptorSet: every service of Protos/ and what it imports, imports first. It is
   never freed. */
const uint8_t *hearth_descriptor_set(size_t *byte_count);
#endif
