#include "CKernels.h"
#include <malloc.h>

void ck_return_freed_memory(void) { malloc_trim(0); }

// The most that glibc takes for M_MMAP_THRESHOLD: half a heap of a thread.
enum { MOST_FROM_HEAP = 32 << 20, KEPT_BYTES = 1 << 30 };

void ck_keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, MOST_FROM_HEAP);
  mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}
