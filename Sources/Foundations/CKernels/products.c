#include "dispatch.h"
#include "products.h"
#include <string.h>

// Products in single precision: blocks of C in registers, two vectors wide and as many rows as
// leave room for two vectors of B and the number of A that multiplies both.

// Of k: a panel's part of 24 kB remains in the first cache while all rows of a pass go by, and the
// rows' part in the second. Rows of a pass, and of what it is a multiple of: blocks of 6 and 14.
enum {
  depth_of_block = 192,
  depth_of_pass = 2 * depth_of_block,
  rows_of_pass = 336,
  rows_of_blocks = 42
};

#define UNROLLED _Pragma("clang loop unroll(full)")

// C <- A B, or C + A B, for some rows and two vectors of columns: the sums lie in registers, as
// all loops over them are unrolled.
#define BLOCK(V, ROWS)                                                                   \
  case ROWS: {                                                                           \
    V sums[ROWS][2];                                                                     \
    UNROLLED for (int r = 0; r < (ROWS); r++) for (int h = 0; h < 2; h++) {              \
      sums[r][h] = is_first ? (V){0} : *(const V *)(c + r * ldc + h * lanes);            \
    }                                                                                    \
    for (size_t l = 0; l < k; l++) {                                                     \
      const V left = *(const V *)(b + l * CK_PANEL);                                     \
      const V right = *(const V *)(b + l * CK_PANEL + lanes);                            \
      UNROLLED for (int r = 0; r < (ROWS); r++) {                                        \
        const V x = a[r * lda + l] - (V){0};                                             \
        sums[r][0] = __builtin_elementwise_fma(x, left, sums[r][0]);                     \
        sums[r][1] = __builtin_elementwise_fma(x, right, sums[r][1]);                    \
      }                                                                                  \
    }                                                                                    \
    UNROLLED for (int r = 0; r < (ROWS); r++) for (int h = 0; h < 2; h++) {              \
      *(V *)(c + r * ldc + h * lanes) = sums[r][h];                                      \
    }                                                                                    \
    break;                                                                               \
  }

#define BLOCKS_2(V, ROWS) BLOCK(V, ROWS) BLOCK(V, (ROWS) + 1)
#define BLOCKS_6(V) BLOCKS_2(V, 1) BLOCKS_2(V, 3) BLOCKS_2(V, 5)
#define BLOCKS_14(V)                                                                     \
  BLOCKS_6(V) BLOCKS_2(V, 7) BLOCKS_2(V, 9) BLOCKS_2(V, 11) BLOCKS_2(V, 13)

// `block`: one of them. `panel`: k numbers of the rows and of a panel, of which `columns` exist;
// blocks that end with fewer go through whole ones beside C. `ck_multiply`: all of it, each part
// of k after the one before.
#define PRODUCT(LEVEL, TARGET, BYTES, MOST)                                              \
  typedef float vector_##LEVEL __attribute__((vector_size(BYTES), aligned(4)));          \
  TARGET static void block_##LEVEL(                                                      \
    size_t rows, size_t k, const float *a, size_t lda, const float *b, float *c,         \
    size_t ldc, int is_first) {                                                          \
    enum { lanes = (BYTES) / sizeof(float) };                                            \
    switch (rows) { BLOCKS_##MOST(vector_##LEVEL) default : break; }                     \
  }                                                                                      \
                                                                                         \
  TARGET static void panel_##LEVEL(                                                      \
    size_t rows, size_t columns, size_t k, const float *a, size_t lda, const float *b,   \
    float *c, size_t ldc, int is_first) {                                                \
    enum { width = 2 * (BYTES) / sizeof(float) };                                        \
    for (size_t i = 0; i < rows; i += (MOST)) {                                          \
      const size_t height = rows - i < (MOST) ? rows - i : (MOST);                       \
      for (size_t j = 0; j < columns; j += width) {                                      \
        float *target = c + i * ldc + j;                                                 \
        const size_t left = columns - j;                                                 \
        if (left >= width) {                                                             \
          block_##LEVEL(height, k, a + i * lda, lda, b + j, target, ldc, is_first);      \
          continue;                                                                      \
        }                                                                                \
        float whole[(MOST) * width] = {0};                                               \
        for (size_t r = 0; r < height && !is_first; r++)                                 \
          memcpy(whole + r * width, target + r * ldc, left * sizeof(float));             \
        block_##LEVEL(height, k, a + i * lda, lda, b + j, whole, width, is_first);       \
        for (size_t r = 0; r < height; r++)                                              \
          memcpy(target + r * ldc, whole + r * width, left * sizeof(float));             \
      }                                                                                  \
    }                                                                                    \
  }                                                                                      \
                                                                                         \
  void ck_multiply_##LEVEL(const ck_product *p) { pass_over(p, panel_##LEVEL); }

static size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

// All of C, by a function for a part of k of some rows and one panel.
static void pass_over(
  const ck_product *p,
  void (*panel)(
    size_t rows, size_t columns, size_t k, const float *a, size_t lda, const float *b,
    float *c, size_t ldc, int is_first)) {
  // Passes of like height: each reads all of B.
  const size_t passes = (p->rows + rows_of_pass - 1) / rows_of_pass,
               block = rows_of_blocks;
  const size_t height = (p->rows + passes * block - 1) / (passes * block) * block;
  for (size_t i = 0; i < p->rows; i += height)
    for (size_t from = 0; from < p->k; from += depth_of_pass)
      for (size_t j = 0; j < p->n; j += CK_PANEL)
        for (size_t l = from; l < lesser(from + depth_of_pass, p->k); l += depth_of_block)
          panel(
            lesser(height, p->rows - i), lesser(CK_PANEL, p->n - j),
            lesser(depth_of_block, p->k - l), (const float *)p->a + i * p->lda + l,
            p->lda, p->b + j / CK_PANEL * p->panel + l * CK_PANEL, p->c + i * p->ldc + j,
            p->ldc, l == 0);
}

#if defined(__x86_64__)
PRODUCT(v4, CK_V4, 64, 14)
PRODUCT(v3, CK_V3, 32, 6)
#else
void ck_multiply_v4(const ck_product *p) { ck_multiply_portable(p); }
void ck_multiply_v3(const ck_product *p) { ck_multiply_portable(p); }
#endif

CK_BODY void ck_multiply_portable_body(const ck_product *p) {
  for (size_t i = 0; i < p->rows; i++)
    for (size_t j = 0; j < p->n; j += CK_PANEL) {
      const float *a = (const float *)p->a + i * p->lda;
      const float *b = p->b + j / CK_PANEL * p->panel;
      float sums[CK_PANEL] = {0};
      for (size_t l = 0; l < p->k; l++)
        for (int r = 0; r < CK_PANEL; r++)
          sums[r] = __builtin_fmaf(a[l], b[l * CK_PANEL + r], sums[r]);
      memcpy(p->c + i * p->ldc + j, sums, lesser(CK_PANEL, p->n - j) * sizeof(float));
    }
}

DISPATCH(void, ck_multiply_portable, (const ck_product *p), (p))
