#include "bfloat16.h"
#include "products.h"
#include <string.h>

// Tiles of bfloat16: rounding, packing, and the products in plain C, bit by bit what the matrix
// units and the vector units for bfloat16 compute.

static size_t steps_of(size_t k) { return (k + CK_TILE_DEPTH - 1) / CK_TILE_DEPTH; }

CK_BODY void ck_tiles_row_body(
  size_t k, const float *restrict x, uint16_t *restrict tiles, uint16_t *restrict rest) {
  for (size_t first = 0; first < k; first += CK_TILE_DEPTH) {
    float line[CK_TILE_DEPTH] = {0};
    size_t count = k - first < CK_TILE_DEPTH ? k - first : CK_TILE_DEPTH;
    if (count == CK_TILE_DEPTH) memcpy(line, x + first, sizeof line);
    else memcpy(line, x + first, count * sizeof(float));
    uint16_t *high = tiles + first / CK_TILE_DEPTH * CK_TILE;
    for (int l = 0; l < CK_TILE_DEPTH; l++) high[l] = rounded(line[l]);
    if (!rest) continue;
    uint16_t *low = rest + first / CK_TILE_DEPTH * CK_TILE;
    for (int l = 0; l < CK_TILE_DEPTH; l++) low[l] = rounded(line[l] - widened(high[l]));
  }
}

DISPATCH(
  void, ck_tiles_row, (size_t k, const float *x, uint16_t *tiles, uint16_t *rest),
  (k, x, tiles, rest))

void ck_tiles_swap(size_t k, uint16_t *first, uint16_t *second) {
  for (size_t step = 0; step < steps_of(k); step++) {
    uint16_t held[CK_TILE_DEPTH];
    uint16_t *a = first + step * CK_TILE, *b = second + step * CK_TILE;
    memcpy(held, a, sizeof held);
    memcpy(a, b, sizeof held);
    memcpy(b, held, sizeof held);
  }
}

void ck_panel(
  size_t k, size_t n, const float *b, size_t row, size_t column, float *panel) {
  for (size_t l = 0; l < k; l++)
    for (size_t j = 0; j < CK_PANEL; j++)
      panel[l * CK_PANEL + j] = j < n ? b[l * row + j * column] : 0;
}

CK_BODY void ck_tiles_panel_body(
  size_t k, size_t n, const float *b, size_t row, size_t column, uint16_t *restrict tiles,
  uint16_t *restrict rest) {
  for (size_t first = 0; first < k; first += CK_TILE_DEPTH) {
    float lines[CK_TILE_DEPTH * CK_PANEL];
    size_t count = k - first < CK_TILE_DEPTH ? k - first : CK_TILE_DEPTH;
    memset(lines, 0, sizeof lines);
    ck_panel(count, n, b + first * row, row, column, lines);
    size_t at = first / CK_TILE_DEPTH * 2 * CK_TILE;
    for (int l = 0; l < CK_TILE_DEPTH; l++)
      for (int j = 0; j < CK_PANEL; j++) {
        float x = lines[l * CK_PANEL + j];
        uint16_t high = rounded(x);
        size_t place = at + j / 16 * CK_TILE + l / 2 * 32 + j % 16 * 2 + l % 2;
        tiles[place] = high;
        if (rest) rest[place] = rounded(x - widened(high));
      }
  }
}

DISPATCH(
  void, ck_tiles_panel,
  (size_t k, size_t n, const float *b, size_t row, size_t column, uint16_t *tiles,
   uint16_t *rest),
  (k, n, b, row, column, tiles, rest))

// a b + c, rounded once; a subnormal result becomes a zero of its sign. Whether it is subnormal
// is decided on the rounded result of an unbounded exponent, hence the scaled second one.
CK_BODY float fused(float a, float b, float c) {
  float sum = __builtin_fmaf(a, b, c);
  float scaled = __builtin_fmaf(a * 0x1p64f, b, c * 0x1p64f);
  return __builtin_fabsf(scaled) < 0x1p-62f ? __builtin_copysignf(0, sum) : sum;
}

