#include "dispatch.h"

// Sums may be reassociated, so that they vectorise: the result is a fixed function of
// the input on one processor family, and differs by rounding between families.
#define SUMS _Pragma("clang fp reassociate(on)")

#define VECTORS(T, S)                                                                    \
  CK_BODY double ck_dot_##S##_body(size_t n, const T *a, const T *b) {                   \
    SUMS double sum = 0;                                                                 \
    for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];                   \
    return sum;                                                                          \
  }                                                                                      \
  DISPATCH(double, ck_dot_##S, (size_t n, const T *a, const T *b), (n, a, b))            \
                                                                                         \
  CK_BODY void ck_axpy_##S##_body(size_t n, T t, const T *restrict x, T *restrict y) {   \
    for (size_t i = 0; i < n; i++) y[i] += t * x[i];                                     \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_axpy_##S, (size_t n, T t, const T *restrict x, T *restrict y),              \
    (n, t, x, y))                                                                        \
                                                                                         \
  CK_BODY void ck_xpby_##S##_body(size_t n, const T *restrict x, T beta, T *restrict y) {\
    for (size_t i = 0; i < n; i++) y[i] = x[i] + beta * y[i];                            \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_xpby_##S, (size_t n, const T *restrict x, T beta, T *restrict y),           \
    (n, x, beta, y))                                                                     \
                                                                                         \
  CK_BODY ck_three ck_dot3_##S##_body(size_t n, const T *x, const T *y) {                \
    SUMS double xx = 0, xy = 0, yy = 0;                                                  \
    for (size_t i = 0; i < n; i++) {                                                     \
      double a = (double)x[i], b = (double)y[i];                                         \
      xx += a * a;                                                                       \
      xy += a * b;                                                                       \
      yy += b * b;                                                                       \
    }                                                                                    \
    return (ck_three){xx, xy, yy};                                                       \
  }                                                                                      \
  DISPATCH(ck_three, ck_dot3_##S, (size_t n, const T *x, const T *y), (n, x, y))         \
                                                                                         \
  CK_BODY void ck_dual_advance_##S##_body(                                               \
    size_t n, T t, const T *restrict p, const T *restrict sp, T gain, T lambda,          \
    T *restrict b, T *restrict s, T *restrict e) {                                       \
    for (size_t i = 0; i < n; i++) {                                                     \
      T moved = b[i] + t * p[i];                                                         \
      b[i] = moved;                                                                      \
      s[i] += t * sp[i];                                                                 \
      e[i] = gain * e[i] - lambda * moved;                                               \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_dual_advance_##S,                                                           \
    (size_t n, T t, const T *restrict p, const T *restrict sp, T gain, T lambda,         \
     T *restrict b, T *restrict s, T *restrict e),                                       \
    (n, t, p, sp, gain, lambda, b, s, e))                                                \
                                                                                         \
  CK_BODY ck_two ck_dual_precondition_##S##_body(                                        \
    size_t n, T c, const T *restrict m, T lambda, const T *restrict e, T *restrict z,    \
    T *restrict sz) {                                                                    \
    SUMS double now = 0, before = 0;                                                     \
    for (size_t i = 0; i < n; i++) {                                                     \
      T moved = z[i] + c * m[i];                                                         \
      before += (double)e[i] * (double)sz[i];                                            \
      z[i] = moved;                                                                      \
      sz[i] = e[i] - lambda * moved;                                                     \
      now += (double)e[i] * (double)sz[i];                                               \
    }                                                                                    \
    return (ck_two){now, before};                                                        \
  }                                                                                      \
  DISPATCH(                                                                              \
    ck_two, ck_dual_precondition_##S,                                                    \
    (size_t n, T c, const T *restrict m, T lambda, const T *restrict e, T *restrict z,   \
     T *restrict sz),                                                                    \
    (n, c, m, lambda, e, z, sz))                                                         \
                                                                                         \
  CK_BODY ck_two ck_dual_direction_##S##_body(                                           \
    size_t n, T beta, const T *restrict z, const T *restrict sz, const T *restrict e,    \
    T *restrict p, T *restrict sp) {                                                     \
    SUMS double ep = 0, pp = 0;                                                          \
    for (size_t i = 0; i < n; i++) {                                                     \
      T direction = z[i] + beta * p[i], along = sz[i] + beta * sp[i];                    \
      p[i] = direction;                                                                  \
      sp[i] = along;                                                                     \
      ep += (double)e[i] * (double)along;                                                \
      pp += (double)direction * (double)along;                                           \
    }                                                                                    \
    return (ck_two){ep, pp};                                                             \
  }                                                                                      \
  DISPATCH(                                                                              \
    ck_two, ck_dual_direction_##S,                                                       \
    (size_t n, T beta, const T *restrict z, const T *restrict sz, const T *restrict e,   \
     T *restrict p, T *restrict sp),                                                     \
    (n, beta, z, sz, e, p, sp))

VECTORS(float, f32)
VECTORS(double, f64)
