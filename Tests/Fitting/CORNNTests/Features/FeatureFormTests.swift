import Collectives
import Foundation
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

@testable import CORNN

/// Iterations in whitened features end where those with exact inverses end, by every kernel, and
/// what they report is the residual of the whole problem.
@Suite struct FeatureFormTests {
  struct Case: CustomTestStringConvertible {
    var neurons: Int
    var frames: Int
    var form: Configuration.Form
    var inputs = 0
    var selfConnections = false
    var loss = PlainLoss.crossEntropy
    var lambda = 1e-3
    var testDescription: String {
      "N \(neurons), T \(frames), \(form), inputs \(inputs), self \(selfConnections), \(loss), "
        + "lambda \(lambda)"
    }
  }

  static let cases = [
    Case(neurons: 30, frames: 120, form: .primal, inputs: 2),
    Case(neurons: 30, frames: 120, form: .primal, selfConnections: true),
    Case(neurons: 40, frames: 300, form: .primal, loss: .robust(threshold: 0.2)),
    Case(neurons: 60, frames: 40, form: .dual, inputs: 1, lambda: 1e-5),
    Case(neurons: 60, frames: 40, form: .dual, selfConnections: true),
    // More samples than regressors: the own weight is a constraint.
    Case(neurons: 30, frames: 60, form: .dual),
    // A strong ridge: most directions are neglected at first.
    Case(neurons: 120, frames: 90, form: .dual, lambda: 0.1),
    Case(neurons: 120, frames: 90, form: .dual, loss: .robust(threshold: 0.2), lambda: 0.1),
    Case(neurons: 120, frames: 90, form: .dual, selfConnections: true, lambda: 0.1),
  ]

  static let kernels = ProductKernel.allCases.filter(\.isAvailable)

  private func fit(
    _ data: borrowing Synthetic, _ problem: Case, tolerance: Double, inFeatures: Bool
  ) throws -> Fit<Double> {
    var configuration = Configuration()
    configuration.lambda = problem.lambda
    configuration.selfConnections = problem.selfConnections
    configuration.form = problem.form
    configuration.tolerance = tolerance
    configuration.iterations = 3000
    configuration.usesFeatures = inFeatures
    let ready = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    return try ready.fit(
      loss: problem.loss.fitted, alpha: [Double](repeating: 0.1, count: problem.neurons),
      configuration: configuration, group: SingleRank(), threads: 2, phases: Phases())
  }

  @Test(arguments: cases, kernels)
  func theSameNetwork(problem: Case, kernel: ProductKernel) throws {
    let data = try Synthetic(
      neurons: problem.neurons, frames: problem.frames, inputs: problem.inputs)
    // Operands of 16 bits are for no smaller tolerance.
    let tolerance = kernel.isRounded ? 1e-4 : 1e-5
    let reference = allWeights(
      try fit(data, problem, tolerance: 1e-10, inFeatures: false)
    ).flatMap { $0 }
    let exact = allWeights(
      try fit(data, problem, tolerance: tolerance, inFeatures: false)
    ).flatMap { $0 }
    var found: [Double] = []
    try ProductKernel.$asked.withValue(kernel) {
      let result = try fit(data, problem, tolerance: tolerance, inFeatures: true)
      #expect(
        result.diagnostics.outcome.allSatisfy { $0 == .converged },
        "\(result.diagnostics.optimality.max() ?? .nan)")
      found = allWeights(result).flatMap { $0 }
    }
    let distance = relativeError(exact, reference)
    #expect(relativeError(found, reference) < max(1e-3, 2 * distance))
  }

  /// With the cross entropy the curvatures of the start leave few iterations, with every kernel.
  @Test(arguments: kernels, [false, true])
  func curvaturesSaveIterations(kernel: ProductKernel, selfConnections: Bool) throws {
    var problem = Case(neurons: 160, frames: 120, form: .dual)
    problem.selfConnections = selfConnections
    let data = try Synthetic(neurons: problem.neurons, frames: problem.frames)
    func iterations(inFeatures: Bool) throws -> Double {
      let found = try fit(data, problem, tolerance: 1e-4, inFeatures: inFeatures)
      #expect(found.diagnostics.optimality.allSatisfy { $0 < 1e-4 })
      return found.diagnostics.iterations.reduce(0) { $0 + Double($1) } / Double(problem.neurons)
    }
    try ProductKernel.$asked.withValue(kernel) {
      let (plain, found) = (
        try iterations(inFeatures: false), try iterations(inFeatures: true)
      )
      #expect(found < 0.6 * plain, "\(found) of \(plain)")
    }
  }

  /// Eigenvectors beyond what is worth its price are refused from a stretch of the samples, by the
  /// rule that a plan goes by.
  @Test(arguments: [4, 9, 20]) func manyEigenvectorsAreRefused(rank: Int) throws {
    let (order, most) = (120, 40)
    // Any stretch has all directions.
    var factor = Matrix<Double>(rows: order, columns: rank)
    for i in 0..<order {
      for j in 0..<rank {
        let angle = Double((i + 1) * (2 * j + 1))
        factor[i, j] = cos(0.7 * angle)
      }
    }
    let limits = EigenLimits(most: most)
    let stretch = limits.stretch(of: order)
    #expect(stretch.count == most && stretch.lowerBound == order - stretch.upperBound)
    let gram = NodeShared(
      matrix: product(factor, factor, transposingB: true), nodeRank: 0, nodeSize: 1, fence: {})
    let basis = try EigenBasis(gram, ridge: 1e-6, limits: limits, group: SingleRank())
    let expected = limits.kept(of: order, rank: rank * order / most)
    #expect((basis == nil) == (expected == nil))
    #expect(basis.map { $0.count == rank } ?? true)
    // Where the whole is not too large nothing is guessed.
    let whole = try EigenBasis(gram, ridge: 1e-6, group: SingleRank())
    #expect(whole?.count == rank)
  }

  /// The counts that decide are within the features, and grow with what an iteration takes.
  @Test(arguments: [0, 3, 4, 30, 250, 560, 2000, 4096], [1, 100, 2000, 30_000])
  func leadingFeatures(features: Int, samples: Int) {
    let limits = CurvatureLimits(samples: samples, features: features)
    #expect(limits.order <= min(features, 256) && limits.order.isMultiple(of: 4))
    #expect(limits.entries == limits.order * (limits.order + 1) / 2)
    #expect(limits.order > 0 || (limits.samples == 0 && limits.iterationShare == 1))
    if limits.order > 0 {
      #expect((0..<samples).filter { $0.isMultiple(of: limits.stride) }.count == limits.samples)
      #expect(limits.samples >= min(samples, 2 * limits.order))
      #expect(limits.iterationShare > 0 && limits.iterationShare < 1)
    }
    let more = CurvatureLimits(samples: 2 * samples, features: features)
    #expect(more.order >= limits.order)
  }

  /// From the weights alone, with a dense matrix for each neuron.
  @Test(arguments: cases)
  func theReportedResidualIsThatOfTheWeights(problem: Case) throws {
    let data = try Synthetic(
      neurons: problem.neurons, frames: problem.frames, inputs: problem.inputs)
    let found = try fit(data, problem, tolerance: 1e-3, inFeatures: true)
    let plain = try PlainProblem(data, lambda: problem.lambda)
    let weights = allWeights(found)
    for i in stride(from: 0, to: problem.neurons, by: 7) {
      let expected = try plain.optimality(
        of: weights[i], neuron: i, loss: problem.loss,
        forbidden: problem.selfConnections ? nil : i)
      let reported = found.diagnostics.optimality[i]
      // The scale is that of a start by rounded products.
      #expect(abs(reported - expected) < 0.05 * expected + 1e-5, "\(i): \(reported), \(expected)")
    }
  }
}

