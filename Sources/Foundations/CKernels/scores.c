#include "pointwise.h"

// With z = atanh d >= 0 (the sign is carried outside), A = exp(-2z), eta = A / (1 + A) =
// (1 - d) / 2, q = 1 - d^2 = 4 eta (1 - eta), delta = z - s, X = exp(2 delta) - 1,
// f = eta X:
//   d - tanh s                 = q/2 * X / (1 + f)
//   1 - tanh^2 s               = q (1 + X) / (1 + f)^2
//   D(s) = ln cosh s - ln cosh z - d (s - z) = ln(1 + f) - 2 eta delta
// No difference of nearly equal numbers is left, so single precision stays accurate for
// |d| close to 1. Near the target the leading terms of D cancel, and the rests remain. Where
// X would overflow ln(1 + f) goes on as 2 delta; where it is -1 f stays as it is.
//
// A target beyond +-(1 - 2 CK_CLAMPED_HEADROOM) may come as that one with what is left out, the
// excess x, in the place of eta: the cross entropy is linear in d, so that E rises by x and D by
// x delta, which has no minimum of its own.
//
// A clipped loss bends where w (d - tanh s) = +-threshold. With tau = threshold / g,
// g = w q / 2, on the side of sign sigma:
//   ln(1 + f) there = -L1,   L1 = ln(1 - sigma tau eta)
//   2 delta there   = L2 - L1,  L2 = ln(1 + sigma tau (1 - eta))
//   D there         = -(1 - eta) L1 - eta L2
// and it exists if both arguments are positive; else E never reaches the threshold.

enum { CHUNK = 128 };

#define SCORE_ELEMENT(T, S, EPSILON)                                                     \
  typedef struct {                                                                       \
    T e, h, phi;                                                                         \
    int beyond;                                                                          \
  } element_##S;                                                                         \
  CK_BODY element_##S score_##S(int kind, T k2, T threshold, T target, T eta, T s) {     \
    T z = ck_abs_##S(target);                                                            \
    s = ck_sign_##S(1, target) * s;                                                      \
    T excess = kind == CK_CROSS_ENTROPY && eta < 0 ? -eta : 0;                           \
    eta = eta < 0 ? (T)CK_CLAMPED_HEADROOM : eta;                                        \
    T one_eta = 1 - eta, q = 4 * eta * one_eta;                                          \
    T delta = z - s, x = 2 * delta;                                                      \
    T clamped = x > 80 ? 80 : x < -80 ? -80 : x;                                         \
    ck_triple_##S grown = ck_expm1_##S(clamped);                                         \
    T f = eta * grown.value;                                                             \
    T inverse = 1 / (1 + f);                                                             \
    T w = kind == CK_CROSS_ENTROPY ? 1 : kind == CK_CLIPPED ? q / (q * q + k2) : 1 / q;  \
    T g = kind == CK_CROSS_ENTROPY ? (T)0.5 * q                                          \
          : kind == CK_CLIPPED     ? (T)0.5 * q * w                                      \
                                   : (T)0.5;                                                 \
    T e = g * grown.value * inverse;                                                     \
    T c = 2 * g * grown.plus_one * inverse * inverse;                                    \
    int beyond = kind != CK_CROSS_ENTROPY && ck_abs_##S(e) > threshold;                  \
    T sigma = ck_sign_##S(1, delta);                                                     \
    T tau = sigma * threshold / g;                                                       \
    T first = beyond ? -tau * eta : f;                                                   \
    first = beyond && first < -(1 - EPSILON / 2) ? -(1 - EPSILON / 2) : first;           \
    ck_pair_##S l1 = ck_log1p_##S(first);                                                \
    T near = l1.rest + eta * grown.rest;                                                 \
    T far = l1.value + (x > clamped ? x - clamped : 0) - eta * x;                        \
    T phi = w * (ck_abs_##S(x) < 1 ? near : far);                                        \
    if (kind != CK_CROSS_ENTROPY) {                                                      \
      T second = beyond ? tau * one_eta : 0;                                             \
      second = second < -(1 - EPSILON / 2) ? -(1 - EPSILON / 2) : second;                \
      ck_pair_##S l2 = ck_log1p_##S(second);                                             \
      T bend = -w * (one_eta * l1.rest + eta * l2.rest);                                 \
      T past = ck_abs_##S(delta - (T)0.5 * (l2.value - l1.value));                       \
      T outside = kind == CK_CLIPPED ? bend + threshold * past : bend;                   \
      phi = beyond ? outside : phi;                                                      \
    }                                                                                    \
    T held = kind == CK_CLIPPED ? ck_sign_##S(threshold, e) : 0;                         \
    e = beyond ? held : e;                                                               \
    c = beyond ? 0 : c;                                                                  \
    T secant = ck_abs_##S(delta) > (T)1e-8 ? e / delta : 0;                              \
    T h = secant > c ? secant : c;                                                       \
    e += excess;                                                                         \
    phi += excess * delta;                                                               \
    int missing = target != target;                                                      \
    element_##S result = {                                                               \
      missing ? 0 : ck_sign_##S(1, target) * e, missing ? 0 : h, missing ? 0 : phi,      \
      !missing && beyond};                                                               \
    return result;                                                                       \
  }

SCORE_ELEMENT(float, f32, __FLT_EPSILON__)
SCORE_ELEMENT(double, f64, __DBL_EPSILON__)

#define SUMS _Pragma("clang fp reassociate(on)")

