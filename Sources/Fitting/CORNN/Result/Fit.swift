package import Collectives
package import LinearAlgebra

/// A fitted network, distributed: each rank has its neurons' rows.
package struct Fit<S: Scalar & Transferable>: ~Copyable {
  /// The regressors of all neurons, shared on each node.
  package let regressors: Regressors<S>
  let isDual: Bool
  let excludesSelf: Bool
  let mask: StructuralMask?
  let panels: [PanelSolution<S>]
  /// The leak of each of this rank's neurons.
  package let alpha: [Double]
  /// The own weight that sample coefficients imply and the solution has not, of each of this
  /// rank's neurons; zero where there is none.
  let impliedOwnWeights: [Double]

  /// How the subproblem of each of this rank's neurons went, and its held-out errors.
  package var diagnostics: Diagnostics
  package let scores: Scores

  /// Sum of the objective over all neurons of all ranks after each iteration; entry 0 is
  /// the ridge start.
  package let objective: [Double]

  /// By how much the ridge of the preconditioner was raised; 1 mostly.
  ///
  /// It is where rounding left no factor at the ridge of the problem, whose weights these are
  /// all the same.
  package let ridgeRaise: Double

  /// The products of all regressors over the fitted transitions, where the form took them: `XᵀX`
  /// in the primal form, `X Xᵀ` in the dual.
  package let regressorProducts: SharedMatrix<Double>?

  /// W by products in float32; nil where rounding was not asked for, or these would lose too much.
  let narrow: NarrowWeights?

  /// What iterations in whitened features multiplied with; nil where no neuron was solved in them.
  package let productKernel: ProductKernel?

  /// Fitted and held-out transitions, and those left out because a regressor is missing.
  package let transitions: Transitions
  package let heldOutTransitions: Transitions

  /// The form that was solved.
  package var form: Configuration.Form { isDual ? .dual : .primal }

  /// `rounds` says whether weights may be taken in float32.
  ///
  /// - Collective: every rank of `group` must call it.
  init(
    regressors: Regressors<S>, isDual: Bool, excludesSelf: Bool, mask: StructuralMask?,
    alpha: [Double], found: FoundSolutions<S>, transitions: Transitions, heldOut: Transitions,
    unscored: Set<Int>, rounds: Bool, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let outcome = found.outcome
    let narrow =
      isDual && rounds ? try NarrowWeights(outcome.panels, regressors, group: group) : nil
    objective = try Self.summed(outcome.panels.map(\.trace), group: group)
    self.narrow = narrow
    self.regressors = regressors
    self.isDual = isDual
    self.excludesSelf = excludesSelf
    self.mask = mask
    self.alpha = alpha
    ridgeRaise = found.ridgeRaise
    // Under masks the dual form has those of what a mask allows.
    regressorProducts = isDual && mask != nil ? nil : found.regressorProducts
    productKernel = found.productKernel
    panels = outcome.panels
    self.transitions = transitions
    heldOutTransitions = heldOut
    impliedOwnWeights =
      isDual && excludesSelf
      ? Self.impliedOwnWeights(panels, regressors)
      : [Double](repeating: 0, count: regressors.local.count)
    diagnostics = Diagnostics(
      panels, neurons: regressors.local.count, transitions: transitions.count)
    scores = Scores(outcome, neurons: regressors.local.count, leavingOut: unscored)
  }

  /// `x_iᵀ b_i` of each of this rank's neurons.
  static func impliedOwnWeights(
    _ panels: [PanelSolution<S>], _ regressors: Regressors<S>
  ) -> [Double] {
    var implied = [Double](repeating: 0, count: regressors.local.count)
    for panel in panels {
      for (i, neuron) in panel.neurons.enumerated() {
        implied[neuron] = panel.coefficients.dot(
          i, regressors.fitted.matrix, regressors.index(ofLocal: neuron))
      }
    }
    return implied
  }

  /// The number of blocks in which this rank hands out its rows, 0 if it has none.
  package var blocks: Int { max(panels.count, regressors.local.isEmpty ? 0 : 1) }

  /// The rows of a block, by local index; blocks cover all of this rank's neurons in order.
  package func rows(ofBlock block: Int) -> Range<Int> {
    let start = block == 0 ? 0 : panels[block].rows[0].neuron
    let end = block + 1 < panels.count ? panels[block + 1].rows[0].neuron : regressors.local.count
    return start..<end
  }

  /// The sample coefficients b of a block's neurons, rows × fitted transitions: the weights
  /// from neurons are `b xᵀ`, with x the regressors, but for the self-connections.
  ///
  /// Dual form only; the row of a neuron that was left out is zero.
  package func sampleCoefficients(ofBlock block: Int) -> Matrix<S> {
    precondition(isDual, "the primal form has no sample coefficients")
    let rows = rows(ofBlock: block)
    var result = Matrix<S>(rows: rows.count, columns: transitions.count)
    guard block < panels.count else { return result }
    for (i, neuron) in panels[block].neurons.enumerated() {
      result.copyRow(neuron - rows.lowerBound, from: panels[block].coefficients, i)
    }
    return result
  }

  /// Sums objectives over panels and ranks; a panel that ended early keeps its last value.
  private static func summed(
    _ traces: [[Double]], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    let length = try group.maximum(traces.map(\.count).max() ?? 0)
    var total = summedTraces(traces, length: length)
    try group.sum(&total)
    return total
  }
}

