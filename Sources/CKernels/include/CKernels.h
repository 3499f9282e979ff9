// SIMD kernels in plain C. Each one is compiled for several processor families and the
// right variant is chosen when the program starts, so one binary serves a mixed
// cluster. No stable API: only LinearAlgebra and RandomNumbers may import this module.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Sum of a[i] * b[i], accumulated in double.
double ck_dot_f32(size_t n, const float *a, const float *b);
double ck_dot_f64(size_t n, const double *a, const double *b);
