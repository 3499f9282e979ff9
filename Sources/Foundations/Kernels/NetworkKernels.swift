internal import CKernels

/// The kernels of network steps by precision; `Arena` calls them.
///
/// Shapes and meaning of the arguments: `networks.h` of CKernels.
package protocol NetworkKernels: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  static func map(
    _ function: Int, _ n: Int, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>,
    _ slope: UnsafeMutablePointer<Self>?)
  static func addColumns(
    _ rows: Int, _ width: Int, _ scale: Self, _ input: UnsafePointer<Self>, _ inputStride: Int,
    _ out: UnsafeMutablePointer<Self>, _ outStride: Int, _ keep: Bool)
  static func modulate(
    _ b: Int, _ k: Int, _ n: Int, _ input: UnsafePointer<Self>, _ d: UnsafePointer<Self>,
    _ out: UnsafeMutablePointer<Self>, _ keep: Bool)
  static func addRows(
    _ b: Int, _ k: Int, _ n: Int, _ scale: Self, _ v: UnsafePointer<Self>,
    _ out: UnsafeMutablePointer<Self>, _ keep: Bool)
  static func addColumnSums(
    _ rows: Int, _ n: Int, _ scale: Self, _ input: UnsafePointer<Self>,
    _ out: UnsafeMutablePointer<Self>)
  static func thinInner(
    _ m: Int, _ n: Int, _ k: Int, _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int,
    _ b: UnsafePointer<Self>, _ ldb: Int, _ c: UnsafeMutablePointer<Self>, _ ldc: Int,
    _ keep: Bool)
  static func thinOuter(
    _ m: Int, _ n: Int, _ k: Int, _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int,
    _ b: UnsafePointer<Self>, _ ldb: Int, _ c: UnsafeMutablePointer<Self>, _ ldc: Int,
    _ keep: Bool)
}

extension Float: NetworkKernels {
  package static func map(
    _ function: Int, _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    _ slope: UnsafeMutablePointer<Float>?
  ) { ck_map_f32(CInt(function), n, x, y, slope) }

  package static func addColumns(
    _ rows: Int, _ width: Int, _ scale: Float, _ input: UnsafePointer<Float>, _ inputStride: Int,
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ keep: Bool
  ) { ck_add_columns_f32(rows, width, scale, input, inputStride, out, outStride, keep ? 1 : 0) }

  package static func modulate(
    _ b: Int, _ k: Int, _ n: Int, _ input: UnsafePointer<Float>, _ d: UnsafePointer<Float>,
    _ out: UnsafeMutablePointer<Float>, _ keep: Bool
  ) { ck_modulate_f32(b, k, n, input, d, out, keep ? 1 : 0) }

  package static func addRows(
    _ b: Int, _ k: Int, _ n: Int, _ scale: Float, _ v: UnsafePointer<Float>,
    _ out: UnsafeMutablePointer<Float>, _ keep: Bool
  ) { ck_add_rows_f32(b, k, n, scale, v, out, keep ? 1 : 0) }

  package static func addColumnSums(
    _ rows: Int, _ n: Int, _ scale: Float, _ input: UnsafePointer<Float>,
    _ out: UnsafeMutablePointer<Float>
  ) { ck_add_column_sums_f32(rows, n, scale, input, out) }

  package static func thinInner(
    _ m: Int, _ n: Int, _ k: Int, _ alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int,
    _ b: UnsafePointer<Float>, _ ldb: Int, _ c: UnsafeMutablePointer<Float>, _ ldc: Int,
    _ keep: Bool
  ) { ck_thin_inner_f32(m, n, k, alpha, a, lda, b, ldb, c, ldc, keep ? 1 : 0) }

  package static func thinOuter(
    _ m: Int, _ n: Int, _ k: Int, _ alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int,
    _ b: UnsafePointer<Float>, _ ldb: Int, _ c: UnsafeMutablePointer<Float>, _ ldc: Int,
    _ keep: Bool
  ) { ck_thin_outer_f32(m, n, k, alpha, a, lda, b, ldb, c, ldc, keep ? 1 : 0) }
}

extension Double: NetworkKernels {
  package static func map(
    _ function: Int, _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>,
    _ slope: UnsafeMutablePointer<Double>?
  ) { ck_map_f64(CInt(function), n, x, y, slope) }

  package static func addColumns(
    _ rows: Int, _ width: Int, _ scale: Double, _ input: UnsafePointer<Double>, _ inputStride: Int,
    _ out: UnsafeMutablePointer<Double>, _ outStride: Int, _ keep: Bool
  ) { ck_add_columns_f64(rows, width, scale, input, inputStride, out, outStride, keep ? 1 : 0) }

  package static func modulate(
    _ b: Int, _ k: Int, _ n: Int, _ input: UnsafePointer<Double>, _ d: UnsafePointer<Double>,
    _ out: UnsafeMutablePointer<Double>, _ keep: Bool
  ) { ck_modulate_f64(b, k, n, input, d, out, keep ? 1 : 0) }

  package static func addRows(
    _ b: Int, _ k: Int, _ n: Int, _ scale: Double, _ v: UnsafePointer<Double>,
    _ out: UnsafeMutablePointer<Double>, _ keep: Bool
  ) { ck_add_rows_f64(b, k, n, scale, v, out, keep ? 1 : 0) }

  package static func addColumnSums(
    _ rows: Int, _ n: Int, _ scale: Double, _ input: UnsafePointer<Double>,
    _ out: UnsafeMutablePointer<Double>
  ) { ck_add_column_sums_f64(rows, n, scale, input, out) }

  package static func thinInner(
    _ m: Int, _ n: Int, _ k: Int, _ alpha: Double, _ a: UnsafePointer<Double>, _ lda: Int,
    _ b: UnsafePointer<Double>, _ ldb: Int, _ c: UnsafeMutablePointer<Double>, _ ldc: Int,
    _ keep: Bool
  ) { ck_thin_inner_f64(m, n, k, alpha, a, lda, b, ldb, c, ldc, keep ? 1 : 0) }

  package static func thinOuter(
    _ m: Int, _ n: Int, _ k: Int, _ alpha: Double, _ a: UnsafePointer<Double>, _ lda: Int,
    _ b: UnsafePointer<Double>, _ ldb: Int, _ c: UnsafeMutablePointer<Double>, _ ldc: Int,
    _ keep: Bool
  ) { ck_thin_outer_f64(m, n, k, alpha, a, lda, b, ldb, c, ldc, keep ? 1 : 0) }
}
