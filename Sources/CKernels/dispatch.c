#include "dispatch.h"

static int detected(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("x86-64-v4")) return 4;
  if (__builtin_cpu_supports("x86-64-v3")) return 3;
#endif
  return 2;
}

// Zero until first asked; every thread would store the same number.
static _Atomic int level;

int ck_level(void) {
  int now = __c11_atomic_load(&level, __ATOMIC_RELAXED);
  if (now == 0) {
    now = detected();
    __c11_atomic_store(&level, now, __ATOMIC_RELAXED);
  }
  return now;
}

int ck_restrict_level(int most) {
  int best = detected();
  int chosen = most < 2 ? 2 : most < best ? most : best;
  __c11_atomic_store(&level, chosen, __ATOMIC_RELAXED);
  return chosen;
}
