// The operands of a trial's product of tangents: its numbers, those that are zero left out, and some
// vectors of the tangents at a time.
#pragma once
#include "tangent_kinds.h"

enum {
  // Bytes of the numbers of a trial that are made at once: a part of the second cache.
  FACTOR_BYTES = 128 << 10,
  // Bytes of a row of tangents that are worked on at once.
  CHUNK_BYTES = 128
};

// Rows of numbers begin at whole cache lines, of which there is an odd number.
static size_t whole_lines(size_t n) { return (n + LINE - 1) / LINE * LINE; }
static size_t stride_of(size_t columns) {
  return (whole_lines(columns) / LINE | 1) * LINE;
}

// Columns whose numbers for so many rows are made at once.
static size_t group_of(size_t rows, size_t columns, size_t most, size_t bytes) {
  const size_t fitting = FACTOR_BYTES / bytes / (rows + 1) / most * most;
  return lesser(columns, fitting > most ? fitting : most);
}

// `n` rows x count with their lines of p, or pairs of lines of which theirs is the second if `odd`,
// and scales; and `columns` of the result, which lie at `index`: each of these multiplies its base
// by beta and its sums by a factor.
#define TRIAL(T, S)                                                                      \
  typedef struct {                                                                       \
    size_t n, m, columns, *index, *odd;                                                  \
    const T **x, **lines, **packed, **pairs;                                             \
    T *y, *a, *scales, *beta, *factors, *picked;                                         \
    uint16_t *bits;                                                                      \
  } trial_##S;                                                                           \
  static size_t numbers_##S(size_t rows, size_t m) {                                     \
    const size_t grouped = FACTOR_BYTES / sizeof(T) + 4 * LINE * rows;                   \
    return whole_lines(lesser(rows * (m + 2 * LINE), grouped));                          \
  }                                                                                      \
  static size_t work_##S(size_t m, size_t rows) {                                        \
    const size_t pointers = 5 * rows + m;                                                \
    return rows * CHUNK_BYTES / sizeof(T) + numbers_##S(rows, m) +                       \
           pointers * sizeof(void *) / sizeof(T) + rows + 2 * m + LINE +                 \
           2 * (m + 2 * LINE) + m / LINE + 2;                                            \
  }                                                                                      \
  CK_BODY trial_##S places_##S(const ck_tangent_product_##S *p) {                        \
    enum { chunk = CHUNK_BYTES / sizeof(T) };                                            \
    const size_t rows = p->first.rows + p->second.rows;                                  \
    trial_##S w = {.m = p->m, .y = p->work};                                             \
    w.a = w.y + rows * chunk;                                                            \
    w.x = (const T **)(w.a + numbers_##S(rows, p->m));                                   \
    w.lines = w.x + rows, w.packed = w.lines + rows, w.pairs = w.packed + rows;          \
    w.odd = (size_t *)(w.pairs + rows), w.index = w.odd + rows;                          \
    w.scales = (T *)(w.index + p->m), w.beta = w.scales + rows;                          \
    w.factors = w.beta + p->m, w.picked = w.factors + p->m + LINE;                       \
    w.bits = (uint16_t *)(w.picked + 2 * (p->m + 2 * LINE));                             \
    for (size_t l = 0; l < rows; l++) w.packed[l] = w.y + l * chunk;                     \
    return w;                                                                            \
  }                                                                                      \
  CK_BODY void gather_##S(                                                               \
    const ck_tangent_factor_##S *f, size_t t, size_t row, trial_##S *w) {                \
    const size_t stride = stride_of(w->m);                                               \
    for (size_t l = 0; l < f->rows; l++) {                                               \
      const T s = f->d ? f->scale * f->d[t * f->d_trial + l] : f->scale;                 \
      if (s == 0) continue;                                                              \
      w->x[w->n] = f->x + t * f->x_trial + l * row;                                      \
      w->lines[w->n] = f->p + l * w->m;                                                  \
      w->pairs[w->n] = f->pairs ? f->pairs + l / 2 * stride : 0;                         \
      w->odd[w->n] = l % 2;                                                              \
      w->scales[w->n++] = s;                                                             \
    }                                                                                    \
  }                                                                                      \
  /* Begins a trial; rows of the result that have a base alone are done by it. */        \
  CK_BODY void begin_##S(const ck_tangent_product_##S *p, size_t t, trial_##S *w) {      \
    const T *f = p->f ? p->f + t * p->f_trial : 0;                                       \
    w->n = w->columns = 0;                                                               \
    gather_##S(&p->first, t, p->row, w);                                                 \
    gather_##S(&p->second, t, p->row, w);                                                \
    for (size_t j = 0; j < p->m; j++) {                                                  \
      const T e = p->e ? p->beta * p->e[t * p->e_trial + j] : p->beta;                   \
      if (p->mask && p->mask[t * p->mask_trial + j] == 0) continue;                      \
      if (f && f[j] == 0) {                                                              \
        const T *base = p->base ? p->base + t * p->base_trial + j * p->row : 0;          \
        T *out = p->out + t * p->out_trial + j * p->row;                                 \
        for (size_t q = 0; q < p->k; q++) out[q] = base ? e * base[q] : 0;               \
        continue;                                                                        \
      }                                                                                  \
      w->factors[w->columns] = f ? f[j] : 1;                                             \
      w->beta[w->columns] = e;                                                           \
      w->index[w->columns++] = j;                                                        \
    }                                                                                    \
    for (size_t c = 0; c < LINE; c++) w->factors[w->columns + c] = 0;                    \
  }                                                                                      \
  /* Some columns of a line, from the one numbered `g` on. */                            \
  CK_BODY const T *pick_##S(                                                             \
    const trial_##S *w, size_t g, size_t some, const T *line, T *to) {                   \
    if (w->columns == w->m) return line + g;                                             \
    for (size_t c = 0; c < some; c++) to[c] = line[w->index[g + c]];                     \
    return to;                                                                           \
  }

