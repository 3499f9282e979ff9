import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import TestSupport
import Testing

/// A live fit against a dense solver of the transitions that its window should have.
@Suite struct LiveFitTests {
  private static let alpha = LiveStream.alpha

  private static func problem(
    _ stream: LiveStream, window: Int, ridge: Double = 0.05, selfConnections: Bool = false,
    loss: PointwiseLoss = .crossEntropy
  ) -> LiveProblem {
    LiveProblem(
      neurons: stream.neurons, others: 1, local: 0..<stream.neurons, window: window,
      ridge: ridge, loss: loss, selfConnections: selfConnections)
  }

  private static func fit(
    _ stream: LiveStream, _ problem: LiveProblem, _ form: Configuration.Form,
    transitions: Range<Int>
  ) throws -> LiveFit {
    let fit = LiveFit(
      problem, alpha: Array(repeating: alpha, count: stream.neurons), form: form)
    for t in transitions { try fit.take(stream.transition(t), group: SingleRank()) }
    return fit
  }

  @Test(arguments: [Configuration.Form.primal, .dual], [false, true])
  func settlesAtTheMinimumOfItsWindow(_ form: Configuration.Form, _ own: Bool) throws {
    let stream = try LiveStream(neurons: 12, frames: 160, seed: 3)
    for (window, transitions) in [(60, 0..<159), (200, 0..<90)] {
      for loss in [PlainLoss.crossEntropy, .robust(threshold: 0.2)] {
        let problem = Self.problem(
          stream, window: window, selfConnections: own, loss: loss.fitted)
        let fit = try Self.fit(stream, problem, form, transitions: transitions)
        fit.settle(tolerance: 1e-11, iterations: 2000)
        let seen = Array(transitions.suffix(window))
        for i in [0, 5, 11] {
          let dense = try DenseNewton(
            x: seen.map { stream.regressors[$0] }, d: seen.map { stream.targets[$0][i] },
            ridge: problem.ridge, loss: loss, forbidden: own ? [] : [i])
          #expect(relativeError(fit.weights(ofRow: i), dense.weights) < 1e-7)
        }
      }
    }
  }

  @Test(arguments: [Configuration.Form.primal, .dual])
  func stepsAreRidgeRegressionOnWorkingResponses(_ form: Configuration.Form) throws {
    let stream = try LiveStream(neurons: 8, frames: 120, seed: 5)
    let problem = Self.problem(stream, window: 40)
    let fit = try Self.fit(stream, problem, form, transitions: 0..<0)
    // z = s + E(s) with the s of when the transition came, by dense regressions of our own.
    var responses: [[Double]] = []
    for t in 0..<119 {
      let currents = try fit.take(stream.transition(t), group: SingleRank()).currents
      responses.append(
        currents.indices.map {
          currents[$0] + stream.targets[t][$0] - Foundation.tanh(currents[$0])
        })
    }
    let seen = Array((0..<119).suffix(40))
    for i in 0..<8 {
      let expected = try ridgeRegression(
        seen.map { stream.regressors[$0] }, seen.map { responses[$0][i] }, ridge: problem.ridge,
        without: i)
      #expect(relativeError(fit.weights(ofRow: i), expected) < 1e-8)
    }
  }

  @Test func bothFormsTakeTheSameSteps() throws {
    let stream = try LiveStream(neurons: 10, frames: 100, seed: 7)
    let problem = Self.problem(stream, window: 150)
    let primal = try Self.fit(stream, problem, .primal, transitions: 0..<99)
    let dual = try Self.fit(stream, problem, .dual, transitions: 0..<99)
    for i in 0..<10 {
      #expect(relativeError(primal.weights(ofRow: i), dual.weights(ofRow: i)) < 1e-9)
    }
  }

