#include "bfloat16.h"
#include "products.h"

// Products of bfloat16 by vectors (AVX512_BF16): blocks of C of `rows_of_block` rows and the two
// vectors of a panel in registers, and the same tiles that the matrix units read. A line of a tile
// of B is the operand of VDPBF16PS, and two neighbours of a row of A the number beside it.

// Sums of a block hide the latency of six with two instructions a cycle, and are whole shares of a
// tile. Steps of a pass: B's part of a panel, 24 kB, remains in the first cache while all rows of
// a pass go by, and theirs in the second.
enum { rows_of_block = 8, steps_of_pass = 12, rows_of_pass = 512 };

static size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

static int detected(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 1, &a, &b, &c, &d) || !(a & 1u << 5)) return CK_BF16_ABSENT;
  // VDPBF16PS is as fast as a multiplication with an addition, and does twice as much, on AMD's
  // processors that have it: 504 against 274 GFLOP/s a core measured on family 1Ah (Zen 5), 234
  // against 117 on 19h (Zen 4). Intel's take at least twice as long for it (Emerald Rapids).
  __get_cpuid(0, &a, &b, &c, &d);
  const int is_amd = b == signature_AMD_ebx && c == signature_AMD_ecx;
  __get_cpuid(1, &a, &b, &c, &d);
  const unsigned family = (a >> 8 & 0xf) + (a >> 20 & 0xff);
  return is_amd && family >= 0x19 ? CK_BF16_FAST : CK_BF16_SLOW;
}

// Asked once a thread: a virtual machine answers slowly, and tangents ask for each product.
static _Thread_local int units = -1;

int ck_bf16_vectors(void) {
  if (ck_level() < 4) return CK_BF16_ABSENT;
  if (units < 0) units = detected();
  return units;
}

#define UNROLLED _Pragma("clang loop unroll(full)")

// sums += A B for the rows of a block and one step.
#define STEP(A, B)                                                                       \
  for (int q = 0; q < CK_TILE_ROWS; q++) {                                               \
    const __m512bh left = (__m512bh)_mm512_loadu_si512((B) + q * 32);                    \
    const __m512bh right = (__m512bh)_mm512_loadu_si512((B) + CK_TILE + q * 32);         \
    UNROLLED for (int r = 0; r < ROWS; r++) {                                            \
      int pair;                                                                          \
      memcpy(&pair, (A) + r * CK_TILE_DEPTH + 2 * q, sizeof pair);                       \
      const __m512bh x = (__m512bh)_mm512_set1_epi32(pair);                              \
      sums[r][0] = _mm512_dpbf16_ps(sums[r][0], x, left);                                \
      sums[r][1] = _mm512_dpbf16_ps(sums[r][1], x, right);                               \
    }                                                                                    \
  }

// Some steps of a block of C.
CK_BF16 static void block(
  size_t steps, const uint16_t *a, const uint16_t *a_rest, const uint16_t *b,
  const uint16_t *b_rest, float *c, size_t ldc, int is_first) {
  enum { ROWS = rows_of_block };
  __m512 sums[ROWS][2];
  UNROLLED for (int r = 0; r < ROWS; r++) for (int h = 0; h < 2; h++) {
    sums[r][h] = is_first ? _mm512_setzero_ps() : _mm512_loadu_ps(c + r * ldc + h * 16);
  }
  if (!a_rest) {
    for (size_t s = 0; s < steps; s++) {
      STEP(a + s * CK_TILE, b + s * 2 * CK_TILE)
    }
  } else {
    for (size_t s = 0; s < steps; s++) {
      STEP(a + s * CK_TILE, b_rest + s * 2 * CK_TILE)
      STEP(a + s * CK_TILE, b + s * 2 * CK_TILE)
      STEP(a_rest + s * CK_TILE, b + s * 2 * CK_TILE)
    }
  }
  UNROLLED for (int r = 0; r < ROWS; r++) for (int h = 0; h < 2; h++) {
    _mm512_storeu_ps(c + r * ldc + h * 16, sums[r][h]);
  }
}

