import CORNN
import Collectives
import LinearAlgebra
import Runtime

/// A fit under constraints and its dense counterpart, for one setting.
struct ConstrainedFit {
  var loss = PlainLoss.crossEntropy
  var configuration = Configuration()
  let alpha = 0.1

  init(loss: PlainLoss = .crossEntropy) {
    self.loss = loss
    configuration.lambda = 1e-3
    configuration.tolerance = 1e-10
    configuration.iterations = 4000
  }

  struct Found {
    var weights: [[Double]]
    var optimality: [Double]
    var outcomes: [Outcome]
    var iterations: [Int]
    var form: Configuration.Form
    var products: ProductKernel?
  }

  func solve(
    _ data: borrowing Synthetic, _ constraints: Constraints, local: Range<Int>? = nil
  ) throws -> Found {
    try solve(
      data.recording(local: local), constraints, group: SingleRank())
  }

  func solve(
    _ recording: consuming PreparedRecording<Double>, _ constraints: Constraints,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Found {
    let count = recording.local.count
    let problem = try FitProblem(
      recording, bias: configuration.bias, group: group, phases: Phases())
    let result = try problem.fit(
      loss: loss.fitted, alpha: [Double](repeating: alpha, count: count),
      configuration: configuration, constraints: constraints, group: group, threads: 2,
      phases: Phases())
    return Found(
      weights: allWeights(result), optimality: result.diagnostics.optimality,
      outcomes: result.diagnostics.outcome, iterations: result.diagnostics.iterations,
      form: result.form, products: result.productKernel)
  }

  func solveSingle(
    _ data: borrowing Synthetic, _ constraints: Constraints
  ) throws -> [[Double]] {
    let recording = PreparedRecording<Float>(
      rates: data.rates.converted(to: Float.self), local: 0..<data.rates.rows,
      neurons: data.rates.rows, inputs: data.inputs.converted(to: Float.self),
      trialStarts: [], holdout: 0)
    let problem = try FitProblem(
      recording, bias: configuration.bias, group: SingleRank(), phases: Phases())
    let result = try problem.fit(
      loss: loss.fitted, alpha: [Double](repeating: alpha, count: data.rates.rows),
      configuration: configuration, constraints: constraints, group: SingleRank(), threads: 2,
      phases: Phases())
    return allWeights(result)
  }

  /// The regressors as the fit sees them (samples × regressors), the scales of the inputs
  /// and the targets of a neuron.
  func samples(
    _ data: borrowing Synthetic, neuron: Int
  ) -> (x: [[Double]], scales: [Double], d: [Double]) {
    let count = data.rates.columns - 1
    let scales = (0..<data.inputs.rows).map { k in
      ((0..<count).reduce(0) { $0 + data.inputs[k, $1] * data.inputs[k, $1] }
        / Double(count)).squareRoot()
    }
    let x = (0..<count).map { t in
      (0..<data.rates.rows).map { data.rates[$0, t] }
        + scales.indices.map { data.inputs[$0, t] / scales[$0] }
        + (configuration.bias ? [1] : [])
    }
    let d = (0..<count).map { t in
      let raw = (data.rates[neuron, t + 1] - (1 - alpha) * data.rates[neuron, t]) / alpha
      return max(-(1 - 1e-6), min(1 - 1e-6, raw))
    }
    return (x, scales, d)
  }

  /// The weights by dense Newton steps, in the units of the recording.
  func dense(
    _ data: borrowing Synthetic, neuron: Int, forbidden: Set<Int>, signs: [Int] = []
  ) throws -> [Double] {
    let (x, scales, d) = samples(data, neuron: neuron)
    let ridge = configuration.lambda * Double(d.count)
    var weights: [Double]
    if signs.isEmpty {
      weights = try DenseNewton(x: x, d: d, ridge: ridge, loss: loss, forbidden: forbidden).weights
    } else {
      weights = try DenseActiveSet(
        x: x, d: d, ridge: ridge, loss: loss, forbidden: forbidden, signs: signs
      ).weights
    }
    for (k, scale) in scales.enumerated() { weights[data.rates.rows + k] /= scale }
    return weights
  }
}

/// Sets with about the given share of neurons, the same one for `sharing` in a row.
func randomSets(neurons: Int, share: Double, sharing: Int) -> [ForbiddenSet] {
  var state: UInt64 = 12345
  func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / 9_007_199_254_740_992
  }
  var sets: [ForbiddenSet] = []
  for i in 0..<neurons {
    if i % sharing != 0, let last = sets.last {
      sets.append(last)
      continue
    }
    var set = ForbiddenSet(neurons: neurons)
    for j in 0..<neurons where uniform() < share { set.insert(j) }
    sets.append(set)
  }
  return sets
}
