#include "dispatch.h"
#include "tangents.h"
#include <stdint.h>

// Rows of tangents times numbers: blocks of the result in registers, some rows of one or two
// vectors. The factors of some rows stay in the first cache while all tangents go by. Numbers that
// are zero, as the slopes of a rectifier that is off, are left out beforehand: of a half of them
// half the work remains.

#define UNROLLED _Pragma("clang loop unroll(full)")

static size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

// Factors of a line: as many as a block has rows at most, or more.
enum { LINE = 16 };

#define BLOCK(T, V, ROWS, VECTORS)                                                       \
  case ROWS: {                                                                           \
    V sums[ROWS][VECTORS] = {{{0}}};                                                     \
    for (size_t l = 0; l < count; l++) {                                                 \
      V line[VECTORS];                                                                   \
      UNROLLED for (int h = 0; h < (VECTORS); h++) {                                     \
        line[h] = *(const V *)(x[l] + at + h * lanes);                                   \
      }                                                                                  \
      UNROLLED for (int r = 0; r < (ROWS); r++) {                                        \
        const V w = a[l * LINE + r] - (V){0};                                            \
        UNROLLED for (int h = 0; h < (VECTORS); h++) sums[r][h] += w * line[h];          \
      }                                                                                  \
    }                                                                                    \
    UNROLLED for (int r = 0; r < (ROWS); r++) {                                          \
      UNROLLED for (int h = 0; h < (VECTORS); h++) {                                     \
        const size_t place = index[r] * row + at + h * lanes;                            \
        if (base) sums[r][h] += *(const V *)(base + place) * beta[r];                    \
        *(V *)(out + place) = sums[r][h];                                                \
      }                                                                                  \
    }                                                                                    \
    break;                                                                               \
  }

#define BLOCKS_2(T, V, ROWS, VECTORS)                                                    \
  BLOCK(T, V, ROWS, VECTORS) BLOCK(T, V, (ROWS) + 1, VECTORS)
#define BLOCKS_6(T, V, VECTORS)                                                          \
  BLOCKS_2(T, V, 1, VECTORS) BLOCKS_2(T, V, 3, VECTORS) BLOCKS_2(T, V, 5, VECTORS)
#define BLOCKS_14(T, V, VECTORS)                                                         \
  BLOCKS_6(T, V, VECTORS)                                                                \
  BLOCKS_2(T, V, 7, VECTORS)                                                             \
  BLOCKS_2(T, V, 9, VECTORS)                                                             \
  BLOCKS_2(T, V, 11, VECTORS)                                                            \
  BLOCKS_2(T, V, 13, VECTORS)

// out[r] = sum_l a[l, r] x[l] + beta[r] base[r] for `rows` rows of the result, which lie at
// `index`, and some vectors of tangents from `at` on.
#define BLOCK_OF(T, S, LEVEL, TARGET, MOST, VECTORS)                                     \
  TARGET static void block_##VECTORS##_##S##_##LEVEL(                                    \
    size_t rows, size_t count, const T *const *x, const T *a, size_t at,                 \
    const size_t *index, size_t row, const T *base, const T *beta, T *out) {             \
    enum { lanes = sizeof(vector_##S##_##LEVEL) / sizeof(T) };                           \
    switch (rows) { BLOCKS_##MOST(T, vector_##S##_##LEVEL, VECTORS) default : break; }   \
  }

// The rows of x that count for a trial, and the line of p and the number that go with each.
#define GATHER(T, S)                                                                     \
  CK_BODY size_t gather_##S(                                                             \
    const ck_tangent_factor_##S *f, size_t t, size_t m, size_t row, size_t n,            \
    const T **x, const T **lines, T *scales) {                                           \
    for (size_t l = 0; l < f->rows; l++) {                                               \
      const T s = f->d ? f->scale * f->d[t * f->d_trial + l] : f->scale;                 \
      if (s == 0) continue;                                                              \
      x[n] = f->x + t * f->x_trial + l * row;                                            \
      lines[n] = f->p + l * m;                                                           \
      scales[n++] = s;                                                                   \
    }                                                                                    \
    return n;                                                                            \
  }                                                                                      \
  /* out = beta base, or 0 without a base. */                                            \
  CK_BODY void only_##S(size_t k, const T *base, T beta, T *out) {                       \
    for (size_t q = 0; q < k; q++) out[q] = base ? beta * base[q] : 0;                   \
  }                                                                                      \
  /* Factors of a block of rows: `all` of them, or those at `index`. */                  \
  CK_BODY void lines_##S(                                                                \
    size_t n, size_t height, int all, const size_t *index, const T *const *lines,        \
    const T *scales, const T *f, T *restrict a) {                                        \
    T factors[LINE];                                                                     \
    for (size_t r = 0; r < LINE; r++) factors[r] = f && r < height ? f[index[r]] : 1;    \
    for (size_t l = 0; l < n; l++) {                                                     \
      const T s = scales[l], *restrict from = lines[l] + index[0];                       \
      T *restrict to = a + l * LINE;                                                     \
      if (all)                                                                           \
        for (size_t r = 0; r < LINE; r++) to[r] = s * factors[r] * from[r];              \
      else                                                                               \
        for (size_t r = 0; r < height; r++) to[r] = s * factors[r] * lines[l][index[r]]; \
    }                                                                                    \
  }                                                                                      \
  size_t ck_tangent_work_##S(size_t b, size_t m, size_t rows) {                          \
    const size_t pointers = 2 * rows + m + b;                                            \
    return pointers * sizeof(void *) / sizeof(T) + rows + m + (rows + 1) * LINE;         \
  }

