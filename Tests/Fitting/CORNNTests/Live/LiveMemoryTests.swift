import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import TestSupport
import Testing

/// Windows that grow, and transitions that are forgotten by and by, against dense solvers that
/// give each transition the weight that it should have.
@Suite struct LiveMemoryTests {
  private static func fit(
    _ stream: LiveStream, window: Int, ridge: Double, memory: LiveMemory
  ) -> LiveFit {
    LiveFit(
      LiveProblem(
        neurons: stream.neurons, others: 1, local: 0..<stream.neurons, window: window, ridge: ridge,
        loss: .crossEntropy, selfConnections: false, memory: memory),
      alpha: Array(repeating: LiveStream.alpha, count: stream.neurons))
  }

  /// The ridge is one a transition: 0.02 each, however many there are.
  @Test(arguments: [30, 70, 159])
  func aGrowingWindowHasAllTransitions(_ count: Int) throws {
    let stream = try LiveStream(neurons: 9, frames: 160, seed: 31)
    let fit = Self.fit(stream, window: 50, ridge: 1, memory: .growing)
    for t in 0..<count {
      try fit.take(stream.transition(t), group: SingleRank())
      fit.sweep(1)
    }
    fit.settle(tolerance: 1e-11, iterations: 2000)
    for i in [0, 4, 8] {
      let dense = try DenseNewton(
        x: Array(stream.regressors[..<count]), d: stream.targets[..<count].map { $0[i] },
        ridge: 0.02 * Double(count), loss: .crossEntropy, forbidden: [i])
      #expect(relativeError(fit.weights(ofRow: i), dense.weights) < 1e-7)
    }
    #expect(try fit.keepAccurate(within: .infinity) < 1e-9)
  }

  /// The weights are those of a ridge regression on working responses, in which transitions and
  /// what has been put back of the ridge count by age.
  @Test func whatIsForgottenCountsByAge() throws {
    let (halfLife, ridge, count) = (20.0, 0.3, 140)
    let decay = exp2(-1 / halfLife)
    let stream = try LiveStream(neurons: 8, frames: count + 1, seed: 33)
    let fit = Self.fit(
      stream, window: 30, ridge: ridge, memory: .forgetting(halfLife: halfLife))
    let size = 9
    let ridges = Self.ridges(of: size, ridge: ridge, decay: decay, after: count)
    var responses: [[Double]] = []
    for t in 0..<count {
      let currents = try fit.take(stream.transition(t), group: SingleRank()).currents
      responses.append(
        currents.indices.map {
          currents[$0] + stream.targets[t][$0] - Foundation.tanh(currents[$0])
        })
      #expect(fit.sweep(1) == 0)
    }
    // The mean ridge is what it should be.
    #expect(abs(ridges.reduce(0, +) / Double(size) / ridge - 1) < 0.1)
    for i in [0, 5] {
      var x: [[Double]] = []
      var z: [Double] = []
      for t in 0..<count {
        let root = pow(decay, Double(count - 1 - t)).squareRoot()
        x.append(stream.regressors[t].map { root * $0 })
        z.append(root * responses[t][i])
      }
      for j in 0..<size {
        x.append((0..<size).map { $0 == j ? ridges[j].squareRoot() : 0 })
        z.append(0)
      }
      let expected = try ridgeRegression(x, z, ridge: 0, without: i)
      #expect(relativeError(fit.weights(ofRow: i), expected) < 1e-9)
    }
    #expect(try fit.keepAccurate(within: .infinity) < 1e-11)
  }

  /// Where targets are small, tanh is a line, and the steps are the weighted batch fit.
  ///
  /// What they lag behind it otherwise is the curvature, which the
  /// steps take to be one: of the order of `1 - φ'' = tanh² s`, so a hundredth with targets of a
  /// tenth.
  @Test func forgettingLagsByTheCurvatureAlone() throws {
    let (halfLife, ridge, count) = (150.0, 3.0, 1000)
    let stream = try LiveStream(neurons: 8, frames: count + 1, seed: 35)
    let decay = exp2(-1 / halfLife)
    let ridges = Self.ridges(of: 9, ridge: ridge, decay: decay, after: count)
    var lags: [Double] = []
    for share in [0.1, 0.01] {
      let fit = Self.fit(
        stream, window: 30, ridge: ridge, memory: .forgetting(halfLife: halfLife))
      for t in 0..<count {
        let targets = stream.targets[t].map { Foundation.atanh(share * $0) }
        try fit.take(
          LiveTransition(regressors: stream.regressors[t], targets: targets), group: SingleRank())
      }
      let errors = try [0, 5].map { i in
        let dense = try WeightedNewton(
          x: stream.regressors, d: stream.targets.map { share * $0[i] },
          weights: (0..<count).map { pow(decay, Double(count - 1 - $0)) }, ridges: ridges,
          forbidden: i)
        return relativeError(fit.weights(ofRow: i), dense.theta)
      }
      lags.append(errors.max() ?? .nan)
    }
    #expect(lags[1] < 1e-3, "\(lags)")
    #expect((50...200).contains(lags[0] / lags[1]), "\(lags)")
  }

  /// The ridge of each coordinate: forgotten, and put back one coordinate after another, twice
  /// round in `1 / (1 − γ)` transitions.
  private static func ridges(
    of size: Int, ridge: Double, decay: Double, after count: Int
  ) -> [Double] {
    var ridges = [Double](repeating: ridge, count: size)
    let raises = Int((2 * Double(size) * (1 - decay)).rounded(.up))
    var coordinate = 0
    for _ in 0..<count {
      for j in ridges.indices { ridges[j] *= decay }
      for _ in 0..<raises {
        ridges[coordinate] += ridge * Double(size) * (1 - decay) / Double(raises)
        coordinate = (coordinate + 1) % size
      }
    }
    return ridges
  }
}

/// Newton steps for `Σ w φ(s; d) + Σ ridge_j/2 θ_j²` with the cross-entropy loss, θ of one
/// regressor zero.
private struct WeightedNewton {
  private(set) var theta: [Double]

  init(x: [[Double]], d: [Double], weights: [Double], ridges: [Double], forbidden: Int) throws {
    theta = [Double](repeating: 0, count: x[0].count)
    for _ in 0..<30 {
      // A Newton step is a weighted regression on s + (d − tanh s) / φ''.
      var rows: [[Double]] = []
      var responses: [Double] = []
      for t in weights.indices {
        let s = zip(x[t], theta).reduce(0) { $0 + $1.0 * $1.1 }
        let curvature = 1 - Foundation.tanh(s) * Foundation.tanh(s)
        let root = (weights[t] * curvature).squareRoot()
        rows.append(x[t].map { root * $0 })
        responses.append(root * (s + (d[t] - Foundation.tanh(s)) / curvature))
      }
      for j in ridges.indices {
        rows.append(ridges.indices.map { $0 == j ? ridges[j].squareRoot() : 0 })
        responses.append(0)
      }
      theta = try ridgeRegression(rows, responses, ridge: 0, without: forbidden)
    }
  }
}
