// Runs every kernel of CKernels on all processor variants at sizes that fill no vector, in
// blocks of just the size that the contract names: built with -fsanitize=address,undefined a
// read or write beside them ends the program. Numbers are judged by LinearAlgebraTests.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "CKernels.h"

static const size_t sizes[] = {0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 100};
enum { SIZES = sizeof sizes / sizeof *sizes };

// A block of n numbers in (-1, 1) on the heap, without a byte beyond; held till `forget`.
static void *held[64];
static int holding;

static void *keep(size_t bytes) {
  void *block = malloc(bytes ? bytes : 1);
  if (!block || holding == 64) abort();
  return held[holding++] = block;
}

static void forget(void) {
  while (holding) free(held[--holding]);
}

static float *block_f32(size_t n) {
  float *x = keep(n * sizeof *x);
  for (size_t i = 0; i < n; i++) x[i] = (float)sin(1.0 + 0.7 * (double)i);
  return x;
}

static double *block_f64(size_t n) {
  double *x = keep(n * sizeof *x);
  for (size_t i = 0; i < n; i++) x[i] = sin(1.0 + 0.7 * (double)i);
  return x;
}

// One body for both precisions.
#define VECTORS(T, S)                                                                    \
  static void vectors_##S(size_t n) {                                                    \
    T *a = block_##S(n), *b = block_##S(n), *c = block_##S(n), *d = block_##S(n);        \
    T *e = block_##S(n), *f = block_##S(n), *g = block_##S(n);                           \
    (void)ck_dot_##S(n, a, b);                                                           \
    (void)ck_dot3_##S(n, a, b);                                                          \
    ck_axpy_##S(n, (T)0.5, a, b);                                                        \
    ck_xpby_##S(n, a, (T)0.5, b);                                                        \
    (void)ck_weighted_square_##S(n, a, b);                                               \
    (void)ck_dual_advance_##S(n, (T)0.1, (T)0.2, a, b, c, d, e, f, g);                   \
    (void)ck_dual_complete_##S(n, (T)0.1, a, (T)0.2, b, c);                              \
    (void)ck_dual_direction_##S(n, (T)0.1, (T)0.2, a, b, c, d, e, f);                    \
    ck_tanh_##S(n, a, b);                                                                \
    ck_log_cosh_##S(n, a, b);                                                            \
    ck_atanh_##S(n, a, b);                                                               \
    ck_atanh_##S(n, b, b);                                                               \
    ck_headroom_##S(n, a, b);                                                            \
    if (n > 1) a[n / 2] = (T)NAN;                                                        \
    for (int kind = CK_CROSS_ENTROPY; kind <= CK_WEIGHTED; kind++) {                     \
      (void)ck_score_line_##S(kind, 0.1, 0.2, n, a, b, c, d, 0.5, e, f);                 \
      (void)ck_score_line_##S(kind, 0.1, INFINITY, n, a, b, c, NULL, 0, e, f);           \
      (void)ck_loss_offset_##S(kind, 0.1, n, a);                                         \
    }                                                                                    \
    for (uint64_t first = 0; first < 6; first++) {                                       \
      ck_random_uniform_##S(7, 1, 2, 3, first, n, a);                                    \
      ck_random_normal_##S(7, 1, 2, 3, first, n, a);                                     \
    }                                                                                    \
    forget();                                                                            \
  }

