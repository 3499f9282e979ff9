internal import CKernels

/// The kernels of tangents by precision; `Arena` calls them.
///
/// Shapes and meaning of the arguments: `tangents.h` of CKernels.
package protocol TangentKernels: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// The multiplications of numbers with rows of tangents that were done.
  static func multiplyTangents(_ product: TangentProduct<Self>) -> Int
  static func tangentWork(_ columns: Int, _ rows: Int) -> Int
  static func directionWork(_ trials: Int, _ inputs: Int) -> Int
  /// Numbers from one row of pairs of a parameter to the next.
  static func parameterStride(_ columns: Int) -> Int
  /// Rounds a parameter to bfloat16, into pairs of neighbouring rows.
  static func pairParameter(
    _ rows: Int, _ columns: Int, _ p: UnsafePointer<Self>, _ pairs: UnsafeMutablePointer<Self>)
  /// Rounds directions to bfloat16 where they lie, and writes pairs of neighbouring inputs.
  static func pairDirections(
    _ rows: Int, _ inputs: Int, _ tangents: Int, _ v: UnsafeMutablePointer<Self>,
    _ pairs: UnsafeMutablePointer<Self>)
  static func addDirections(_ directions: TangentDirections<Self>)
  static func addTangentRows(_ rows: TangentRows<Self>)
  static func addTangentOuter(
    _ shape: TangentShape, _ scale: Self, _ s: UnsafePointer<Self>, _ v: UnsafePointer<Self>,
    _ f: EachRow<Self>, _ out: UnsafeMutablePointer<Self>, _ outTrial: Int)
  static func residualTangents(
    _ shape: TangentShape, _ z: UnsafePointer<Self>, _ zTrial: Int, _ f: UnsafePointer<Self>,
    _ q: UnsafePointer<Self>?, _ out: UnsafeMutablePointer<Self>, _ outRow: Int)
}

/// What rows of tangents are rounded up to.
package enum TangentOrder {
  /// Tangents of a row are a multiple of it.
  package static let multiple = Int(CK_TANGENTS)
  /// Numbers that must be readable after a parameter.
  package static let slack = Int(CK_TANGENT_SLACK)
}
