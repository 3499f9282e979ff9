internal import CKernels

// The mirror of Float+Kernels.swift: the same lines with the other suffix.
extension Double: VectorKernels {
  package static func kernelDot(
    _ n: Int, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>
  ) -> Double {
    ck_dot_f64(n, a, b)
  }

  package static func kernelDots(
    _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>
  ) -> (xx: Double, xy: Double, yy: Double) {
    let sums = ck_dot3_f64(n, x, y)
    return (sums.first, sums.second, sums.third)
  }

  package static func kernelAdd(
    _ n: Int, _ t: Double, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
  ) {
    ck_axpy_f64(n, t, x, y)
  }

  package static func kernelScaleAdd(
    _ n: Int, _ x: UnsafePointer<Double>, _ beta: Double, _ y: UnsafeMutablePointer<Double>
  ) {
    ck_xpby_f64(n, x, beta, y)
  }

  package static func kernelWeightedSquare(
    _ n: Int, _ h: UnsafePointer<Double>, _ x: UnsafePointer<Double>
  ) -> Double {
    ck_weighted_square_f64(n, h, x)
  }

  package static func kernelDualAdvance(
    _ n: Int, _ t: Double, _ ridge: Double, _ p: UnsafePointer<Double>,
    _ sp: UnsafePointer<Double>,
    _ score: UnsafePointer<Double>, _ z: UnsafePointer<Double>, _ b: UnsafeMutablePointer<Double>,
    _ s: UnsafeMutablePointer<Double>, _ e: UnsafeMutablePointer<Double>
  ) -> Double {
    ck_dual_advance_f64(n, t, ridge, p, sp, score, z, b, s, e)
  }

  package static func kernelDualComplete(
    _ n: Int, _ c: Double, _ m: UnsafePointer<Double>, _ ridge: Double, _ e: UnsafePointer<Double>,
    _ z: UnsafeMutablePointer<Double>
  ) -> Double {
    ck_dual_complete_f64(n, c, m, ridge, e, z)
  }

  package static func kernelDualDirection(
    _ n: Int, _ beta: Double, _ ridge: Double, _ e: UnsafePointer<Double>,
    _ z: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>, _ h: UnsafePointer<Double>, _ p: UnsafeMutablePointer<Double>,
    _ sp: UnsafeMutablePointer<Double>
  ) -> LineSums {
    let sums = ck_dual_direction_f64(n, beta, ridge, e, z, b, h, p, sp)
    return LineSums(
      slope: sums.slope, square: sums.square, overlap: sums.overlap, curvature: sums.curvature)
  }

  package static func kernelTanh(
    _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
  ) {
    ck_tanh_f64(n, x, y)
  }

  package static func kernelLogCosh(
    _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
  ) {
    ck_log_cosh_f64(n, x, y)
  }

  package static func kernelAtanh(
    _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
  ) {
    ck_atanh_f64(n, x, y)
  }

  package static func kernelHeadroom(
    _ n: Int, _ z: UnsafePointer<Double>, _ eta: UnsafeMutablePointer<Double>
  ) {
    ck_headroom_f64(n, z, eta)
  }

  package static func kernelScore(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Double>, _ eta: UnsafePointer<Double>,
    _ s: UnsafePointer<Double>, _ sp: UnsafePointer<Double>?, _ t: Double,
    _ e: UnsafeMutablePointer<Double>, _ h: UnsafeMutablePointer<Double>
  ) -> RowScore {
    let (kind, k, threshold) = loss.kernel
    let line = ck_score_line_f64(kind, k, threshold, n, z, eta, s, sp, Double(t), e, h)
    return RowScore(
      loss: line.loss, slope: line.slope, beyond: Int(line.beyond), observed: Int(line.observed))
  }

  package static func kernelLossOffset(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Double>
  ) -> Double {
    ck_loss_offset_f64(loss.kernel.kind, loss.kernel.k, n, z)
  }
}
