// One body, compiled for three processor families and chosen when it is called.
//
// A kernel is written once as `name_body`, always inlined; DISPATCH makes `name_v2`,
// `name_v3` (AVX2, FMA), `name_v4` (AVX-512) of it and the public `name`. Explicit
// variants, not target_clones, so that the tests can run each of them on one machine.
#pragma once
#include "CKernels.h"

#define CK_BODY static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define CK_V3 __attribute__((target("arch=haswell")))
#define CK_V4 __attribute__((target("arch=skylake-avx512")))
#define DISPATCH(RESULT, NAME, PARAMETERS, ARGUMENTS)                                    \
  static RESULT NAME##_v2 PARAMETERS { return NAME##_body ARGUMENTS; }                   \
  CK_V3 static RESULT NAME##_v3 PARAMETERS { return NAME##_body ARGUMENTS; }             \
  CK_V4 static RESULT NAME##_v4 PARAMETERS { return NAME##_body ARGUMENTS; }             \
  RESULT NAME PARAMETERS {                                                               \
    switch (ck_level()) {                                                                \
      case 4: return NAME##_v4 ARGUMENTS;                                                \
      case 3: return NAME##_v3 ARGUMENTS;                                                \
      default: return NAME##_v2 ARGUMENTS;                                               \
    }                                                                                    \
  }
#else
#define DISPATCH(RESULT, NAME, PARAMETERS, ARGUMENTS)                                    \
  RESULT NAME PARAMETERS { return NAME##_body ARGUMENTS; }
#endif