TRIAL(float, f32)
TRIAL(double, f64)

// Marks the columns numbered from `g` on for `pick_v4`.
CK_BODY void mark_f32(const trial_f32 *w, size_t g, size_t some) {
  for (size_t j = 0; j <= w->m / LINE; j++) w->bits[j] = 0;
  for (size_t c = 0; c < some; c++) {
    const size_t j = w->index[g + c];
    w->bits[j / LINE] |= (uint16_t)(1u << j % LINE);
  }
}

// Pairs of rows exchanged: the order of sums of VDPBF16PS.
CK_BODY void exchange_f32(trial_f32 *w) {
  for (size_t l = 0; l + 1 < w->n; l += 2) {
    const float *x = w->x[l], *line = w->lines[l], scale = w->scales[l];
    w->x[l] = w->x[l + 1], w->lines[l] = w->lines[l + 1], w->scales[l] = w->scales[l + 1];
    w->x[l + 1] = x, w->lines[l + 1] = line, w->scales[l + 1] = scale;
  }
}

#if defined(__x86_64__)
// `pick_f32` by vectors: up to 2 LINE numbers beyond the last one are written.
CK_V4 static const float *pick_v4(
  const trial_f32 *w, size_t g, size_t some, const float *line, float *to) {
  (void)some;
  if (w->columns == w->m) return line + g;
  float *end = to;
  for (size_t j = 0; j < w->m; j += LINE) {
    const __mmask16 bits = w->bits[j / LINE];
    _mm512_storeu_ps(end, _mm512_maskz_compress_ps(bits, _mm512_loadu_ps(line + j)));
    end += __builtin_popcount(bits);
  }
  return to;
}