  @Test(arguments: [Configuration.Form.primal, .dual])
  func aMissingTargetCountsForNothing(_ form: Configuration.Form) throws {
    let stream = try LiveStream(neurons: 6, frames: 61, seed: 9)
    let problem = Self.problem(stream, window: 60)
    let fit = LiveFit(
      problem, alpha: Array(repeating: Self.alpha, count: 6), form: form)
    for t in 0..<60 {
      var targets = stream.transition(t).targets
      if t % 7 == 3 { targets[2] = .nan }
      try fit.take(
        LiveTransition(regressors: stream.regressors[t], targets: targets), group: SingleRank())
    }
    fit.settle(tolerance: 1e-11, iterations: 2000)
    let seen = (0..<60).filter { $0 % 7 != 3 }
    let dense = try DenseNewton(
      x: seen.map { stream.regressors[$0] }, d: seen.map { stream.targets[$0][2] },
      ridge: problem.ridge, loss: .crossEntropy, forbidden: [2])
    #expect(relativeError(fit.weights(ofRow: 2), dense.weights) < 1e-7)
  }

  @Test(arguments: [Configuration.Form.primal, .dual])
  func forecastsAreTheNetworkRunning(_ form: Configuration.Form) throws {
    let stream = try LiveStream(neurons: 10, frames: 60, seed: 13)
    let problem = Self.problem(stream, window: 30)
    let fit = try Self.fit(stream, problem, form, transitions: 0..<40)
    for t in 40..<59 {
      // From where the next transition begins, and from elsewhere, in either order.
      for start in t % 2 == 0 ? [t, t - 20] : [t - 20, t] {
        let frames = try fit.forecast(
          from: stream.regressors[start], horizon: 3, group: SingleRank())
        var rates = Array(stream.regressors[start].prefix(10))
        for frame in frames {
          rates = (0..<10).map { i in
            let s = zip(fit.weights(ofRow: i), rates + [1]).reduce(0) { $0 + $1.0 * $1.1 }
            return (1 - Self.alpha) * rates[i] + Self.alpha * Foundation.tanh(s)
          }
          #expect(relativeError(frame, rates) < 1e-9)
        }
      }
      try fit.take(stream.transition(t), group: SingleRank())
    }
    let silent = try Self.fit(stream, problem, form, transitions: 0..<59)
    for i in 0..<10 {
      #expect(relativeError(fit.weights(ofRow: i), silent.weights(ofRow: i)) < 1e-12)
    }
  }
}

extension LiveFitTests {
  /// Windows beyond the cache of a core, so that the threads have parts.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func threadsForecastTheSame(_ form: Configuration.Form) throws {
    let (neurons, window) = (515, form == .primal ? 20 : 530)
    let stream = try LiveStream(neurons: neurons, frames: 12, seed: 17)
    let fits = [1, 3].map {
      LiveFit(
        Self.problem(stream, window: window),
        alpha: Array(repeating: Self.alpha, count: neurons), form: form, threads: $0)
    }
    var forecasts: [[[Double]]] = []
    for fit in fits {
      for t in 0..<10 { try fit.take(stream.transition(t), group: SingleRank()) }
      forecasts.append(
        try fit.forecast(from: stream.regressors[10], horizon: 3, group: SingleRank()))
    }
    for frame in 0..<3 {
      #expect(relativeError(forecasts[0][frame], forecasts[1][frame]) < 1e-12)
    }
  }
}

/// `(XᵀX + ridge I)⁻¹ Xᵀ z` without a column, by a dense factor.
func ridgeRegression(
  _ x: [[Double]], _ z: [Double], ridge: Double, without column: Int
) throws -> [Double] {
  let columns = x[0].indices.filter { $0 != column }
  var a = Matrix<Double>(rows: columns.count, columns: columns.count)
  var b = Matrix<Double>(rows: columns.count, columns: 1)
  for (i, p) in columns.enumerated() {
    for (j, q) in columns.enumerated() {
      a[i, j] = x.reduce(0) { $0 + $1[p] * $1[q] } + (i == j ? ridge : 0)
    }
    b[i, 0] = zip(x, z).reduce(0) { $0 + $1.0[p] * $1.1 }
  }
  let factor = try Cholesky(a)
  var view = b.mutableView
  factor.solve(&view)
  var weights = [Double](repeating: 0, count: x[0].count)
  for (i, p) in columns.enumerated() { weights[p] = b[i, 0] }
  return weights
}
