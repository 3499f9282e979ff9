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

  package static func kernelDualAdvance(
    _ n: Int, _ t: Double, _ p: UnsafePointer<Double>, _ sp: UnsafePointer<Double>, _ gain: Double,
    _ lambda: Double, _ b: UnsafeMutablePointer<Double>, _ s: UnsafeMutablePointer<Double>,
    _ e: UnsafeMutablePointer<Double>
  ) {
    ck_dual_advance_f64(n, t, p, sp, gain, lambda, b, s, e)
  }

  package static func kernelDualPrecondition(
    _ n: Int, _ c: Double, _ m: UnsafePointer<Double>, _ lambda: Double, _ e: UnsafePointer<Double>,
    _ z: UnsafeMutablePointer<Double>, _ sz: UnsafeMutablePointer<Double>
  ) -> (now: Double, before: Double) {
    let sums = ck_dual_precondition_f64(n, c, m, lambda, e, z, sz)
    return (sums.first, sums.second)
  }

  package static func kernelDualDirection(
    _ n: Int, _ beta: Double, _ z: UnsafePointer<Double>, _ sz: UnsafePointer<Double>,
    _ e: UnsafePointer<Double>, _ p: UnsafeMutablePointer<Double>,
    _ sp: UnsafeMutablePointer<Double>
  ) -> (gradient: Double, square: Double) {
    let sums = ck_dual_direction_f64(n, beta, z, sz, e, p, sp)
    return (sums.first, sums.second)
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

  package static func kernelScore(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Double>, _ s: UnsafePointer<Double>,
    _ sp: UnsafePointer<Double>?, _ t: Double, _ e: UnsafeMutablePointer<Double>
  ) -> RowScore {
    let row = ck_score_line_f64(
      loss.kernel.kind, loss.kernel.k, loss.kernel.threshold, n, z, s, sp, Double(t), e)
    return RowScore(
      loss: row.loss, slope: row.slope, beyond: Int(row.beyond), observed: Int(row.observed))
  }

  package static func kernelCurvature(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Double>, _ s: UnsafePointer<Double>,
    _ sp: UnsafePointer<Double>
  ) -> Double {
    ck_curvature_f64(loss.kernel.kind, loss.kernel.k, loss.kernel.threshold, n, z, s, sp)
  }

  package static func kernelLossOffset(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Double>
  ) -> Double {
    ck_loss_offset_f64(loss.kernel.kind, loss.kernel.k, n, z)
  }
}
