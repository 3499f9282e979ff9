#include "dispatch.h"
#include "networks.h"

// Products of a large matrix with a few columns, where a general GEMM would first copy the
// large one: here it is read once, where it lies. The columns are padded to whole vectors of
// 64 bytes, and a tile of sums stays in registers.

#define VECTOR(T, S)                                                                     \
  typedef T narrow_##S __attribute__((vector_size(64), aligned(sizeof(T))));             \
  enum { lanes_##S = 64 / sizeof(T) };                                                   \
  size_t ck_narrow_width_##S(size_t n) {                                                 \
    return (n + lanes_##S - 1) / lanes_##S * lanes_##S;                                  \
  }                                                                                      \
  /* Some rows of B, their columns padded with zeros. */                                 \
  CK_BODY void pad_##S(                                                                  \
    size_t rows, size_t n, size_t width, const T *b, size_t ldb, T *padded) {            \
    for (size_t l = 0; l < rows; l++)                                                    \
      for (size_t j = 0; j < width; j++)                                                 \
        padded[l * width + j] = j < n ? b[l * ldb + j] : 0;                              \
  }

// sums[r][v] += x[r] y[v] for R scalars, `step` apart, and C vectors.
#define OUTER_STEP(T, V, R, C, X, STEP, Y)                                               \
  {                                                                                      \
    V y[C];                                                                              \
    for (size_t v = 0; v < C; v++) y[v] = *(const V *)((Y) + v * lanes);                 \
    for (size_t r = 0; r < R; r++) {                                                     \
      V x = (X)[r * (STEP)] - (V){0};                                                    \
      for (size_t v = 0; v < C; v++) sums[r][v] += x * y[v];                             \
    }                                                                                    \
  }

// R rows of A B, each a row of A with the padded B.
#define ROWS_OF_PRODUCT(T, V, R, C)                                                      \
  for (; i + R <= m; i += R) {                                                           \
    V sums[R][C] = {{{0}}};                                                              \
    for (size_t l = 0; l < k; l++)                                                       \
      OUTER_STEP(T, V, R, C, a + i * lda + l, lda, work + l * C * lanes)                 \
    for (size_t r = 0; r < R; r++) {                                                     \
      const T *found = (const T *)sums[r];                                               \
      T *o = c + (i + r) * ldc;                                                          \
      for (size_t j = 0; j < n; j++) o[j] = keep ? o[j] + found[j] : found[j];           \
    }                                                                                    \
  }

// R columns of A with a slab of its rows and the padded rows of B, added to sums in `work`.
#define COLUMNS_OF_SLAB(T, V, R, C)                                                      \
  for (; t + R <= k; t += R) {                                                           \
    V sums[R][C];                                                                        \
    V *kept = (V *)(work + t * C * lanes);                                               \
    for (size_t r = 0; r < R; r++)                                                       \
      for (size_t v = 0; v < C; v++) sums[r][v] = kept[r * C + v];                       \
    for (size_t l = 0; l < rows; l++)                                                    \
      OUTER_STEP(T, V, R, C, a + (i + l) * lda + t, 1, padded + l * C * lanes)           \
    for (size_t r = 0; r < R; r++)                                                       \
      for (size_t v = 0; v < C; v++) kept[r * C + v] = sums[r][v];                       \
  }

// Tiles as large as the registers of the level: 32 of 64 bytes, or 16 of 32.
#define TILES(RUN, T, V, C, TALL, SHORT)                                                 \
  case C:                                                                                \
    if (ck_level() == 4)                                                                 \
      RUN(T, V, TALL, C) else RUN(T, V, SHORT, C) RUN(T, V, 1, C) break;

#define EVERY_WIDTH(RUN, T, V)                                                           \
  switch (width / lanes) {                                                               \
    TILES(RUN, T, V, 1, 8, 4)                                                            \
    TILES(RUN, T, V, 2, 8, 2)                                                            \
    TILES(RUN, T, V, 3, 8, 2)                                                            \
    TILES(RUN, T, V, 4, 4, 1)                                                            \
    default: break;                                                                      \
  }

// Rows of A that are read side by side: few enough that rows whose distance is a power of two
// do not push each other out of the first cache.
enum { SLAB = 8, MOST_BYTES = 4 * 64 };

#define NARROW(T, S)                                                                     \
  VECTOR(T, S)                                                                           \
  CK_BODY void ck_narrow_##S##_body(                                                     \
    size_t m, size_t n, size_t k, const T *a, size_t lda, const T *b, size_t ldb, T *c,  \
    size_t ldc, int keep, T *work) {                                                     \
    enum { lanes = lanes_##S };                                                          \
    size_t width = ck_narrow_width_##S(n), i = 0;                                        \
    pad_##S(k, n, width, b, ldb, work);                                                  \
    EVERY_WIDTH(ROWS_OF_PRODUCT, T, narrow_##S)                                          \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_narrow_##S,                                                                 \
    (size_t m, size_t n, size_t k, const T *a, size_t lda, const T *b, size_t ldb, T *c, \
     size_t ldc, int keep, T *work),                                                     \
    (m, n, k, a, lda, b, ldb, c, ldc, keep, work))                                       \
  CK_BODY void ck_narrow_transposed_##S##_body(                                          \
    size_t m, size_t n, size_t k, const T *a, size_t lda, const T *b, size_t ldb, T *c,  \
    size_t ldc, int keep, T *work) {                                                     \
    enum { lanes = lanes_##S };                                                          \
    size_t width = ck_narrow_width_##S(n);                                               \
    T padded[SLAB * MOST_BYTES / sizeof(T)] __attribute__((aligned(64)));                \
    for (size_t j = 0; j < k * width; j++) work[j] = 0;                                  \
    for (size_t i = 0; i < m; i += SLAB) {                                               \
      size_t rows = m - i < SLAB ? m - i : SLAB, t = 0;                                  \
      pad_##S(rows, n, width, b + i * ldb, ldb, padded);                                 \
      EVERY_WIDTH(COLUMNS_OF_SLAB, T, narrow_##S)                                        \
    }                                                                                    \
    for (size_t t = 0; t < k; t++)                                                       \
      for (size_t j = 0; j < n; j++)                                                     \
        c[t * ldc + j] = work[t * width + j] + (keep ? c[t * ldc + j] : 0);              \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_narrow_transposed_##S,                                                      \
    (size_t m, size_t n, size_t k, const T *a, size_t lda, const T *b, size_t ldb, T *c, \
     size_t ldc, int keep, T *work),                                                     \
    (m, n, k, a, lda, b, ldb, c, ldc, keep, work))

NARROW(float, f32)
NARROW(double, f64)
