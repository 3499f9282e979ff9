#include "dispatch.h"
#include "tangents.h"

// Passes over rows of tangents beside the products (tangent_products.c).

#define PASSES(T, S)                                                                     \
  CK_BODY void ck_tangent_rows_run_##S##_body(const ck_tangent_rows_##S *p) {            \
    for (size_t t = 0; t < p->b; t++)                                                    \
      for (size_t j = 0; j < p->m; j++) {                                                \
        const T *a = p->in + t * p->in_trial + j * p->row;                               \
        T *restrict o = p->out + t * p->out_trial + j * p->row, c = p->scale;            \
        if (p->d) c *= p->d[t * p->d_trial + j];                                         \
        if (c != 0 && p->keep)                                                           \
          for (size_t q = 0; q < p->k; q++) o[q] += c * a[q];                            \
        else if (c != 0)                                                                 \
          for (size_t q = 0; q < p->k; q++) o[q] = c * a[q];                             \
        else if (!p->keep)                                                               \
          for (size_t q = 0; q < p->k; q++) o[q] = 0;                                    \
      }                                                                                  \
  }                                                                                      \
  DISPATCH(void, ck_tangent_rows_run_##S, (const ck_tangent_rows_##S *p), (p))           \
                                                                                         \
  CK_BODY void ck_tangent_outer_##S##_body(                                              \
    size_t b, size_t m, size_t k, size_t row, T scale, const T *restrict s,              \
    const T *restrict v, const T *f, size_t f_trial, T *restrict out,                    \
    size_t out_trial) {                                                                  \
    for (size_t t = 0; t < b; t++)                                                       \
      for (size_t j = 0; j < m; j++) {                                                   \
        T *o = out + t * out_trial + j * row, c = scale;                                 \
        const T *st = s + t * k, *vj = v + j * k;                                        \
        if (f) c *= f[t * f_trial + j];                                                  \
        if (c == 0) continue;                                                            \
        for (size_t q = 0; q < k; q++) o[q] += c * st[q] * vj[q];                        \
      }                                                                                  \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_tangent_outer_##S,                                                          \
    (size_t b, size_t m, size_t k, size_t row, T scale, const T *s, const T *v,          \
     const T *f, size_t f_trial, T *out, size_t out_trial),                              \
    (b, m, k, row, scale, s, v, f, f_trial, out, out_trial))                             \
                                                                                         \
  CK_BODY void ck_residual_tangents_##S##_body(                                          \
    size_t b, size_t n, size_t k, const T *restrict z, size_t row, size_t z_trial,       \
    const T *restrict f, const T *restrict q, T *restrict out, size_t out_row) {         \
    enum { PIECE = 64 };                                                                 \
    for (size_t t = 0; t < b; t++)                                                       \
      for (size_t at = 0; at < k; at += PIECE) {                                         \
        const size_t some = k - at < PIECE ? k - at : PIECE;                             \
        const T *a = z + t * z_trial + at;                                               \
        T mean[PIECE] = {0};                                                             \
        for (size_t j = 0; j < n && q; j++)                                              \
          for (size_t i = 0; i < some; i++) mean[i] += q[t * n + j] * a[j * row + i];    \
        for (size_t j = 0; j < n; j++) {                                                 \
          T *o = out + (t * n + j) * out_row + at;                                       \
          const T c = f[t * n + j];                                                      \
          for (size_t i = 0; i < some; i++) o[i] = c * (a[j * row + i] - mean[i]);       \
        }                                                                                \
      }                                                                                  \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, ck_residual_tangents_##S,                                                      \
    (size_t b, size_t n, size_t k, const T *z, size_t row, size_t z_trial, const T *f,   \
     const T *q, T *out, size_t out_row),                                                \
    (b, n, k, z, row, z_trial, f, q, out, out_row))

PASSES(float, f32)
PASSES(double, f64)
