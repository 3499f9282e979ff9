#include "dispatch.h"
#include "products.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Products of bfloat16 by the matrix units (AMX): blocks of 2 x 2 tiles of C, 32 rows and
// columns, in four of the eight tile registers, and two tiles of A and of B in the others.

#define CK_AMX __attribute__((target("arch=skylake-avx512,amx-tile,amx-bf16")))

// Rows, and bytes of their steps, that pass every panel before the next ones do: they remain in
// the second cache. A block of C stays in registers for all those steps, 64 for 256 rows without
// rests: to write and read it again costs more than B's part costs that no longer fits the first
// cache (steps of 16, where it would, were 5 to 25 % slower).
enum { rows_of_pass = 256, bytes_of_pass = 1 << 20 };

static size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

int ck_request_amx(void) {
  enum {
    request_permission = 0x1023,
    tile_data = 18
  }; // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return CK_AMX_ABSENT;
  const unsigned bf16 = 1u << 22, tile = 1u << 24;
  if (!(d & bf16) || !(d & tile) || ck_level() < 4) return CK_AMX_ABSENT;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0 ? CK_AMX_GRANTED
                                                                     : CK_AMX_REFUSED;
}

#define LINE 64

// What a block of C reads: `steps` tiles of A from each of one or two blocks of rows, and of B
// from a panel. Meanwhile it asks for a share of the panel after it, `lines` of it at each step:
// without, the first block of a panel waits for B from the third cache.
typedef struct {
  size_t steps;
  const uint16_t *a, *a_rest, *next, *next_rest, *b, *b_rest;
  const char *ahead, *ahead_rest;
  size_t lines;
} operands;

static inline void ask(const operands *o, size_t step) {
  for (size_t i = step * o->lines; i < (step + 1) * o->lines; i++) {
    __builtin_prefetch(o->ahead + i * LINE, 0, 2);
    if (o->a_rest) __builtin_prefetch(o->ahead_rest + i * LINE, 0, 2);
  }
}

#define PASS(A, NEXT)                                                                    \
  _tile_dpbf16ps(0, A, 6);                                                               \
  _tile_dpbf16ps(1, A, 7);                                                               \
  _tile_dpbf16ps(2, NEXT, 6);                                                            \
  _tile_dpbf16ps(3, NEXT, 7);

// 32 rows.
CK_AMX static void block_of_two(
  const operands *o, float *c, size_t stride, int is_first) {
  if (is_first) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  } else {
    _tile_loadd(0, c, stride);
    _tile_loadd(1, c + 16, stride);
    _tile_loadd(2, (char *)c + 16 * stride, stride);
    _tile_loadd(3, (char *)(c + 16) + 16 * stride, stride);
  }
  for (size_t s = 0; s < o->steps; s++) {
    size_t a = s * CK_TILE, b = 2 * a;
    ask(o, s);
    _tile_loadd(4, o->a + a, LINE);
    _tile_loadd(5, o->next + a, LINE);
    if (o->a_rest) {
      _tile_loadd(6, o->b_rest + b, LINE);
      _tile_loadd(7, o->b_rest + b + CK_TILE, LINE);
      PASS(4, 5)
    }
    _tile_loadd(6, o->b + b, LINE);
    _tile_loadd(7, o->b + b + CK_TILE, LINE);
    PASS(4, 5)
    if (o->a_rest) {
      _tile_loadd(4, o->a_rest + a, LINE);
      _tile_loadd(5, o->next_rest + a, LINE);
      PASS(4, 5)
    }
  }
  _tile_stored(0, c, stride);
  _tile_stored(1, c + 16, stride);
  _tile_stored(2, (char *)c + 16 * stride, stride);
  _tile_stored(3, (char *)(c + 16) + 16 * stride, stride);
}

// 16 rows.
CK_AMX static void block_of_one(
  const operands *o, float *c, size_t stride, int is_first) {
  if (is_first) {
    _tile_zero(0);
    _tile_zero(1);
  } else {
    _tile_loadd(0, c, stride);
    _tile_loadd(1, c + 16, stride);
  }
  for (size_t s = 0; s < o->steps; s++) {
    size_t a = s * CK_TILE, b = 2 * a;
    ask(o, s);
    _tile_loadd(4, o->a + a, LINE);
    if (o->a_rest) {
      _tile_loadd(6, o->b_rest + b, LINE);
      _tile_loadd(7, o->b_rest + b + CK_TILE, LINE);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
    }
    _tile_loadd(6, o->b + b, LINE);
    _tile_loadd(7, o->b + b + CK_TILE, LINE);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    if (o->a_rest) {
      _tile_loadd(5, o->a_rest + a, LINE);
      _tile_dpbf16ps(0, 5, 6);
      _tile_dpbf16ps(1, 5, 7);
    }
  }
  _tile_stored(0, c, stride);
  _tile_stored(1, c + 16, stride);
}

