internal import COpenBLAS

// The mirror of Double+BLAS.swift: the same lines with the other prefix.
// Row-major lower is column-major upper: LAPACK is called with "U".
extension Float: Scalar {
  package static func gemm(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
    _ alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int,
    _ b: UnsafePointer<Float>, _ ldb: Int,
    _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans,
      CInt(m), CInt(n), CInt(k), alpha, a, CInt(lda), b, CInt(ldb), beta, c, CInt(ldc))
  }

  package static func syrk(
    _ transposeA: Bool, _ n: Int, _ k: Int, _ alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int,
    _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
  ) {
    cblas_ssyrk(
      CblasRowMajor, CblasLower, transposeA ? CblasTrans : CblasNoTrans,
      CInt(n), CInt(k), alpha, a, CInt(lda), beta, c, CInt(ldc))
  }

  package static func trsm(
    _ fromRight: Bool, _ transposeL: Bool, _ m: Int, _ n: Int,
    _ l: UnsafePointer<Float>, _ ldl: Int, _ b: UnsafeMutablePointer<Float>, _ ldb: Int
  ) {
    cblas_strsm(
      CblasRowMajor, fromRight ? CblasRight : CblasLeft, CblasLower,
      transposeL ? CblasTrans : CblasNoTrans, CblasNonUnit,
      CInt(m), CInt(n), 1, l, CInt(ldl), b, CInt(ldb))
  }

  package static func potrf(_ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int) -> Int {
    var n = CInt(n)
    var lda = CInt(lda)
    var info: CInt = 0
    spotrf_("U", &n, a, &lda, &info)
    return Int(info)
  }

  package static func potri(_ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int) -> Int {
    var n = CInt(n)
    var lda = CInt(lda)
    var info: CInt = 0
    spotri_("U", &n, a, &lda, &info)
    return Int(info)
  }

  package static func syevd(
    _ n: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ w: UnsafeMutablePointer<Float>,
    vectors: Bool
  ) -> Int {
    let job = vectors ? "V" : "N"
    var n = CInt(n)
    var lda = CInt(lda)
    var info: CInt = 0
    // First call: LAPACK says how much workspace it wants.
    var wantedWork: Float = 0
    var wantedIntegers: CInt = 0
    var query: CInt = -1
    ssyevd_(
      job, "U", &n, a, &lda, w, &wantedWork, &query, &wantedIntegers, &query, &info)
    var workCount = CInt(wantedWork)
    var integerCount = wantedIntegers
    var work = [Float](repeating: 0, count: max(1, Int(workCount)))
    var integers = [CInt](repeating: 0, count: max(1, Int(integerCount)))
    ssyevd_(
      job, "U", &n, a, &lda, w, &work, &workCount, &integers, &integerCount, &info)
    return Int(info)
  }
}
