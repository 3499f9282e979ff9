#include "pointwise.h"

#define INFINITE(T) ((T)__builtin_inf())
#define UNDEFINED(T) ((T)__builtin_nan(""))

// tanh |x| = X / (X + 2) with X = exp(2|x|) - 1; beyond 20 it is 1 in both precisions.
#define TANH(T, S)                                                                       \
  CK_BODY void ck_tanh_##S##_body(size_t n, const T *x, T *y) {                          \
    for (size_t i = 0; i < n; i++) {                                                     \
      T a = ck_abs_##S(x[i]);                                                            \
      a = a > 20 ? 20 : a;                                                               \
      T grown = ck_expm1_##S(2 * a).value;                                               \
      y[i] = ck_sign_##S(grown / (grown + 2), x[i]);                                     \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(void, ck_tanh_##S, (size_t n, const T *x, T *y), (n, x, y))

TANH(float, f32)
TANH(double, f64)

// ln cosh x = ln(1 + X/2) + |x| with X = exp(-2|x|) - 1: near 0 the leading terms of both
// cancel exactly, and only the rests are added.
#define LOG_COSH(T, S)                                                                   \
  CK_BODY void ck_log_cosh_##S##_body(size_t n, const T *x, T *y) {                      \
    for (size_t i = 0; i < n; i++) {                                                     \
      T a = ck_abs_##S(x[i]);                                                            \
      T b = a > 20 ? 20 : a;                                                             \
      ck_pair_##S decay = ck_expm1_##S(-2 * b);                                          \
      ck_pair_##S log = ck_log1p_##S((T)0.5 * decay.value);                              \
      T near = log.rest + (T)0.5 * decay.rest;                                           \
      y[i] = a < (T)0.3 ? near : log.value + a;                                          \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(void, ck_log_cosh_##S, (size_t n, const T *x, T *y), (n, x, y))

LOG_COSH(float, f32)
LOG_COSH(double, f64)

#define ATANH(T, S)                                                                      \
  CK_BODY void ck_atanh_##S##_body(size_t n, const T *x, T *y) {                         \
    for (size_t i = 0; i < n; i++) {                                                     \
      T a = ck_abs_##S(x[i]);                                                            \
      T half = (T)0.5 * ck_log1p_##S(2 * a / (1 - a)).value;                             \
      half = a < 1 ? half : a == 1 ? INFINITE(T) : UNDEFINED(T);                         \
      y[i] = ck_sign_##S(half, x[i]);                                                    \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(void, ck_atanh_##S, (size_t n, const T *x, T *y), (n, x, y))

ATANH(float, f32)
ATANH(double, f64)
