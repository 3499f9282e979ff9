/// The kernels of CKernels by precision, on bare pointers and one length.
///
/// `Float+Kernels.swift` and `Double+Kernels.swift` mirror each other. Call the functions
/// on spans instead: Vectors.swift, Elementwise.swift, PointwiseLoss.swift.
package protocol VectorKernels: RandomKernels {
  static func kernelDot(
    _ n: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>
  ) -> Double
  static func kernelDots(
    _ n: Int, _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>
  ) -> (xx: Double, xy: Double, yy: Double)
  static func kernelAdd(
    _ n: Int, _ t: Self, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>)
  static func kernelScaleAdd(
    _ n: Int, _ x: UnsafePointer<Self>, _ beta: Self, _ y: UnsafeMutablePointer<Self>)
  static func kernelWeightedSquare(
    _ n: Int, _ h: UnsafePointer<Self>, _ x: UnsafePointer<Self>
  ) -> Double
  static func kernelDualAdvance(
    _ n: Int, _ t: Self, _ ridge: Self, _ p: UnsafePointer<Self>, _ sp: UnsafePointer<Self>,
    _ score: UnsafePointer<Self>, _ z: UnsafePointer<Self>, _ b: UnsafeMutablePointer<Self>,
    _ s: UnsafeMutablePointer<Self>, _ e: UnsafeMutablePointer<Self>
  ) -> Double
  static func kernelDualComplete(
    _ n: Int, _ c: Self, _ m: UnsafePointer<Self>, _ ridge: Self, _ e: UnsafePointer<Self>,
    _ z: UnsafeMutablePointer<Self>
  ) -> Double
  static func kernelDualDirection(
    _ n: Int, _ beta: Self, _ ridge: Self, _ e: UnsafePointer<Self>, _ z: UnsafePointer<Self>,
    _ b: UnsafePointer<Self>, _ h: UnsafePointer<Self>, _ p: UnsafeMutablePointer<Self>,
    _ sp: UnsafeMutablePointer<Self>
  ) -> LineSums
  static func kernelTanh(
    _ n: Int, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>)
  static func kernelLogCosh(
    _ n: Int, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>)
  static func kernelAtanh(
    _ n: Int, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>)
  static func kernelHeadroom(
    _ n: Int, _ z: UnsafePointer<Self>, _ eta: UnsafeMutablePointer<Self>)
  static func kernelScore(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Self>, _ eta: UnsafePointer<Self>,
    _ s: UnsafePointer<Self>, _ sp: UnsafePointer<Self>?, _ t: Self,
    _ e: UnsafeMutablePointer<Self>, _ h: UnsafeMutablePointer<Self>
  ) -> RowScore
  static func kernelLossOffset(
    _ loss: PointwiseLoss, _ n: Int, _ z: UnsafePointer<Self>
  ) -> Double
}
