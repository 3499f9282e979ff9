// BLAS and LAPACK as Swift sees them: CBLAS from the library's own header, and the LAPACK
// routines we call, declared here because Debian's libopenblas-dev ships no lapacke.h.
// No stable API: only LinearAlgebra may import this module.
#pragma once
#include "libraries.h"

// Cholesky factor of a symmetric positive definite matrix (column major).
void spotrf_(const char *uplo, const int *n, float *a, const int *lda, int *info);
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);

// The same with complete pivoting, as far as pivots exceed a tolerance.
void dpstrf_(
  const char *uplo, const int *n, double *a, const int *lda, int *piv, int *rank,
  const double *tol, double *work, int *info);

// Inverse from the Cholesky factor.
void spotri_(const char *uplo, const int *n, float *a, const int *lda, int *info);
void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info);

// Eigenvalues and vectors of a symmetric matrix, divide and conquer.
void ssyevd_(
  const char *jobz, const char *uplo, const int *n, float *a, const int *lda, float *w,
  float *work, const int *lwork, int *iwork, const int *liwork, int *info);
void dsyevd_(
  const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
  double *work, const int *lwork, int *iwork, const int *liwork, int *info);

// Eigenvalues of a general real matrix.
void dgeev_(
  const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda,
  double *wr, double *wi, double *vl, const int *ldvl, double *vr, const int *ldvr,
  double *work, const int *lwork, int *info);

// The pool of working memory, which OpenBLAS exports without declaring it; where a build does
// not, nothing is taken.
extern void *blas_memory_alloc(int) __attribute__((weak));
extern void blas_memory_free(void *) __attribute__((weak));
static inline void *openblas_take_buffer(void) {
  return blas_memory_alloc ? blas_memory_alloc(0) : 0;
}
static inline void openblas_give_buffer(void *buffer) {
  if (buffer && blas_memory_free) blas_memory_free(buffer);
}
