package import Differentiation
internal import LinearAlgebra

/// Adam in the eigenbasis of Shampoo's preconditioner.
///
/// For every matrix that is trained, with `G' = Q_Lᵀ G Q_R` for the eigenvectors Q of L and R,
/// ```
/// M ← β₁ M + (1 − β₁) G,    V ← β₂ V + (1 − β₂) G'²
/// W ← (1 − η λ) W − η Q_L [ (Q_Lᵀ M Q_R / (1 − β₁ᵗ)) / (√(V / (1 − β₂ᵗ)) + ε) ] Q_Rᵀ
/// L ← β₂ L + (1 − β₂) G Gᵀ,   R ← β₂ R + (1 − β₂) Gᵀ G
/// ```
/// Biases and starting states go by Adam. Differences from the paper: the eigenvectors are found
/// anew by LAPACK every tenth step, not by one step of power iteration and a QR factorisation;
/// sides longer than ``Soap/longestSide`` keep their basis, as in its one-sided form. As in the
/// authors' code the first gradient only says where to begin, and moves no matrix.
///
/// - Complexity: 8 (m² n + m n²) flops a matrix and step, 9 (m³ + n³) every tenth, on every rank.
/// Reference: Vyas et al. (ICLR 2025), Algorithm 3.
package struct Soap: UpdateRule {
  package static var multipliesMatrices: Bool { true }

  private var matrices: [SoapMatrix]
  private let weightDecay: WeightDecay
  private var rest: Adam
  private var count = 0

  /// Moves all parameters of a program.
  package init(_ program: Program, weightDecay: Double = 0) {
    matrices = program.freeMatrices.map(SoapMatrix.init)
    self.weightDecay = WeightDecay(program, strength: weightDecay)
    rest = Adam(ranges: program.otherRanges, weightDecay: WeightDecay(program, strength: 0))
  }

  /// The number of gradients, what is kept of every matrix, and what Adam keeps of the rest.
  package var memory: [Double] {
    get { [Double(count)] + matrices.flatMap(\.memory) + rest.memory }
    set {
      count = Int(newValue[0])
      var place = 1
      for i in matrices.indices {
        let next = place + matrices[i].memory.count
        matrices[i].memory = Array(newValue[place..<next])
        place = next
      }
      rest.memory = Array(newValue[place...])
    }
  }

  package mutating func update(
    _ parameters: inout [Double], along gradient: [Double], rate: Double
  ) {
    if count > 0 { weightDecay.apply(to: &parameters, rate: rate) }
    for i in matrices.indices {
      matrices[i].update(&parameters, along: gradient, rate: rate, step: count)
    }
    rest.update(&parameters, along: gradient, rate: rate)
    count += 1
  }

  /// Rows or columns beyond which a side keeps its basis: its eigenvectors would take seconds.
  package static let longestSide = 1024
}
