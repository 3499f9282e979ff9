// CBLAS and what each library adds to it: OpenBLAS, for which the program is tuned, BLIS, and
// Intel's MKL. What a library lacks is a null address, and the functions below do without.
#pragma once
#if __has_include(<cblas.h>)
#include <cblas.h>
#else
#include <mkl_cblas.h>
#endif

// OpenBLAS
void openblas_set_num_threads(int threads);
int openblas_get_num_threads(void);
char *openblas_get_corename(void);
char *openblas_get_config(void);
#pragma weak openblas_set_num_threads
#pragma weak openblas_get_num_threads
#pragma weak openblas_get_corename
#pragma weak openblas_get_config

// BLIS, whose numbers of threads have 64 bits (`dim_t`)
void bli_thread_set_num_threads(long threads);
long bli_thread_get_num_threads(void);
const char *bli_info_get_version_str(void);
#pragma weak bli_thread_set_num_threads
#pragma weak bli_thread_get_num_threads
#pragma weak bli_info_get_version_str

// MKL
void MKL_Set_Num_Threads(int threads);
int MKL_Get_Max_Threads(void);
void MKL_Get_Version_String(char *text, int length);
#pragma weak MKL_Set_Num_Threads
#pragma weak MKL_Get_Max_Threads
#pragma weak MKL_Get_Version_String

/// Sets how many threads a call may use; nothing where the library has but one.
static inline void blas_set_threads(int threads) {
  if (openblas_set_num_threads) openblas_set_num_threads(threads);
  else if (bli_thread_set_num_threads) bli_thread_set_num_threads(threads);
  else if (MKL_Set_Num_Threads) MKL_Set_Num_Threads(threads);
}

static inline int blas_get_threads(void) {
  long threads = 1;
  if (openblas_get_num_threads) threads = openblas_get_num_threads();
  else if (bli_thread_get_num_threads) threads = bli_thread_get_num_threads();
  else if (MKL_Get_Max_Threads) threads = MKL_Get_Max_Threads();
  // BLIS says -1 where nobody chose.
  return threads < 1 ? 1 : (int)threads;
}

/// Writes the library's name and version into `text`.
static inline void blas_describe(char *text, int length) {
  if (openblas_get_config) __builtin_snprintf(text, length, "%s", openblas_get_config());
  else if (bli_info_get_version_str)
    __builtin_snprintf(text, length, "BLIS %s", bli_info_get_version_str());
  else if (MKL_Get_Version_String) MKL_Get_Version_String(text, length);
  else __builtin_snprintf(text, length, "unknown");
}

/// The processor family whose kernels run, where the library says it.
static inline const char *blas_kernel_family(void) {
  return openblas_get_corename ? openblas_get_corename() : "the library's choice";
}
