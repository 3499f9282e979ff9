// Kernels of network steps and their derivatives, on [batch, tangent, unit] arrays:
// `b` trials, `k` tangents, `n` units, row major and contiguous unless a stride is given.
// `keep` = 0 overwrites `out`, 1 adds to it. `out` may be `in` where that is said.
#pragma once
#include <stddef.h>

/// The elementwise functions; the numbers are those of `Function` in Differentiation.
enum ck_function {
  ck_identity,
  ck_tanh,
  ck_relu,
  ck_sin,
  ck_cos,
  ck_exp,
  ck_logistic,
  ck_square,
  ck_reciprocal
};

#define CK_NETWORK_KERNELS(T, S)                                                         \
  /* y = f(x) and slope = f'(x); `slope` may be null. */                                 \
  void ck_map_##S(int function, size_t n, const T *x, T *y, T *slope);                   \
  /* out[r, j] (+)= scale in[r, j] for j < width; rows have strides. */                  \
  void ck_add_columns_##S(                                                               \
    size_t rows, size_t width, T scale, const T *in, size_t in_stride, T *out,           \
    size_t out_stride, int keep);                                                        \
  /* out[b, k, :] (+)= in[b, k, :] * d[b, :]; `out` may be `in` when keep = 0. */        \
  void ck_modulate_##S(                                                                  \
    size_t b, size_t k, size_t n, const T *in, const T *d, T *out, int keep);            \
  /* out[b, k, :] (+)= scale v[k, :]. */                                                 \
  void ck_add_rows_##S(                                                                  \
    size_t b, size_t k, size_t n, T scale, const T *v, T *out, int keep);                \
  /* out[j] += scale sum_r in[r, j]. */                                                  \
  void ck_add_column_sums_##S(size_t rows, size_t n, T scale, const T *in, T *out);      \
  /* C (+)= alpha A B, row major, A m x k, for k in 1 ... 8. */                          \
  void ck_thin_inner_##S(                                                                \
    size_t m, size_t n, size_t k, T alpha, const T *a, size_t lda, const T *b,           \
    size_t ldb, T *c, size_t ldc, int keep);                                             \
  /* C (+)= alpha A B, row major, A m x k, for small n. */                               \
  void ck_thin_outer_##S(                                                                \
    size_t m, size_t n, size_t k, T alpha, const T *a, size_t lda, const T *b,           \
    size_t ldb, T *c, size_t ldc, int keep);                                             \
  /* C (+)= A B, row major, A m x k, for n in 1 ... 256 / sizeof(T): A is read once. */  \
  /* `work` has k times `width` numbers. */                                              \
  void ck_narrow_##S(                                                                    \
    size_t m, size_t n, size_t k, const T *a, size_t lda, const T *b, size_t ldb, T *c,  \
    size_t ldc, int keep, T *work);                                                      \
  /* C (+)= A^T B, the same for A m x k, B m x n and C k x n. */                         \
  void ck_narrow_transposed_##S(                                                         \
    size_t m, size_t n, size_t k, const T *a, size_t lda, const T *b, size_t ldb, T *c,  \
    size_t ldc, int keep, T *work);                                                      \
  size_t ck_narrow_width_##S(size_t n);

CK_NETWORK_KERNELS(float, f32)
CK_NETWORK_KERNELS(double, f64)
