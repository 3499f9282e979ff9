// Products C = A B with a fixed matrix B, packed once: see products.c, tiles.c, amx.c and
// avx512bf16.c.
#pragma once
#include <stddef.h>
#include <stdint.h>

// B (k x n) lies in panels of CK_PANEL columns, what is missing of the last one filled with
// zeros. Products in single precision read a panel as k lines of CK_PANEL numbers, and A as
// rows.
//
// Products of bfloat16 read both as tiles, the registers of the matrix units: CK_TILE_ROWS lines
// of CK_TILE_DEPTH numbers, 1 KB. The k numbers of a sum are cut into steps of CK_TILE_DEPTH, the
// last one filled with zeros. A tile of A is 16 rows in one step; those of a block of rows
// follow each other, step after step. A tile of B is 16 columns in one step, and its line q
// holds B[2q, j], B[2q + 1, j] for each column j in turn (the layout of TDPBF16PS); a panel has
// two tiles a step.
//
// x is rounded to its high part, the nearest bfloat16 (ties to even; subnormal numbers become
// zeros), and what is left, x - high, to its rest, which lies in tiles of the same layout.
enum { CK_PANEL = 32, CK_TILE_ROWS = 16, CK_TILE_DEPTH = 32, CK_TILE = 512 };

/// The operands of a product; `rows` of A and C are used.
typedef struct {
  size_t rows, k, n;
  const void *a, *a_rest; // a_rest: null for a product of the high parts alone
  size_t lda;             // numbers from row to row of A, in single precision
  const float *b;
  size_t panel, rest; // floats from panel to panel, and from one to its rests
  float *c;
  size_t ldc;
} ck_product;

/// C in single precision, each element one chain of fused multiply-adds in ascending k: the same
/// bits on all levels. The level is that of `ck_level`, and the last one plain C.
void ck_multiply_v4(const ck_product *p);
void ck_multiply_v3(const ck_product *p);
void ck_multiply_portable(const ck_product *p);

/// C from tiles by the matrix units, which the process must have been granted, and by plain C
/// with the same roundings and order of sums. Per step: high parts with rests, high parts, rests
/// with high parts; the first and last where `a_rest` is given.
void ck_multiply_amx(const ck_product *p);
void ck_multiply_tiles(const ck_product *p);

/// The same by the vector units for bfloat16 (VDPBF16PS), and by plain C with the same roundings
/// and order of sums, which differ from those of the matrix units.
void ck_multiply_avx512bf16(const ck_product *p);
void ck_multiply_pairs(const ck_product *p);

/// The vector units for bfloat16 of this processor: not there, no faster than in single
/// precision, or faster.
enum { CK_BF16_ABSENT = 0, CK_BF16_SLOW = 1, CK_BF16_FAST = 2 };
int ck_bf16_vectors(void);

/// The matrix units for bfloat16 of this processor: not there, granted to this process, or
/// refused by the system.
enum { CK_AMX_ABSENT = 0, CK_AMX_GRANTED = 1, CK_AMX_REFUSED = 2 };

/// Asks the system for the matrix units, for all threads of this process.
int ck_request_amx(void);

/// A row of A into its line of each tile; `rest` may be null.
void ck_tiles_row(size_t k, const float *x, uint16_t *tiles, uint16_t *rest);

/// Exchanges two lines of tiles, of two rows of A.
void ck_tiles_swap(size_t k, uint16_t *first, uint16_t *second);

/// Up to CK_PANEL columns of B, element (l, j) at b[l * row + j * column], into a panel; `rest`
/// may be null.
void ck_tiles_panel(
  size_t k, size_t n, const float *b, size_t row, size_t column, uint16_t *tiles,
  uint16_t *rest);
void ck_panel(
  size_t k, size_t n, const float *b, size_t row, size_t column, float *panel);
