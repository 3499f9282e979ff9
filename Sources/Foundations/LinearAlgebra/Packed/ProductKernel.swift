private import Glibc
internal import Kernels

/// Which instructions products with packed matrices use.
///
/// The first four round their operands to bfloat16, 8 bits of precision, and sum in float32: the
/// first two in one order, so that their results are the same bit by bit, and the next two in
/// another. So are those of the other three, which keep float32: each element is one chain of fused
/// multiply-adds.
package enum ProductKernel: String, Codable, Sendable, CaseIterable {
  /// Tiles of bfloat16 on matrix units (AMX-TILE, AMX-BF16).
  case amx
  /// The same roundings and order of sums in plain C.
  case portableTiles = "tiles"
  /// The same tiles by vectors of 512 bits (AVX512_BF16), two products and sums at a time.
  case avx512BF16 = "avx512bf16"
  /// Its roundings and order of sums in plain C.
  case portablePairs = "pairs"
  /// float32, by vectors of 512 bits.
  case avx512
  /// float32, by vectors of 256 bits.
  case avx2
  /// float32, in plain C.
  case portable

  /// Whether it rounds its operands to bfloat16.
  package var isRounded: Bool {
    switch self {
    case .amx, .portableTiles, .avx512BF16, .portablePairs: true
    case .avx512, .avx2, .portable: false
    }
  }

  /// What tables call it.
  package var name: String {
    switch self {
    case .amx: "AMX bf16"
    case .portableTiles: "portable bf16"
    case .avx512BF16: "AVX-512 bf16"
    case .portablePairs: "portable bf16 pairs"
    case .avx512: "AVX-512 float32"
    case .avx2: "AVX2 float32"
    case .portable: "portable float32"
    }
  }

  /// Whether this process can run it.
  package var isAvailable: Bool { ProductUnits.here.canRun(self) }
}

/// What a processor has for products.
struct ProductUnits {
  var matrix: MatrixUnits
  var bfloat16: BFloat16Vectors
  /// The x86-64 level.
  var level: Int

  /// Those of this process, on a thread whose level may be restricted.
  static var here: ProductUnits {
    ProductUnits(matrix: .ofThisProcess, bfloat16: .ofThisThread, level: processorLevel)
  }

  func canRun(_ kernel: ProductKernel) -> Bool {
    switch kernel {
    case .amx: matrix == .granted
    case .avx512BF16: bfloat16 != .absent
    case .avx512: level >= 4
    case .avx2: level >= 3
    case .portableTiles, .portablePairs, .portable: true
    }
  }

  /// The fastest of those that it can run.
  var best: ProductKernel {
    let vectors: [ProductKernel] =
      bfloat16 == .fast ? [.avx512BF16, .avx512, .avx2] : [.avx512, .avx2]
    return ([.amx] + vectors).first(where: canRun) ?? .portable
  }
}

extension ProductKernel {
  /// The variable of the environment that asks for a kernel by its raw value.
  package static let variable = "GANGLION_PRODUCTS"

  /// What this task shall use instead, for tests; nil: what this process should.
  @TaskLocal package static var asked: ProductKernel?

  /// What this process can run and should.
  ///
  /// The matrix units where the processor has them and the system grants them, else the vector
  /// units for bfloat16 where they are faster, else the widest vectors. `GANGLION_PRODUCTS` asks for
  /// another kernel, for mixed clusters, measurements and tests; what cannot run here is refused.
  /// - Returns: the kernel; and where it is not what was asked for, or not the matrix units
  ///   though the processor has them, why: a line for the user.
  package static func best() -> (kernel: ProductKernel, refusal: String?) {
    if let asked { return (asked, nil) }
    return best(asked: askedByName, units: .here)
  }

  /// Whether the environment asks for a kernel.
  package static var isAskedFor: Bool { !askedByName.isEmpty }

  private static var askedByName: String { getenv(variable).map { String(cString: $0) } ?? "" }

  /// What this process should run where operands must not be rounded to bfloat16.
  package static func bestUnrounded() -> ProductKernel {
    let best = best().kernel
    guard best.isRounded else { return best }
    return [.avx512, .avx2].first { $0.isAvailable } ?? .portable
  }

  /// What a process should run that was asked for a kernel, if for any, with such a processor.
  static func best(
    asked: String, units: ProductUnits
  ) -> (kernel: ProductKernel, refusal: String?) {
    let best = units.best
    let instead = "products use \(best.name) instead"
    guard asked.isEmpty else {
      guard let kernel = ProductKernel(rawValue: asked) else {
        let names = allCases.map(\.rawValue).joined(separator: ", ")
        return (best, "\(variable)=\(asked) is none of \(names): \(instead)")
      }
      if units.canRun(kernel) { return (kernel, nil) }
      let reason =
        kernel == .amx && units.matrix == .refused
        ? "the system refuses this process the matrix units"
        : "this processor cannot run \(kernel.name)"
      return (best, "\(variable)=\(asked): \(reason): \(instead)")
    }
    guard units.matrix == .refused else { return (best, nil) }
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
