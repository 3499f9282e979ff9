private import Glibc
internal import Kernels

/// Which instructions products with packed matrices use.
///
/// The first two round their operands to bfloat16, 8 bits of precision, and sum in float32 in
/// the same order, so their results are the same bit by bit; so are those of the other three,
/// which keep float32: each element is one chain of fused multiply-adds.
package enum ProductKernel: String, Codable, Sendable, CaseIterable {
  /// Tiles of bfloat16 on matrix units (AMX-TILE, AMX-BF16).
  case amx
  /// The same roundings and order of sums in plain C.
  case portableTiles = "tiles"
  /// float32, by vectors of 512 bits.
  case avx512
  /// float32, by vectors of 256 bits.
  case avx2
  /// float32, in plain C.
  case portable

  /// Whether it rounds its operands to bfloat16.
  package var isRounded: Bool { self == .amx || self == .portableTiles }

  /// What tables call it.
  package var name: String {
    switch self {
    case .amx: "AMX bf16"
    case .portableTiles: "portable bf16"
    case .avx512: "AVX-512 float32"
    case .avx2: "AVX2 float32"
    case .portable: "portable float32"
    }
  }

  /// Whether this process can run it.
  package var isAvailable: Bool {
    isAvailable(units: .ofThisProcess, level: processorLevel)
  }

  private func isAvailable(units: MatrixUnits, level: Int) -> Bool {
    switch self {
    case .amx: units == .granted
    case .avx512: level >= 4
    case .avx2: level >= 3
    case .portableTiles, .portable: true
    }
  }
}

extension ProductKernel {
  /// The variable of the environment that asks for a kernel by its raw value.
  package static let variable = "GANGLION_PRODUCTS"

  /// What this task shall use instead, for tests; nil: what this process should.
  @TaskLocal package static var asked: ProductKernel?

  /// What this process can run and should.
  ///
  /// The matrix units where the processor has them and the system grants them, else the widest
  /// vectors. `GANGLION_PRODUCTS` asks for another kernel, for mixed clusters, measurements and
  /// tests; what cannot run here is refused.
  /// - Returns: the kernel; and where it is not what was asked for, or not the matrix units
  ///   though the processor has them, why: a line for the user.
  package static func best() -> (kernel: ProductKernel, refusal: String?) {
    if let asked { return (asked, nil) }
    return best(
      asked: getenv(variable).map { String(cString: $0) } ?? "", units: .ofThisProcess,
      level: processorLevel)
  }

  /// What this process should run where operands must not be rounded to bfloat16.
  package static func bestUnrounded() -> ProductKernel {
    let best = best().kernel
    guard best.isRounded else { return best }
    return [.avx512, .avx2].first { $0.isAvailable } ?? .portable
  }

  /// What a process should run that was asked for a kernel, if for any, with such a processor.
  static func best(
    asked: String, units: MatrixUnits, level: Int
  ) -> (kernel: ProductKernel, refusal: String?) {
    let order = [ProductKernel.amx, .avx512, .avx2]
    let best = order.first { $0.isAvailable(units: units, level: level) } ?? .portable
    let instead = "products use \(best.name) instead"
    guard asked.isEmpty else {
      guard let kernel = ProductKernel(rawValue: asked) else {
        let names = allCases.map(\.rawValue).joined(separator: ", ")
        return (best, "\(variable)=\(asked) is none of \(names): \(instead)")
      }
      if kernel.isAvailable(units: units, level: level) { return (kernel, nil) }
      let reason =
        kernel == .amx && units == .refused
        ? "the system refuses this process the matrix units"
        : "this processor cannot run \(kernel.name)"
      return (best, "\(variable)=\(asked): \(reason): \(instead)")
    }
    guard units == .refused else { return (best, nil) }
    return (
      best,
      "the system refuses this process the processor's matrix units (AMX; Linux 5.16 and later "
        + "grant them): \(instead)"
    )
  }
}

/// How exactly a product with rounded operands is taken.
package enum ProductAccuracy: Sendable {
  /// High parts alone: errors of 2⁻⁷ of `|A| |B|` at most.
  case rounded
  /// High parts, and each with the rests of the other: 3 · 2⁻¹⁶ at most and the
  /// roundings of float32, for three times the work.
  case split
}
