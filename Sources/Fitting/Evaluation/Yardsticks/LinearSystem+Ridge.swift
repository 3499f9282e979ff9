internal import Collectives
private import Glibc
internal import LinearAlgebra

/// What the ridge of the linear model is chosen from, and on what.
package enum RidgeChoice {
  /// Contiguous blocks of the transitions, each once the validation part.
  package static var folds: Int { 4 }
  /// Frames left out on each side of it.
  static var gap: Int { 5 }
  /// Neurons whose errors decide.
  package static var judges: Int { 48 }
  /// Ridges per transition that are tried.
  package static var decades: [Double] { [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10] }
}

extension LinearSystem {
  /// The ridge with the least one-step error on held-out blocks of the fitted frames.
  ///
  /// Between the decades the error is taken for a parabola in the logarithm of the ridge.
  /// - Collective: every rank of `group` must call it.
  func chooseRidge(group: borrowing some RankGroup & ~Copyable) throws -> Double {
    guard frames.count >= 4 * RidgeChoice.folds else { return 1 }
    let scored = try group.gather(observed.isScored.map { $0 ? UInt8(1) : 0 })
    let candidates = scored.indices.filter { scored[$0] == 1 }
    let count = min(RidgeChoice.judges, candidates.count)
    let neurons = (0..<count).map { candidates[$0 * candidates.count / count] }
    let errors = try errors(neurons, RidgeChoice.decades, group: group)
    guard let best = errors.placeOfLeast else { return 1 }
    return RidgeChoice.decades[best] * pow(10, vertex(of: errors, beside: best))
  }

  /// The squared errors on held-out blocks by ridge.
  private func errors(
    _ neurons: [Int], _ ridges: [Double], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    var sums = [Double](repeating: 0, count: ridges.count)
    // The dual has its right-hand side in the increments themselves.
    let right = isDual ? Matrix(rows: 0, columns: 0) : rightHandSide(neurons, frames[...])
    let jobs = Partition(of: RidgeChoice.folds * ridges.count, among: group.size)
      .range(of: group.rank)
    for number in 0..<RidgeChoice.folds {
      let own = jobs.clamped(to: (number * ridges.count)..<((number + 1) * ridges.count))
      guard !own.isEmpty else { continue }
      let fold = fold(number, neurons, right)
      for job in own {
        sums[job % ridges.count] += fold.error(ridge: ridges[job % ridges.count])
      }
    }
    try group.sum(&sums)
    return sums
  }

  /// The equations without a block of transitions and the gaps beside it.
  ///
  /// `whole` is the right-hand side of all transitions.
  func fold(
    _ number: Int, _ neurons: [Int], _ whole: borrowing Matrix<Double>
  ) -> LinearFold {
    let block = Partition(of: frames.count, among: RidgeChoice.folds).range(of: number)
    let (first, last) = (frames[block.lowerBound], frames[block.upperBound - 1])
    let near = (first - RidgeChoice.gap)...(last + RidgeChoice.gap)
    let excluded = frames.indices.filter { near.contains(frames[$0]) }
    let truth = increments(neurons, frames[block])
    let training = frames.count - excluded.count
    guard isDual else {
      let left = excluded.map { frames[$0] }[...]
      var system = gram.matrix.copy()
      let products = Self.products(observed, scales, left)
      for i in 0..<system.rows { system.add(-1, products, i, toRow: i) }
      var right = whole.copy()
      let minus = rightHandSide(neurons, left)
      for i in 0..<right.rows { right.add(-1, minus, i, toRow: i) }
      return LinearFold(
        system: system, right: right,
        features: Self.scaled(observed.regressors(at: frames[block]), scales), truth: truth,
        training: training, kept: [])
    }
    let kept = frames.indices.filter { !near.contains(frames[$0]) }
    return LinearFold(
      system: entries(of: gram.matrix, kept, kept),
      right: increments(neurons, kept.map { frames[$0] }[...]),
      features: entries(of: gram.matrix, kept, Array(block)), truth: truth, training: training,
      kept: kept.map { frames[$0] })
  }
}

/// Where the parabola through the least of equally spaced values and its neighbours is least,
/// in spacings from it: within ±1/2.
private func vertex(of values: [Double], beside least: Int) -> Double {
  guard least > 0, least < values.count - 1 else { return 0 }
  let (left, right) = (values[least - 1] - values[least], values[least + 1] - values[least])
  return left + right > 0 && (left + right).isFinite ? (left - right) / (2 * (left + right)) : 0
}

/// Some rows and columns of a matrix.
private func entries(
  of matrix: borrowing Matrix<Double>, _ rows: [Int], _ columns: [Int]
) -> Matrix<Double> {
  var result = Matrix<Double>(rows: rows.count, columns: columns.count)
  for (i, p) in rows.enumerated() {
    let values = matrix.row(p)
    var row = result.mutableRow(i)
    for (j, q) in columns.enumerated() { row[j] = values[q] }
  }
  return result
}

/// The equations of one fold and what they are to predict.
struct LinearFold: ~Copyable {
  let system: Matrix<Double>
  let right: Matrix<Double>
  let features: Matrix<Double>
  let truth: Matrix<Double>
  let training: Int
  /// In the dual, the frames whose transitions have the coefficients.
  let kept: [Int]

  /// The solution; nil where rounding leaves no factor at this ridge.
  func coefficients(ridge: Double) -> Matrix<Double>? {
    var damped = system.copy()
    for i in 0..<damped.rows { damped[i, i] += ridge * Double(max(1, training)) }
    guard let factor = try? Cholesky(damped) else { return nil }
    var coefficients = right.copy()
    var target = coefficients.mutableView
    factor.solveFromRight(&target)
    return coefficients
  }

  /// The squared error on the held-out block; infinite where there is no solution.
  func error(ridge: Double) -> Double {
    guard let coefficients = coefficients(ridge: ridge) else { return .infinity }
    let predicted = product(coefficients, features)
    var errors = SquaredErrors(neurons: truth.rows)
    errors.add(predicted, truth: truth)
    return errors.sums.reduce(0, +)
  }
}
