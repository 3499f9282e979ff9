internal import Collectives
internal import LinearAlgebra

/// The rates of this rank's neurons at the start of some transitions, X, and their increments,
/// Y, as factors of products: neither is copied out of the recording.
///
/// Row by row Y is `r[t+1] − r[t]`, zero where r[t+1] is missing.
final class FittedTransitions<S: Scalar & Transferable> {
  private let observed: ObservedRates<S>
  /// The transitions, as the frames they start from.
  let frames: [Int]
  /// Frames without a gap between them, in order.
  private let runs: [Range<Int>]
  /// The rates after the last transition of each run; where they are missing, those before.
  let ends: Matrix<S>
  /// Y of this rank's neurons in float32, where products with it are.
  private let rounded: Matrix<Float>
  private let rounds: Bool

  /// `rounds` takes a copy of Y, for products in float32.
  init(_ observed: ObservedRates<S>, _ frames: [Int], rounds: Bool) {
    self.observed = observed
    self.frames = frames
    self.rounds = rounds
    runs = Self.runs(of: frames)
    ends = ratesAfter(runs.map { $0.upperBound - 1 }, of: observed)
    rounded = rounds ? roundedIncrements(of: observed, frames) : Matrix(rows: 0, columns: 0)
  }

  private static func runs(of frames: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for t in frames {
      if let last = runs.last, last.upperBound == t {
        runs[runs.count - 1] = last.lowerBound..<(t + 1)
      } else {
        runs.append(t..<(t + 1))
      }
    }
    return runs
  }

  /// `Xᵀ R` of this rank's neurons, in float64: transitions × columns.
  func products(with own: borrowing Matrix<S>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: frames.count, columns: own.columns)
    var first = 0
    for run in runs {
      setProduct(&result, first, transposing: observed.rates.matrix, observed.local, run, own)
      first += run.count
    }
    return result
  }

  /// `Y u`, with u transitions × columns: local × columns.
  ///
  /// In float64 it is `X d + ends · last`: see `differences` and `last`.
  func increments(_ u: borrowing Matrix<Double>) -> Matrix<Double> {
    guard !rounds else {
      return product(rounded, u.converted(to: Float.self)).converted(to: Double.self)
    }
    let differences = differences(u)
    var result = product(ends.converted(to: Double.self), last(u))
    var first = 0
    for run in runs {
      addProduct(&result, observed.rates.matrix, observed.local, run, differences, first)
      first += run.count
    }
    return result
  }

  /// d of `Y u = X d + ends · last`: within a run, what a transition's start is multiplied with
  /// as the end of the one before, less what it is as a start.
  func differences(_ u: borrowing Matrix<Double>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: u.rows, columns: u.columns)
    var first = 0
    for run in runs {
      for k in first..<(first + run.count) {
        result.add(-1, u, k, toRow: k)
        if k > first { result.add(1, u, k - 1, toRow: k) }
      }
      first += run.count
    }
    return result
  }

  /// The rows of u that belong to the last transition of each run.
  func last(_ u: borrowing Matrix<Double>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: runs.count, columns: u.columns)
    var first = 0
    for (number, run) in runs.enumerated() {
      first += run.count
      result.copyRow(number, from: u, first - 1)
    }
    return result
  }
}

/// Y of this rank's neurons in float32.
private func roundedIncrements<S: Scalar & Transferable>(
  of observed: ObservedRates<S>, _ frames: [Int]
) -> Matrix<Float> {
  var result = Matrix<Float>(rows: observed.local.count, columns: frames.count)
  for lower in stride(from: 0, to: result.rows, by: framesAtOnce) {
    let part = observed.local.dropFirst(lower).prefix(framesAtOnce)
    let exact = increments(of: observed.rates.matrix, Array(part), at: frames[...])
    let some = exact.converted(to: Float.self)
    for i in 0..<some.rows { result.copyRow(lower + i, from: some, i) }
  }
  return result
}

/// r[t+1] of this rank's neurons, and r[t] where that is missing: local × frames.
private func ratesAfter<S: Scalar & Transferable>(
  _ frames: [Int], of observed: ObservedRates<S>
) -> Matrix<S> {
  var result = observed.ownRates(at: frames.map { $0 + 1 }[...])
  let before = observed.ownRates(at: frames[...])
  for i in 0..<result.rows {
    for k in 0..<frames.count where result[i, k].isNaN { result[i, k] = before[i, k] }
  }
  return result
}

/// `result[first...] ← a[rows, columns]ᵀ b`, in float64.
private func setProduct<S: Scalar>(
  _ result: inout Matrix<Double>, _ first: Int, transposing a: borrowing Matrix<S>,
  _ rows: Range<Int>, _ columns: Range<Int>, _ b: borrowing Matrix<S>
) {
  var whole = result.mutableView
  var target = whole.rows(first..<(first + columns.count))
  multiplyWidening(
    a.view.block(rows: rows, columns: columns).transposed, b.view, into: &target)
}

/// `result ← result + a[rows, columns] b[first...]`, in float64.
private func addProduct<S: Scalar>(
  _ result: inout Matrix<Double>, _ a: borrowing Matrix<S>, _ rows: Range<Int>,
  _ columns: Range<Int>, _ b: borrowing Matrix<Double>, _ first: Int
) {
  var target = result.mutableView
  multiplyWidening(
    a.view.block(rows: rows, columns: columns), b.view.rows(first..<(first + columns.count)),
    into: &target, keep: true)
}
