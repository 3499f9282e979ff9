#include "dispatch.h"

// The sums are double, whatever the length; vectors of features are float32.
#define SUMS _Pragma("clang fp reassociate(on)")

CK_BODY double ck_feature_own_body(
  size_t n, const float *h, const float *w, const float *c) {
  SUMS double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)c[i] * (double)(h[i] - w[i]);
  return sum;
}
DISPATCH(
  double, ck_feature_own, (size_t n, const float *h, const float *w, const float *c),
  (n, h, w, c))

CK_BODY ck_pair ck_feature_image_body(
  size_t n, const float *h, const float *w, float k, const float *c, float *restrict z) {
  SUMS double zz = 0, zx = 0;
  for (size_t i = 0; i < n; i++) {
    float now = (h[i] - w[i]) - k * c[i];
    zz += (double)now * (double)now;
    zx += (double)now * (double)z[i];
    z[i] = now;
  }
  return (ck_pair){zz, zx};
}
DISPATCH(
  ck_pair, ck_feature_image,
  (size_t n, const float *h, const float *w, float k, const float *c, float *z),
  (n, h, w, k, c, z))

CK_BODY ck_pair ck_feature_direction_body(
  size_t n, const float *z, float beta, const float *c, float *restrict p) {
  SUMS double zp = 0, cp = 0;
  for (size_t i = 0; i < n; i++) {
    float now = z[i] + beta * p[i];
    zp += (double)z[i] * (double)now;
    cp += (double)c[i] * (double)now;
    p[i] = now;
  }
  return (ck_pair){zp, cp};
}
DISPATCH(
  ck_pair, ck_feature_direction,
  (size_t n, const float *z, float beta, const float *c, float *p), (n, z, beta, c, p))

CK_BODY void ck_feature_advance_body(
  size_t n, float t, const float *p, const float *bp, float *restrict eta,
  float *restrict w) {
  for (size_t i = 0; i < n; i++) {
    eta[i] += t * p[i];
    w[i] += t * bp[i];
  }
}
DISPATCH(
  void, ck_feature_advance,
  (size_t n, float t, const float *p, const float *bp, float *eta, float *w),
  (n, t, p, bp, eta, w))

CK_BODY void ck_scale_by_body(
  size_t n, const float *d, const float *x, float *restrict y) {
  for (size_t i = 0; i < n; i++) y[i] = d[i] * x[i];
}
DISPATCH(
  void, ck_scale_by, (size_t n, const float *d, const float *x, float *y), (n, d, x, y))
