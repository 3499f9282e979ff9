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
    form: borrowing F, _ exclusion: F.PanelExclusion, loss: PointwiseLoss, initialMargin: Double
  ) where F.S == S {
    setScoresToCurrents(initialMargin: initialMargin)
    form.updateGradient(&self, exclusion)
    form.precondition(&self, exclusion, .ofStart)
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
      // The ridge solution is a step of 1, unless the preconditioner is not exact.
      let square =
        directionResponse.dot(i, directionResponse, i) + ridge * rows[i].directionSquared
      let length = square > 0 ? rows[i].scale / square : 0
      advance(i, by: abs(length - 1) < 0.1 ? 1 : length)
      rescore(i, loss: loss)
      takeScore(i)
    }
  }

  /// The scores of the ridge problem at θ = 0: the currents, clamped at |d| ≤ 1 − margin.
  mutating func setScoresToCurrents(initialMargin: Double) {
    let limit = S(Glibc.atanh(1 - initialMargin))
    for i in 0..<active {
      score.setClamped(row: scoreRow(i), target, i, limit: limit)
      takeScore(i)
    }
  }

  /// Recomputes S and what depends on it, the norm of the weights too.
  mutating func refreshResponse<F: PanelProducts & ~Copyable>(
    form: borrowing F, loss: PointwiseLoss
  ) where F.S == S {
    form.refreshResponse(&self)
    for i in 0..<active {
      refreshSquaredNorm(i)
      rescore(i, loss: loss)
      takeScore(i)
    }
  }
}
