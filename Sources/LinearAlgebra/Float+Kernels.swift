internal import CKernels

// The mirror of Double+Kernels.swift: the same lines with the other suffix.
extension Float: VectorKernels {
  package static func kernelDot(
    _ n: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>
  ) -> Double {
    ck_dot_f32(n, a, b)
  }

  package static func kernelDots(
    _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>
  ) -> (xx: Double, xy: Double, yy: Double) {
    let sums = ck_dot3_f32(n, x, y)
    return (sums.first, sums.second, sums.third)
  }

  package static func kernelAdd(
    _ n: Int, _ t: Float, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    ck_axpy_f32(n, t, x, y)
  }

  package static func kernelScaleAdd(
    _ n: Int, _ x: UnsafePointer<Float>, _ beta: Float, _ y: UnsafeMutablePointer<Float>
  ) {
    ck_xpby_f32(n, x, beta, y)
  }

  package static func kernelDualAdvance(
    _ n: Int, _ t: Float, _ p: UnsafePointer<Float>, _ sp: UnsafePointer<Float>, _ gain: Float,
    _ lambda: Float, _ b: UnsafeMutablePointer<Float>, _ s: UnsafeMutablePointer<Float>,
    _ e: UnsafeMutablePointer<Float>
  ) {
    ck_dual_advance_f32(n, t, p, sp, gain, lambda, b, s, e)
  }

  package static func kernelDualPrecondition(
    _ n: Int, _ c: Float, _ m: UnsafePointer<Float>, _ lambda: Float, _ e: UnsafePointer<Float>,
    _ z: UnsafeMutablePointer<Float>, _ sz: UnsafeMutablePointer<Float>
  ) -> (now: Double, before: Double) {
    let sums = ck_dual_precondition_f32(n, c, m, lambda, e, z, sz)
    return (sums.first, sums.second)
  }

  package static func kernelDualDirection(
    _ n: Int, _ beta: Float, _ z: UnsafePointer<Float>, _ sz: UnsafePointer<Float>,
    _ e: UnsafePointer<Float>, _ p: UnsafeMutablePointer<Float>, _ sp: UnsafeMutablePointer<Float>
  ) -> (gradient: Double, square: Double) {
    let sums = ck_dual_direction_f32(n, beta, z, sz, e, p, sp)
    return (sums.first, sums.second)
  }

  package static func kernelTanh(
    _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    ck_tanh_f32(n, x, y)
  }

  package static func kernelLogCosh(
    _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    ck_log_cosh_f32(n, x, y)
  }

  package static func kernelAtanh(
    _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    ck_atanh_f32(n, x, y)
  }

  package static func kernelScore(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Float>, _ s: UnsafePointer<Float>,
    _ sp: UnsafePointer<Float>?, _ t: Float, _ e: UnsafeMutablePointer<Float>
  ) -> RowScore {
    let row = ck_score_line_f32(
      loss.kernel.kind, loss.kernel.k, loss.kernel.threshold, n, z, s, sp, Double(t), e)
    return RowScore(
      loss: row.loss, slope: row.slope, beyond: Int(row.beyond), observed: Int(row.observed))
  }

  package static func kernelCurvature(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Float>, _ s: UnsafePointer<Float>,
    _ sp: UnsafePointer<Float>
  ) -> Double {
    ck_curvature_f32(loss.kernel.kind, loss.kernel.k, loss.kernel.threshold, n, z, s, sp)
  }

  package static func kernelLossOffset(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Float>
  ) -> Double {
    ck_loss_offset_f32(loss.kernel.kind, loss.kernel.k, n, z)
  }
}
