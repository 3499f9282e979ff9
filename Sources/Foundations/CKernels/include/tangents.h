// Kernels of tangents, on [trial, row, tangent] arrays: the tangents of a number lie side by
// side, so that whatever the width of a value all of them vectorise along the tangents.
//
// k tangents of a row take `row` numbers, whole vectors of 64 bytes, from one to the next; k is a
// multiple of CK_TANGENTS, what is above the tangents that are meant being computed too. Where a
// factor has a number for each trial and row, null stands for ones.
#pragma once
#include <stddef.h>

enum {
  /// k is a multiple of it.
  CK_TANGENTS = 16,
  /// Numbers that must be readable after the last one of `p` and of `f`.
  CK_TANGENT_SLACK = 16
};

#define CK_TANGENT_KERNELS(T, S)                                                           \
  /* scale sum_l d[b, l] p[l, j] x[b, l, :], p with as many columns as the result has */   \
  /* rows. No product: rows = 0. */                                                        \
  typedef struct {                                                                         \
    size_t rows;                                                                           \
    T scale;                                                                               \
    const T *x, *p, *d, *pairs; /* pairs: null but for products of bfloat16 */             \
    size_t x_trial, d_trial;                                                               \
  } ck_tangent_factor_##S;                                                                 \
  /* out[b, j, :] = f[b, j] (both products) + beta e[b, j] base[b, j, :], where `base` */  \
  /* may be null, or `out`; but where mask[b, j] is 0 nothing is done. What a zero of d */ \
  /* or f multiplies is not read or formed. */                                             \
  typedef struct {                                                                         \
    size_t b, m, k, row;                                                                   \
    ck_tangent_factor_##S first, second;                                                   \
    T beta;                                                                                \
    const T *base, *e, *f, *mask;                                                          \
    size_t base_trial, e_trial, f_trial, mask_trial;                                       \
    T *out;                                                                                \
    size_t out_trial;                                                                      \
    T *work; /* ck_tangent_work_S numbers, aligned to 64 bytes */                          \
  } ck_tangent_product_##S;                                                                \
  /* The multiplications of numbers with rows of k tangents that were done. */             \
  size_t ck_tangent_product_run_##S(const ck_tangent_product_##S *p);                      \
  size_t ck_tangent_work_##S(size_t m, size_t rows);                                       \
  /* out[b, j, :] += scale f[b, j] sum_i x[b, i] v[j, i, :] where mask[b, j] is not 0; */  \
  /* v with k numbers from row to row, x null for a single row of ones. */                 \
  typedef struct {                                                                         \
    size_t b, m, n, k, row;                                                                \
    T scale;                                                                               \
    const T *x, *v, *f, *mask, *pairs; /* pairs: null but for sums of bfloat16 */          \
    size_t x_trial, f_trial, mask_trial;                                                   \
    T *out;                                                                                \
    size_t out_trial;                                                                      \
    T *work; /* ck_tangent_direction_work_S numbers */                                     \
  } ck_tangent_direction_##S;                                                              \
  void ck_tangent_direction_run_##S(const ck_tangent_direction_##S *p);                    \
  size_t ck_tangent_direction_work_##S(size_t b, size_t n);                                \
  /* out[b, j, :] (+)= scale d[b, j] in[b, j, :]; what zeros multiply is not read. */      \
  typedef struct {                                                                         \
    size_t b, m, k, row;                                                                   \
    T scale;                                                                               \
    const T *in, *d;                                                                       \
    size_t in_trial, d_trial;                                                              \
    T *out;                                                                                \
    size_t out_trial;                                                                      \
    int keep;                                                                              \
  } ck_tangent_rows_##S;                                                                   \
  void ck_tangent_rows_run_##S(const ck_tangent_rows_##S *p);                              \
  /* out[b, j, :] += scale f[b, j] s[b, :] v[j, :], v and s with k numbers a row. */       \
  void ck_tangent_outer_##S(                                                               \
    size_t b, size_t m, size_t k, size_t row, T scale, const T *s, const T *v,             \
    const T *f, size_t f_trial, T *out, size_t out_trial);                                 \
  /* out[b n + j, :] = f[b, j] (z[b, j, :] - sum_j q[b, j] z[b, j, :]) for k tangents, */  \
  /* any number; the sum is 0 where q is null. */                                          \
  void ck_residual_tangents_##S(                                                           \
    size_t b, size_t n, size_t k, const T *z, size_t row, size_t z_trial, const T *f,      \
    const T *q, T *out, size_t out_row);

CK_TANGENT_KERNELS(float, f32)
CK_TANGENT_KERNELS(double, f64)

/// The same with parameters and scaled tangents, `scale d[b, l] x[b, l, :]`, or inputs and
/// directions, rounded to bfloat16, and sums in single precision: by VDPBF16PS where the processor
/// has it, and with the same roundings and order of sums where not (the same bits at level 3 and
/// above, subnormal numbers apart). The pairs of each p are those of `ck_parameter_pairs`.
size_t ck_tangent_product_run_bf16(const ck_tangent_product_f32 *p);

/// Rounds p, rows x m numbers, and writes neighbouring rows side by side: (rows + 1) / 2 rows of
/// `ck_parameter_stride` pairs, as many bytes as numbers, and CK_TANGENT_SLACK readable ones.
void ck_parameter_pairs(size_t rows, size_t m, const float *p, float *pairs);
size_t ck_parameter_stride(size_t m);

/// x must not be null; p->v has been rounded by `ck_tangent_pairs`, whose pairs p->pairs has.
void ck_tangent_direction_run_bf16(const ck_tangent_direction_f32 *p);

/// Rounds v[j, i, :], m x n rows of k numbers, to bfloat16 where they lie, and writes neighbours of
/// i side by side: m (n + 1) / 2 rows of k pairs, as many bytes as k numbers.
void ck_tangent_pairs(size_t m, size_t n, size_t k, float *v, float *pairs);