GATHER(float, f32)
GATHER(double, f64)

// The rows of the result that count for a trial.
#define PRODUCT(T, S, LEVEL, TARGET, BYTES, MOST)                                        \
  typedef T vector_##S##_##LEVEL                                                         \
    __attribute__((vector_size(BYTES), aligned(sizeof(T))));                             \
  BLOCK_OF(T, S, LEVEL, TARGET, MOST, 1)                                                 \
  BLOCK_OF(T, S, LEVEL, TARGET, MOST, 2)                                                 \
  TARGET static size_t product_##S##_##LEVEL(const ck_tangent_product_##S *p) {          \
    enum { lanes = (BYTES) / sizeof(T) };                                                \
    const size_t rows = p->first.rows + p->second.rows, m = p->m;                        \
    const T **x = (const T **)p->work, **lines = x + rows;                               \
    size_t *index = (size_t *)(lines + rows), done = 0, n = 0, columns = 0;              \
    T *scales = (T *)(index + m), *beta = scales + rows;                                 \
    T *a = beta + m;                                                                     \
    for (size_t t = 0; t < p->b; t++) {                                                  \
      const T *f = p->f ? p->f + t * p->f_trial : 0;                                     \
      n = gather_##S(&p->first, t, m, p->row, 0, x, lines, scales);                      \
      n = gather_##S(&p->second, t, m, p->row, n, x, lines, scales);                     \
      const T *base = p->base ? p->base + t * p->base_trial : 0;                         \
      T *out = p->out + t * p->out_trial;                                                \
      columns = 0;                                                                       \
      for (size_t j = 0; j < m; j++) {                                                   \
        const T e = p->e ? p->beta * p->e[t * p->e_trial + j] : p->beta;                 \
        if (p->mask && p->mask[t * p->mask_trial + j] == 0) continue;                    \
        if (f && f[j] == 0)                                                              \
          only_##S(p->k, base ? base + j * p->row : 0, e, out + j * p->row);             \
        else beta[columns] = e, index[columns++] = j;                                    \
      }                                                                                  \
      if (columns == 0) continue;                                                        \
      const size_t panels = (columns + (MOST) - 1) / (MOST);                             \
      const size_t height = (columns + panels - 1) / panels;                             \
      for (size_t j = 0; j < columns; j += height) {                                     \
        const size_t some = lesser(height, columns - j);                                 \
        size_t at = 0;                                                                   \
        lines_##S(n, some, columns == m, index + j, lines, scales, f, a);                \
        for (; at + 2 * lanes <= p->k; at += 2 * lanes)                                  \
          block_2_##S##_##LEVEL(                                                         \
            some, n, x, a, at, index + j, p->row, base, beta + j, out);                  \
        for (; at < p->k; at += lanes)                                                   \
          block_1_##S##_##LEVEL(                                                         \
            some, n, x, a, at, index + j, p->row, base, beta + j, out);                  \
      }                                                                                  \
      done += n * columns;                                                               \
    }                                                                                    \
    return done;                                                                         \
  }

