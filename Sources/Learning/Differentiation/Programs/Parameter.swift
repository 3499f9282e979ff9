internal import RandomNumbers

/// A rows×columns tensor of numbers that training changes, unless it is fixed.
package struct Parameter: Sendable {
  package let name: String
  package let rows: Int
  package let columns: Int
  package let initial: Initial
  /// Carries no tangents and is never changed.
  package let isFixed: Bool
  /// Every update is clipped to this range.
  package let bounds: ClosedRange<Double>?
  /// Its place in the flat vector of all parameters, row by row.
  package let range: Range<Int>

  /// How many numbers the parameter has, rows times columns.
  package var count: Int { rows * columns }
}

/// How a parameter starts.
package enum Initial: Sendable {
  case zeros
  case constant(Double)
  case values([Double])
  /// `scale` on the diagonal.
  case identity(scale: Double)
  case normal(deviation: Double)
  /// Normal, redrawn beyond two standard deviations, rescaled to the given deviation.
  case truncatedNormal(deviation: Double)
  case uniform(ClosedRange<Double>)
  /// `o_j = b_jᵀ / |b_j|²` for the rows b_j of an earlier parameter.
  case pseudoInverse(of: ParameterID)
}

extension Program {
  /// Starting values of all parameters, one after the other.
  ///
  /// Parameter i takes its numbers from stream k = i of the purpose `initialParameters`, so
  /// the values depend on the seed alone.
  package func initialParameters(seed: UInt64) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(parameterCount)
    for (index, parameter) in parameters.enumerated() {
      let random = RandomStream(seed: seed, purpose: .initialParameters, k: index)
      if case .pseudoInverse(let id) = parameter.initial {
        values += Self.pseudoInverse(parameters[id.index], values)
      } else {
        values += parameter.initial.values(
          rows: parameter.rows, columns: parameter.columns, from: random)
      }
    }
    return values
  }

  /// n×s: column j is row j of the s×n parameter over its squared length.
  private static func pseudoInverse(_ source: Parameter, _ values: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: source.count)
    for j in 0..<source.rows {
      let first = source.range.lowerBound + j * source.columns
      let row = values[first..<(first + source.columns)]
      let square = row.reduce(0) { $0 + $1 * $1 }
      for (i, value) in row.enumerated() { result[i * source.rows + j] = value / square }
    }
    return result
  }

  /// Clips bounded parameters to their ranges.
  package func clip(_ values: inout [Double]) {
    for parameter in parameters {
      guard let bounds = parameter.bounds else { continue }
      for i in parameter.range {
        values[i] = min(max(values[i], bounds.lowerBound), bounds.upperBound)
      }
    }
  }
}

extension Initial {
  fileprivate func values(rows: Int, columns: Int, from random: RandomStream) -> [Double] {
    let count = rows * columns
    var result = [Double](repeating: 0, count: count)
    switch self {
    case .zeros, .pseudoInverse: break
    case .constant(let value): result = [Double](repeating: value, count: count)
    case .values(let given):
      precondition(given.count == count, "\(given.count) values for \(rows)×\(columns)")
      result = given
    case .identity(let scale):
      for i in 0..<min(rows, columns) { result[i * columns + i] = scale }
    case .normal(let deviation):
      for i in 0..<count { result[i] = deviation * random.normal(at: i) }
    case .truncatedNormal(let deviation):
      // 0.8796… is the deviation of a standard normal number cut at two deviations.
      var next = 0
      for i in 0..<count {
        var z: Double
        repeat {
          z = random.normal(at: next)
          next += 1
        } while abs(z) > 2
        result[i] = deviation * z / 0.879_625_661_034_239_78
      }
    case .uniform(let range):
      for i in 0..<count { result[i] = random.uniform(in: range, at: i) }
    }
    return result
  }
}
