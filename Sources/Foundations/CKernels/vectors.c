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
  CK_BODY void ck_xpby_##S##_body(                                                       \
    size_t n, const T *restrict x, T beta, T *restrict y) {                              \
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
  CK_BODY double ck_weighted_square_##S##_body(size_t n, const T *h, const T *x) {       \
    SUMS double sum = 0;                                                                 \
    for (size_t i = 0; i < n; i++) sum += (double)h[i] * (double)x[i] * (double)x[i];    \
    return sum;                                                                          \
  }                                                                                      \
  DISPATCH(                                                                              \
    double, ck_weighted_square_##S, (size_t n, const T *h, const T *x), (n, h, x))       \
                                                                                         \
  CK_BODY double ck_dual_advance_##S##_body(                                             \
    size_t n, T t, T ridge, const T *restrict p, const T *restrict sp,                   \
    const T *restrict score, const T *restrict z, T *restrict b, T *restrict s,          \
    T *restrict e) {                                                                     \
    SUMS double crossing = 0;                                                            \
    for (size_t i = 0; i < n; i++) {                                                     \
      T moved = b[i] + t * p[i], before = e[i] - ridge * z[i];                           \
      T now = score[i] - ridge * moved;                                                  \
      b[i] = moved;                                                                      \
      s[i] += t * sp[i];                                                                 \
      e[i] = now;                                                                        \
      crossing += (double)now * (double)before;                                          \
    }                                                                                    \
    return crossing;                                                                     \
  }                                                                                      \
  DISPATCH(                                                                              \
    double, ck_dual_advance_##S,                                                         \
    (size_t n, T t, T ridge, const T *restrict p, const T *restrict sp,                  \
     const T *restrict score, const T *restrict z, T *restrict b, T *restrict s,         \
     T *restrict e),                                                                     \
    (n, t, ridge, p, sp, score, z, b, s, e))                                             \
                                                                                         \
  CK_BODY double ck_dual_complete_##S##_body(                                            \
    size_t n, T c, const T *restrict m, T ridge, const T *restrict e, T *restrict z) {   \
    SUMS double decrement = 0;                                                           \
    for (size_t i = 0; i < n; i++) {                                                     \
      T moved = z[i] + c * m[i], along = e[i] - ridge * moved;                           \
      z[i] = moved;                                                                      \
      decrement += (double)e[i] * (double)along;                                         \
    }                                                                                    \
    return decrement;                                                                    \
  }                                                                                      \
  DISPATCH(                                                                              \
    double, ck_dual_complete_##S,                                                        \
    (size_t n, T c, const T *restrict m, T ridge, const T *restrict e, T *restrict z),   \
    (n, c, m, ridge, e, z))                                                              \
                                                                                         \
  CK_BODY ck_line_sums ck_dual_direction_##S##_body(                                     \
    size_t n, T beta, T ridge, const T *restrict e, const T *restrict z,                 \
    const T *restrict b, const T *restrict h, T *restrict p, T *restrict sp) {           \
    SUMS double ep = 0, pp = 0, bp = 0, hp = 0;                                          \
    for (size_t i = 0; i < n; i++) {                                                     \
      T direction = z[i] + beta * p[i];                                                  \
      T along = (e[i] - ridge * z[i]) + beta * sp[i];                                    \
      p[i] = direction;                                                                  \
      sp[i] = along;                                                                     \
      ep += (double)e[i] * (double)along;                                                \
      pp += (double)direction * (double)along;                                           \
      bp += (double)b[i] * (double)along;                                                \
      hp += (double)h[i] * (double)along * (double)along;                                \
    }                                                                                    \
    return (ck_line_sums){ep, pp, bp, hp};                                               \
  }                                                                                      \
  DISPATCH(                                                                              \
    ck_line_sums, ck_dual_direction_##S,                                                 \
    (size_t n, T beta, T ridge, const T *restrict e, const T *restrict z,                \
     const T *restrict b, const T *restrict h, T *restrict p, T *restrict sp),           \
    (n, beta, ridge, e, z, b, h, p, sp))

VECTORS(float, f32)
VECTORS(double, f64)
