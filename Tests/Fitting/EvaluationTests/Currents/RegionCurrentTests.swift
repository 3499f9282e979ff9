import Collectives
import Evaluation
import Foundation
import LinearAlgebra
import Networks
import Testing

/// Currents between regions against plain arrays.
@Suite struct RegionCurrentTests {
  private let labels = ["v", "m", "v", "m", "v"]

  private func weights() -> Matrix<Double> {
    var weights = Matrix<Double>(rows: 5, columns: 5)
    for i in 0..<5 { for j in 0..<5 { weights[i, j] = sin(Double(7 * i + 3 * j + 1)) } }
    return weights
  }

  private func observed(missing: Int? = nil) throws -> ObservedRates<Double> {
    var rates = Matrix<Double>(rows: 5, columns: 40)
    for i in 0..<5 {
      for t in 0..<40 {
        let wave: Double = sin(0.3 * Double(t) * Double(i + 1))
        rates[i, t] = 0.4 * wave + 0.05 * Double(i)
      }
    }
    if let missing { rates[2, missing] = Double.nan }
    return try ObservedRates(
      rates: rates, local: 0..<5, neurons: 5, isScored: [true, true, true, true, true],
      inputs: Matrix(rows: 0, columns: 40), trialStarts: [], fittedFrames: 0..<30,
      group: SingleRank())
  }

  private func network() -> RateNetwork<Double> {
    RateNetwork(
      local: 0..<5, neurons: 5, weights: weights(), inputWeights: Matrix(rows: 5, columns: 0),
      bias: [0, 0, 0, 0, 0], alpha: [1, 1, 1, 1, 1])
  }

  @Test func isWhatItIsDefinedAs() throws {
    let observed = try observed()
    let found = try RegionCurrents(
      of: network(), on: observed, regions: labels, group: SingleRank())
    #expect(found.names == ["m", "v"])
    let cells = [[1, 3], [0, 2, 4]]
    let w = weights()
    for target in 0..<2 {
      for source in 0..<2 {
        let pair = 2 * target + source
        let members = cells[target]
        // Cells × frames.
        var currents = [[Double]](
          repeating: [Double](repeating: 0, count: 40), count: members.count)
        for (a, i) in members.enumerated() {
          for t in 0..<40 {
            for j in cells[source] { currents[a][t] += w[i, j] * observed.rates.matrix[j, t] }
          }
        }
        let means: [Double] = currents.map { $0.reduce(0, +) / 40 }
        var covariance = Matrix<Double>(rows: members.count, columns: members.count)
        for a in members.indices {
          for b in members.indices {
            for t in 0..<40 {
              let (x, y) = (currents[a][t] - means[a], currents[b][t] - means[b])
              covariance[a, b] += x * y / 40
            }
          }
        }
        let trace = members.indices.map { covariance[$0, $0] }.reduce(0, +)
        let eigen = SymmetricEigen(covariance)
        let last = members.count - 1
        let n = Double(members.count)
        #expect(abs(found.variance[pair] - trace / n) < 1e-12)
        #expect(abs(found.componentShare[pair] - eigen.values[last] / trace) < 1e-6)
        let u = members.indices.map { eigen.vectors[last, $0] }
        let sum = u.reduce(0, +)
        for t in 0..<40 {
          let column: [Double] = currents.map { $0[t] }
          #expect(abs(found.mean[40 * pair + t] - column.reduce(0, +) / n) < 1e-12)
          let square = column.map { $0 * $0 }.reduce(0, +) / n
          #expect(abs(found.rootMeanSquare[40 * pair + t] - square.squareRoot()) < 1e-12)
          let leading: Double = members.indices.map { u[$0] * (column[$0] - means[$0]) }
            .reduce(0, +)
          let expected: Double = (sum < 0 ? -leading : leading) / n.squareRoot()
          #expect(abs(found.component[40 * pair + t] - expected) < 1e-3)
        }
      }
    }
  }

  /// A frame with a missing rate has no current; the others are as without it.
  @Test func missingFramesHaveNone() throws {
    let whole = try RegionCurrents(
      of: network(), on: observed(), regions: labels, group: SingleRank())
    let found = try RegionCurrents(
      of: network(), on: observed(missing: 12), regions: labels, group: SingleRank())
    #expect(found.mean[12].isNaN && found.component[12].isNaN && found.rootMeanSquare[52].isNaN)
    #expect(abs(found.mean[13] - whole.mean[13]) < 1e-12 && found.component[13].isFinite)
  }

  /// A network agrees with itself, and with its negative not at all.
  @Test func agreement() throws {
    let observed = try observed()
    let currents = try RegionCurrents(
      of: network(), on: observed, regions: labels, group: SingleRank())
    var agreement = CurrentAgreement(currents)
    var negative = weights()
    for i in 0..<5 { negative.scaleRow(i, by: -2) }
    agreement.add(weights(), negative, first: 0, on: observed)
    for r in agreement.correlations { #expect(abs(r + 1) < 1e-12) }
  }
}
