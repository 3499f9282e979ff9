#include "dispatch.h"

// Chains of multiplications with an addition, in registers alone: as many at a time as hide
// each other's latency, and no more than there are registers.
enum { chains = 12 };

#define CHAINS(NAME, TARGET, BYTES)                                                      \
  TARGET static double NAME(long rounds) {                                               \
    typedef float vector __attribute__((vector_size(BYTES)));                            \
    vector sums[chains];                                                                 \
    for (int i = 0; i < chains; i++) sums[i] = (vector){0} + (float)i;                   \
    for (long round = 0; round < rounds; round++)                                        \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) {              \
        sums[i] = sums[i] * 0.5f + 1.0f;                                                 \
      }                                                                                  \
    vector sum = sums[0];                                                                \
    for (int i = 1; i < chains; i++) sum += sums[i];                                     \
    __asm__ volatile("" : : "m"(sum));                                                   \
    const long lanes = BYTES / sizeof(float);                                            \
    return 2.0 * chains * (double)lanes * (double)rounds;                                \
  }

#if defined(__x86_64__)
CHAINS(chains_v2, , 16)
CHAINS(chains_v3, CK_V3, 32)
CHAINS(chains_v4, CK_V4, 64)

double ck_multiply_and_add(long rounds) {
  switch (ck_level()) {
    case 4: return chains_v4(rounds);
    case 3: return chains_v3(rounds);
    default: return chains_v2(rounds);
  }
}
#else
CHAINS(chains_v2, , 16)

double ck_multiply_and_add(long rounds) { return chains_v2(rounds); }
#endif
