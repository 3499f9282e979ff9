import CORNN
import Collectives
import LinearAlgebra
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
