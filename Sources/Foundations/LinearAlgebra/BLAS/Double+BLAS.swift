internal import COpenBLAS

// The mirror of Float+BLAS.swift: the same lines with the other prefix.
// Row-major lower is column-major upper: LAPACK is called with "U".
extension Double: Scalar {
  package static func gemm(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
    _ alpha: Double, _ a: UnsafePointer<Double>, _ lda: Int,
    _ b: UnsafePointer<Double>, _ ldb: Int,
    _ beta: Double, _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans,
      CInt(m), CInt(n), CInt(k), alpha, a, CInt(lda), b, CInt(ldb), beta, c, CInt(ldc))
  }

  package static func syrk(
    _ transposeA: Bool, _ n: Int, _ k: Int, _ alpha: Double, _ a: UnsafePointer<Double>, _ lda: Int,
    _ beta: Double, _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) {
    cblas_dsyrk(
      CblasRowMajor, CblasLower, transposeA ? CblasTrans : CblasNoTrans,
      CInt(n), CInt(k), alpha, a, CInt(lda), beta, c, CInt(ldc))
  }

  package static func trsm(
    _ fromRight: Bool, _ transposeL: Bool, _ m: Int, _ n: Int,
    _ l: UnsafePointer<Double>, _ ldl: Int, _ b: UnsafeMutablePointer<Double>, _ ldb: Int
  ) {
    cblas_dtrsm(
      CblasRowMajor, fromRight ? CblasRight : CblasLeft, CblasLower,
      transposeL ? CblasTrans : CblasNoTrans, CblasNonUnit,
      CInt(m), CInt(n), 1, l, CInt(ldl), b, CInt(ldb))
  }

  package static func potrf(_ n: Int, _ a: UnsafeMutablePointer<Double>, _ lda: Int) -> Int {
    var n = CInt(n)
    var lda = CInt(lda)
    var info: CInt = 0
    dpotrf_("U", &n, a, &lda, &info)
    return Int(info)
  }

  package static func potri(_ n: Int, _ a: UnsafeMutablePointer<Double>, _ lda: Int) -> Int {
    var n = CInt(n)
    var lda = CInt(lda)
    var info: CInt = 0
    dpotri_("U", &n, a, &lda, &info)
    return Int(info)
  }

  package static func syevd(
    _ n: Int, _ a: UnsafeMutablePointer<Double>, _ lda: Int, _ w: UnsafeMutablePointer<Double>,
    vectors: Bool
  ) -> Int {
    let job = vectors ? "V" : "N"
    var n = CInt(n)
    var lda = CInt(lda)
    var info: CInt = 0
    // First call: LAPACK says how much workspace it wants.
    var wantedWork: Double = 0
    var wantedIntegers: CInt = 0
    var query: CInt = -1
    dsyevd_(
      job, "U", &n, a, &lda, w, &wantedWork, &query, &wantedIntegers, &query, &info)
    var workCount = CInt(wantedWork)
    var integerCount = wantedIntegers
    var work = [Double](repeating: 0, count: max(1, Int(workCount)))
    var integers = [CInt](repeating: 0, count: max(1, Int(integerCount)))
    dsyevd_(
      job, "U", &n, a, &lda, w, &work, &workCount, &integers, &integerCount, &info)
    return Int(info)
  }
}
