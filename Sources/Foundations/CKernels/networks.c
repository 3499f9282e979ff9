#include "dispatch.h"
#include "networks.h"
#include <math.h>

// A loop for each function with slopes and one without: inside, the question would keep it from
// vectorising.
#define LOOP(VALUE, SLOPE)                                                               \
  if (slope)                                                                             \
    for (size_t i = 0; i < n; i++) {                                                     \
      T v = x[i], f = (VALUE);                                                           \
      y[i] = f;                                                                          \
      slope[i] = (SLOPE);                                                                \
    }                                                                                    \
  else                                                                                   \
    for (size_t i = 0; i < n; i++) {                                                     \
      T v = x[i];                                                                        \
      y[i] = (VALUE);                                                                    \
    }                                                                                    \
  break;

#define MAP(TYPE, S, M)                                                                  \
  CK_BODY void ck_map_##S##_body(                                                        \
    int function, size_t n, const TYPE *x, TYPE *y, TYPE *slope) {                       \
    typedef TYPE T;                                                                      \
    switch (function) {                                                                  \
      case ck_tanh:                                                                      \
        ck_tanh_##S(n, x, y);                                                            \
        if (slope)                                                                       \
          for (size_t i = 0; i < n; i++) slope[i] = 1 - y[i] * y[i];                     \
        break;                                                                           \
      case ck_relu: LOOP(v > 0 ? v : v * 0, v > 0 ? 1 : 0)                               \
      case ck_sin: LOOP(sin##M(v), cos##M(v))                                            \
      case ck_cos: LOOP(cos##M(v), -sin##M(v))                                           \
      case ck_exp: LOOP(exp##M(v), f)                                                    \
      case ck_logistic: LOOP(1 / (1 + exp##M(-v)), f * (1 - f))                          \
      case ck_square: LOOP(v * v, 2 * v)                                                 \
      case ck_reciprocal: LOOP(1 / v, -f * f)                                            \
      default: LOOP(v, 1)                                                                \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_map_##S, (int function, size_t n, const TYPE *x, TYPE *y, TYPE *slope),     \
    (function, n, x, y, slope))

#define SHAPED(T, S)                                                                     \
  CK_BODY void ck_add_columns_##S##_body(                                                \
    size_t rows, size_t width, T scale, const T *in, size_t in_stride, T *out,           \
    size_t out_stride, int keep) {                                                       \
    if (in_stride == width && out_stride == width) width *= rows, rows = 1;              \
    for (size_t r = 0; r < rows; r++) {                                                  \
      const T *a = in + r * in_stride;                                                   \
      T *o = out + r * out_stride;                                                       \
      if (a == o && !keep)                                                               \
        for (size_t j = 0; j < width; j++) o[j] *= scale;                                \
      else if (keep)                                                                     \
        for (size_t j = 0; j < width; j++) o[j] += scale * a[j];                         \
      else                                                                               \
        for (size_t j = 0; j < width; j++) o[j] = scale * a[j];                          \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_add_columns_##S,                                                            \
    (size_t rows, size_t width, T scale, const T *in, size_t in_stride, T *out,          \
     size_t out_stride, int keep),                                                       \
    (rows, width, scale, in, in_stride, out, out_stride, keep))                          \
                                                                                         \
  CK_BODY void ck_modulate_##S##_body(                                                   \
    size_t b, size_t k, size_t n, const T *in, const T *d, T *out, int keep) {           \
    for (size_t i = 0; i < b; i++) {                                                     \
      const T *di = d + i * n;                                                           \
      for (size_t l = 0; l < k; l++) {                                                   \
        const T *a = in + (i * k + l) * n;                                               \
        T *o = out + (i * k + l) * n;                                                    \
        /* In place is a case of its own: the loop would not vectorise over an alias. */ \
        if (a == o && !keep)                                                             \
          for (size_t j = 0; j < n; j++) o[j] *= di[j];                                  \
        else if (keep)                                                                   \
          for (size_t j = 0; j < n; j++) o[j] += a[j] * di[j];                           \
        else                                                                             \
          for (size_t j = 0; j < n; j++) o[j] = a[j] * di[j];                            \
      }                                                                                  \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_modulate_##S,                                                               \
    (size_t b, size_t k, size_t n, const T *in, const T *d, T *out, int keep),           \
    (b, k, n, in, d, out, keep))                                                         \
                                                                                         \
  CK_BODY void ck_add_rows_##S##_body(                                                   \
    size_t b, size_t k, size_t n, T scale, const T *restrict v, T *restrict out,         \
    int keep) {                                                                          \
    for (size_t i = 0; i < b; i++) {                                                     \
      T *o = out + i * k * n;                                                            \
      if (keep)                                                                          \
        for (size_t j = 0; j < k * n; j++) o[j] += scale * v[j];                         \
      else                                                                               \
        for (size_t j = 0; j < k * n; j++) o[j] = scale * v[j];                          \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_add_rows_##S,                                                               \
    (size_t b, size_t k, size_t n, T scale, const T *v, T *out, int keep),               \
    (b, k, n, scale, v, out, keep))                                                      \
                                                                                         \
  CK_BODY void ck_add_column_sums_##S##_body(                                            \
    size_t rows, size_t n, T scale, const T *restrict in, T *restrict out) {             \
    for (size_t r = 0; r < rows; r++)                                                    \
      for (size_t j = 0; j < n; j++) out[j] += scale * in[r * n + j];                    \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_add_column_sums_##S, (size_t rows, size_t n, T scale, const T *in, T *out), \
    (rows, n, scale, in, out))

MAP(float, f32, f)
MAP(double, f64, )
SHAPED(float, f32)
SHAPED(double, f64)
