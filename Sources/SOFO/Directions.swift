package import Differentiation
package import LinearAlgebra
internal import RandomNumbers

/// Draws random directions into a machine and combines them.
///
/// Direction k of iteration i is a function of (seed, k, i): entry p of the flat vector
/// of parameters is normal number p of its stream, an outer product takes its a and b
/// from the same place. Each direction has length one.
package struct Directions<S: Scalar>: ~Copyable {
  /// The global number of each local direction.
  package let identifiers: [Int]
  /// What the local directions were divided by in the last draw.
  package private(set) var lengths: [Double]
  private let seed: UInt64
  private var buffer: Matrix<S>

  package init(_ program: Program, identifiers: [Int], seed: UInt64) {
    self.identifiers = identifiers
    self.seed = seed
    lengths = [Double](repeating: 1, count: identifiers.count)
    let widest = program.parameters.map { max($0.rows, $0.columns) }.max() ?? 0
    buffer = Matrix(rows: 1, columns: widest)
  }

  /// Draws the directions of an iteration.
  ///
  /// - Complexity: one normal number an entry.
  package mutating func draw(iteration: Int, into machine: inout TangentMachine<S>) {
    for i in machine.blocks.indices {
      for (l, tangent) in machine.blocks[i].tangents.enumerated() {
        let random = RandomStream(
          seed: seed, stream: Purpose.tangents.rawValue, k: UInt32(identifiers[tangent]),
          iteration: UInt32(truncatingIfNeeded: iteration))
        var square = 0.0
        for p in machine.program.parameters.indices {
          square += drawPart(p, ofBlock: i, l, from: random, into: &machine)
        }
        let length = square > 0 ? square.squareRoot() : 1
        lengths[tangent] = length
        for p in machine.program.parameters.indices {
          scalePart(p, ofBlock: i, l, by: S(1 / length), in: &machine)
        }
      }
    }
  }

  /// Draws one tensor's part of a direction and returns its squared length.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func drawPart(
    _ p: Int, ofBlock i: Int, _ l: Int, from random: RandomStream,
    into machine: inout TangentMachine<S>
  ) -> Double {
    let parameter = machine.program.parameters[p]
    let first = parameter.range.lowerBound
    let n = parameter.columns
    switch machine.directions(ofBlock: i, ParameterID(index: p)) {
    case .dense(let slot)?:
      let k = machine.blocks[i].tangents.count
      var square = 0.0
      for r in 0..<parameter.rows {
        let row = Slot(offset: slot.offset + (r * k + l) * n, rows: 1, columns: n)
        var numbers = machine.arena.mutableElements(row)
        random.fillNormal(&numbers, startingAt: first + r * n)
        square += machine.arena.squaredLength(row)
      }
      return square
    case .rankOne(let a, let b)?:
      let row = b.rows(l..<(l + 1))
      var numbers = machine.arena.mutableElements(row)
      random.fillNormal(&numbers, startingAt: first + parameter.rows)
      var whole = buffer.mutableElements
      var column = whole._mutatingExtracting(0..<parameter.rows)
      random.fillNormal(&column, startingAt: first)
      var square = 0.0
      numbers = machine.arena.mutableElements(a)
      for r in 0..<parameter.rows {
        numbers[r * a.columns + l] = column[r]
        square += Double(column[r]) * Double(column[r])
      }
      return square * machine.arena.squaredLength(row)
    case nil: return 0
    }
  }

  private func scalePart(
    _ p: Int, ofBlock i: Int, _ l: Int, by factor: S, in machine: inout TangentMachine<S>
  ) {
    let parameter = machine.program.parameters[p]
    let n = parameter.columns
    switch machine.directions(ofBlock: i, ParameterID(index: p)) {
    case .dense(let slot)?:
      let k = machine.blocks[i].tangents.count
      for r in 0..<parameter.rows {
        machine.arena.scale(
          Slot(offset: slot.offset + (r * k + l) * n, rows: 1, columns: n), by: factor)
      }
    case .rankOne(_, let b)?: machine.arena.scale(b.rows(l..<(l + 1)), by: factor)
    case nil: break
    }
  }
}
