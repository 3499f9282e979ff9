#include "CKernelChoice.h"
#include "../COpenBLAS/libraries.h"
#include <stdlib.h>
#include <sys/mman.h>

// Beyond OpenBLAS's special case of small products (a million multiplications) and no multiple
// of any kernel's tile; and one that is such a case.
enum {
  m_large = 117,
  n_large = 106,
  k_large = 121,
  m_small = 13,
  n_small = 7,
  k_small = 21
};

// OpenBLAS would wait for ever for memory that a limit (`ulimit -v`) leaves no room for; what
// the program needs beside it is asked for later, and must not be taken here.
static int has_room(void) {
  const size_t room = (size_t)512 << 20;
  void *trial = mmap(0, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (trial == MAP_FAILED) return 0;
  munmap(trial, room);
  return 1;
}

// Small integers: every sum is exact in both precisions, in whatever order it is taken. The
// factors are given as they are and each transposed, for which kernels read them differently.
#define PRODUCT(NAME, TYPE, GEMM)                                                        \
  static int NAME(int m, int n, int k) {                                                 \
    TYPE *a = calloc((size_t)(2 * m * k + 2 * k * n + 2 * m * n), sizeof(TYPE));         \
    if (!a) return 1;                                                                    \
    TYPE *b = a + m * k, *at = b + k * n, *bt = at + m * k, *c = bt + k * n,             \
         *sums = c + m * n;                                                              \
    unsigned state = 1;                                                                  \
    for (int i = 0; i < m * k + k * n; i++) {                                            \
      state = state * 1664525u + 1013904223u;                                            \
      a[i] = (TYPE)((int)(state >> 28) - 8);                                             \
    }                                                                                    \
    for (int i = 0; i < m; i++)                                                          \
      for (int l = 0; l < k; l++) {                                                      \
        at[l * m + i] = a[i * k + l];                                                    \
        for (int j = 0; j < n; j++) sums[i * n + j] += a[i * k + l] * b[l * n + j];      \
      }                                                                                  \
    for (int l = 0; l < k; l++)                                                          \
      for (int j = 0; j < n; j++) bt[j * k + l] = b[l * n + j];                          \
    int is_right = 1;                                                                    \
    for (int form = 0; form < 3; form++) {                                               \
      GEMM(                                                                              \
        CblasRowMajor, form == 1 ? CblasTrans : CblasNoTrans,                            \
        form == 2 ? CblasTrans : CblasNoTrans, m, n, k, 1, form == 1 ? at : a,           \
        form == 1 ? m : k, form == 2 ? bt : b, form == 2 ? k : n, 0, c, n);              \
      for (int i = 0; i < m * n; i++) is_right &= c[i] == sums[i];                       \
    }                                                                                    \
    free(a);                                                                             \
    return is_right;                                                                     \
  }
PRODUCT(single_is_right, float, cblas_sgemm)
PRODUCT(double_is_right, double, cblas_dgemm)

int ckc_multiplies_rightly(void) {
  if (!has_room()) return 1;
  int threads = blas_get_threads();
  blas_set_threads(1);
  int is_right = single_is_right(m_large, n_large, k_large) &
                 double_is_right(m_large, n_large, k_large) &
                 single_is_right(m_small, n_small, k_small) &
                 double_is_right(m_small, n_small, k_small);
  blas_set_threads(threads);
  return is_right;
}
