import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

/// What float32 iterations cost in accuracy, and where they are used.
@Suite struct PrecisionTests {
  @Test(arguments: [PointwiseLoss.crossEntropy, .clipped(k: 0, threshold: 0.2)])
  func singlePrecisionFindsTheSameNetwork(loss: PointwiseLoss) throws {
    let data = try Synthetic(neurons: 60, frames: 900, inputs: 1)
    var configuration = Configuration()
    configuration.lambda = 1e-3
    configuration.form = .primal
    configuration.iterations = 2000
    configuration.tolerance = 1e-10
    let reference = try weights(
      data.recording(), loss: loss, configuration: configuration)
    configuration.tolerance = Arithmetic.singleTolerance
    let recording = PreparedRecording(
      rates: data.rates.converted(to: Float.self), local: 0..<60, neurons: 60,
      inputs: data.inputs.converted(to: Float.self), trialStarts: [], holdout: 0)
    let single = try weights(recording, loss: loss, configuration: configuration)
    #expect(relativeError(single, reference) < 1e-3)
  }

  /// Rounded products in features: a slow recording under a strong ridge is of low rank, one
  /// under a weak ridge is not.
  @Test(arguments: [1e-4, 0.1])
  func roundedProductsFindTheSameNetwork(lambda: Double) throws {
    let data = try Synthetic(neurons: 300, frames: 420)
    var configuration = Configuration()
    configuration.lambda = lambda
    configuration.form = .dual
    configuration.iterations = 2000
    configuration.tolerance = 1e-10
    func weights() throws -> [Double] {
      try self.weights(
        data.recording(), loss: .crossEntropy, configuration: configuration, neurons: 300)
    }
    let reference = try weights()
    configuration.tolerance = Arithmetic.singleTolerance
    let exact = try weights()
    configuration.usesFeatures = true
    let rounded = try weights()
    #expect(rounded != exact)
    // As near to the solution as one of the same tolerance in float64.
    let distance = relativeError(exact, reference)
    #expect(relativeError(rounded, reference) < max(1e-3, 2 * distance))
  }

  /// All weights, of neurons that all converged.
  private func weights<S: Scalar & Transferable>(
    _ recording: consuming PreparedRecording<S>, loss: PointwiseLoss, configuration: Configuration,
    neurons: Int = 60
  ) throws -> [Double] {
    let ready = try FitProblem(recording, bias: true, group: SingleRank(), phases: Phases())
    let fit = try ready.fit(
      loss: loss, alpha: [Double](repeating: 0.1, count: neurons), configuration: configuration,
      group: SingleRank(), threads: 1, phases: Phases())
    #expect(fit.diagnostics.outcome.allSatisfy { $0 == .converged })
    return allWeights(fit).flatMap { $0 }
  }

  /// Where rounding leaves no factor the ridge of the preconditioner is raised, which is said;
  /// with an ordinary ridge it is not.
  @Test func aRaisedRidgeIsSaid() throws {
    let data = try Synthetic(neurons: 60, frames: 21)
    let problem = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    func raise(_ lambda: Double) throws -> Double {
      var configuration = Configuration()
      configuration.form = .primal
      configuration.lambda = lambda
      configuration.iterations = 5
      return try problem.fit(
        loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: 60),
        configuration: configuration, group: SingleRank(), threads: 1, phases: Phases()
      ).ridgeRaise
    }
    #expect(try raise(1e-3) == 1)
    // 20 samples of 61 regressors: 41 eigenvalues are zero but for their rounding.
    let weak = stride(from: -10.0, through: -18, by: -1).compactMap { try? raise(pow(10, $0)) }
    #expect(weak.contains { $0 > 1 })
  }

  @Test func singlePrecisionIsForThePrimalForm() throws {
    var configuration = Configuration()
    func choice(_ precision: Precision, samples: Int) throws -> (Configuration.Form, Bool) {
      let arithmetic = try Arithmetic(
        precision, configuration: configuration, samples: samples, regressors: 100)
      return (arithmetic.form, arithmetic.isSingle)
    }
    func rounds(_ precision: Precision, samples: Int, regressors: Int) throws -> Bool {
      try Arithmetic(
        precision, configuration: configuration, samples: samples, regressors: regressors
      ).usesFeatures
    }
    #expect(try rounds(.mixed, samples: 50, regressors: 100))
    #expect(try rounds(.mixed, samples: 1000, regressors: 100))
    // 5·10⁵ and 2·10¹⁰ flops an iteration.
    #expect(try !rounds(.auto, samples: 50, regressors: 100))
    #expect(try rounds(.auto, samples: 1000, regressors: 10_000))
    #expect(try !rounds(.double, samples: 1000, regressors: 10_000))
    #expect(try choice(.mixed, samples: 1000) == (.primal, true))
    #expect(try choice(.mixed, samples: 50) == (.dual, false))
    #expect(try choice(.auto, samples: 50) == (.dual, false))
    // 4·10⁷ and 4·10¹¹ flops an iteration.
    #expect(try choice(.auto, samples: 1000) == (.primal, false))
    #expect(try choice(.auto, samples: 10_000_000) == (.primal, true))
    #expect(try choice(.double, samples: 1000) == (.primal, false))
    #expect(try choice(.float, samples: 1000) == (.primal, true))
    #expect(throws: FitError.singleDual(samples: 50, regressors: 100)) {
      try choice(.float, samples: 50)
    }
    configuration.tolerance = 1e-7
    #expect(try choice(.auto, samples: 10_000_000) == (.primal, false))
    #expect(try choice(.mixed, samples: 1000) == (.primal, true))
  }

  /// Who insists on rounding is told what it cannot be trusted with.
  @Test(arguments: [(1e-5, false), (9e-6, true)])
  func tightTolerances(tolerance: Double, isTold: Bool) throws {
    var configuration = Configuration()
    configuration.tolerance = tolerance
    for precision in Precision.allCases {
      let caution = try Arithmetic(
        precision, configuration: configuration, samples: 1000, regressors: 100
      ).caution
      let insists = [.mixed, .float].contains(precision)
      #expect((caution != nil) == (isTold && insists), "\(precision)")
      #expect(caution?.contains("tolerance of 1e-5, not to 9e-6") ?? true, "\(caution ?? "")")
    }
  }
}
