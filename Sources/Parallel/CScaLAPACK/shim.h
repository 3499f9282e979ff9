// ScaLAPACK as Swift sees it. Debian's libscalapack-openmpi-dev ships no header: the C
// interface of BLACS, its process grids, and the Fortran routines we call are declared here.
// The routines are weak: a program that was linked without ScaLAPACK has none, and asks
// `cscalapack_is_linked` first. No stable API: only MPI may import this module.
#pragma once
#include <mpi.h>

#pragma weak Csys2blacs_handle
#pragma weak Cfree_blacs_system_handle
#pragma weak Cblacs_gridmap
#pragma weak Cblacs_gridinfo
#pragma weak Cblacs_gridexit
#pragma weak Cblacs_set
#pragma weak descinit_
#pragma weak pdpotrf_
#pragma weak pdpotri_

int Csys2blacs_handle(MPI_Comm communicator);
void Cfree_blacs_system_handle(int handle);

// In: a system handle; out: the grid's context, negative on ranks that are not in it. `ranks`
// is rows×columns, column major.
void Cblacs_gridmap(int *context, int *ranks, int stride, int rows, int columns);
void Cblacs_gridinfo(int context, int *rows, int *columns, int *row, int *column);
void Cblacs_gridexit(int context);
void Cblacs_set(int context, int what, int *value);

void descinit_(
  int *desc, const int *m, const int *n, const int *mb, const int *nb, const int *irsrc,
  const int *icsrc, const int *context, const int *lld, int *info);
void pdpotrf_(
  const char *uplo, const int *n, double *a, const int *ia, const int *ja,
  const int *desc, int *info);
void pdpotri_(
  const char *uplo, const int *n, double *a, const int *ia, const int *ja,
  const int *desc, int *info);

// `Cblacs_set`: sums and maxima over ranks have the same bits in every run.
enum { CSCALAPACK_REPEATABLE = 15 };

// Whether the program was linked with ScaLAPACK.
static inline int cscalapack_is_linked(void) { return pdpotri_ != 0; }

// Describes an n×n matrix in blocks of nb², the first on the grid's first rank.
static inline int cscalapack_describe(int *desc, int n, int nb, int context, int stride) {
  int first = 0, info = 0;
  descinit_(desc, &n, &n, &nb, &nb, &first, &first, &context, &stride, &info);
  return info;
}

// The Cholesky factor of the upper triangle (column major), and the inverse from it.
static inline int cscalapack_potrf(int n, double *a, const int *desc) {
  int first = 1, info = 0;
  pdpotrf_("U", &n, a, &first, &first, desc, &info);
  return info;
}
static inline int cscalapack_potri(int n, double *a, const int *desc) {
  int first = 1, info = 0;
  pdpotri_("U", &n, a, &first, &first, desc, &info);
  return info;
}