#define NETWORKS(T, S)                                                                   \
  static void networks_##S(size_t b, size_t k, size_t n) {                               \
    T *block = block_##S(b * k * n), *out = block_##S(b * k * n);                        \
    T *trial = block_##S(b * n), *tangent = block_##S(k * n), *each = block_##S(b * k);  \
    for (int f = ck_identity; f <= ck_reciprocal; f++) {                                 \
      ck_map_##S(f, b * n, trial, block, trial);                                         \
      ck_map_##S(f, b * n, trial, block, NULL);                                          \
    }                                                                                    \
    for (int keep = 0; keep < 2; keep++) {                                               \
      ck_add_columns_##S(b, n, (T)2, trial, n, out, k * n, keep);                        \
      ck_modulate_##S(b, k, n, block, trial, out, keep);                                 \
      ck_add_rows_##S(b, k, n, (T)2, tangent, out, keep);                                \
    }                                                                                    \
    ck_modulate_##S(b, k, n, block, trial, block, 0);                                    \
    ck_add_column_sums_##S(b, n, (T)2, trial, tangent);                                  \
    forget();                                                                            \
  }                                                                                      \
  static void thin_##S(size_t m, size_t n, size_t k) {                                   \
    T *a = block_##S(m * k), *b = block_##S(k * n), *c = block_##S(m * n);               \
    for (int keep = 0; keep < 2; keep++) {                                               \
      ck_thin_inner_##S(m, n, k, (T)2, a, k, b, n, c, n, keep);                          \
      if (n <= 8) ck_thin_outer_##S(m, n, k, (T)2, a, k, b, n, c, n, keep);              \
    }                                                                                    \
    forget();                                                                            \
  }                                                                                      \
  static void narrow_##S(size_t m, size_t n, size_t k) {                                 \
    T *a = block_##S(m * k), *b = block_##S(k * n), *c = block_##S(m * n);               \
    T *d = block_##S(m * n), *work = block_##S(k * ck_narrow_width_##S(n));              \
    for (int keep = 0; keep < 2; keep++) {                                               \
      ck_narrow_##S(m, n, k, a, k, b, n, c, n, keep, work);                              \
      ck_narrow_transposed_##S(m, n, k, a, k, d, n, b, n, keep, work);                   \
    }                                                                                    \
    forget();                                                                            \
  }                                                                                      \
  /* m rows of b trials from two products of l rows, of `tangents` tangents. */          \
  static void tangents_##S(size_t b, size_t m, size_t l, size_t tangents) {              \
    size_t k = (tangents + CK_TANGENTS - 1) / CK_TANGENTS * CK_TANGENTS, row = k + 16;   \
    size_t last = row - k;                                                               \
    T *x = block_##S(b * l * row - last), *out = block_##S(b * m * row - last);          \
    T *p = block_##S(l * m + CK_TANGENT_SLACK),                                          \
      *f = block_##S(b * m + CK_TANGENT_SLACK);                                          \
    T *d = block_##S(b * l), *work = block_##S(ck_tangent_work_##S(m, 2 * l));           \
    T *space = block_##S(ck_tangent_direction_work_##S(b, l));                           \
    T *v = block_##S(m * l * k), *s = block_##S(b * k),                                  \
      *z = block_##S(b * m * tangents);                                                  \
    for (size_t i = 0; i < b * l; i += 3) d[i] = 0;                                      \
    for (size_t i = 0; i < b * m; i += 4) f[i] = 0;                                      \
    ck_tangent_factor_##S one = {l, (T)2, x, p, d, 0, l * row, l}, none = {0};           \
    ck_tangent_product_##S product = {b, m, k,       row, one, one, 1,   out,     0,     \
                                      f, f, m * row, 0,   m,   m,   out, m * row, work}; \
    ck_tangent_product_run_##S(&product);                                                \
    product.second = none, product.base = 0, product.f = 0, product.mask = 0;            \
    ck_tangent_product_run_##S(&product);                                                \
    ck_tangent_direction_##S along = {b, m, l, k, row, (T)2, d,       v,    f,           \
                                      0, 0, l, m, 0,   out,  m * row, space};            \
    ck_tangent_direction_run_##S(&along);                                                \
    ck_tangent_rows_##S rows = {b, l < m ? l : m, k, row, (T)2,    x,                    \
                                d, l * row,       l, out, m * row, 0};                   \
    ck_tangent_rows_run_##S(&rows);                                                      \
    rows.keep = 1;                                                                       \
    ck_tangent_rows_run_##S(&rows);                                                      \
    ck_tangent_outer_##S(b, m, k, row, (T)2, s, v, f, m, out, m * row);                  \
    ck_residual_tangents_##S(b, m, tangents, out, row, m * row, f, f, z, tangents);      \
    ck_residual_tangents_##S(b, m, tangents, out, row, m * row, f, 0, z, tangents);      \
    forget();                                                                            \
  }

