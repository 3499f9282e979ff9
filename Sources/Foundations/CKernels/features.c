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

CK_BODY ck_four ck_feature_gradient_body(
  size_t n, const float *h, const float *w, const float *c, const float *m,
  float *restrict z) {
  SUMS double vv = 0, cv = 0, mv = 0, zv = 0;
  for (size_t i = 0; i < n; i++) {
    float v = h[i] - w[i];
    vv += (double)v * (double)v;
    cv += (double)c[i] * (double)v;
    mv += (double)m[i] * (double)v;
    zv += (double)z[i] * (double)v;
    z[i] = v;
  }
  return (ck_four){vv, cv, mv, zv};
}
DISPATCH(
  ck_four, ck_feature_gradient,
  (size_t n, const float *h, const float *w, const float *c, const float *m, float *z),
  (n, h, w, c, m, z))

CK_BODY void ck_feature_rest_body(
  size_t n, float mean, const float *b, float *restrict z) {
  for (size_t i = 0; i < n; i++) z[i] /= mean + (1 - mean) * b[i];
}
DISPATCH(
  void, ck_feature_rest, (size_t n, float mean, const float *b, float *z),
  (n, mean, b, z))

CK_BODY double ck_feature_correct_body(
  size_t n, const float *h, const float *w, float k, const float *m, float *restrict z) {
  SUMS double vz = 0;
  for (size_t i = 0; i < n; i++) {
    float now = z[i] - k * m[i];
    vz += (double)(h[i] - w[i]) * (double)now;
    z[i] = now;
  }
  return vz;
}
DISPATCH(
  double, ck_feature_correct,
  (size_t n, const float *h, const float *w, float k, const float *m, float *z),
  (n, h, w, k, m, z))

CK_BODY ck_pair ck_feature_descent_body(
  size_t n, const float *h, const float *w, const float *z, float beta, const float *c,
  float *restrict p) {
  SUMS double vp = 0, cp = 0;
  for (size_t i = 0; i < n; i++) {
    float now = z[i] + beta * p[i];
    vp += (double)(h[i] - w[i]) * (double)now;
    cp += (double)c[i] * (double)now;
    p[i] = now;
  }
  return (ck_pair){vp, cp};
}
DISPATCH(
  ck_pair, ck_feature_descent,
  (size_t n, const float *h, const float *w, const float *z, float beta, const float *c,
   float *p),
  (n, h, w, z, beta, c, p))

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
