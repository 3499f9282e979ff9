#include "tangent_operands.h"

// Rows of tangents times numbers: blocks of the result in registers, some rows of one or two
// vectors. Trial by trial the numbers are gathered, those that are zero left out, as the slopes of a
// rectifier that is off: of a half of them half the work remains. Then some vectors of tangents at a
// time stay in the first cache while all rows of the result are formed.

#define BLOCK(T, KIND, V, ROWS, VECTORS)                                                 \
  case ROWS: {                                                                           \
    V sums[ROWS][VECTORS] = {{{0}}};                                                     \
    for (size_t l = 0; l < count; l++) {                                                 \
      V line[VECTORS];                                                                   \
      UNROLLED for (int h = 0; h < (VECTORS); h++) {                                     \
        line[h] = *(const V *)(x[l] + from + h * lanes);                                 \
      }                                                                                  \
      UNROLLED for (int r = 0; r < (ROWS); r++) {                                        \
        const V w = SPREAD_##KIND(V, a[l * stride + r]);                                 \
        UNROLLED for (int h = 0; h < (VECTORS); h++) {                                   \
          TERM_##KIND(V, sums[r][h], w, line[h]);                                        \
        }                                                                                \
      }                                                                                  \
    }                                                                                    \
    UNROLLED for (int r = 0; r < (ROWS); r++) {                                          \
      UNROLLED for (int h = 0; h < (VECTORS); h++) {                                     \
        /* No fused operations: which of the two products would be, differs by level. */ \
        _Pragma("clang fp contract(off)") const size_t place =                           \
          index[r] * row + at + h * lanes;                                               \
        const V sum = sums[r][h] * factors[r];                                           \
        *(V *)(out + place) = base ? sum + *(const V *)(base + place) * beta[r] : sum;   \
      }                                                                                  \
    }                                                                                    \
    break;                                                                               \
  }

#define BLOCKS_2(T, KIND, V, ROWS, VECTORS)                                              \
  BLOCK(T, KIND, V, ROWS, VECTORS) BLOCK(T, KIND, V, (ROWS) + 1, VECTORS)
#define BLOCKS_6(T, KIND, V, VECTORS)                                                    \
  BLOCKS_2(T, KIND, V, 1, VECTORS)                                                       \
  BLOCKS_2(T, KIND, V, 3, VECTORS) BLOCKS_2(T, KIND, V, 5, VECTORS)
#define BLOCKS_14(T, KIND, V, VECTORS)                                                   \
  BLOCKS_6(T, KIND, V, VECTORS)                                                          \
  BLOCKS_2(T, KIND, V, 7, VECTORS)                                                       \
  BLOCKS_2(T, KIND, V, 9, VECTORS)                                                       \
  BLOCKS_2(T, KIND, V, 11, VECTORS)                                                      \
  BLOCKS_2(T, KIND, V, 13, VECTORS)

