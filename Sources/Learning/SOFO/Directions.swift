package import Differentiation
package import LinearAlgebra
internal import RandomNumbers

/// Draws random directions into a machine and combines them.
///
/// Direction k of iteration i is a function of (seed, k, i): entry p of the flat vector
/// of parameters is normal number p of its stream, an outer product takes its a and b
/// from the same place; `InputWhitening` shapes them. Each direction has length one.
package struct Directions<S: Scalar>: ~Copyable {
  /// The global number of each local direction.
  package let identifiers: [Int]
  /// What the local directions were divided by in the last draw.
  package private(set) var lengths: [Double]
  private let seed: UInt64
  private var buffer: Matrix<S>

  /// Directions of a program's parameters with the global numbers `identifiers`, none drawn yet.
  package init(_ program: Program, identifiers: [Int], seed: UInt64) {
    self.identifiers = identifiers
    self.seed = seed
    lengths = [Double](repeating: 1, count: identifiers.count)
    let widest = program.parameters.map { max($0.rows, $0.columns) }.max() ?? 0
    buffer = Matrix(rows: 1, columns: widest)
  }

  /// Draws the directions of an iteration and shapes them by the inputs that were measured.
  ///
  /// - Complexity: one normal number an entry.
  package mutating func draw(
    iteration: Int, shapedBy whitening: borrowing InputWhitening<S>,
    into machine: inout TangentMachine<S>
  ) {
    for i in machine.blocks.indices {
      for (l, tangent) in machine.blocks[i].tangents.enumerated() {
        let random = RandomStream(
          seed: seed, purpose: .tangents, k: identifiers[tangent], iteration: iteration)
        for p in machine.program.parameters.indices {
          drawPart(p, ofBlock: i, l, from: random, into: &machine)
        }
      }
      for p in machine.program.parameters.indices {
        let id = ParameterID(index: p)
        if let directions = machine.directions(ofBlock: i, id) {
          whitening.shape(directions, of: id, in: &machine)
        }
      }
      for (l, tangent) in machine.blocks[i].tangents.enumerated() {
        let square = machine.program.parameters.indices.reduce(0) {
          $0 + squaredLength($1, ofBlock: i, l, in: machine)
        }
        let length = square > 0 ? square.squareRoot() : 1
        lengths[tangent] = length
        for p in machine.program.parameters.indices {
          scalePart(p, ofBlock: i, l, by: S(1 / length), in: &machine)
        }
      }
    }
  }

  /// Draws one tensor's part of a direction.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func drawPart(
    _ p: Int, ofBlock i: Int, _ l: Int, from random: RandomStream,
    into machine: inout TangentMachine<S>
  ) {
    let parameter = machine.program.parameters[p]
    let first = parameter.range.lowerBound
    let n = parameter.columns
    switch machine.directions(ofBlock: i, ParameterID(index: p)) {
    case .dense(let slot)?:
      for r in 0..<parameter.rows {
        var numbers = machine.arena.mutableElements(row(r, of: slot, ofBlock: i, l, n, machine))
        random.fillNormal(&numbers, startingAt: first + r * n)
      }
    case .rankOne(let a, let b)?:
      var numbers = machine.arena.mutableElements(b.rows(l..<(l + 1)))
      random.fillNormal(&numbers, startingAt: first + parameter.rows)
      var whole = buffer.mutableElements
      var column = whole._mutatingExtracting(0..<parameter.rows)
      random.fillNormal(&column, startingAt: first)
      numbers = machine.arena.mutableElements(a)
      for r in 0..<parameter.rows { numbers[r * a.columns + l] = column[r] }
    case nil: break
    }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func squaredLength(
    _ p: Int, ofBlock i: Int, _ l: Int, in machine: borrowing TangentMachine<S>
  ) -> Double {
    let parameter = machine.program.parameters[p]
    switch machine.directions(ofBlock: i, ParameterID(index: p)) {
    case .dense(let slot)?:
      return (0..<parameter.rows).reduce(0) {
        $0
          + machine.arena.squaredLength(
            row($1, of: slot, ofBlock: i, l, parameter.columns, machine))
      }
    case .rankOne(let a, let b)?:
      let numbers = machine.arena.elements(a)
      var square = 0.0
      for r in 0..<parameter.rows {
        square += Double(numbers[r * a.columns + l]) * Double(numbers[r * a.columns + l])
      }
      return square * machine.arena.squaredLength(b.rows(l..<(l + 1)))
    case nil: return 0
    }
  }

  /// Row r of direction l of a block, in the slot of a dense tensor of n columns.
  private func row(
    _ r: Int, of slot: Slot, ofBlock i: Int, _ l: Int, _ n: Int,
    _ machine: borrowing TangentMachine<S>
  ) -> Slot {
    Slot(
      offset: slot.offset + (r * machine.blocks[i].tangents.count + l) * n, rows: 1, columns: n)
  }

  private func scalePart(
    _ p: Int, ofBlock i: Int, _ l: Int, by factor: S, in machine: inout TangentMachine<S>
  ) {
    let parameter = machine.program.parameters[p]
    let n = parameter.columns
    switch machine.directions(ofBlock: i, ParameterID(index: p)) {
    case .dense(let slot)?:
      for r in 0..<parameter.rows {
        machine.arena.scale(row(r, of: slot, ofBlock: i, l, n, machine), by: factor)
      }
    case .rankOne(_, let b)?: machine.arena.scale(b.rows(l..<(l + 1)), by: factor)
    case nil: break
    }
  }
}