// Trials of a block, and their numbers of x with some vectors of v: sums in registers.
#define DIRECTION_BLOCK(T, V, TRIALS, VECTORS)                                           \
  {                                                                                      \
    V sums[TRIALS][VECTORS] = {{{0}}};                                                   \
    for (size_t i = 0; i < p->n; i++) {                                                  \
      V line[VECTORS];                                                                   \
      UNROLLED for (int h = 0; h < (VECTORS); h++) {                                     \
        line[h] = *(const V *)(v + i * p->k + at + h * lanes);                           \
      }                                                                                  \
      UNROLLED for (int r = 0; r < (TRIALS); r++) {                                      \
        const V w = x[r][i] - (V){0};                                                    \
        UNROLLED for (int h = 0; h < (VECTORS); h++) sums[r][h] += w * line[h];          \
      }                                                                                  \
    }                                                                                    \
    UNROLLED for (int r = 0; r < (TRIALS); r++) {                                        \
      if ((size_t)r < some) {                                                            \
        UNROLLED for (int h = 0; h < (VECTORS); h++) {                                   \
          *(V *)(o[r] + at + h * lanes) += sums[r][h] * s[r];                            \
        }                                                                                \
      }                                                                                  \
    }                                                                                    \
    at += (VECTORS) * lanes;                                                             \
  }

#define DIRECTION(T, S, LEVEL, TARGET, BYTES, TRIALS)                                    \
  TARGET static void direction_##S##_##LEVEL(const ck_tangent_direction_##S *p) {        \
    enum { lanes = (BYTES) / sizeof(T) };                                                \
    static const T one = 1;                                                              \
    size_t *index = (size_t *)p->work;                                                   \
    for (size_t j = 0; j < p->m; j++) {                                                  \
      const T *v = p->v + j * p->n * p->k;                                               \
      size_t count = 0;                                                                  \
      for (size_t t = 0; t < p->b; t++)                                                  \
        if (                                                                             \
          (!p->mask || p->mask[t * p->mask_trial + j] != 0) &&                           \
          (!p->f || p->f[t * p->f_trial + j] != 0))                                      \
          index[count++] = t;                                                            \
      for (size_t first = 0; first < count; first += (TRIALS)) {                         \
        const size_t some = lesser(TRIALS, count - first);                               \
        const T *x[TRIALS];                                                              \
        T *o[TRIALS], s[TRIALS];                                                         \
        for (size_t r = 0; r < (TRIALS); r++) {                                          \
          const size_t t = index[first + lesser(r, some - 1)];                           \
          x[r] = p->x ? p->x + t * p->x_trial : &one;                                    \
          o[r] = p->out + t * p->out_trial + j * p->row;                                 \
          s[r] = p->f ? p->scale * p->f[t * p->f_trial + j] : p->scale;                  \
        }                                                                                \
        size_t at = 0;                                                                   \
        while (at < p->k) {                                                              \
          const size_t left = (p->k - at) / lanes;                                       \
          if (left == 1) DIRECTION_BLOCK(T, vector_##S##_##LEVEL, TRIALS, 1)             \
          else if (left == 2 || left == 4)                                               \
            DIRECTION_BLOCK(T, vector_##S##_##LEVEL, TRIALS, 2)                          \
          else DIRECTION_BLOCK(T, vector_##S##_##LEVEL, TRIALS, 3)                       \
        }                                                                                \
      }                                                                                  \
    }                                                                                    \
  }

#define LEVEL_OF(T, S, LEVEL, TARGET, BYTES, MOST, TRIALS)                               \
  PRODUCT(T, S, LEVEL, TARGET, BYTES, MOST)                                              \
  DIRECTION(T, S, LEVEL, TARGET, BYTES, TRIALS)

#if defined(__x86_64__)
#define EVERY_LEVEL(T, S)                                                                \
  LEVEL_OF(T, S, v4, CK_V4, 64, 14, 8)                                                   \
  LEVEL_OF(T, S, v3, CK_V3, 32, 6, 4)                                                    \
  LEVEL_OF(T, S, v2, , 16, 6, 4)                                                         \
  size_t ck_tangent_product_run_##S(const ck_tangent_product_##S *p) {                   \
    switch (ck_level()) {                                                                \
      case 4: return product_##S##_v4(p);                                                \
      case 3: return product_##S##_v3(p);                                                \
      default: return product_##S##_v2(p);                                               \
    }                                                                                    \
  }                                                                                      \
  void ck_tangent_direction_run_##S(const ck_tangent_direction_##S *p) {                 \
    switch (ck_level()) {                                                                \
      case 4: return direction_##S##_v4(p);                                              \
      case 3: return direction_##S##_v3(p);                                              \
      default: return direction_##S##_v2(p);                                             \
    }                                                                                    \
  }
