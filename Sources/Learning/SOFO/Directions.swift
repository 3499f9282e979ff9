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
    buffer = Matrix(rows: Self.drawnTogether, columns: widest)
  }

  /// Draws the directions of an iteration and shapes them by the inputs that were measured.
  ///
  /// - Complexity: one normal number an entry.
  package mutating func draw(
    iteration: Int, shapedBy whitening: borrowing InputWhitening<S>,
    into machine: inout TangentMachine<S>
  ) {
    for i in machine.blocks.indices {
      let streams = machine.blocks[i].tangents.map {
        RandomStream(
          seed: seed, purpose: .tangents, k: identifiers[$0], iteration: iteration)
      }
      for p in machine.program.parameters.indices {
        let id = ParameterID(index: p)
        guard let directions = machine.directions(ofBlock: i, id) else { continue }
        draw(machine.program.parameters[p], directions, from: streams, into: &machine)
        whitening.shape(directions, of: id, in: &machine)
      }
      lengths.replaceSubrange(
        machine.blocks[i].tangents, with: machine.normaliseDirections(ofBlock: i))
    }
    machine.pairDirections()
  }

  /// Draws a block's directions of one tensor.
  private mutating func draw(
    _ parameter: Parameter, _ directions: DirectionSlots, from streams: [RandomStream],
    into machine: inout TangentMachine<S>
  ) {
    let first = parameter.range.lowerBound
    let (rows, n) = (parameter.rows, parameter.columns)
    switch directions {
    case .dense(let v):
      for r in 0..<rows {
        draw(n, from: streams, startingAt: first + r * n, to: v, row: r, step: rows, in: &machine)
      }
    case .rankOne(let a, let b):
      draw(rows, from: streams, startingAt: first, to: a, row: 0, step: 1, in: &machine)
      draw(n, from: streams, startingAt: first + rows, to: b, row: 0, step: 1, in: &machine)
    }
  }

  /// Draws `count` numbers a direction to the rows `row`, `row + step`, … of its column.
  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func draw(
    _ count: Int, from streams: [RandomStream], startingAt first: Int, to slot: Slot, row: Int,
    step: Int, in machine: inout TangentMachine<S>
  ) {
    for low in stride(from: 0, to: streams.count, by: Self.drawnTogether) {
      let some = min(Self.drawnTogether, streams.count - low)
      var drawn = buffer.mutableElements
      for q in 0..<some {
        var numbers = drawn._mutatingExtracting((q * count)..<((q + 1) * count))
        streams[low + q].fillNormal(&numbers, startingAt: first)
      }
      var target = machine.arena.mutableElements(slot)
      for j in 0..<count {
        let place = (row + j * step) * slot.columns + low
        for q in 0..<some { target[place + q] = drawn[q * count + j] }
      }
    }
  }

  /// Directions whose numbers fill a cache line of the machine's rows.
  private static var drawnTogether: Int { 16 }
}