// The same by products of bfloat16.
static void rounded_tangents(size_t b, size_t m, size_t l, size_t tangents) {
  size_t k = (tangents + CK_TANGENTS - 1) / CK_TANGENTS * CK_TANGENTS, row = k + 16;
  size_t last = row - k;
  float *x = block_f32(b * l * row - last), *out = block_f32(b * m * row - last);
  float *p = block_f32(l * m + CK_TANGENT_SLACK),
        *f = block_f32(b * m + CK_TANGENT_SLACK);
  float *d = block_f32(b * l), *work = block_f32(ck_tangent_work_f32(m, 2 * l));
  float *v = block_f32(m * l * k), *pairs = block_f32(m * ((l + 1) / 2) * k);
  float *space = block_f32(ck_tangent_direction_work_f32(b, l));
  float *parameter = block_f32((l + 1) / 2 * ck_parameter_stride(m));
  ck_parameter_pairs(l, m, p, parameter);
  for (size_t i = 0; i < b * l; i += 3) d[i] = 0;
  for (size_t i = 0; i < b * m; i += 4) f[i] = 0;
  ck_tangent_factor_f32 one = {l, 2, x, p, d, parameter, l * row, l}, none = {0};
  ck_tangent_product_f32 product = {b, m, k,       row, one, one, 1,   out,     0,
                                    f, f, m * row, 0,   m,   m,   out, m * row, work};
  ck_tangent_product_run_bf16(&product);
  product.second = none, product.base = 0, product.f = 0, product.mask = 0;
  ck_tangent_product_run_bf16(&product);
  product.first.d = 0;
  ck_tangent_product_run_bf16(&product);
  ck_tangent_pairs(m, l, k, v, pairs);
  ck_tangent_direction_f32 along = {b, m,     l, k, row, 2,   d,       v,    f,
                                    0, pairs, l, m, 0,   out, m * row, space};
  ck_tangent_direction_run_bf16(&along);
  forget();
}

VECTORS(float, f32)
VECTORS(double, f64)
NETWORKS(float, f32)
NETWORKS(double, f64)

static void words(size_t n) {
  uint32_t *out = keep(n * sizeof *out);
  for (uint64_t first = 0; first < 6; first++) ck_random_words(7, 1, 2, 3, first, n, out);
  forget();
}

static void all(void) {
  for (size_t i = 0; i < SIZES; i++) {
    size_t n = sizes[i];
    vectors_f32(n);
    vectors_f64(n);
    words(n);
    for (size_t b = 1; b <= 3; b++) {
      for (size_t k = 1; k <= 9; k += 2) {
        networks_f32(b, k, n);
        networks_f64(b, k, n);
      }
    }
    if (n == 0) continue;
    for (size_t m = 1; m <= 17; m += 4) {
      tangents_f32(3, m, 5, n);
      tangents_f64(3, m, 5, n);
      rounded_tangents(3, m, 5, n);
      rounded_tangents(3, m, 6, n);
    }
    for (size_t k = 1; k <= 8; k++) {
      for (size_t m = 1; m <= 9; m++) {
        thin_f32(m, n, k);
        thin_f64(m, n, k);
        if (n <= 256 / sizeof(double)) narrow_f64(m, n, k);
        if (n <= 256 / sizeof(float)) narrow_f32(m, n, k);
      }
    }
  }
}

int main(void) {
  int best = ck_restrict_level(4);
  for (int level = 2; level <= best; level++) {
    ck_restrict_level(level);
    all();
  }
  printf("kernels: clean on the levels 2 to %d\n", best);
  return 0;
}
