#include "dispatch.h"

// Many small systems of one order at a time, one in each lane of a vector: what LAPACK takes for
// each of them alone is mostly calls and dependencies.

typedef float lanes __attribute__((vector_size(4 * CK_LANES), aligned(4)));

// Rows and columns of a tile: its sums lie in registers, two loads for four of them.
enum { side = 4 };

CK_BODY lanes *row_of(float *a, size_t i) { return (lanes *)a + i * (i + 1) / 2; }
CK_BODY const lanes *line_of(const float *a, size_t i) {
  return (const lanes *)a + i * (i + 1) / 2;
}

#define UNROLLED _Pragma("clang loop unroll(full)")

// sums -= the products of the rows from i on with those from j on, over the columns below j.
CK_BODY void tile_below(const float *a, size_t i, size_t j, lanes sums[side][side]) {
  const lanes *left[side], *right[side];
  UNROLLED for (int r = 0; r < side; r++) {
    left[r] = line_of(a, i + r);
    right[r] = line_of(a, j + r);
  }
  for (size_t l = 0; l < j; l++) {
    UNROLLED for (int r = 0; r < side; r++) {
      const lanes x = left[r][l];
      UNROLLED for (int c = 0; c < side; c++) sums[r][c] -= x * right[c][l];
    }
  }
}

CK_BODY void ck_lanes_factor_body(size_t n, float least, float *a) {
  lanes floor = {0};
  for (size_t i = 0; i < n; i++) floor += row_of(a, i)[i];
  floor *= least / (float)n;
  for (size_t i = 0; i < n; i += side)
    for (size_t j = 0; j <= i; j += side) {
      lanes sums[side][side];
      for (int r = 0; r < side; r++)
        for (int c = 0; c < side; c++)
          sums[r][c] = j + c <= i + r ? row_of(a, i + r)[j + c] : (lanes){0};
      tile_below(a, i, j, sums);
      for (int c = 0; c < side; c++) {
        for (int before = 0; before < c; before++) {
          const lanes x = i == j ? sums[c][before] : row_of(a, j + c)[j + before];
          for (int r = i == j ? c : 0; r < side; r++) sums[r][c] -= sums[r][before] * x;
        }
        lanes inverse;
        if (i == j) {
          inverse =
            1 / __builtin_elementwise_sqrt(__builtin_elementwise_max(sums[c][c], floor));
          sums[c][c] = inverse;
        } else {
          inverse = row_of(a, j + c)[j + c];
        }
        for (int r = i == j ? c + 1 : 0; r < side; r++) sums[r][c] *= inverse;
      }
      for (int r = 0; r < side; r++)
        for (int c = 0; c < side && j + c <= i + r; c++)
          row_of(a, i + r)[j + c] = sums[r][c];
    }
}
DISPATCH(void, ck_lanes_factor, (size_t n, float least, float *a), (n, least, a))

CK_BODY void ck_lanes_solve_body(size_t n, const float *a, float *vectors) {
  lanes *x = (lanes *)vectors;
  for (size_t i = 0; i < n; i += side) {
    const lanes *rows[side];
    lanes sums[side];
    UNROLLED for (int r = 0; r < side; r++) {
      rows[r] = line_of(a, i + r);
      sums[r] = x[i + r];
    }
    for (size_t l = 0; l < i; l++) {
      const lanes known = x[l];
      UNROLLED for (int r = 0; r < side; r++) sums[r] -= rows[r][l] * known;
    }
    UNROLLED for (int r = 0; r < side; r++) {
      UNROLLED for (int c = 0; c < r; c++) sums[r] -= rows[r][i + c] * sums[c];
      sums[r] *= rows[r][i + r];
      x[i + r] = sums[r];
    }
  }
  for (size_t i = n; i > 0; i -= side) {
    const size_t first = i - side;
    const lanes *rows[side];
    lanes found[side];
    UNROLLED for (int r = 0; r < side; r++) rows[r] = line_of(a, first + r);
    UNROLLED for (int r = side - 1; r >= 0; r--) {
      found[r] = x[first + r];
      UNROLLED for (int c = r + 1; c < side; c++) found[r] -=
        rows[c][first + r] * found[c];
      found[r] *= rows[r][first + r];
      x[first + r] = found[r];
    }
    for (size_t l = 0; l < first; l++) {
      lanes rest = x[l];
      UNROLLED for (int r = 0; r < side; r++) rest -= rows[r][l] * found[r];
      x[l] = rest;
    }
  }
}
DISPATCH(void, ck_lanes_solve, (size_t n, const float *a, float *x), (n, a, x))

void ck_lanes_set(size_t n, size_t lane, const float *x, float *all) {
  for (size_t j = 0; j < n; j++) all[j * CK_LANES + lane] = x[j];
}

void ck_lanes_get(size_t n, size_t lane, const float *all, float *x) {
  for (size_t j = 0; j < n; j++) x[j] = all[j * CK_LANES + lane];
}
