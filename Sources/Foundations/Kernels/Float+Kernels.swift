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

  package static func kernelWeightedSquare(
    _ n: Int, _ h: UnsafePointer<Float>, _ x: UnsafePointer<Float>
  ) -> Double {
    ck_weighted_square_f32(n, h, x)
  }

  package static func kernelDualAdvance(
    _ n: Int, _ t: Float, _ ridge: Float, _ p: UnsafePointer<Float>, _ sp: UnsafePointer<Float>,
    _ score: UnsafePointer<Float>, _ z: UnsafePointer<Float>, _ b: UnsafeMutablePointer<Float>,
    _ s: UnsafeMutablePointer<Float>, _ e: UnsafeMutablePointer<Float>
  ) -> Double {
    ck_dual_advance_f32(n, t, ridge, p, sp, score, z, b, s, e)
  }

  package static func kernelDualComplete(
    _ n: Int, _ c: Float, _ m: UnsafePointer<Float>, _ ridge: Float, _ e: UnsafePointer<Float>,
    _ z: UnsafeMutablePointer<Float>
  ) -> Double {
    ck_dual_complete_f32(n, c, m, ridge, e, z)
  }

  package static func kernelDualDirection(
    _ n: Int, _ beta: Float, _ ridge: Float, _ e: UnsafePointer<Float>, _ z: UnsafePointer<Float>,
    _ b: UnsafePointer<Float>, _ h: UnsafePointer<Float>, _ p: UnsafeMutablePointer<Float>,
    _ sp: UnsafeMutablePointer<Float>
  ) -> LineSums {
    let sums = ck_dual_direction_f32(n, beta, ridge, e, z, b, h, p, sp)
    return LineSums(
      slope: sums.slope, square: sums.square, overlap: sums.overlap, curvature: sums.curvature)
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

  package static func kernelHeadroom(
    _ n: Int, _ z: UnsafePointer<Float>, _ eta: UnsafeMutablePointer<Float>
  ) {
    ck_headroom_f32(n, z, eta)
  }

  package static func kernelScore(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Float>, _ eta: UnsafePointer<Float>,
    _ s: UnsafePointer<Float>, _ sp: UnsafePointer<Float>?, _ t: Float,
    _ e: UnsafeMutablePointer<Float>, _ h: UnsafeMutablePointer<Float>
  ) -> RowScore {
    let (kind, k, threshold) = loss.kernel
    let line = ck_score_line_f32(kind, k, threshold, n, z, eta, s, sp, Double(t), e, h)
    return RowScore(
      loss: line.loss, slope: line.slope, beyond: Int(line.beyond), observed: Int(line.observed))
  }

  package static func kernelLossOffset(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Float>
  ) -> Double {
    ck_loss_offset_f32(loss.kernel.kind, loss.kernel.k, n, z)
  }
}
