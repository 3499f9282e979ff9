// SIMD kernels in plain C. Each one is compiled for several processor families and the
// right variant is chosen when the program runs, so one binary serves a mixed cluster.
// No stable API: only LinearAlgebra may import this module.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "networks.h"
#include "products.h"
#include "tangents.h"

/// Gives the pages of freed blocks back to the system, those between living blocks too.
void ck_return_freed_memory(void);

/// Lets freed blocks of up to 32 MB, 1 GB of them, wait for the next that is as large: the system
/// clears each page that it gives anew.
void ck_keep_freed_memory(void);

// MARK: - Processor variants

/// The x86-64 level in use on this thread: 2 (SSE), 3 (AVX2 and FMA) or 4 (AVX-512).
int ck_level(void);

/// Uses no level above `most` on this thread, for tests; returns the level now in use.
int ck_restrict_level(int most);

/// Multiplies and adds in registers alone, as fast as the level's vectors can; the number of
/// operations done, in single precision.
double ck_multiply_and_add(long rounds);

// MARK: - Sums and updates of vectors

// Sums are accumulated in double whatever the precision of the vectors. Vectors that are
// written may not overlap any other argument.

typedef struct {
  double first, second, third;
} ck_three;

/// <a, b>.
double ck_dot_f32(size_t n, const float *a, const float *b);
double ck_dot_f64(size_t n, const double *a, const double *b);

/// <x, x>, <x, y>, <y, y>.
ck_three ck_dot3_f32(size_t n, const float *x, const float *y);
ck_three ck_dot3_f64(size_t n, const double *x, const double *y);

/// y <- y + t x.
void ck_axpy_f32(size_t n, float t, const float *x, float *y);
void ck_axpy_f64(size_t n, double t, const double *x, double *y);

/// y <- x + beta y.
void ck_xpby_f32(size_t n, const float *x, float beta, float *y);
void ck_xpby_f64(size_t n, const double *x, double beta, double *y);

/// Sum of h x^2.
double ck_weighted_square_f32(size_t n, const float *h, const float *x);
double ck_weighted_square_f64(size_t n, const double *h, const double *x);

// The passes of one dual iteration of one neuron: b, s = G b, the residual e, its image
// z = (G + ridge I)^-1 e with G z = e - ridge z, a direction p and sp = G p.

/// b <- b + t p;  s <- s + t sp;  e <- score - ridge b, with the new b;  returns <e, G z>
/// with the new e and the G z of the old one.
double ck_dual_advance_f32(
  size_t n, float t, float ridge, const float *p, const float *sp, const float *score,
  const float *z, float *b, float *s, float *e);
double ck_dual_advance_f64(
  size_t n, double t, double ridge, const double *p, const double *sp,
  const double *score, const double *z, double *b, double *s, double *e);

/// z <- z + c m;  returns <e, e - ridge z> with the new z.
double ck_dual_complete_f32(
  size_t n, float c, const float *m, float ridge, const float *e, float *z);
double ck_dual_complete_f64(
  size_t n, double c, const double *m, double ridge, const double *e, double *z);

typedef struct {
  double slope;     // <e, sp>
  double square;    // <p, sp>
  double overlap;   // <b, sp>
  double curvature; // sum of h sp^2
} ck_line_sums;

/// p <- z + beta p;  sp <- e - ridge z + beta sp;  returns the sums along the new p.
ck_line_sums ck_dual_direction_f32(
  size_t n, float beta, float ridge, const float *e, const float *z, const float *b,
  const float *h, float *p, float *sp);
ck_line_sums ck_dual_direction_f64(
  size_t n, double beta, double ridge, const double *e, const double *z, const double *b,
  const double *h, double *p, double *sp);

// The passes of one iteration of one neuron in whitened features, in float32: the state eta
// with its penalty w = B eta, the product h = Q^T E, the image z of the gradient h - w, a
// direction p with B p, and c, along which the neuron's own weight lies.

typedef struct {
  double first, second;
} ck_pair;

/// <c, h - w>.
double ck_feature_own(size_t n, const float *h, const float *w, const float *c);

/// z <- h - w - k c;  returns <z, z> and <z, z'> with z' the z before.
ck_pair ck_feature_image(
  size_t n, const float *h, const float *w, float k, const float *c, float *z);

/// p <- z + beta p;  returns <z, p> and <c, p> with the new p.
ck_pair ck_feature_direction(
  size_t n, const float *z, float beta, const float *c, float *p);

typedef struct {
  double square, own, image, crossing;
} ck_four;

/// z <- h - w;  returns its products with itself, c, m and the z before.
ck_four ck_feature_gradient(
  size_t n, const float *h, const float *w, const float *c, const float *m, float *z);

/// z <- z / (mean + (1 - mean) b), entry by entry.
void ck_feature_rest(size_t n, float mean, const float *b, float *z);

/// z <- z - k m;  returns <h - w, z>.
double ck_feature_correct(
  size_t n, const float *h, const float *w, float k, const float *m, float *z);

/// p <- z + beta p;  returns <h - w, p> and <c, p> with the new p.
ck_pair ck_feature_descent(
  size_t n, const float *h, const float *w, const float *z, float beta, const float *c,
  float *p);

/// eta <- eta + t p;  w <- w + t bp.
void ck_feature_advance(
  size_t n, float t, const float *p, const float *bp, float *eta, float *w);

/// y <- d x, entry by entry.
void ck_scale_by(size_t n, const float *d, const float *x, float *y);

// MARK: - Small systems side by side

