#include "tangent_kinds.h"

// Inputs of some trials times directions: blocks of sums in registers, each of some trials and
// vectors of tangents, for one row of the result after the other.

// Trials of a block, and their numbers of x with some vectors of v: sums in registers.
#define DIRECTION_BLOCK(T, KIND, V, TRIALS, VECTORS)                                     \
  {                                                                                      \
    V sums[TRIALS][VECTORS] = {{{0}}};                                                   \
    for (size_t l = 0; l < count; l++) {                                                 \
      const size_t i = PLACE_##KIND(l, count);                                           \
      V line[VECTORS];                                                                   \
      UNROLLED for (int h = 0; h < (VECTORS); h++) {                                     \
        line[h] = *(const V *)(v + i * k + at + h * lanes);                              \
      }                                                                                  \
      UNROLLED for (int r = 0; r < (TRIALS); r++) {                                      \
        const V w = SPREAD_##KIND(V, x[r][i]);                                           \
        UNROLLED for (int h = 0; h < (VECTORS); h++) {                                   \
          TERM_##KIND(V, sums[r][h], w, line[h]);                                        \
        }                                                                                \
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

// o[r] += s[r] sum_i x[r][i] v[i] for k tangents and `some` trials, at most TRIALS; x, o and s have
// so many, those beyond repeating the last one.
#define DIRECTION_OF(T, S, KIND, LEVEL, TARGET, TRIALS)                                  \
  TARGET static void trials_##TRIALS##_##KIND##_##LEVEL(                                 \
    size_t some, size_t count, size_t k, const T *const *x, const T *v, T *const *o,     \
    const T *s) {                                                                        \
    enum { lanes = sizeof(vector_##S##_##LEVEL) / sizeof(T) };                           \
    size_t at = 0;                                                                       \
    while (at < k) {                                                                     \
      const size_t left = (k - at) / lanes;                                              \
      if (left == 1) DIRECTION_BLOCK(T, KIND, vector_##S##_##LEVEL, TRIALS, 1)           \
      else if (left == 2 || left == 4)                                                   \
        DIRECTION_BLOCK(T, KIND, vector_##S##_##LEVEL, TRIALS, 2)                        \
      else DIRECTION_BLOCK(T, KIND, vector_##S##_##LEVEL, TRIALS, 3)                     \
    }                                                                                    \
  }

// The numbers of x as they are multiplied, a trial after the other.
#define INPUTS_f32(P, TO, COUNT) (P)->x
#define INPUTS_f64(P, TO, COUNT) (P)->x
#define DISTANCE_f32(P, COUNT) (P)->x_trial
#define DISTANCE_f64(P, COUNT) (P)->x_trial
#define INPUTS_rounded(P, TO, COUNT) rounded_inputs(P, TO)
#define DISTANCE_rounded(P, COUNT) (COUNT)
#define INPUTS_pairs(P, TO, COUNT) paired_inputs(P, TO)
#define DISTANCE_pairs(P, COUNT) (COUNT)
#define LINES_f32(P) (P)->v
#define LINES_f64(P) (P)->v
#define LINES_rounded(P) (P)->v
#define LINES_pairs(P) (P)->pairs

CK_BODY const float *rounded_inputs(const ck_tangent_direction_f32 *p, float *to) {
  for (size_t t = 0; t < p->b; t++)
    for (size_t i = 0; i < p->n; i++) to[t * p->n + i] = near(p->x[t * p->x_trial + i]);
  return to;
}

#if defined(__x86_64__)
CK_BF16 static const float *paired_inputs(const ck_tangent_direction_f32 *p, float *to) {
  const size_t pairs = (p->n + 1) / 2;
  for (size_t t = 0; t < p->b; t++) {
    uint16_t *row = (uint16_t *)(to + t * pairs);
    const float *x = p->x + t * p->x_trial;
    for (size_t i = 0; i < p->n; i += LINE) {
      const unsigned some = (unsigned)lesser(LINE, p->n - i);
      const __mmask16 read = (__mmask16)((1u << some) - 1);
      // An odd number ends with a zero.
      const __mmask16 written = (__mmask16)((1u << (some + some % 2)) - 1);
      const __m512 line = _mm512_maskz_loadu_ps(read, x + i);
      _mm256_mask_storeu_epi16(row + i, written, (__m256i)_mm512_cvtneps_pbh(line));
    }
  }
  return to;
}
#endif

// The least block that holds `some` trials, of those of at most 4 or 8.
#define CHOOSE_4(KIND, LEVEL)                                                            \
  (some <= 2 ? trials_2_##KIND##_##LEVEL : trials_4_##KIND##_##LEVEL)
#define CHOOSE_8(KIND, LEVEL)                                                            \
  (some <= 4   ? CHOOSE_4(KIND, LEVEL)                                                   \
   : some <= 6 ? trials_6_##KIND##_##LEVEL                                               \
               : trials_8_##KIND##_##LEVEL)
#define BLOCKS_4(T, S, KIND, LEVEL, TARGET)                                              \
  DIRECTION_OF(T, S, KIND, LEVEL, TARGET, 2) DIRECTION_OF(T, S, KIND, LEVEL, TARGET, 4)
#define BLOCKS_8(T, S, KIND, LEVEL, TARGET)                                              \
  BLOCKS_4(T, S, KIND, LEVEL, TARGET)                                                    \
  DIRECTION_OF(T, S, KIND, LEVEL, TARGET, 6) DIRECTION_OF(T, S, KIND, LEVEL, TARGET, 8)

#define DIRECTION(T, S, KIND, LEVEL, TARGET, TRIALS)                                     \
  BLOCKS_##TRIALS(T, S, KIND, LEVEL, TARGET) TARGET static void                          \
  direction_##KIND##_##LEVEL(const ck_tangent_direction_##S *p) {                        \
    static const T one = 1;                                                              \
    size_t *index = (size_t *)p->work;                                                   \
    const size_t inputs = COUNT_##KIND(p->n);                                            \
    const T *numbers = p->x ? INPUTS_##KIND(p, (T *)(index + p->b), inputs) : &one;      \
    const size_t x_trial = p->x ? DISTANCE_##KIND(p, inputs) : 0;                        \
    for (size_t j = 0; j < p->m; j++) {                                                  \
      const T *v = LINES_##KIND(p) + j * inputs * p->k;                                  \
      const size_t count = inputs;                                                       \
      size_t trials = 0;                                                                 \
      for (size_t t = 0; t < p->b; t++)                                                  \
        if (                                                                             \
          (!p->mask || p->mask[t * p->mask_trial + j] != 0) &&                           \
          (!p->f || p->f[t * p->f_trial + j] != 0))                                      \
          index[trials++] = t;                                                           \
      for (size_t first = 0; first < trials; first += (TRIALS)) {                        \
        const size_t some = lesser(TRIALS, trials - first);                              \
        const T *x[TRIALS];                                                              \
        T *o[TRIALS], s[TRIALS];                                                         \
        for (size_t r = 0; r < (TRIALS); r++) {                                          \
          const size_t t = index[first + lesser(r, some - 1)];                           \
          x[r] = numbers + t * x_trial;                                                  \
          o[r] = p->out + t * p->out_trial + j * p->row;                                 \
          s[r] = p->f ? p->scale * p->f[t * p->f_trial + j] : p->scale;                  \
        }                                                                                \
        CHOOSE_##TRIALS(KIND, LEVEL)(some, count, p->k, x, v, o, s);                     \
      }                                                                                  \
    }                                                                                    \
  }

#define LEVEL_OF(LEVEL, TARGET, TRIALS)                                                  \
  DIRECTION(float, f32, f32, LEVEL, TARGET, TRIALS)                                      \
  DIRECTION(double, f64, f64, LEVEL, TARGET, TRIALS)                                     \
  DIRECTION(float, f32, rounded, LEVEL, TARGET, TRIALS)

LEVEL_OF(v2, , 4)

#if defined(__x86_64__)
LEVEL_OF(v3, CK_V3, 4)
LEVEL_OF(v4, CK_V4, 8)
DIRECTION(float, f32, pairs, v4, CK_BF16, 8)
#endif

size_t ck_tangent_direction_work_f32(size_t b, size_t n) { return b * (n + 3); }
size_t ck_tangent_direction_work_f64(size_t b, size_t n) { return b * (n + 3); }

void ck_tangent_direction_run_f32(const ck_tangent_direction_f32 *p) {
  BY_LEVEL(direction, f32, p)
}
void ck_tangent_direction_run_f64(const ck_tangent_direction_f64 *p) {
  BY_LEVEL(direction, f64, p)
}
void ck_tangent_direction_run_bf16(const ck_tangent_direction_f32 *p) {
  BY_UNITS(direction, p)
}

void ck_tangent_pairs(size_t m, size_t n, size_t k, float *v, float *pairs) {
  for (size_t j = 0; j < m; j++)
    for (size_t i = 0; i < n; i += 2) {
      float *low = v + (j * n + i) * k, *high = i + 1 < n ? low + k : 0;
      uint32_t *to = (uint32_t *)pairs + (j * ((n + 1) / 2) + i / 2) * k;
      for (size_t q = 0; q < k; q++) {
        const uint32_t first = rounded(low[q]), second = high ? rounded(high[q]) : 0;
        to[q] = first | second << 16;
        low[q] = widened((uint16_t)first);
        if (high) high[q] = widened((uint16_t)second);
      }
    }
}
