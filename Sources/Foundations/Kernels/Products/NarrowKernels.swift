internal import CKernels

/// Products of a large matrix with a few columns, for S Float or Double: `multiplyNarrow` of
/// LinearAlgebra calls them.
package enum NarrowKernels<S: BinaryFloatingPoint> {
  /// The most columns that they take, 256 bytes of a row.
  package static var mostColumns: Int { 256 / MemoryLayout<S>.stride }

  /// The columns of the working memory for n columns.
  package static func width(_ n: Int) -> Int {
    S.self == Float.self ? ck_narrow_width_f32(n) : ck_narrow_width_f64(n)
  }

  /// `C (+)= A B`, A m×k, or `C (+)= Aᵀ B`, A k×m: row major, a stride each, B k×n.
  ///
  /// `work` has `width(n)` numbers for each row of B, or of C where A is transposed.
  package static func multiply(
    _ m: Int, _ n: Int, _ k: Int, transposing: Bool, _ a: UnsafePointer<S>, _ lda: Int,
    _ b: UnsafePointer<S>, _ ldb: Int, _ c: UnsafeMutablePointer<S>, _ ldc: Int, keep: Bool,
    _ work: UnsafeMutablePointer<S>
  ) {
    let kept: CInt = keep ? 1 : 0
    func run<T>(_ kernel: NarrowKernel<T>, _ transposed: NarrowKernel<T>) {
      let (a, b) = (bound(a, to: T.self), bound(b, to: T.self))
      let (c, work) = (bound(c, to: T.self), bound(work, to: T.self))
      if transposing {
        transposed(k, n, m, a, lda, b, ldb, c, ldc, kept, work)
      } else {
        kernel(m, n, k, a, lda, b, ldb, c, ldc, kept, work)
      }
    }
    if S.self == Float.self {
      run(ck_narrow_f32, ck_narrow_transposed_f32)
    } else {
      precondition(S.self == Double.self)
      run(ck_narrow_f64, ck_narrow_transposed_f64)
    }
  }
}

private typealias NarrowKernel<T> = (
  Int, Int, Int, UnsafePointer<T>?, Int, UnsafePointer<T>?, Int, UnsafeMutablePointer<T>?, Int,
  CInt, UnsafeMutablePointer<T>?
) -> Void

/// The same address, of which the caller knows what lies there.
private func bound<S, T>(_ pointer: UnsafePointer<S>, to type: T.Type) -> UnsafePointer<T> {
  UnsafeRawPointer(pointer).assumingMemoryBound(to: T.self)
}

private func bound<S, T>(
  _ pointer: UnsafeMutablePointer<S>, to type: T.Type
) -> UnsafeMutablePointer<T> {
  UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: T.self)
}
