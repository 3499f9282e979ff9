// Rounding to bfloat16, the high half of a number in single precision.
#pragma once
#include "dispatch.h"
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#define CK_BF16 __attribute__((target("arch=skylake-avx512,avx512bf16")))
#endif

// To the nearest bfloat16 as VCVTNEPS2BF16 rounds: ties to even, subnormal numbers to zeros.
CK_BODY uint16_t rounded(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  uint32_t magnitude = bits & 0x7fffffff, sign = bits >> 16 & 0x8000;
  uint32_t nearest = (magnitude + 0x7fff + (magnitude >> 16 & 1)) >> 16;
  uint32_t quiet = magnitude >> 16 | 0x40;
  uint32_t high = magnitude > 0x7f800000 ? quiet : nearest;
  return (uint16_t)(sign | (magnitude < 0x00800000 ? 0 : high));
}

CK_BODY float widened(uint16_t high) {
  uint32_t bits = (uint32_t)high << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
