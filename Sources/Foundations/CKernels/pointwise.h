// Branch-free elementary functions for loops that vectorise. Polynomials: interpolation
// at Chebyshev nodes in 50 digits, error below a quarter unit in the last place.
#pragma once
#include "dispatch.h"

typedef struct {
  float value, rest;
} ck_pair_f32;

typedef struct {
  double value, rest;
} ck_pair_f64;

typedef struct {
  float value, rest, plus_one;
} ck_triple_f32;

typedef struct {
  double value, rest, plus_one;
} ck_triple_f64;

CK_BODY float ck_from_bits_f32(uint32_t b) { return __builtin_bit_cast(float, b); }
CK_BODY uint32_t ck_bits_f32(float x) { return __builtin_bit_cast(uint32_t, x); }
CK_BODY double ck_from_bits_f64(uint64_t b) { return __builtin_bit_cast(double, b); }
CK_BODY uint64_t ck_bits_f64(double x) { return __builtin_bit_cast(uint64_t, x); }

CK_BODY float ck_abs_f32(float x) { return __builtin_fabsf(x); }
CK_BODY double ck_abs_f64(double x) { return __builtin_fabs(x); }
CK_BODY float ck_sign_f32(float x, float sign) { return __builtin_copysignf(x, sign); }
CK_BODY double ck_sign_f64(double x, double sign) { return __builtin_copysign(x, sign); }

// exp(x) - 1 for |x| <= 80, exp(x) - 1 - x, and exp(x), each accurate relative to itself
// (the second one near 0). x = n ln 2 + r; adding 1.5 * 2^23 rounds to the integer n and leaves it in the
// low bits, without a conversion that would be undefined for NaN. NaN stays NaN.
CK_BODY ck_triple_f32 ck_expm1_f32(float x) {
  float shifted = x * 1.44269504f + 0x1.8p23f;
  float n = shifted - 0x1.8p23f;
  float scale = ck_from_bits_f32((ck_bits_f32(shifted) + 127u) << 23);
  float r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  float q = 1.989108e-04f;
  q = q * r + 1.3933731e-03f;
  q = q * r + 8.3333105e-03f;
  q = q * r + 4.1666463e-02f;
  q = q * r + 1.6666667e-01f;
  q = q * r + 0.5f;
  q = r * r * q;
  float small = r + q, value = scale * small + (scale - 1.0f);
  return (ck_triple_f32){n == 0 ? small : value, n == 0 ? q : value - x,
                         scale * small + scale};
}

CK_BODY ck_triple_f64 ck_expm1_f64(double x) {
  double shifted = x * 1.4426950408889634 + 0x1.8p52;
  double n = shifted - 0x1.8p52;
  double scale = ck_from_bits_f64((ck_bits_f64(shifted) + 1023u) << 52);
  double r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
  double q = 2.09147553258932e-09;
  q = q * r + 2.5105312729622103e-08;
  q = q * r + 2.755727347871858e-07;
  q = q * r + 2.755725517000089e-06;
  q = q * r + 2.480158732567746e-05;
  q = q * r + 0.0001984126987500228;
  q = q * r + 0.0013888888888883711;
  q = q * r + 0.008333333333326084;
  q = q * r + 0.04166666666666667;
  q = q * r + 0.1666666666666667;
  q = q * r + 0.5;
  q = r * r * q;
  double small = r + q, value = scale * small + (scale - 1.0);
  return (ck_triple_f64){n == 0 ? small : value, n == 0 ? q : value - x,
                         scale * small + scale};
}

// ln(1 + f) for f > -1, and ln(1 + f) - f; both accurate relative to themselves near 0.
CK_BODY ck_pair_f32 ck_log1p_f32(float f) {
  uint32_t b = ck_bits_f32(1.0f + f) - 0x3f3504f3u;
  float e = (float)((int32_t)b >> 23);
  float m = ck_from_bits_f32((b & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
  float g = e == 0 ? f : m;
  float p = 6.971612e-02f;
  p = p * g - 1.1479734e-01f;
  p = p * g + 1.168542e-01f;
  p = p * g - 1.2425687e-01f;
  p = p * g + 1.4249058e-01f;
  p = p * g - 1.6667803e-01f;
  p = p * g + 2.0000716e-01f;
  p = p * g - 2.4999997e-01f;
  p = p * g + 3.333333e-01f;
  float gg = g * g;
  float rest = gg * g * p - 0.5f * gg;
  float value = e * 0.693147182f + (g + rest);
  return (ck_pair_f32){value, e == 0 ? rest : value - f};
}

CK_BODY ck_pair_f64 ck_log1p_f64(double f) {
  uint64_t b = ck_bits_f64(1.0 + f) - 0x3fe6a09e667f3bcdu;
  double e = (double)(int32_t)((int64_t)b >> 52);
  double m = ck_from_bits_f64((b & 0xfffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1.0;
  double g = e == 0 ? f : m;
  double t = g / (2.0 + g), y = t * t, half = 0.5 * g * g;
  double p = 0.14616449685088906;
  p = p * y + 0.1533172160055169;
  p = p * y + 0.1818288912526188;
  p = p * y + 0.22222211134795078;
  p = p * y + 0.28571428625975487;
  p = p * y + 0.39999999999899505;
  p = p * y + 0.666666666666667;
  double rest = t * (half + y * p) - half;
  double value = e * 0.6931471805599453 + (g + rest);
  return (ck_pair_f64){value, e == 0 ? rest : value - f};
}
