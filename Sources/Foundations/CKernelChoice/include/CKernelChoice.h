// The kernels that OpenBLAS should run on this processor, by its features instead of its
// model, and the one restart that makes OpenBLAS take them.
//
// OpenBLAS chooses when it is loaded, by the processor's model, and gives a model that it does
// not know its oldest kernels; only OPENBLAS_CORETYPE in the environment at that moment
// overrules it. So a process whose library could have chosen better starts its own program once
// more with that variable set, before `main`: the process, its number, arguments, files, limits
// and signals stay the same, so mpirun, srun, debuggers and batch systems see nothing. The
// variable is taken out of the environment again, so that what this process starts, here or on
// another host, chooses for itself. Kernels chosen so multiply small matrices first; where the
// product is wrong the program goes back to the library's own choice, once.
// No stable API: only LinearAlgebra may import this module.
#pragma once

/// What the processor and the operating system allow together.
enum { ckc_avx2_fma = 1, ckc_avx512 = 2, ckc_avx512_bf16 = 4 };
int ckc_features(void);

/// The kernels that a library may hold.
enum { ckc_haswell = 1, ckc_skylakex = 2, ckc_cooperlake = 4 };

/// The kernels that suit the features better than those of `used`, out of the available ones,
/// as OPENBLAS_CORETYPE names them; null where `used` is as good, or not known.
const char *ckc_better(const char *used, int features, int available);

/// The kernels that this library holds and should run instead of its own choice; null if that
/// is right, or if the library has no choice.
const char *ckc_better_here(void);

/// How the kernels that run were chosen.
enum {
  ckc_by_library,  // by OpenBLAS
  ckc_by_user,     // by OPENBLAS_CORETYPE; `ckc_name` is its value
  ckc_by_features, // by the restart; `ckc_name` is what OpenBLAS chose
  ckc_rejected,    // by OpenBLAS, as those of `ckc_name` multiplied wrongly
  ckc_failed,      // by OpenBLAS, as the restart was not possible or of no use
};
int ckc_choice(void);
const char *ckc_name(void);

/// Whether OpenBLAS multiplies matrices of small integers rightly, in both precisions.
int ckc_multiplies_rightly(void);
