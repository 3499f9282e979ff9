#include "CKernels.h"
#include <malloc.h>

void ck_return_freed_memory(size_t bytes) { mallopt(M_MMAP_THRESHOLD, (int)bytes); }