CK_BODY float added(float a, float b) {
  float sum = a + b;
  return __builtin_fabsf(sum) < 0x1p-126f ? __builtin_copysignf(0, sum) : sum;
}

CK_BODY float widened_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// B[2q, j] and B[2q + 1, j] of a step, the first in the low half.
CK_BODY uint32_t pair_at(const uint16_t *b, int q, int j) {
  uint32_t pair;
  memcpy(&pair, b + j / 16 * CK_TILE + q * 32 + j % 16 * 2, sizeof pair);
  return pair;
}

// One line of TDPBF16PS for the two tiles of a panel (Intel 64 and IA-32 Architectures Software
// Developer's Manual, volume 2, "TDPBF16PS"): elements of even and of odd index are summed apart,
// each a chain of fused multiply-adds, then added to each other and to the destination.
CK_BODY void tile_step(const uint16_t *a, const uint16_t *b, float *restrict sums) {
  float even[CK_PANEL] = {0}, odd[CK_PANEL] = {0};
  for (int q = 0; q < 16; q++) {
    float a_even = widened(a[2 * q]), a_odd = widened(a[2 * q + 1]);
    for (int j = 0; j < CK_PANEL; j++) {
      uint32_t pair = pair_at(b, q, j);
      even[j] = fused(a_even, widened_bits(pair << 16), even[j]);
      odd[j] = fused(a_odd, widened_bits(pair & 0xffff0000), odd[j]);
    }
  }
  for (int j = 0; j < CK_PANEL; j++) sums[j] = added(sums[j], added(even[j], odd[j]));
}

// The same by VDPBF16PS (there, "VDPBF16PS"): of each pair the product of the odd elements is
// added to the sum first, fused, then that of the even ones.
CK_BODY void pair_step(const uint16_t *a, const uint16_t *b, float *restrict sums) {
  for (int q = 0; q < 16; q++) {
    float a_even = widened(a[2 * q]), a_odd = widened(a[2 * q + 1]);
    for (int j = 0; j < CK_PANEL; j++) {
      uint32_t pair = pair_at(b, q, j);
      float sum = fused(a_odd, widened_bits(pair & 0xffff0000), sums[j]);
      sums[j] = fused(a_even, widened_bits(pair << 16), sum);
    }
  }
}

// All of C, by a function for a line of A and one step of a panel.
CK_BODY void multiply(
  const ck_product *p, void (*step)(const uint16_t *, const uint16_t *, float *)) {
  size_t steps = steps_of(p->k);
  for (size_t i = 0; i < p->rows; i++) {
    size_t line = i / CK_TILE_ROWS * steps * CK_TILE + i % CK_TILE_ROWS * CK_TILE_DEPTH;
    const uint16_t *a = (const uint16_t *)p->a + line;
    const uint16_t *a_rest = p->a_rest ? (const uint16_t *)p->a_rest + line : NULL;
    for (size_t first = 0; first < p->n; first += CK_PANEL) {
      const float *panel = p->b + first / CK_PANEL * p->panel;
      const uint16_t *b = (const uint16_t *)panel;
      const uint16_t *b_rest = (const uint16_t *)(panel + p->rest);
      float sums[CK_PANEL] = {0};
      for (size_t s = 0; s < steps; s++) {
        if (a_rest) step(a + s * CK_TILE, b_rest + s * 2 * CK_TILE, sums);
        step(a + s * CK_TILE, b + s * 2 * CK_TILE, sums);
        if (a_rest) step(a_rest + s * CK_TILE, b + s * 2 * CK_TILE, sums);
      }
      size_t columns = p->n - first < CK_PANEL ? p->n - first : CK_PANEL;
      memcpy(p->c + i * p->ldc + first, sums, columns * sizeof(float));
    }
  }
}

CK_BODY void ck_multiply_tiles_body(const ck_product *p) { multiply(p, tile_step); }

DISPATCH(void, ck_multiply_tiles, (const ck_product *p), (p))

CK_BODY void ck_multiply_pairs_body(const ck_product *p) { multiply(p, pair_step); }

DISPATCH(void, ck_multiply_pairs, (const ck_product *p), (p))
