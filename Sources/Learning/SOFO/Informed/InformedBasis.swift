package import Differentiation
internal import Statistics

/// The directions that a gradient suggests, and what is remembered of the gradients before.
///
/// Informed directions are g, its running mean m, Adam's step a (``AdamMoments``) and the last
/// step d, cut into tensors; a pair is a and d over all of them. They are made orthonormal one
/// after the other, and those are left out of which little is new.
package struct InformedBasis: Sendable {
  /// The square of what is new of a direction of length 1 below which it is left out.
  private static var leastNew: Double { 1e-5 }

  private let source: DirectionSource
  private let pieces: [Range<Int>]
  private var moments: AdamMoments
  private var last: [Double]

  /// Directions of a program's free parameters.
  package init(_ program: Program, _ source: DirectionSource) {
    self.source = source
    let tensors = program.parameters.filter { !$0.isFixed }.map(\.range)
    pieces = source == .pair ? [0..<program.parameterCount] : tensors
    moments = AdamMoments(parameters: program.parameterCount)
    last = [Double](repeating: 0, count: program.parameterCount)
  }

  /// Directions of a piece of the parameters, at most.
  static func most(_ source: DirectionSource) -> Int { source == .pair ? 2 : 4 }

  /// The number of gradients, their means, and the last step.
  package var memory: [Double] {
    get { moments.memory + last }
    set {
      let p = last.count
      precondition(newValue.count == 1 + 3 * p, "\(newValue.count) numbers of a basis")
      moments.memory = Array(newValue[...(2 * p)])
      last = Array(newValue[(1 + 2 * p)...])
    }
  }

  /// Takes a gradient in, and makes directions of it: for every piece, orthonormal ones.
  package mutating func directions(along gradient: [Double]) -> [[[Double]]] {
    moments.add(gradient.span)
    var adam = [Double](repeating: 0, count: gradient.count)
    var step = adam.mutableSpan
    moments.move(&step, rate: -1)
    let kinds = source == .pair ? [adam, last] : [gradient, moments.first, adam, last]
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