// CK_LANES symmetric systems of one order n, a multiple of 4: entry j of the system of a lane is
// at [j * CK_LANES + lane]. Of matrices there are the rows of the lower triangle, one after
// another: (i, j) is entry i (i + 1) / 2 + j.
enum { CK_LANES = 16 };

/// a <- the Cholesky factor L of a, with 1 / L_ii on the diagonal. Pivots are at least `least`
/// times the mean of the diagonal.
void ck_lanes_factor(size_t n, float least, float *a);

/// x <- (L L^T)^-1 x.
void ck_lanes_solve(size_t n, const float *a, float *x);

/// Entries of one lane, from and to n numbers.
void ck_lanes_set(size_t n, size_t lane, const float *x, float *all);
void ck_lanes_get(size_t n, size_t lane, const float *all, float *x);

// MARK: - Elementary functions

// y may be x. Largest error over 2e6 points in units in the last place, f32 and f64:
// tanh 2.4 and 2.5, ln cosh 4.0 and 5.3, artanh 3.0 and 3.5. Odd functions keep the sign of zero; infinities and NaN are what C99 says.

/// Hyperbolic tangent.
void ck_tanh_f32(size_t n, const float *x, float *y);
void ck_tanh_f64(size_t n, const double *x, double *y);

/// ln cosh x, accurate relative to itself also near 0, where it is x^2 / 2.
void ck_log_cosh_f32(size_t n, const float *x, float *y);
void ck_log_cosh_f64(size_t n, const double *x, double *y);

/// Inverse hyperbolic tangent; infinite at +-1, NaN beyond.
void ck_atanh_f32(size_t n, const float *x, float *y);
void ck_atanh_f64(size_t n, const double *x, double *y);

// MARK: - Losses of one neuron

// One row: n transitions of one neuron, with targets d given as z = atanh d and
// activations s. Per element, q = 1 - d^2:
//
//   CK_CROSS_ENTROPY  w = 1;              E = d - tanh s
//   CK_CLIPPED        w = q / (q^2 + k^2); E = w (d - tanh s), clipped to +-threshold
//   CK_WEIGHTED       w = 1 / q;          E = w (d - tanh s), 0 where |E| > threshold
//
// E = -phi'(s), C = phi''(s) where not clipped or dropped, else 0, and
//
//   phi(s) = w [ln cosh s - ln cosh z - d (s - z)]
//
// continued along its tangent (clipped) or as a constant (weighted) beyond the
// threshold: convex but for CK_WEIGHTED, at least 0, and 0 at s = z. The familiar
// w (ln cosh s - d s) is phi plus a constant, which ck_loss_offset sums.
//
// Everything follows from z and z - s without the difference of nearly equal numbers:
// float stays accurate for |d| close to 1. NaN in z marks a missing sample, which adds
// nothing and has E = 0. |z| <= 20; threshold > 0, possibly infinite; k >= 0.
//
// CK_CROSS_ENTROPY takes targets beyond +-1 too, being linear in d: z is then that of
// +-(1 - 2 CK_CLAMPED_HEADROOM), and the eta beside it -(|d| - 1 + 2 CK_CLAMPED_HEADROOM) < 0.
// E = d - tanh s as ever; phi is 0 at s = z still, and falls below as s goes on.
enum { CK_CROSS_ENTROPY = 0, CK_CLIPPED = 1, CK_WEIGHTED = 2 };

/// (1 - |d|) / 2 of the clamped targets to which an excess is given.
#define CK_CLAMPED_HEADROOM 5e-7

typedef struct {
  double loss;      // sum of phi
  double slope;     // sum of E sp, 0 without sp
  int64_t beyond;   // samples clipped or dropped
  int64_t observed; // samples that are not missing
} ck_line;

/// eta = (1 - |d|) / 2 of the targets, which every evaluation takes beside z.
void ck_headroom_f32(size_t n, const float *z, float *eta);
void ck_headroom_f64(size_t n, const double *z, double *eta);

/// Evaluates the row at s + t sp, or at s if sp is null; e receives E, and h the curvature
/// max(C, E / (z - s)), whose second term keeps clipped samples from counting as flat.
ck_line ck_score_line_f32(
  int kind, double k, double threshold, size_t n, const float *z, const float *eta,
  const float *s, const float *sp, double t, float *e, float *h);
ck_line ck_score_line_f64(
  int kind, double k, double threshold, size_t n, const double *z, const double *eta,
  const double *s, const double *sp, double t, double *e, double *h);

/// Sum of w (ln cosh z - d z), to be added to the sum of phi.
double ck_loss_offset_f32(int kind, double k, size_t n, const float *z);
double ck_loss_offset_f64(int kind, double k, size_t n, const double *z);

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
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first,
  size_t n, uint32_t *out);

/// Uniform numbers in the open interval (0, 1): (word + 1/2) / 2^32 in f64,
/// (floor(word / 2^9) + 1/2) / 2^23 in f32.
void ck_random_uniform_f32(
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first,
  size_t n, float *out);
void ck_random_uniform_f64(
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first,
  size_t n, double *out);

/// Standard normal numbers by Box and Muller. The words x0, x1 of a pair, with
/// u = (x + 1/2) / 2^32, give sqrt(-2 ln u0) cos(2 pi u1) and sqrt(-2 ln u0) sin(2 pi u1).
/// The f32 numbers are the f64 numbers to a few units in the last place; |z| < 6.8.
void ck_random_normal_f32(
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first,
  size_t n, float *out);
void ck_random_normal_f64(
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first,
  size_t n, double *out);
