#include <string.h>

#include "dispatch.h"

// Bits must not depend on the processor: no contraction anywhere in this file.
#pragma clang fp contract(off)

// Blocks made at a time; the words of a chunk stay in the first-level cache.
enum { CHUNK = 64 };

typedef struct {
  uint32_t w[4][CHUNK];
} words;

// Philox4x32-10 for `count` blocks from `block`. Each 32-bit word sits in a 64-bit lane,
// whose upper half is ignored, so that a round is two multiplications and no shuffle.
CK_BODY void philox(
  uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint32_t block,
  int count, words *restrict out) {
  for (int j = 0; j < count; j++) {
    uint64_t c0 = (uint32_t)(block + (uint32_t)j), c1 = k, c2 = iteration, c3 = stream;
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    _Pragma("clang loop unroll(full)") for (int round = 0; round < 10; round++) {
      uint64_t p0 = (c0 & 0xffffffffu) * 0xD2511F53u,
               p1 = (c2 & 0xffffffffu) * 0xCD9E8D57u;
      c0 = (p1 >> 32) ^ c1 ^ k0;
      c1 = p1;
      c2 = (p0 >> 32) ^ c3 ^ k1;
      c3 = p0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    out->w[0][j] = (uint32_t)c0;
    out->w[1][j] = (uint32_t)c1;
    out->w[2][j] = (uint32_t)c2;
    out->w[3][j] = (uint32_t)c3;
  }
}

CK_BODY float as_f32(uint32_t b) { return __builtin_bit_cast(float, b); }
CK_BODY uint32_t bits_f32(float x) { return __builtin_bit_cast(uint32_t, x); }
CK_BODY double as_f64(uint64_t b) { return __builtin_bit_cast(double, b); }
CK_BODY uint64_t bits_f64(double x) { return __builtin_bit_cast(uint64_t, x); }

// sqrt(-2 ln u), u = (x + 1/2) / 2^32. Above sqrt(1/2) the logarithm starts from 1 - u,
// made from the complement of x, so that no digit is lost near u = 1.
CK_BODY float radius_f32(uint32_t x) {
  float v = (float)x + 0.5f;
  uint32_t b = bits_f32(v) - 0x3f3504f3u;
  int e = (int)(b >> 23) - 32;
  float f = as_f32((b & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
  float near_one = -((float)~x + 0.5f) * 0x1p-32f;
  f = e == 0 ? near_one : f;
  float p = 6.971612e-02f;
  p = p * f - 1.1479734e-01f;
  p = p * f + 1.168542e-01f;
  p = p * f - 1.2425687e-01f;
  p = p * f + 1.4249058e-01f;
  p = p * f - 1.6667803e-01f;
  p = p * f + 2.0000716e-01f;
  p = p * f - 2.4999997e-01f;
  p = p * f + 3.333333e-01f;
  float ff = f * f;
  float log_u = f - (0.5f * ff - ff * f * p) + (float)e * 0.6931471806f;
  return __builtin_sqrtf(-2.0f * log_u);
}

CK_BODY double radius_f64(uint32_t x) {
  double v = (double)x + 0.5;
  uint64_t b = bits_f64(v) - 0x3fe6a09e667f3bcdu;
  int e = (int)(b >> 52) - 32;
  double f = as_f64((b & 0xfffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1.0;
  double s = f / (2.0 + f), y = s * s, half = 0.5 * f * f;
  double p = 0.14616449685088906;
  p = p * y + 0.1533172160055169;
  p = p * y + 0.1818288912526188;
  p = p * y + 0.22222211134795078;
  p = p * y + 0.28571428625975487;
  p = p * y + 0.39999999999899505;
  p = p * y + 0.666666666666667;
  double log_u = f - (half - s * (half + y * p)) + (double)e * 0.6931471805599453;
  return __builtin_sqrt(-2.0 * log_u);
}

// cos and sin of 2 pi u, u = (x + 1/2) / 2^32: the quadrant is taken from the integer,
// exactly, and the rest lies in [-pi/4, pi/4].
CK_BODY void direction_f32(uint32_t x, float *restrict c, float *restrict s) {
  uint32_t q = (x + 0x20000000u) >> 30;
  int32_t r = (int32_t)(x - (q << 30));
  float a = ((float)r + 0.5f) * (6.2831853072f * 0x1p-32f);
  float y = a * a;
  float sine = -1.958789e-04f;
  sine = sine * y + 8.332748e-03f;
  sine = sine * y - 1.6666664e-01f;
  sine = a + a * y * sine;
  float cosine = 2.4547942e-05f;
  cosine = cosine * y - 1.3888302e-03f;
  cosine = cosine * y + 4.1666664e-02f;
  cosine = 1.0f - (0.5f * y - y * y * cosine);
  uint32_t odd = q & 1;
  uint32_t cb = bits_f32(odd ? sine : cosine), sb = bits_f32(odd ? cosine : sine);
  *c = as_f32(cb ^ (((q + 1) & 2) << 30));
  *s = as_f32(sb ^ ((q & 2) << 30));
}

CK_BODY void direction_f64(uint32_t x, double *restrict c, double *restrict s) {
  uint32_t q = (x + 0x20000000u) >> 30;
  int32_t r = (int32_t)(x - (q << 30));
  double a = ((double)r + 0.5) * (6.283185307179586 * 0x1p-32);
  double y = a * a;
  double sine = 1.591812929486638e-10;
  sine = sine * y - 2.505113184500362e-08;
  sine = sine * y + 2.755731610255244e-06;
  sine = sine * y - 0.00019841269836758574;
  sine = sine * y + 0.008333333333330948;
  sine = sine * y - 0.16666666666666666;
  sine = a + a * y * sine;
  double cosine = -1.1382632425521575e-11;
  cosine = cosine * y + 2.0876146268403195e-09;
  cosine = cosine * y - 2.7557317271729793e-07;
  cosine = cosine * y + 2.480158729876569e-05;
  cosine = cosine * y - 0.0013888888888887398;
  cosine = cosine * y + 0.041666666666666664;
  cosine = 1.0 - (0.5 * y - y * y * cosine);
  uint64_t odd = q & 1;
  uint64_t cb = bits_f64(odd ? sine : cosine), sb = bits_f64(odd ? cosine : sine);
  *c = as_f64(cb ^ ((uint64_t)((q + 1) & 2) << 62));
  *s = as_f64(sb ^ ((uint64_t)(q & 2) << 62));
}

#define NORMALS(T, SUFFIX)                                                               \
  CK_BODY void normals_##SUFFIX(const words *restrict w, int count, T *restrict out) {   \
    for (int j = 0; j < count; j++) {                                                    \
      T c0, s0, c1, s1;                                                                  \
      T r0 = radius_##SUFFIX(w->w[0][j]), r1 = radius_##SUFFIX(w->w[2][j]);              \
      direction_##SUFFIX(w->w[1][j], &c0, &s0);                                          \
      direction_##SUFFIX(w->w[3][j], &c1, &s1);                                          \
      out[4 * j] = r0 * c0;                                                              \
      out[4 * j + 1] = r0 * s0;                                                          \
      out[4 * j + 2] = r1 * c1;                                                          \
      out[4 * j + 3] = r1 * s1;                                                          \
    }                                                                                    \
  }

NORMALS(float, f32)
// The analyser does not follow how `philox` fills the words.
NORMALS(double, f64) // NOLINT(clang-analyzer-core.CallAndMessage)

#define EACH_WORD(NAME, T, VALUE)                                                        \
  CK_BODY void NAME(const words *restrict w, int count, T *restrict out) {               \
    for (int j = 0; j < count; j++) {                                                    \
      for (int i = 0; i < 4; i++) {                                                      \
        uint32_t x = w->w[i][j];                                                         \
        out[4 * j + i] = VALUE;                                                          \
      }                                                                                  \
    }                                                                                    \
  }

EACH_WORD(plain, uint32_t, x)
EACH_WORD(uniforms_f32, float, ((float)(int32_t)(x >> 9) + 0.5f) * 0x1p-23f)
EACH_WORD(uniforms_f64, double, ((double)x + 0.5) * 0x1p-32)

// Whole blocks are made chunk by chunk; the first and the last may be used in part.
#define STREAM(NAME, T, FINISH)                                                          \
  CK_BODY void NAME##_body(                                                              \
    uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first,      \
    size_t n, T *restrict out) {                                                         \
    words w;                                                                             \
    T made[4 * CHUNK];                                                                   \
    while (n > 0) {                                                                      \
      size_t skip = first & 3;                                                           \
      size_t blocks = (skip + n + 3) / 4;                                                \
      int count = blocks < CHUNK ? (int)blocks : CHUNK;                                  \
      size_t used = 4 * (size_t)count - skip < n ? 4 * (size_t)count - skip : n;         \
      philox(seed, k, iteration, stream, (uint32_t)(first >> 2), count, &w);             \
      if (used == 4 * CHUNK) {                                                           \
        FINISH(&w, CHUNK, out);                                                          \
      } else {                                                                           \
        FINISH(&w, count, made);                                                         \
        memcpy(out, made + skip, used * sizeof(T));                                      \
      }                                                                                  \
      first += used;                                                                     \
      n -= used;                                                                         \
      out += used;                                                                       \
    }                                                                                    \
  }                                                                                      \
  DISPATCH(                                                                              \
    void, NAME,                                                                          \
    (uint64_t seed, uint32_t k, uint32_t iteration, uint32_t stream, uint64_t first,     \
     size_t n, T *restrict out),                                                         \
    (seed, k, iteration, stream, first, n, out))

STREAM(ck_random_words, uint32_t, plain)
STREAM(ck_random_uniform_f32, float, uniforms_f32)
STREAM(ck_random_uniform_f64, double, uniforms_f64)
STREAM(ck_random_normal_f32, float, normals_f32)
STREAM(ck_random_normal_f64, double, normals_f64)
