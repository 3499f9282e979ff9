package import Differentiation

/// The directions that a gradient suggests, and what is remembered of the gradients before.
///
/// ```
/// m ← 0.9 m + 0.1 g,   v ← 0.999 v + 0.001 g²,   a = m̂ / (√v̂ + 10⁻⁸)
/// ```
/// Informed directions are g, m, a and the last step d, cut into tensors; a pair is a and d over
/// all of them. They are made orthonormal one after the other, and those are left out of which
/// little is new.
package struct InformedBasis: Sendable {
  private static var decays: (first: Double, second: Double) { (0.9, 0.999) }
  /// The square of what is new of a direction of length 1 below which it is left out.
  private static var leastNew: Double { 1e-5 }

  private let source: DirectionSource
  private let pieces: [Range<Int>]
  private var mean: [Double]
  private var square: [Double]
  private var last: [Double]
  private var count = 0

  /// Directions of a program's free parameters.
  package init(_ program: Program, _ source: DirectionSource) {
    self.source = source
    let tensors = program.parameters.filter { !$0.isFixed }.map(\.range)
    pieces = source == .pair ? [0..<program.parameterCount] : tensors
    mean = [Double](repeating: 0, count: program.parameterCount)
    square = mean
    last = mean
  }

  /// Directions of a piece of the parameters, at most.
  static func most(_ source: DirectionSource) -> Int { source == .pair ? 2 : 4 }

  /// The number of gradients, their means, and the last step.
  package var memory: [Double] {
    get { [Double(count)] + mean + square + last }
    set {
      let p = mean.count
      precondition(newValue.count == 1 + 3 * p, "\(newValue.count) numbers of a basis")
      count = Int(newValue[0])
      mean = Array(newValue[1...p])
      square = Array(newValue[(1 + p)...(2 * p)])
      last = Array(newValue[(1 + 2 * p)...])
    }
  }

  /// Takes a gradient in, and makes directions of it: for every piece, orthonormal ones.
  package mutating func directions(along gradient: [Double]) -> [[[Double]]] {
    let (b1, b2) = Self.decays
    count += 1
    for i in mean.indices {
      mean[i] = b1 * mean[i] + (1 - b1) * gradient[i]
      square[i] = b2 * square[i] + (1 - b2) * gradient[i] * gradient[i]
    }
    var seen = (first: 1.0, second: 1.0)
    for _ in 0..<count { seen = (seen.first * b1, seen.second * b2) }
    let adam = mean.indices.map {
      mean[$0] / (1 - seen.first) / ((square[$0] / (1 - seen.second)).squareRoot() + 1e-8)
    }
    let kinds = source == .pair ? [adam, last] : [gradient, mean, adam, last]
    return pieces.map { piece in Self.orthonormal(kinds.map { Self.part($0, piece) }) }
  }

  /// Remembers the step that was taken.
  package mutating func note(step: [Double]) { last = step }

  private static func part(_ vector: [Double], _ piece: Range<Int>) -> [Double] {
    var part = [Double](repeating: 0, count: vector.count)
    for i in piece { part[i] = vector[i] }
    return part
  }

  /// Gram-Schmidt, twice for orthogonality to rounding.
  private static func orthonormal(_ vectors: [[Double]]) -> [[Double]] {
    var basis: [[Double]] = []
    for vector in vectors {
      let length = dot(vector, vector).squareRoot()
      guard length > 0, length.isFinite else { continue }
      var rest = vector.map { $0 / length }
      for _ in 0..<2 {
        for known in basis {
          let overlap = dot(rest, known)
          for i in rest.indices { rest[i] -= overlap * known[i] }
        }
      }
      let new = dot(rest, rest)
      guard new > leastNew else { continue }
      basis.append(rest.map { $0 / new.squareRoot() })
    }
    return basis
  }
}

/// The sum of products.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}
