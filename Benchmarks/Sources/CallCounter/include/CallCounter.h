// Counts, per thread, the heap allocations and the bytes copied of a program that this library is preloaded into.
//
// The counts lie in the file that HEARTH_COUNTS names, mapped and shared, so that another process can read them at any
// time: an array of 256 CallCounterSlot, in native byte order. A slot whose thread is 0 is free.
#ifndef CALLCOUNTER_H
#define CALLCOUNTER_H

#include <stdint.h>

typedef struct {
    /// The kernel's thread id, as in /proc/<pid>/task.
    int64_t thread;
    /// Calls of malloc, calloc, realloc and the aligned ones.
    int64_t allocations;
    /// Bytes that they asked for.
    int64_t allocated_bytes;
    /// Bytes moved by memcpy and memmove that the compiler did not put in place.
    int64_t copied_bytes;
} CallCounterSlot;

enum { CALLCOUNTER_SLOTS = 256 };

#endif
