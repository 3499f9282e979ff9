package import Kernels

/// The two precisions of the program: `Float` and `Double`.
///
/// The static requirements are the few BLAS and LAPACK routines that differ by
/// precision, in row-major terms; `Float+BLAS.swift` and `Double+BLAS.swift` mirror
/// each other. Call the functions on `MatrixView` instead of these. The kernels of
/// CKernels are requirements of the protocols it refines.
package protocol Scalar: VectorKernels, NetworkKernels, TangentKernels {
  /// `C ← alpha op(A) op(B) + beta C`, row major. C: `cblas_?gemm`.
  static func gemm(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
    _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int,
    _ b: UnsafePointer<Self>, _ ldb: Int,
    _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int)

  /// Lower triangle of `C ← alpha op(A) op(A)ᵀ + beta C`, row major. C: `cblas_?syrk`.
  static func syrk(
    _ transposeA: Bool, _ n: Int, _ k: Int, _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int,
    _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int)

  /// `B ← op(L)⁻¹ B` (or `B op(L)⁻¹`), L lower triangular, row major. C: `cblas_?trsm`.
  static func trsm(
    _ fromRight: Bool, _ transposeL: Bool, _ m: Int, _ n: Int,
    _ l: UnsafePointer<Self>, _ ldl: Int, _ b: UnsafeMutablePointer<Self>, _ ldb: Int)

  /// Lower Cholesky factor in place, row major. Returns LAPACK's `info`. C: `?potrf_`.
  static func potrf(_ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int) -> Int

  /// Lower triangle of the inverse from `potrf`'s factor. Returns `info`. C: `?potri_`.
  static func potri(_ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int) -> Int

  /// Eigenvalues ascending into `w`; eigenvector j into row j of `a`. Returns `info`.
  /// C: `?syevd_`.
  static func syevd(
    _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int, _ w: UnsafeMutablePointer<Self>,
    vectors: Bool
  ) -> Int
}
