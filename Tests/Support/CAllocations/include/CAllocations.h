// What Swift's Glibc module lacks.
#pragma once
#include <malloc.h>
#include <stddef.h>

/// Bytes that this process has allocated and not freed, mapped blocks included.
static inline size_t ca_bytes_in_use(void) {
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}