// The same where C ends with fewer rows or columns: through a whole block beside it.
static void edge(
  size_t steps, const uint16_t *a, const uint16_t *a_rest, const uint16_t *b,
  const uint16_t *b_rest, float *c, size_t ldc, size_t rows, size_t columns,
  int is_first) {
  float whole[rows_of_block * CK_PANEL] = {0};
  for (size_t r = 0; r < rows && !is_first; r++)
    memcpy(whole + r * CK_PANEL, c + r * ldc, columns * sizeof(float));
  block(steps, a, a_rest, b, b_rest, whole, CK_PANEL, is_first);
  for (size_t r = 0; r < rows; r++)
    memcpy(c + r * ldc, whole + r * CK_PANEL, columns * sizeof(float));
}

// Fetches the block of C that is next, whose rows lie on pages of their own, and a share of the
// next panel of B: neither comes by itself before it is used. On Zen 4 products take a tenth less
// time by it.
static inline void fetch(const float *c, size_t ldc, const uint16_t *b, size_t count) {
  enum { line_of_c = 16, line_of_b = 32 };
  for (size_t r = 0; r < rows_of_block; r++)
    for (size_t j = 0; j < CK_PANEL; j += line_of_c)
      __builtin_prefetch(c + r * ldc + j, 1, 3);
  for (size_t i = 0; i < count; i += line_of_b) __builtin_prefetch(b + i, 0, 2);
}

// Steps `step` to `step + steps` of the rows from `first` to `last` and one panel.
static void column(
  const ck_product *p, size_t panel, size_t first, size_t last, size_t step,
  size_t steps) {
  const size_t all = (p->k + CK_TILE_DEPTH - 1) / CK_TILE_DEPTH;
  const uint16_t *a = p->a, *a_rest = p->a_rest;
  const float *held = p->b + panel * p->panel;
  const uint16_t *b = (const uint16_t *)held + step * 2 * CK_TILE,
                 *b_rest = (const uint16_t *)(held + p->rest) + step * 2 * CK_TILE;
  const size_t columns = lesser(CK_PANEL, p->n - panel * CK_PANEL);
  // What each block fetches of the next panel of B, so that all is there in the end.
  const uint16_t *next = b + p->panel * (sizeof *p->b / sizeof *b);
  const size_t blocks = (last - first + rows_of_block - 1) / rows_of_block;
  const size_t share = (steps * 2 * CK_TILE + blocks - 1) / blocks;
  for (size_t i = first; i < last; i += rows_of_block) {
    const size_t rows = lesser(rows_of_block, last - i);
    const size_t at =
      (i / CK_TILE_ROWS * all + step) * CK_TILE + i % CK_TILE_ROWS * CK_TILE_DEPTH;
    const uint16_t *rest = a_rest ? a_rest + at : NULL;
    float *c = p->c + i * p->ldc + panel * CK_PANEL;
    fetch(
      c + rows_of_block * p->ldc, p->ldc, next + (i - first) / rows_of_block * share,
      share);
    if (rows == rows_of_block && columns == CK_PANEL)
      block(steps, a + at, rest, b, b_rest, c, p->ldc, step == 0);
    else edge(steps, a + at, rest, b, b_rest, c, p->ldc, rows, columns, step == 0);
  }
}

void ck_multiply_avx512bf16(const ck_product *p) {
  const size_t steps = (p->k + CK_TILE_DEPTH - 1) / CK_TILE_DEPTH;
  const size_t panels = (p->n + CK_PANEL - 1) / CK_PANEL;
  // Passes of like height: each reads all of B.
  const size_t passes = (p->rows + rows_of_pass - 1) / rows_of_pass;
  const size_t blocks = (p->rows + rows_of_block - 1) / rows_of_block;
  const size_t height = (blocks + passes - 1) / passes * rows_of_block;
  // Rests double what a step reads.
  const size_t depth = steps_of_pass / (p->a_rest ? 2 : 1);
  for (size_t i = 0; i < p->rows; i += height)
    for (size_t step = 0; step < steps; step += depth)
      for (size_t panel = 0; panel < panels; panel++)
        column(
          p, panel, i, lesser(i + height, p->rows), step, lesser(depth, steps - step));
}
#else
int ck_bf16_vectors(void) { return CK_BF16_ABSENT; }
void ck_multiply_avx512bf16(const ck_product *p) { ck_multiply_pairs(p); }
#endif