// Two vectors rounded and side by side, number by number.
CK_BF16 static inline __attribute__((always_inline)) void store_pairs(
  __m512 low, __m512 high, float *to) {
  static const uint16_t order[32] __attribute__((aligned(64))) = {
    0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
    8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(high, low);
  _mm512_storeu_si512(to, _mm512_permutexvar_epi16(_mm512_load_si512(order), both));
}
#endif

// What stands in a row of numbers, and what is multiplied with it: where operands are rounded, the
// scale of a row goes with x, so that those of p are the same for all trials.
#define NUMBER_f32(S, P) ((S) * (P))
#define NUMBER_f64(S, P) ((S) * (P))
#define NUMBER_rounded(S, P) ((void)(S), near(P))
#define ROW_f32(S, X) (X)
#define ROW_f64(S, X) (X)
#define ROW_rounded(S, X) near((S) * (X))

// The numbers of some columns, a row of `stride` for each row of x, or for two; and some vectors of
// the rows of x, where they are not read in place.
#define OPERANDS(T, S, KIND, LEVEL, TARGET, PICK, PACKS)                                 \
  TARGET static const T *numbers_##KIND##_##LEVEL(                                       \
    const ck_tangent_product_##S *p, const trial_##S *w, size_t g, size_t some,          \
    size_t *stride) {                                                                    \
    (void)p;                                                                             \
    const size_t wide = whole_lines(some);                                               \
    for (size_t l = 0; l < w->n; l++) {                                                  \
      const T s = w->scales[l];                                                          \
      const T *restrict from = PICK(w, g, some, w->lines[l], w->picked);                 \
      T *restrict to = w->a + l * *stride;                                               \
      for (size_t c = 0; c < wide; c++) to[c] = NUMBER_##KIND(s, from[c]);               \
    }                                                                                    \
    return w->a;                                                                         \
  }                                                                                      \
  TARGET static const T *const *rows_##KIND##_##LEVEL(                                   \
    const trial_##S *w, size_t at, size_t length, int panels, size_t *from) {            \
    *from = PACKS || panels > 1 ? 0 : at;                                                \
    if (!(PACKS || panels > 1)) return w->x;                                             \
    for (size_t l = 0; l < w->n; l++) {                                                  \
      const T *restrict x = w->x[l] + at;                                                \
      T *restrict y = w->y + l * (CHUNK_BYTES / sizeof(T));                              \
      for (size_t q = 0; q < length; q++) y[q] = ROW_##KIND(w->scales[l], x[q]);         \
    }                                                                                    \
    return w->packed;                                                                    \
  }

#if defined(__x86_64__)
// Of two rows of p the halves of their pairs, beside each other.
CK_V4 static inline __attribute__((always_inline)) __m512i
joined(const float *low, size_t low_odd, const float *high, size_t high_odd) {
  const __m128i down = _mm_cvtsi32_si128((int)low_odd * 16);
  const __m128i up = _mm_cvtsi32_si128(16 - (int)high_odd * 16);
  const __m512i first = _mm512_srl_epi32(_mm512_loadu_si512(low), down);
  const __m512i second = _mm512_sll_epi32(_mm512_loadu_si512(high), up);
  return _mm512_mask_blend_epi16(0xaaaaaaaa, first, second);
}

CK_BF16 static const float *numbers_pairs_v4(
  const ck_tangent_product_f32 *p, const trial_f32 *w, size_t g, size_t some,
  size_t *stride) {
  const int is_whole = w->columns == w->m;
  if (is_whole && w->n == p->first.rows && p->second.rows == 0) {
    *stride = stride_of(w->m);
    return p->first.pairs + g;
  }
  const size_t first = is_whole ? g : 0, last = is_whole ? g + some : w->m;
  for (size_t l = 0; l < w->n; l += 2) {
    const int is_last = l + 1 == w->n;
    const float *low = w->pairs[l], *high = is_last ? low : w->pairs[l + 1];
    const size_t low_odd = w->odd[l], high_odd = is_last ? 1 : w->odd[l + 1];
    // What is beside the last row of an odd number of them is multiplied by zeros.
    const int is_pair = low == high && !low_odd;
    float *to = w->a + l / 2 * *stride;
    for (size_t j = first; j < last; j += LINE) {
      const __m512i pair = is_pair ? _mm512_loadu_si512(low + j)
                                   : joined(low + j, low_odd, high + j, high_odd);
      if (is_whole) {
        _mm512_storeu_si512(to, pair);
        to += LINE;
        continue;
      }
      const __mmask16 bits = w->bits[j / LINE];
      _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(bits, pair));
      to += __builtin_popcount(bits);
    }
  }
  return w->a;
}

CK_BF16 static const float *const *rows_pairs_v4(
  const trial_f32 *w, size_t at, size_t length, int panels, size_t *from) {
  (void)panels;
  *from = 0;
  for (size_t l = 0; l < w->n; l += 2) {
    const int is_last = l + 1 == w->n;
    const __m512 scale = _mm512_set1_ps(w->scales[l]);
    const __m512 other = _mm512_set1_ps(is_last ? 0 : w->scales[l + 1]);
    for (size_t q = 0; q < length; q += LINE) {
      const __m512 low = scale * _mm512_loadu_ps(w->x[l] + at + q);
      const __m512 high =
        is_last ? _mm512_setzero_ps() : other * _mm512_loadu_ps(w->x[l + 1] + at + q);
      store_pairs(low, high, w->y + l / 2 * (CHUNK_BYTES / sizeof(float)) + q);
    }
  }
  return w->packed;
}
#endif
