#include "CKernelChoice.h"
#include <stddef.h>
#include <string.h>

// Bits of the vectors that a family's kernels use; what is not listed is newer than this rule,
// or of another architecture, and left alone.
static const struct {
  const char *name;
  int bits;
} families[] = {
  // clang-format off
    {"Katmai", 128},     {"Coppermine", 128},   {"Northwood", 128},  {"Prescott", 128},
    {"Banias", 128},     {"Atom", 128},         {"Core2", 128},      {"Penryn", 128},
    {"Dunnington", 128}, {"Nehalem", 128},      {"Athlon", 128},     {"Opteron", 128},
    {"Opteron_SSE3", 128}, {"Barcelona", 128},  {"Nano", 128},       {"Bobcat", 128},
    // 256 bits without the fused multiply-add of AVX2 processors: half of what those do.
    {"Sandybridge", 128}, {"Bulldozer", 128},   {"Piledriver", 128}, {"Steamroller", 128},
    {"Excavator", 256},  {"Haswell", 256},      {"Zen", 256},        {"SkylakeX", 512},
    {"Cooperlake", 512}, {"SapphireRapids", 512},
  // clang-format on
};

// Best first. Cooperlake's kernels are SkylakeX's and those for bfloat16: both were measured at
// the same rate (134 GFLOP/s a core in single precision on an Emerald Rapids).
static const struct {
  const char *name;
  int bits, needs, flag;
} candidates[] = {
  {"Cooperlake", 512, ckc_avx512 | ckc_avx512_bf16, ckc_cooperlake},
  {"SkylakeX", 512, ckc_avx512, ckc_skylakex},
  {"Haswell", 256, ckc_avx2_fma, ckc_haswell},
};

static int bits_of(const char *name) {
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
    if (strcmp(families[i].name, name) == 0) return families[i].bits;
  return 0;
}

const char *ckc_better(const char *used, int features, int available) {
  int bits = bits_of(used);
  if (bits == 0) return NULL;
  for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++)
    if (
      candidates[i].bits > bits && (candidates[i].needs & ~features) == 0 &&
      (candidates[i].flag & available))
      return candidates[i].name;
  return NULL;
}

int ckc_features(void) {
  int features = 0;
#if defined(__x86_64__)
  // Of wide registers the compiler's library also asks whether the system saves them (XGETBV).
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    features = ckc_avx2_fma;
  if (
    features && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
    __builtin_cpu_supports("avx512cd"))
    features |= ckc_avx512;
  if ((features & ckc_avx512) && __builtin_cpu_supports("avx512bf16"))
    features |= ckc_avx512_bf16;
#endif
  return features;
}
