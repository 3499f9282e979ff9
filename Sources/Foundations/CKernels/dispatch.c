#include "dispatch.h"

static int detected(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("x86-64-v4")) return 4;
  if (__builtin_cpu_supports("x86-64-v3")) return 3;
#endif
  return 2;
}

// One of each per thread, so that a test that lowers its level leaves the tests beside
// it alone. Zero until first asked.
static _Thread_local int level;

int ck_level(void) {
  if (level == 0) level = detected();
  return level;
}

int ck_restrict_level(int most) {
  int best = detected();
  level = most < 2 ? 2 : most < best ? most : best;
  return level;
}