/// How well each of this rank's subproblems was solved.
package struct Diagnostics: Sendable {
  /// `‖r‖ / ‖Xᵀ z‖`, both in the norm of the inverse of `XᵀX + λI` on the weights that
  /// count; NaN if skipped.
  ///
  /// r is what the Karush–Kuhn–Tucker conditions want to be zero: ∇F without the entries of
  /// forbidden weights, and without those of signed weights that are 0 and that −∇F would
  /// give the wrong sign. Zero just where the solution is optimal under the constraints.
  package var optimality: [Double]
  package var outcome: [Outcome]
  package var iterations: [Int]
  /// Share of the targets |d| > 1, which no rate in (−1, 1) can have caused.
  package var clipped: [Double]
  /// Share of the targets that are missing.
  package var dropped: [Double]

  init<S: Scalar>(_ panels: [PanelSolution<S>], neurons: Int, transitions: Int) {
    optimality = [Double](repeating: .nan, count: neurons)
    outcome = [Outcome](repeating: .skipped, count: neurons)
    iterations = [Int](repeating: 0, count: neurons)
    clipped = [Double](repeating: .nan, count: neurons)
    dropped = [Double](repeating: 1, count: neurons)
    for panel in panels {
      for row in panel.rows {
        let neuron = row.neuron
        optimality[neuron] = row.optimality
        outcome[neuron] = row.outcome
        iterations[neuron] = row.iterations
        clipped[neuron] = Double(row.clipped) / Double(max(1, transitions - row.missing))
        dropped[neuron] = Double(row.missing) / Double(transitions)
      }
    }
  }
}

extension Diagnostics {
  /// Notes how many iterations led to weights that were solved for elsewhere.
  ///
  /// Without a residual that means something, none is told and no neuron counts as solved.
  package mutating func note(iterations count: Int, isResidualKnown: Bool) {
    for i in outcome.indices where outcome[i] != .skipped {
      iterations[i] = count
      guard !isResidualKnown else { continue }
      optimality[i] = .nan
      outcome[i] = .iterationLimit
    }
  }
}

extension Scores {
  init<S: Scalar>(_ outcome: PanelOutcome<S>, neurons: Int, leavingOut unscored: Set<Int>) {
    let none = [Double](repeating: .nan, count: neurons)
    self.init(mse: none, persistence: none, r2: none)
    for (panel, scores) in zip(outcome.panels, outcome.scores) {
      for (neuron, score) in zip(panel.neurons, scores) where !unscored.contains(neuron) {
        mse[neuron] = score.mse
        persistence[neuron] = score.persistence
        r2[neuron] = 1 - score.mse / score.variance
      }
    }
  }
}
