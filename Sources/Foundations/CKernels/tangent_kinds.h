// Kinds of products of tangents, and the levels that they are compiled for.
//
// `f32` and `f64`; `pairs`, of numbers rounded to bfloat16, two neighbours side by side, by
// VDPBF16PS, which adds the product of the second neighbour first; and `rounded`, the same numbers
// and order of sums for processors without it.
#pragma once
#include "bfloat16.h"
#include "products.h"
#include "tangents.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define UNROLLED _Pragma("clang loop unroll(full)")

// Numbers of a cache line, in single precision.
enum { LINE = 16 };

CK_BODY size_t lesser(size_t a, size_t b) { return a < b ? a : b; }
CK_BODY float near(float x) { return widened(rounded(x)); }

#define VECTORS_OF(LEVEL, BYTES)                                                         \
  typedef float vector_f32_##LEVEL                                                       \
    __attribute__((vector_size(BYTES), aligned(sizeof(float))));                         \
  typedef double vector_f64_##LEVEL                                                      \
    __attribute__((vector_size(BYTES), aligned(sizeof(double))));

VECTORS_OF(v2, 16)
VECTORS_OF(v3, 32)
VECTORS_OF(v4, 64)

#define COUNT_f32(N) (N)
#define COUNT_f64(N) (N)
#define COUNT_rounded(N) (N)
#define COUNT_pairs(N) (((N) + 1) / 2)

#define ORDER_f32(W)
#define ORDER_f64(W)
#define ORDER_rounded(W) exchange_f32(W);
#define ORDER_pairs(W)

// Place i of n in the order of sums.
#define PLACE_f32(I, N) (I)
#define PLACE_f64(I, N) (I)
#define PLACE_rounded(I, N) (((I) ^ 1) < (N) ? (I) ^ 1 : (I))
#define PLACE_pairs(I, N) (I)

#define SPREAD(V, X) ((X) - (V){0})
#define SPREAD_f32 SPREAD
#define SPREAD_f64 SPREAD
#define SPREAD_rounded SPREAD
#define SPREAD_pairs(V, X) ((V)_mm512_set1_ps(X))

#define TERM(V, SUM, W, X) SUM += (W) * (X)
#define TERM_f32 TERM
#define TERM_f64 TERM
#define TERM_rounded TERM
#define TERM_pairs(V, SUM, W, X)                                                         \
  SUM = (V)_mm512_dpbf16_ps((__m512)(SUM), (__m512bh)(W), (__m512bh)(X))

// The kernel for the level in use, and of a product of bfloat16 that for the units there are.
#if defined(__x86_64__)
#define BY_LEVEL(NAME, KIND, P)                                                          \
  switch (ck_level()) {                                                                  \
    case 4: return NAME##_##KIND##_v4(P);                                                \
    case 3: return NAME##_##KIND##_v3(P);                                                \
    default: return NAME##_##KIND##_v2(P);                                               \
  }
#define BY_UNITS(NAME, P)                                                                \
  if (ck_bf16_vectors() != CK_BF16_ABSENT) return NAME##_pairs_v4(P);                    \
  BY_LEVEL(NAME, rounded, P)
#else
#define BY_LEVEL(NAME, KIND, P) return NAME##_##KIND##_v2(P);
#define BY_UNITS(NAME, P) return NAME##_rounded_v2(P);
#endif