/// One neuron's problem in nested arrays.
private struct PlainProblem {
  /// Samples × regressors.
  let x: [[Double]]
  let rates: [[Double]]
  let ridge: Double

  init(_ data: borrowing Synthetic, lambda: Double) throws {
    let (neurons, frames) = (data.rates.rows, data.rates.columns)
    rates = (0..<neurons).map { i in (0..<frames).map { t in data.rates[i, t] } }
    let fitted = frames - 1
    let inputs = (0..<data.inputs.rows).map { k in (0..<fitted).map { t in data.inputs[k, t] } }
    let scales = inputs.map { row in
      (row.reduce(0) { $0 + $1 * $1 } / Double(fitted)).squareRoot()
    }
    let series = rates
    x = (0..<fitted).map { t in
      series.map { $0[t] } + inputs.indices.map { inputs[$0][t] / scales[$0] } + [1]
    }
    self.scales = [Double](repeating: 1, count: neurons) + scales + [1]
    ridge = lambda * Double(fitted)
  }

  /// What weights are multiplied with to be those of `x`.
  let scales: [Double]

  /// `‖∇F‖ / ‖Xᵀz‖`, both in the norm of `(XᵀX + λI)⁻¹` without the forbidden regressor.
  func optimality(
    of weights: [Double], neuron: Int, loss: PlainLoss, forbidden: Int?
  ) throws -> Double {
    let columns = x[0].indices.filter { $0 != forbidden }
    var matrix = Matrix<Double>(rows: columns.count, columns: columns.count)
    var gradient = columns.map { -ridge * weights[$0] * scales[$0] }
    var start = columns.map { _ in 0.0 }
    for (t, row) in x.enumerated() {
      let d = (rates[neuron][t + 1] - 0.9 * rates[neuron][t]) / 0.1
      let target = max(-1 + 1e-6, min(1 - 1e-6, d))
      let s = columns.reduce(0) { $0 + row[$1] * weights[$1] * scales[$1] }
      let e = loss.score(s, target).score
      let z = atanh(max(-1 + 1e-3, min(1 - 1e-3, target)))
      for (a, i) in columns.enumerated() {
        gradient[a] += e * row[i]
        start[a] += z * row[i]
        for (b, j) in columns.enumerated() { matrix[a, b] += row[i] * row[j] }
      }
    }
    for a in columns.indices { matrix[a, a] += ridge }
    let factor = try Cholesky(matrix)
    func square(_ v: [Double]) -> Double {
      var column = Matrix<Double>(v.map { [$0] })
      var view = column.mutableView
      factor.solve(&view)
      return v.indices.reduce(0) { $0 + v[$1] * column[$1, 0] }
    }
    return (square(gradient) / square(start)).squareRoot()
  }
}
