#include "CKernels.h"

#define CLONES \
  __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512")))

// Sums may be reassociated, so that they vectorise: the result is a fixed function of
// the input on one processor family, and differs by rounding between families.
#define DOT(T, SUFFIX)                                                                   \
  CLONES double ck_dot_##SUFFIX(size_t n, const T *restrict a, const T *restrict b) {    \
    _Pragma("clang fp reassociate(on)") double sum = 0;                                  \
    for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];                   \
    return sum;                                                                          \
  }

DOT(float, f32)
DOT(double, f64)