#else
#define EVERY_LEVEL(T, S)                                                                \
  LEVEL_OF(T, S, v2, , 16, 6, 4)                                                         \
  size_t ck_tangent_product_run_##S(const ck_tangent_product_##S *p) {                   \
    return product_##S##_v2(p);                                                          \
  }                                                                                      \
  void ck_tangent_direction_run_##S(const ck_tangent_direction_##S *p) {                 \
    direction_##S##_v2(p);                                                               \
  }
#endif

EVERY_LEVEL(float, f32)
EVERY_LEVEL(double, f64)

#define PASSES(T, S)                                                                     \
  CK_BODY void ck_tangent_rows_run_##S##_body(const ck_tangent_rows_##S *p) {            \
    for (size_t t = 0; t < p->b; t++)                                                    \
      for (size_t j = 0; j < p->m; j++) {                                                \
        const T *a = p->in + t * p->in_trial + j * p->row;                               \
        T *restrict o = p->out + t * p->out_trial + j * p->row, c = p->scale;            \
        if (p->d) c *= p->d[t * p->d_trial + j];                                         \
        if (c != 0 && p->keep)                                                           \
          for (size_t q = 0; q < p->k; q++) o[q] += c * a[q];                            \
        else if (c != 0)                                                                 \
          for (size_t q = 0; q < p->k; q++) o[q] = c * a[q];                             \
        else if (!p->keep)                                                               \
          for (size_t q = 0; q < p->k; q++) o[q] = 0;                                    \
      }                                                                                  \
  }                                                                                      \
  DISPATCH(void, ck_tangent_rows_run_##S, (const ck_tangent_rows_##S *p), (p))           \
                                                                                         \
  CK_BODY void ck_tangent_outer_##S##_body(                                              \
    size_t b, size_t m, size_t k, size_t row, T scale, const T *restrict s,              \
    const T *restrict v, const T *f, size_t f_trial, T *restrict out,                    \
    size_t out_trial) {                                                                  \
    for (size_t t = 0; t < b; t++)                                                       \
      for (size_t j = 0; j < m; j++) {                                                   \
        T *o = out + t * out_trial + j * row, c = scale;                                 \
        const T *st = s + t * k, *vj = v + j * k;                                        \
        if (f) c *= f[t * f_trial + j];                                                  \
        if (c == 0) continue;                                                            \
        for (size_t q = 0; q < k; q++) o[q] += c * st[q] * vj[q];                        \
      }                                                                                  \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_tangent_outer_##S,                                                          \
    (size_t b, size_t m, size_t k, size_t row, T scale, const T *s, const T *v,          \
     const T *f, size_t f_trial, T *out, size_t out_trial),                              \
    (b, m, k, row, scale, s, v, f, f_trial, out, out_trial))                             \
                                                                                         \
  CK_BODY void ck_residual_tangents_##S##_body(                                          \
    size_t b, size_t n, size_t k, const T *restrict z, size_t row, size_t z_trial,       \
    const T *restrict f, const T *restrict q, T *restrict out, size_t out_row) {         \
    enum { PIECE = 64 };                                                                 \
    for (size_t t = 0; t < b; t++)                                                       \
      for (size_t at = 0; at < k; at += PIECE) {                                         \
        const size_t some = k - at < PIECE ? k - at : PIECE;                             \
        const T *a = z + t * z_trial + at;                                               \
        T mean[PIECE] = {0};                                                             \
        for (size_t j = 0; j < n && q; j++)                                              \
          for (size_t i = 0; i < some; i++) mean[i] += q[t * n + j] * a[j * row + i];    \
        for (size_t j = 0; j < n; j++) {                                                 \
          T *o = out + (t * n + j) * out_row + at;                                       \
          const T c = f[t * n + j];                                                      \
          for (size_t i = 0; i < some; i++) o[i] = c * (a[j * row + i] - mean[i]);       \
        }                                                                                \
      }                                                                                  \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_residual_tangents_##S,                                                      \
    (size_t b, size_t n, size_t k, const T *z, size_t row, size_t z_trial, const T *f,   \
     const T *q, T *out, size_t out_row),                                                \
    (b, n, k, z, row, z_trial, f, q, out, out_row))

PASSES(float, f32)
PASSES(double, f64)
