internal import Collectives
internal import LinearAlgebra

/// Whitened weights of some of the regressors, as a form in those of all of them: the others are
/// zero.
struct SubsetPrimalForm<S: Scalar & Transferable>: SubproblemForm, ~Copyable {
  let base: FeaturePrimalForm<S>
  /// Which regressors those of `base` are, ascending, of how many.
  let places: [Int]
  let count: Int

  var ridgeRaise: Double { base.ridgeRaise }
  var productKernel: ProductKernel? { base.productKernel }

  func solution(
    of members: [Subproblem], in work: PanelWork, _ recording: borrowing PreparedRecording<S>,
    from earlier: PanelSolution<S>?, isAbandoned: () -> Bool
  ) -> PanelSolution<S>? {
    guard
      let found = base.solution(
        of: members, in: work, recording, from: earlier, isAbandoned: isAbandoned)
    else { return nil }
    var weights = Matrix<S>(rows: members.count, columns: count)
    for i in members.indices { weights.spread(row: i, found.coefficients, at: places) }
    return PanelSolution(
      found.rows, coefficients: weights, trace: found.trace, flops: found.flops)
  }

  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S> {
    base.heldOutResponse(coefficients.selectedColumns(places), neurons: neurons)
  }
}

extension Matrix {
  /// `row i [places] ← row i of compact`.
  fileprivate mutating func spread(
    row i: Int, _ compact: borrowing Matrix, at places: [Int]
  ) {
    var row = mutableRow(i)
    let values = compact.row(i)
    for (a, j) in places.enumerated() { row[j] = values[a] }
  }
}