// out[r] = factors[r] sum_l a[l, r] x[l] + beta[r] base[r] for `rows` rows of the result, which lie
// at `index`, and some vectors of tangents from `at` on, which x has at `from`.
#define BLOCK_OF(T, S, KIND, LEVEL, TARGET, MOST, VECTORS)                               \
  TARGET static void block_##VECTORS##_##KIND##_##LEVEL(                                 \
    size_t rows, size_t count, const T *const *x, size_t from, const T *a,               \
    size_t stride, size_t at, const size_t *index, size_t row, const T *base,            \
    const T *factors, const T *beta, T *out) {                                           \
    enum { lanes = sizeof(vector_##S##_##LEVEL) / sizeof(T) };                           \
    switch (rows) {                                                                      \
      BLOCKS_##MOST(T, KIND, vector_##S##_##LEVEL, VECTORS) default : break;             \
    }                                                                                    \
  }

// BLOCKS: the kind whose blocks are used.
#define PRODUCT(T, S, KIND, BLOCKS, LEVEL, TARGET, BYTES, MOST)                          \
  TARGET static size_t product_##KIND##_##LEVEL(const ck_tangent_product_##S *p) {       \
    enum { lanes = (BYTES) / sizeof(T) };                                                \
    trial_##S w = places_##S(p);                                                         \
    size_t done = 0;                                                                     \
    for (size_t t = 0; t < p->b; t++) {                                                  \
      begin_##S(p, t, &w);                                                               \
      if (w.columns == 0) continue;                                                      \
      ORDER_##KIND(&w) const size_t count = COUNT_##KIND(w.n);                           \
      const size_t group = group_of(count, w.columns, MOST, sizeof(T));                  \
      const T *base = p->base ? p->base + t * p->base_trial : 0;                         \
      T *out = p->out + t * p->out_trial;                                                \
      for (size_t g = 0; g < w.columns; g += group) {                                    \
        const size_t some = lesser(group, w.columns - g);                                \
        size_t stride = stride_of(some);                                                 \
        const size_t panels = (some + (MOST) - 1) / (MOST);                              \
        const size_t height = (some + panels - 1) / panels;                              \
        MARK_##S(&w, g, some) const T *a =                                               \
          numbers_##KIND##_##LEVEL(p, &w, g, some, &stride);                             \
        for (size_t at = 0, length; at < p->k; at += length) {                           \
          length = lesser(2 * lanes, p->k - at);                                         \
          size_t from;                                                                   \
          const T *const *x = rows_##KIND##_##LEVEL(&w, at, length, (int)panels, &from); \
          for (size_t j = 0; j < some; j += height)                                      \
            (length == lanes ? block_1_##BLOCKS##_##LEVEL : block_2_##BLOCKS##_##LEVEL)( \
              lesser(height, some - j), count, x, from, a + j, stride, at,               \
              w.index + g + j, p->row, base, w.factors + g + j, w.beta + g + j, out);    \
        }                                                                                \
      }                                                                                  \
      done += w.n * w.columns;                                                           \
    }                                                                                    \
    return done;                                                                         \
  }

#define MARK_f32(W, G, SOME)                                                             \
  if ((W)->columns != (W)->m) mark_f32(W, G, SOME);
#define MARK_f64(W, G, SOME)

#define KIND_OF(T, S, KIND, LEVEL, TARGET, BYTES, MOST, PICK)                            \
  OPERANDS(T, S, KIND, LEVEL, TARGET, PICK, 0)                                           \
  BLOCK_OF(T, S, KIND, LEVEL, TARGET, MOST, 1)                                           \
  BLOCK_OF(T, S, KIND, LEVEL, TARGET, MOST, 2)                                           \
  PRODUCT(T, S, KIND, KIND, LEVEL, TARGET, BYTES, MOST)

#define LEVEL_OF(LEVEL, TARGET, BYTES, MOST, PICK)                                       \
  KIND_OF(float, f32, f32, LEVEL, TARGET, BYTES, MOST, PICK)                             \
  KIND_OF(double, f64, f64, LEVEL, TARGET, BYTES, MOST, pick_f64)                        \
  OPERANDS(float, f32, rounded, LEVEL, TARGET, PICK, 1)                                  \
  PRODUCT(float, f32, rounded, f32, LEVEL, TARGET, BYTES, MOST)

LEVEL_OF(v2, , 16, 6, pick_f32)

#if defined(__x86_64__)
LEVEL_OF(v3, CK_V3, 32, 6, pick_f32)
LEVEL_OF(v4, CK_V4, 64, 14, pick_v4)
BLOCK_OF(float, f32, pairs, v4, CK_BF16, 14, 1)
BLOCK_OF(float, f32, pairs, v4, CK_BF16, 14, 2)
PRODUCT(float, f32, pairs, pairs, v4, CK_BF16, 64, 14)
#endif

size_t ck_tangent_work_f32(size_t m, size_t rows) { return work_f32(m, rows); }
size_t ck_tangent_work_f64(size_t m, size_t rows) { return work_f64(m, rows); }

size_t ck_tangent_product_run_f32(const ck_tangent_product_f32 *p){
  BY_LEVEL(product, f32, p)} size_t
  ck_tangent_product_run_f64(const ck_tangent_product_f64 *p){
    BY_LEVEL(product, f64, p)} size_t
  ck_tangent_product_run_bf16(const ck_tangent_product_f32 *p){BY_UNITS(product, p)}

size_t ck_parameter_stride(size_t m) {
  return stride_of(m);
}

void ck_parameter_pairs(size_t rows, size_t m, const float *p, float *pairs) {
  for (size_t l = 0; l < rows; l += 2) {
    uint32_t *to = (uint32_t *)pairs + l / 2 * stride_of(m);
    for (size_t j = 0; j < m; j++) {
      const uint32_t high = l + 1 < rows ? rounded(p[(l + 1) * m + j]) : 0;
      to[j] = rounded(p[l * m + j]) | high << 16;
    }
  }
}
