internal import Collectives
internal import LinearAlgebra
private import Glibc
internal import Kernels

/// A method that solves a panel of subproblems.
protocol PanelSolver: Sendable {
  /// Solves the panel from the ridge solution on the currents, or from given coefficients.
  ///
  /// Returns the sum over rows of F after each iteration; entry 0 is the start. `isAbandoned`
  /// is asked before each iteration; once it says yes the work is given up: nil.
  func solve<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F, from solution: PanelSolution<F.S>?,
    isAbandoned: () -> Bool
  ) -> [Double]?
}

extension Panel where S: Transferable {
  /// Puts the ridge solution on the clamped currents, a step of length 1 from zero.
  mutating func startFromRidge<F: SubproblemForm & ~Copyable>(
    form: borrowing F, loss: PointwiseLoss, initialMargin: Double
  ) where F.S == S {
    let limit = S(Glibc.atanh(1 - initialMargin))
    for i in 0..<active {
      score.setClamped(row: scoreRow(i), target, i, limit: limit)
      form.takeScore(&self, row: i)
    }
    form.updateResidual(&self)
    form.precondition(&self)
    for i in 0..<active {
      // What a neuron without any regressor would have is rounding.
      let scale = form.completeImage(&self, row: i)
      let rounding = 64 * Double(S.ulpOfOne) * residual.dot(i, residual, i)
      scalars[i].scale = isDual && scale <= rounding ? 0 : scale
      form.setDirection(&self, row: i, beta: 0)
    }
    form.respond(&self)
    for i in 0..<active {
      refreshDirectionScalars(i)
      // The ridge solution is a step of 1, unless the preconditioner is not exact.
      let square =
        directionResponse.dot(i, directionResponse, i)
        + form.ridge * scalars[i].directionSquared
      let length = square > 0 ? scalars[i].scale / square : 0
      advance(i, by: abs(length - 1) < 0.1 ? 1 : length)
      rescore(i, loss: loss)
      form.takeScore(&self, row: i)
    }
  }
}
