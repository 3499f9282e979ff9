#include "dispatch.h"
#include "networks.h"

// Matrix products with a thin side, where a general GEMM spends its time packing.
// Everything is vectorised over the long side, four rows at a time.

// C[i, j] = sum_l (alpha A[i, l]) B[l, j], few l: the rows of B stay in registers.
#define INNER_ROWS(T, ROWS, K)                                                           \
  {                                                                                      \
    T s[ROWS][K];                                                                        \
    for (size_t r = 0; r < ROWS; r++)                                                    \
      for (size_t l = 0; l < K; l++) s[r][l] = alpha * a[(i + r) * lda + l];             \
    T *restrict o = c + i * ldc;                                                         \
    if (keep)                                                                            \
      for (size_t j = 0; j < n; j++)                                                     \
        for (size_t r = 0; r < ROWS; r++) {                                              \
          T sum = o[r * ldc + j];                                                        \
          for (size_t l = 0; l < K; l++) sum += s[r][l] * b[l * ldb + j];                \
          o[r * ldc + j] = sum;                                                          \
        }                                                                                \
    else                                                                                 \
      for (size_t j = 0; j < n; j++)                                                     \
        for (size_t r = 0; r < ROWS; r++) {                                              \
          T sum = s[r][0] * b[j];                                                        \
          for (size_t l = 1; l < K; l++) sum += s[r][l] * b[l * ldb + j];                \
          o[r * ldc + j] = sum;                                                          \
        }                                                                                \
  }

#define INNER_CASE(T, K)                                                                 \
  case K: {                                                                              \
    size_t i = 0;                                                                        \
    for (; i + 4 <= m; i += 4) INNER_ROWS(T, 4, K)                                       \
    for (; i < m; i++) INNER_ROWS(T, 1, K)                                               \
    break;                                                                               \
  }

#define INNER(T, S)                                                                      \
  CK_BODY void ck_thin_inner_##S##_body(                                                 \
    size_t m, size_t n, size_t k, T alpha, const T *restrict a, size_t lda,              \
    const T *restrict b, size_t ldb, T *restrict c, size_t ldc, int keep) {              \
    switch (k) {                                                                         \
      INNER_CASE(T, 1)                                                                   \
      INNER_CASE(T, 2)                                                                   \
      INNER_CASE(T, 3)                                                                   \
      INNER_CASE(T, 4)                                                                   \
      INNER_CASE(T, 5)                                                                   \
      INNER_CASE(T, 6)                                                                   \
      INNER_CASE(T, 7)                                                                   \
      INNER_CASE(T, 8)                                                                   \
      default: break;                                                                    \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_thin_inner_##S,                                                             \
    (size_t m, size_t n, size_t k, T alpha, const T *a, size_t lda, const T *b,          \
     size_t ldb, T *c, size_t ldc, int keep),                                            \
    (m, n, k, alpha, a, lda, b, ldb, c, ldc, keep))

// C[i, j] = alpha sum_l A[i, l] B[l, j], few j: B is turned over in pieces, and every
// (i, j) is a dot product along l with 64 bytes of partial sums, added in a fixed order.
enum { PIECE = 512, COLUMNS = 4, ROWS = 4 };

#define DOTS(T, V, R, C)                                                                 \
  {                                                                                      \
    V sums[R][C] = {{0}};                                                                \
    size_t l = 0;                                                                        \
    for (; l + lanes <= length; l += lanes)                                              \
      for (size_t r = 0; r < R; r++) {                                                   \
        V x = *(const V *)(a + (i + r) * lda + first + l);                               \
        for (size_t j = 0; j < C; j++)                                                   \
          sums[r][j] += x * *(const V *)(turned + j * PIECE + l);                        \
      }                                                                                  \
    for (size_t r = 0; r < R; r++)                                                       \
      for (size_t j = 0; j < C; j++) {                                                   \
        for (size_t w = lanes / 2; w > 0; w /= 2)                                        \
          for (size_t v = 0; v < w; v++) sums[r][j][v] += sums[r][j][v + w];             \
        T sum = sums[r][j][0];                                                           \
        for (size_t t = l; t < length; t++)                                              \
          sum += a[(i + r) * lda + first + t] * turned[j * PIECE + t];                   \
        T *o = c + (i + r) * ldc + column + j;                                           \
        *o = add ? *o + alpha * sum : alpha * sum;                                       \
      }                                                                                  \
  }

#define ALL_ROWS(T, V, C)                                                                \
  {                                                                                      \
    size_t i = 0;                                                                        \
    for (; i + ROWS <= m; i += ROWS) DOTS(T, V, ROWS, C)                                 \
    for (; i < m; i++) DOTS(T, V, 1, C)                                                  \
  }

#define OUTER(T, S)                                                                      \
  typedef T vec_##S __attribute__((vector_size(64), aligned(sizeof(T))));                \
  CK_BODY void ck_thin_outer_##S##_body(                                                 \
    size_t m, size_t n, size_t k, T alpha, const T *restrict a, size_t lda,              \
    const T *restrict b, size_t ldb, T *restrict c, size_t ldc, int keep) {              \
    enum { lanes = 64 / sizeof(T) };                                                     \
    T turned[COLUMNS * PIECE] __attribute__((aligned(64)));                              \
    for (size_t column = 0; column < n; column += COLUMNS) {                             \
      size_t columns = n - column < COLUMNS ? n - column : COLUMNS;                      \
      for (size_t first = 0; first < k; first += PIECE) {                                \
        size_t length = k - first < PIECE ? k - first : PIECE;                           \
        for (size_t j = 0; j < columns; j++)                                             \
          for (size_t l = 0; l < length; l++)                                            \
            turned[j * PIECE + l] = b[(first + l) * ldb + column + j];                   \
        int add = keep || first > 0;                                                     \
        switch (columns) {                                                               \
          case 1: ALL_ROWS(T, vec_##S, 1) break;                                         \
          case 2: ALL_ROWS(T, vec_##S, 2) break;                                         \
          case 3: ALL_ROWS(T, vec_##S, 3) break;                                         \
          default: ALL_ROWS(T, vec_##S, 4)                                               \
        }                                                                                \
      }                                                                                  \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_thin_outer_##S,                                                             \
    (size_t m, size_t n, size_t k, T alpha, const T *a, size_t lda, const T *b,          \
     size_t ldb, T *c, size_t ldc, int keep),                                            \
    (m, n, k, alpha, a, lda, b, ldb, c, ldc, keep))

INNER(float, f32)
INNER(double, f64)
OUTER(float, f32)
OUTER(double, f64)
