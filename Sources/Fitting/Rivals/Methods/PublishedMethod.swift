internal import CORNN
package import Collectives
internal import Kernels
package import LinearAlgebra

/// The iteration of the published method.
///
/// With `A = X Xᵀ + λ I` and the scores E of the loss, self-connections allowed:
/// ```
/// θ ← θ + A⁻¹ (X E − λ θ)
/// ```
/// which is `A⁻¹ X Xᵀ θ + A⁻¹ X E` without its cancelling products. With self-connections
/// excluded it is its ADMM, with `A_ρ = X Xᵀ + (λ + ρ) I`, from χ = θ and v = −(λ/ρ) θ:
/// ```
/// θ ← θ + A_ρ⁻¹ (X E − (λ + ρ) θ + ρ (χ − v)),   χ ← θ + v, 0 at the own weight,   v ← v + θ − χ
/// ```
/// Steps of length 1 descend where φ″ ≤ 1, as that of the cross entropy; with the dropping rule
/// of the weighted loss, whose kept scores are scaled by observed / kept, they may diverge.
/// Reference: Dinc, Shai, Schnitzer, Tanaka (NeurIPS 2023).
package struct PublishedMethod: RivalMethod {
  /// ρ / λ of the published code.
  package static let penalty = 100.0

  package init() {}

  package func improve(
    _ weights: inout Matrix<Double>, of problem: RivalProblem, recorder: MethodRecorder,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let rho = problem.excludesSelf ? Self.penalty * problem.ridge : 0
    let inverse = try problem.gram(on: group).inverse(
      ridge: problem.ridge + rho, group: group, phases: problem.phases)
    let panels = NeuronPanel.all(of: problem, weights, samples: problem.samples)
    let states = panels.map { ADMMState(of: $0.weights, scale: problem.ridge, penalty: rho) }
    while try recorder.goesOn(from: weights, on: group) {
      _ = try parallelMap(count: panels.count, threads: problem.threads) { k in
        panels[k].takeDescent(
          problem.loss, at: problem.whole.regressors.fitted.matrix, targets: problem.targets,
          headroom: problem.headroom, factor: problem.loss.publishedFactor)
        states[k].advance(panels[k], by: inverse.matrix, problem)
      }
      for panel in panels { weights.take(panel, excluding: problem.excluded) }
    }
  }
}

/// χ and v of a panel, and a step.
private final class ADMMState {
  private let ridge: Double
  private let rho: Double
  private var consensus: Matrix<Double>  // χ
  private var dual: Matrix<Double>  // v
  private var residual: Matrix<Double>

  init(of weights: borrowing Matrix<Double>, scale ridge: Double, penalty rho: Double) {
    self.ridge = ridge
    self.rho = rho
    residual = Matrix(rows: weights.rows, columns: weights.columns)
    let isNeeded = rho > 0
    consensus = isNeeded ? weights.copy() : Matrix(rows: 0, columns: 0)
    dual = isNeeded ? weights.copy() : Matrix(rows: 0, columns: 0)
    for i in 0..<dual.rows { dual.scaleRow(i, by: -ridge / rho) }
  }

  /// One iteration of a panel whose descent is taken.
  func advance(_ panel: NeuronPanel, by inverse: borrowing Matrix<Double>, _ problem: RivalProblem)
  {
    let rows = 0..<panel.rows.count
    for i in rows {
      residual.copyRow(i, from: panel.descent, i)
      residual.add(-(ridge + rho), panel.weights, i, toRow: i)
      guard rho > 0 else { continue }
      residual.add(rho, consensus, i, toRow: i)
      residual.add(-rho, dual, i, toRow: i)
    }
    panel.weights.multiply(rows: rows, residual, inverse, keep: 1)
    guard rho > 0 else { return }
    for (i, neuron) in panel.rows.enumerated() {
      consensus.copyRow(i, from: panel.weights, i)
      consensus.add(1, dual, i, toRow: i)
      if let own = problem.excluded(neuron) { consensus[i, own] = 0 }
      dual.add(1, panel.weights, i, toRow: i)
      dual.add(-1, consensus, i, toRow: i)
    }
  }
}

extension RivalLoss {
  /// By what the published method scales the scores of a row: observed / kept of its dropping
  /// rule, of which it keeps one sample at least.
  fileprivate func publishedFactor(_ score: RivalScore) -> Double {
    guard case .pointwise(let loss) = self, case .weighted = loss else { return 1 }
    return Double(score.observed) / Double(max(1, score.observed - score.beyond))
  }
}

extension Matrix<Double> {
  /// Puts the weights of a panel into their rows, with 0 for those that are excluded.
  fileprivate mutating func take(_ panel: NeuronPanel, excluding own: (Int) -> Int?) {
    take(panel)
    for neuron in panel.rows {
      if let column = own(neuron) { self[neuron, column] = 0 }
    }
  }
}
