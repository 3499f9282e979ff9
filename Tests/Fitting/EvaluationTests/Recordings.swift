import Collectives
import Evaluation
import LinearAlgebra
import Networks

/// Rates (neurons × frames) as they are evaluated on one rank.
func observe(
  _ rates: borrowing Matrix<Double>, inputs: Int = 0, fitted: Int, trialStarts: [Int] = []
) throws -> ObservedRates<Double> {
  try ObservedRates(
    rates: rates.copy(), local: 0..<rates.rows, neurons: rates.rows,
    isScored: [Bool](repeating: true, count: rates.rows),
    inputs: Matrix<Double>(rows: inputs, columns: rates.columns), trialStarts: trialStarts,
    fittedFrames: 0..<fitted, group: SingleRank())
}

func network(_ weights: [[Double]], alpha: Double, bias: [Double]? = nil) -> RateNetwork<Double> {
  let count = weights.count
  return RateNetwork(
    local: 0..<count, neurons: count, weights: Matrix(weights),
    inputWeights: Matrix(rows: count, columns: 0),
    bias: bias ?? [Double](repeating: 0, count: count),
    alpha: [Double](repeating: alpha, count: count))
}

/// Numbers in (−1, 1) that are the same in every run.
struct Uniform {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return 2 * Double(state >> 11) / 9_007_199_254_740_992 - 1
  }
}
