// SIMD kernels in plain C. Each one is compiled for several processor families and the
// right variant is chosen when the program runs, so one binary serves a mixed cluster.
// No stable API: only LinearAlgebra may import this module.
#pragma once
#include <stddef.h>
#include <stdint.h>

// MARK: - Processor variants

/// The x86-64 level in use: 2 (SSE), 3 (AVX2 and FMA) or 4 (AVX-512).
int ck_level(void);

/// Uses no level above `most`, for tests; returns the level now in use.
int ck_restrict_level(int most);

// MARK: - Sums

/// Sum of a[i] * b[i], accumulated in double.
double ck_dot_f32(size_t n, const float *a, const float *b);
double ck_dot_f64(size_t n, const double *a, const double *b);

// MARK: - Counter-based random numbers

// Philox4x32-10 (Salmon et al. 2011). Key: the low and high word of `seed`; counter:
// (block, k, iteration, stream). Block j gives the words 4j .. 4j+3 of the stream, and
// element i of a stream depends on nothing but i: any split of a range into calls gives
// the same numbers. `first` + n may not exceed 2^34.
//
// The same bits come from every processor variant, because these kernels use only
// integer arithmetic, conversions and the correctly rounded +, -, *, / and square root,
// never fused and never a library function.

/// Words `first` .. `first + n - 1`.
void ck_random_words(
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first, size_t n,
  uint32_t *out);

/// Uniform numbers in the open interval (0, 1): (word + 1/2) / 2^32 in f64,
/// (floor(word / 2^9) + 1/2) / 2^23 in f32.
void ck_random_uniform_f32(
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first, size_t n,
  float *out);
void ck_random_uniform_f64(
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first, size_t n,
  double *out);

/// Standard normal numbers by Box and Muller. The words x0, x1 of a pair, with
/// u = (x + 1/2) / 2^32, give sqrt(-2 ln u0) cos(2 pi u1) and sqrt(-2 ln u0) sin(2 pi u1).
/// The f32 numbers are the f64 numbers to a few units in the last place; |z| < 6.8.
void ck_random_normal_f32(
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first, size_t n,
  float *out);
void ck_random_normal_f64(
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first, size_t n,
  double *out);
