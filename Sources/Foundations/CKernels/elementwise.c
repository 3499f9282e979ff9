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

// ln cosh x = ln(1 + sinh^2 x) / 2 with sinh^2 |x| = X^2 / (4 (1 + X)), X = exp(2|x|) - 1:
// every step keeps the relative error. Beyond 20 it is |x| - ln 2.
#define LOG_COSH(T, S)                                                                   \
  CK_BODY void ck_log_cosh_##S##_body(size_t n, const T *x, T *y) {                      \
    for (size_t i = 0; i < n; i++) {                                                     \
      T a = ck_abs_##S(x[i]);                                                            \
      T b = a > 20 ? 20 : a;                                                             \
      ck_triple_##S grown = ck_expm1_##S(2 * b);                                         \
      T sinh2 = grown.value * (grown.value / (4 * grown.plus_one));                      \
      y[i] = (T)0.5 * ck_log1p_##S(sinh2).value + (a - b);                               \
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
