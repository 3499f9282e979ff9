internal import CORNN
internal import Collectives
internal import LinearAlgebra
internal import RandomNumbers

/// The order in which transitions are drawn: each once a pass, the same on every rank.
struct TransitionOrder {
  let samples: Int
  /// Transitions of a batch.
  let size: Int
  let seed: UInt64

  /// The transitions of a batch; those that fill none at the end of a pass are left out.
  ///
  /// - Complexity: O(samples).
  func batch(at number: Int) -> [Int] {
    let batches = max(1, samples / size)
    let stream = RandomStream(
      seed: seed, purpose: .transitionOrder, iteration: number / batches)
    let order = stream.permutation(of: samples)
    let start = number % batches * size
    return Array(order[start..<(start + size)])
  }
}

/// Regressors and targets at some of the transitions.
final class TransitionBatch {
  /// Regressors × samples.
  let regressors: Matrix<Double>
  /// z and η, local neurons × samples.
  let targets: Matrix<Double>
  let headroom: Matrix<Double>

  init(_ samples: [Int], of problem: RivalProblem) {
    regressors = problem.whole.regressors.fitted.matrix.gathered(columns: samples)
    targets = problem.targets.gathered(columns: samples)
    headroom = problem.headroom.gathered(columns: samples)
  }
}

extension Matrix<Double> {
  /// The columns in the order given.
  fileprivate func gathered(columns: [Int]) -> Matrix {
    var result = Matrix(rows: rows, columns: columns.count)
    for i in 0..<rows {
      let source = row(i)
      var target = result.mutableRow(i)
      for (k, column) in columns.enumerated() { target[k] = source[column] }
    }
    return result
  }
}