// A block of C that ends with fewer rows or columns goes through a whole one beside it.
CK_AMX static void edge(
  const operands *o, float *c, size_t ldc, size_t rows, size_t columns, int is_first) {
  float whole[2 * CK_TILE_ROWS * CK_PANEL] __attribute__((aligned(64)));
  if (!is_first)
    for (size_t i = 0; i < 2 * CK_TILE_ROWS; i++)
      for (size_t j = 0; j < CK_PANEL; j++)
        whole[i * CK_PANEL + j] = i < rows && j < columns ? c[i * ldc + j] : 0;
  if (o->next) block_of_two(o, whole, CK_PANEL * sizeof(float), is_first);
  else block_of_one(o, whole, CK_PANEL * sizeof(float), is_first);
  for (size_t i = 0; i < rows; i++)
    memcpy(c + i * ldc, whole + i * CK_PANEL, columns * sizeof(float));
}

// Steps `step` to `step + steps` of the rows from `first` to `last` and one panel.
CK_AMX static void column(
  const ck_product *p, size_t panel, size_t first, size_t last, size_t step,
  size_t steps) {
  const size_t all = (p->k + CK_TILE_DEPTH - 1) / CK_TILE_DEPTH;
  const uint16_t *a = p->a, *a_rest = p->a_rest;
  const float *b = p->b + panel * p->panel;
  const size_t columns = lesser(CK_PANEL, p->n - panel * CK_PANEL);
  const size_t blocks = (last - first + 2 * CK_TILE_ROWS - 1) / (2 * CK_TILE_ROWS);
  const size_t lines = (2 * CK_TILE * sizeof(uint16_t) / LINE + blocks - 1) / blocks;
  for (size_t i = first; i < last; i += 2 * CK_TILE_ROWS) {
    const size_t rows = lesser(2 * CK_TILE_ROWS, last - i);
    const size_t at = (i / CK_TILE_ROWS * all + step) * CK_TILE,
                 next = at + all * CK_TILE;
    const int has_next = rows > CK_TILE_ROWS;
    // The same steps of the next panel; beyond the last one a request does nothing.
    const size_t share = (i - first) / (2 * CK_TILE_ROWS) * steps * lines * LINE;
    const char *ahead =
      (const char *)(b + p->panel) + step * 2 * CK_TILE * sizeof(uint16_t);
    operands o = {
      steps,
      a + at,
      a_rest ? a_rest + at : NULL,
      has_next ? a + next : NULL,
      has_next && a_rest ? a_rest + next : NULL,
      (const uint16_t *)b + step * 2 * CK_TILE,
      (const uint16_t *)(b + p->rest) + step * 2 * CK_TILE,
      ahead + share,
      ahead + p->rest * sizeof(float) + share,
      lines};
    float *c = p->c + i * p->ldc + panel * CK_PANEL;
    const int is_whole = columns == CK_PANEL && rows % CK_TILE_ROWS == 0;
    if (!is_whole) edge(&o, c, p->ldc, rows, columns, step == 0);
    else if (has_next) block_of_two(&o, c, p->ldc * sizeof(float), step == 0);
    else block_of_one(&o, c, p->ldc * sizeof(float), step == 0);
  }
}

CK_AMX void ck_multiply_amx(const ck_product *p) {
  struct {
    uint8_t palette, start, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
  } shape = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) {
    shape.bytes[tile] = LINE;
    shape.rows[tile] = CK_TILE_ROWS;
  }
  _tile_loadconfig(&shape);
  const size_t steps = (p->k + CK_TILE_DEPTH - 1) / CK_TILE_DEPTH;
  const size_t panels = (p->n + CK_PANEL - 1) / CK_PANEL;
  // Passes of like height: each reads all of B.
  const size_t passes = (p->rows + rows_of_pass - 1) / rows_of_pass,
               block = 2 * CK_TILE_ROWS;
  const size_t height = (p->rows + passes * block - 1) / (passes * block) * block;
  const size_t line = CK_TILE_DEPTH * sizeof(uint16_t) * (p->a_rest ? 2 : 1);
  const size_t depth = bytes_of_pass / (height * line);
  for (size_t i = 0; i < p->rows; i += height)
    for (size_t step = 0; step < steps; step += depth)
      for (size_t panel = 0; panel < panels; panel++)
        column(
          p, panel, i, lesser(i + height, p->rows), step, lesser(depth, steps - step));
  _tile_release();
}
#else
int ck_request_amx(void) { return CK_AMX_ABSENT; }
void ck_multiply_amx(const ck_product *p) { ck_multiply_tiles(p); }
#endif
