internal import Collectives
private import Glibc
internal import Kernels
internal import LinearAlgebra

/// A method that solves a panel of subproblems.
protocol PanelSolver: Sendable {
  /// Solves the panel from the ridge solution on the currents, or from given coefficients.
  ///
  /// `panel.target` is given. On return `coefficients`, `response` and `rows` hold the
  /// solutions.
  ///
  /// - Returns: the sum over rows of F after each iteration; entry 0 is the start. Nil if
  ///   `isAbandoned`, which is asked before each iteration, said yes.
  func solve<F: PanelProducts & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F, from solution: PanelSolution<F.S>?,
    isAbandoned: () -> Bool
  ) -> [Double]?
}

extension Panel where S: Transferable {
  /// Puts the ridge solution on the clamped currents, a step of length 1 from zero.
  mutating func startFromRidge<F: PanelProducts & ~Copyable>(
    form: borrowing F, _ exclusion: F.PanelExclusion, initialMargin: Double
  ) where F.S == S {
    setScoresToCurrents(initialMargin: initialMargin)
    form.updateGradient(&self, exclusion)
    form.precondition(&self, exclusion, .start)
    for i in 0..<active {
      // What a neuron without any regressor would have is rounding.
      let scale = form.exclude(exclusion, from: &self, row: i)
      let rounding = 64 * Double(S.ulpOfOne) * residual.dot(i, residual, i)
      rows[i].scale = space == .samples && scale <= rounding ? 0 : scale
      setDirection(i, beta: 0)
    }
    form.updateDirectionResponse(&self)
    for i in 0..<active {
      refreshDirectionSums(i)
      advance(i, by: ridgeStep(i, square: rows[i].scale))
      rescore(i)
      takeScore(i)
    }
  }

  /// Goes on from the ridge solution on the clamped currents to that on the targets themselves,
  /// in the rows where F is less there.
  ///
  /// Both are linear in the currents: one step leads from one to the other. It pays where the
  /// loss forgives what the margin of the start was to guard against.
  mutating func takeBetterStart<F: PanelProducts & ~Copyable>(
    form: borrowing F, _ exclusion: F.PanelExclusion, initialMargin: Double
  ) where F.S == S {
    let all = active
    let limit = S(Glibc.atanh(1 - initialMargin))
    let clamped = (0..<all).filter { target.hasBeyond(limit, row: $0) }
    guard !clamped.isEmpty else { return }
    bringToFront(clamped)
    active = clamped.count
    for i in 0..<active {
      score.setClamped(row: scoreRow(i), target, i, limit: .infinity)
      score.add(-1, response, i, toRow: scoreRow(i))
      takeScore(i)
    }
    form.updateGradient(&self, exclusion)
    form.precondition(&self, exclusion, .start)
    for i in 0..<active {
      rows[i].decrement = form.exclude(exclusion, from: &self, row: i)
      setDirection(i, beta: 0)
    }
    form.updateDirectionResponse(&self)
    for i in 0..<active {
      refreshDirectionSums(i)
      let length = ridgeStep(i, square: rows[i].decrement)
      if descends(i, by: length) {
        advance(i, by: length)
      }
      rescore(i)
      takeScore(i)
    }
    active = all
  }

  /// The step along the preconditioned residual to the ridge solution, `square` being `⟨g, A⁻¹ g⟩`.
  ///
  /// It is 1, unless the preconditioner is not exact.
  private func ridgeStep(_ i: Int, square: Double) -> Double {
    let curvature =
      directionResponse.dot(i, directionResponse, i) + ridge * rows[i].directionSquared
    let length = curvature > 0 ? square / curvature : 0
    return abs(length - 1) < 0.1 ? 1 : length
  }

  /// The scores of the ridge problem at θ = 0: the currents, clamped at |d| ≤ 1 − margin.
  mutating func setScoresToCurrents(initialMargin: Double) {
    for i in 0..<active {
      setClampedCurrent(i, margin: initialMargin)
      takeScore(i)
    }
  }

  /// The scores of one row of it.
  mutating func setClampedCurrent(_ i: Int, margin: Double) {
    score.setClamped(row: scoreRow(i), target, i, limit: S(Glibc.atanh(1 - margin)))
  }

  /// Recomputes S and what depends on it, the norm of the weights too.
  mutating func refreshResponse<F: PanelProducts & ~Copyable>(
    form: borrowing F
  ) where F.S == S {
    form.refreshResponse(&self)
    for i in 0..<active {
      refreshSquaredNorm(i)
      rescore(i)
      takeScore(i)
    }
  }
}