#define SCORE_LINE(T, S)                                                                 \
  CK_BODY ck_line score_row_##S(                                                         \
    int kind, int has_step, double k, double threshold, size_t n, const T *z,            \
    const T *eta, const T *s, const T *sp, double t, T *restrict e, T *restrict h) {     \
    ck_line total = {0, 0, 0, 0};                                                        \
    T phi[CHUNK];                                                                        \
    T k2 = (T)(k * k), limit = (T)threshold, step = (T)t;                                \
    for (size_t start = 0; start < n; start += CHUNK) {                                  \
      int count = n - start < CHUNK ? (int)(n - start) : CHUNK;                          \
      const T *zc = z + start, *sc = s + start, *pc = has_step ? sp + start : sc;        \
      const T *ac = eta + start;                                                         \
      T *ec = e + start, *hc = h + start;                                                \
      int beyond = 0, observed = 0;                                                      \
      _Pragma("clang loop vectorize(enable)") for (int i = 0; i < count; i++) {          \
        T at = has_step ? sc[i] + step * pc[i] : sc[i];                                  \
        element_##S one = score_##S(kind, k2, limit, zc[i], ac[i], at);                  \
        ec[i] = one.e;                                                                   \
        hc[i] = one.h;                                                                   \
        phi[i] = one.phi;                                                                \
        beyond += one.beyond;                                                            \
        observed += zc[i] == zc[i];                                                      \
      }                                                                                  \
      double sum = 0, slope = 0;                                                         \
      for (int i = 0; i < count; i++) {                                                  \
        SUMS sum += (double)phi[i];                                                      \
        if (has_step) slope += (double)ec[i] * (double)pc[i];                            \
      }                                                                                  \
      total.loss += sum;                                                                 \
      total.slope += slope;                                                              \
      total.beyond += beyond;                                                            \
      total.observed += observed;                                                        \
    }                                                                                    \
    return total;                                                                        \
  }                                                                                      \
  CK_BODY ck_line ck_score_line_##S##_body(                                              \
    int kind, double k, double threshold, size_t n, const T *z, const T *eta,            \
    const T *s, const T *sp, double t, T *e, T *h) {                                     \
    if (kind == CK_CROSS_ENTROPY)                                                        \
      return sp ? score_row_##S(                                                         \
                    CK_CROSS_ENTROPY, 1, k, threshold, n, z, eta, s, sp, t, e, h)        \
                : score_row_##S(                                                         \
                    CK_CROSS_ENTROPY, 0, k, threshold, n, z, eta, s, sp, t, e, h);       \
    if (kind == CK_CLIPPED)                                                              \
      return sp ? score_row_##S(CK_CLIPPED, 1, k, threshold, n, z, eta, s, sp, t, e, h)  \
                : score_row_##S(CK_CLIPPED, 0, k, threshold, n, z, eta, s, sp, t, e, h); \
    return sp ? score_row_##S(CK_WEIGHTED, 1, k, threshold, n, z, eta, s, sp, t, e, h)   \
              : score_row_##S(CK_WEIGHTED, 0, k, threshold, n, z, eta, s, sp, t, e, h);  \
  }                                                                                      \
  DISPATCH(                                                                              \
    ck_line, ck_score_line_##S,                                                          \
    (int kind, double k, double threshold, size_t n, const T *z, const T *eta,           \
     const T *s, const T *sp, double t, T *e, T *h),                                     \
    (kind, k, threshold, n, z, eta, s, sp, t, e, h))

SCORE_LINE(float, f32)
SCORE_LINE(double, f64)

// (1 - |d|) / 2 = A / (1 + A).
#define HEADROOM(T, S)                                                                   \
  CK_BODY void ck_headroom_##S##_body(size_t n, const T *z, T *restrict eta) {           \
    for (size_t i = 0; i < n; i++) {                                                     \
      T x = ck_abs_##S(z[i]);                                                            \
      T a = ck_expm1_##S(x > 40 ? -80 : -2 * x).plus_one;                                \
      eta[i] = a / (1 + a);                                                              \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(void, ck_headroom_##S, (size_t n, const T *z, T *eta), (n, z, eta))

HEADROOM(float, f32)
HEADROOM(double, f64)

// ln cosh z - d z = ln(1 + A) - ln 2 + 2 eta z.
#define OFFSET(T, S)                                                                     \
  CK_BODY double ck_loss_offset_##S##_body(int kind, double k, size_t n, const T *z) {   \
    SUMS double sum = 0;                                                                 \
    for (size_t i = 0; i < n; i++) {                                                     \
      double x = ck_abs_f64((double)z[i]);                                               \
      double a = ck_expm1_f64(x > 40 ? -80 : -2 * x).plus_one, eta = a / (1 + a);        \
      double q = 4 * eta / (1 + a);                                                      \
      double w = kind == CK_CROSS_ENTROPY ? 1 : q / (q * q + k * k);                     \
      double phi = w * (ck_log1p_f64(a).value - 0.6931471805599453 + 2 * eta * x);       \
      sum += x == x ? phi : 0;                                                           \
    }                                                                                    \
    return sum;                                                                          \
  }                                                                                      \
  DISPATCH(                                                                              \
    double, ck_loss_offset_##S, (int kind, double k, size_t n, const T *z),              \
    (kind, kind == CK_WEIGHTED ? 0 : k, n, z))

OFFSET(float, f32)
OFFSET(double, f64)
