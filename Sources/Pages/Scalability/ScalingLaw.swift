internal import Glibc

/// `T(p) = s + w/p + c log2 p` through measured times: serial, divisible and communication.
///
/// Least squares of the relative errors `(T − T(p)) / T`, as timings scatter by shares of
/// themselves, under s, w, c ≥ 0. Goals: no negative times, an honest uncertainty, and no
/// number where the data cannot tell.
///
/// A coefficient that would be negative is 0, as is one that the measured p leave open:
/// two values of p leave c open, one leaves all but s.
package struct ScalingLaw: Codable, Equatable, Sendable {
  /// A coefficient in seconds, and its standard error; nil where nothing is left to tell it.
  package struct Coefficient: Codable, Equatable, Sendable {
    package let seconds: Double
    package let error: Double?
  }

  /// The coefficients s, w and c.
  package let serial: Coefficient
  package let divisible: Coefficient
  package let communication: Coefficient

  /// Root mean square of the relative errors.
  package let misfit: Double

  /// The time on p ranks.
  package func seconds(_ p: Double) -> Double {
    serial.seconds + divisible.seconds / p + communication.seconds * log2(p)
  }

  /// The law through measurements; nil without two values of p.
  ///
  /// - Parameters:
  ///   - times: ranks and seconds, a pair a run.
  ///   - isWeak: the work grows with p: `T(p) = s + c log2 p`, without w.
  package init?(_ times: [(p: Double, seconds: Double)], isWeak: Bool = false) {
    let values = Set(times.map(\.p)).count
    guard values >= 2, times.allSatisfy({ $0.p >= 1 && $0.seconds > 0 }) else { return nil }
    let terms: [(Double) -> Double] = [{ _ in 1 }, { 1 / $0 }, { log2($0) }]
    let open = isWeak ? [0, 2] : values == 2 ? [0, 1] : [0, 1, 2]
    let rows = times.map { time in terms.map { $0(time.p) / time.seconds } }
    var best: (columns: [Int], solution: NormalSolution)?
    for subset in 1..<8 {
      let columns = (0..<3).filter { subset >> $0 & 1 == 1 }
      guard columns.allSatisfy(open.contains), let solution = NormalSolution(rows, columns),
        solution.coefficients.allSatisfy({ $0 >= 0 })
      else { continue }
      if solution.squares < (best?.solution.squares ?? .infinity) { best = (columns, solution) }
    }
    guard let best else { return nil }
    // A coefficient at its bound is as uncertain as it is in the fit without bounds.
    let free = NormalSolution(rows, open)
    let degrees = times.count - open.count
    let variance = degrees > 0 ? best.solution.squares / Double(degrees) : nil
    func coefficient(_ column: Int) -> Coefficient {
      let error = open.firstIndex(of: column).flatMap { place in
        variance.flatMap { variance in
          free.map { (variance * $0.inverse[place][place]).squareRoot() }
        }
      }
      let value = best.columns.firstIndex(of: column).map { best.solution.coefficients[$0] } ?? 0
      return Coefficient(seconds: value, error: error)
    }
    serial = coefficient(0)
    divisible = coefficient(1)
    communication = coefficient(2)
    misfit = (best.solution.squares / Double(times.count)).squareRoot()
  }
}

/// The least-squares solution of `A x = 1` in some columns of A, by its normal equations.
///
/// Three columns at most, each scaled to length 1: their condition is harmless.
private struct NormalSolution {
  let coefficients: [Double]
  /// Of `AᵀA`.
  let inverse: [[Double]]
  /// `‖A x − 1‖²`.
  let squares: Double

  init?(_ rows: [[Double]], _ columns: [Int]) {
    let n = columns.count
    let lengths = columns.map { column in
      rows.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot()
    }
    guard lengths.allSatisfy({ $0 > 0 }) else { return nil }
    let scaled = rows.map { row in (0..<n).map { row[columns[$0]] / lengths[$0] } }
    let normal = (0..<n).map { i in
      (0..<n).map { j in scaled.reduce(0) { $0 + $1[i] * $1[j] } }
    }
    guard let inverse = inverted(normal) else { return nil }
    let right = (0..<n).map { i in scaled.reduce(0) { $0 + $1[i] } }
    let solution = (0..<n).map { i in (0..<n).reduce(0) { $0 + inverse[i][$1] * right[$1] } }
    coefficients = (0..<n).map { solution[$0] / lengths[$0] }
    self.inverse = (0..<n).map { i in
      (0..<n).map { j in inverse[i][j] / (lengths[i] * lengths[j]) }
    }
    squares = scaled.reduce(0) { sum, row in
      let error = (0..<n).reduce(-1) { $0 + row[$1] * solution[$1] }
      return sum + error * error
    }
  }
}

/// The inverse of a small positive definite matrix; nil if it is singular to rounding.
private func inverted(_ matrix: [[Double]]) -> [[Double]]? {
  let n = matrix.count
  var rows = (0..<n).map { i in matrix[i] + (0..<n).map { $0 == i ? 1.0 : 0.0 } }
  for i in 0..<n {
    guard let pivot = (i..<n).max(by: { abs(rows[$0][i]) < abs(rows[$1][i]) }),
      abs(rows[pivot][i]) > 1e-12
    else { return nil }
    rows.swapAt(i, pivot)
    let own = rows[i].map { $0 / rows[i][i] }
    for k in 0..<n where k != i {
      let factor = rows[k][i]
      rows[k] = zip(rows[k], own).map { $0 - factor * $1 }
    }
    rows[i] = own
  }
  return rows.map { Array($0[n...]) }
}
