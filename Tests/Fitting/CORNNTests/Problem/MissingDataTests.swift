import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

@Suite struct MissingDataTests {
  private func fitted(
    _ recording: consuming PreparedRecording<Double>, neurons: Int, widestPanel: Int = .max
  ) throws -> Fit<Double> {
    var configuration = Configuration()
    configuration.tolerance = 1e-9
    configuration.iterations = 2000
    let problem = try FitProblem(recording, bias: true, group: SingleRank(), phases: Phases())
    return try problem.fit(
      loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: neurons),
      configuration: configuration, group: SingleRank(), threads: 1, phases: Phases(),
      widestPanel: widestPanel)
  }

  /// A NaN takes out the transition that starts there, for all, and the one that ends there,
  /// for its neuron.
  @Test func aMissingValueCostsOneTransitionAndOneTarget() throws {
    var data = try Synthetic(neurons: 12, frames: 100)
    data.rates[3, 50] = .nan
    let fit = try fitted(data.recording(), neurons: 12)
    #expect(fit.transitions.count == 98)
    #expect(fit.transitions.dropped == [50])
    #expect(fit.diagnostics.dropped[3] == 1.0 / 98)
    #expect(fit.diagnostics.dropped[4] == 0)
    #expect(allWeights(fit).allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  /// Constant and absent neurons have zero rows and zero columns, and do not change the
  /// others.
  @Test func silentNeuronsAreLeftOut() throws {
    var data = try Synthetic(neurons: 12, frames: 100)
    for t in 0..<100 {
      data.rates[5, t] = 0.7
      data.rates[7, t] = .nan
    }
    let fit = try fitted(data.recording(), neurons: 12)
    #expect(fit.diagnostics.outcome[5] == .skipped)
    #expect(fit.diagnostics.outcome[7] == .skipped)
    let weights = allWeights(fit)
    for i in 0..<12 {
      #expect(weights[i][5] == 0 && weights[i][7] == 0)
      #expect(weights[5][i] == 0 && weights[7][i] == 0)
    }
    #expect(fit.transitions.count == 99)
  }

  /// A neuron that is missing in all held-out frames is fitted as ever and has no scores; the
  /// others have theirs, with its mean in its place.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func aNeuronThatGoesMissingCostsOnlyItsOwnScores(form: Configuration.Form) throws {
    var data = try Synthetic(neurons: 12, frames: 100)
    func solve(_ recording: consuming PreparedRecording<Double>) throws -> Fit<Double> {
      var configuration = Configuration()
      configuration.form = form
      configuration.tolerance = 1e-10
      let problem = try FitProblem(recording, bias: true, group: SingleRank(), phases: Phases())
      return try problem.fit(
        loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: 12),
        configuration: configuration, group: SingleRank(), threads: 1, phases: Phases())
    }
    let whole = try solve(data.recording(holdout: 0.2))
    let mean = (0..<80).reduce(0) { $0 + data.rates[3, $1] } / 80
    for t in 80..<100 { data.rates[3, t] = .nan }
    let fit = try solve(data.recording(holdout: 0.2))
    #expect(relativeError(allWeights(fit).flatMap { $0 }, allWeights(whole).flatMap { $0 }) < 1e-9)
    #expect(fit.heldOutTransitions.count == 19)
    #expect(fit.scores.mse[3].isNaN && fit.scores.persistence[3].isNaN && fit.scores.r2[3].isNaN)
    let weights = allWeights(fit)
    for i in 0..<12 where i != 3 {
      var sum = 0.0
      for t in 80..<99 {
        var current = weights[i][12]
        for j in 0..<12 { current += weights[i][j] * (j == 3 ? mean : data.rates[j, t]) }
        let next = 0.9 * data.rates[i, t] + 0.1 * tanh(current)
        sum += (data.rates[i, t + 1] - next) * (data.rates[i, t + 1] - next)
      }
      #expect(abs(fit.scores.mse[i] / (sum / 19) - 1) < 1e-6, "neuron \(i)")
      #expect(fit.scores.persistence[i] == whole.scores.persistence[i])
    }
  }

  /// Two trials give the fit of their transitions, none across the boundary.
  @Test func noTransitionCrossesATrialBoundary() throws {
    let data = try Synthetic(neurons: 10, frames: 80)
    let fit = try fitted(data.recording(trialStarts: [0, 30]), neurons: 10)
    #expect(fit.transitions.count == 78)
    #expect(!fit.transitions.frames.contains(29))
  }

  @Test func tooFewTransitionsAreRefused() throws {
    let data = try Synthetic(neurons: 10, frames: 9)
    #expect(throws: FitError.tooFewTransitions(found: 8, needed: 9)) {
      _ = try fitted(data.recording(), neurons: 10)
    }
  }

  /// The rows of a neuron do not depend on whom it is solved with, but for rounding: products of
  /// other sizes are summed up otherwise.
  @Test func aNeuronIsTheSameInAnyCompany() throws {
    let data = try Synthetic(neurons: 40, frames: 300)
    let whole = allWeights(try fitted(data.recording(), neurons: 40))
    #expect(whole.count == 40)
    let apart = allWeights(try fitted(data.recording(), neurons: 40, widestPanel: 7))
    #expect(relativeError(apart.flatMap { $0 }, whole.flatMap { $0 }) < 1e-7)
  }
}
