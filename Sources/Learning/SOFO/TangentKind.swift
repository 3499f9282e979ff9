package import Differentiation

/// What the random directions look like.
package enum TangentKind: String, CaseIterable, Sendable {
  /// Every free parameter moves along every direction, with normal numbers.
  case gaussian
  /// As `gaussian`, but matrices move by outer products `a bᵀ`.
  case rankOne = "rank-one"
  /// Every direction moves one tensor only; the directions are shared among the tensors.
  case blockLocal = "block-local"
  /// Block-local, matrices by outer products.
  case blockLocalRankOne = "block-local-rank-one"

  /// Whether a direction moves a single tensor.
  package var isLocal: Bool { self == .blockLocal || self == .blockLocalRankOne }

  /// How a tensor moves.
  package func form(of parameter: Parameter) -> TangentBlock.Form {
    let isOuter = self == .rankOne || self == .blockLocalRankOne
    return isOuter && parameter.rows > 1 && parameter.columns > 1 ? .rankOne : .dense
  }
}

/// Which tensors each of K directions moves, the same on every grid.
package struct DirectionPlan: Sendable {
  package let program: Program
  package let kind: TangentKind
  package let count: Int
  /// The tensor of every direction when the kind is local.
  private let tensors: [ParameterID]

  /// Plans K directions.
  ///
  /// Local directions are shared evenly among the tensors, none getting more than it has
  /// numbers, and interleaved, so that equal ranges of directions cost about the same.
  package init(_ program: Program, kind: TangentKind, count: Int) {
    self.program = program
    self.kind = kind
    self.count = count
    tensors = kind.isLocal ? Self.interleaved(Self.quotas(program, count)) : []
  }

  private static func quotas(_ program: Program, _ count: Int) -> [(ParameterID, Int)] {
    var quotas = program.parameters.indices.filter { !program.parameters[$0].isFixed }
      .map { (id: ParameterID(index: $0), size: program.parameters[$0].count, quota: 0) }
    var left = count
    while left > 0 {
      let open = quotas.indices.filter { quotas[$0].quota < quotas[$0].size }
      precondition(!open.isEmpty, "\(count) directions for \(program.freeParameterCount) numbers")
      let share = max(1, left / open.count)
      // Larger tensors first, so that they take the remainder.
      for i in open.sorted(by: { quotas[$0].size > quotas[$1].size }) where left > 0 {
        let given = min(share, left, quotas[i].size - quotas[i].quota)
        quotas[i].quota += given
        left -= given
      }
    }
    return quotas.map { ($0.id, $0.quota) }
  }

  private static func interleaved(_ quotas: [(ParameterID, Int)]) -> [ParameterID] {
    var keyed: [(Double, ParameterID)] = []
    for (id, quota) in quotas {
      for j in 0..<quota { keyed.append(((Double(j) + 0.5) / Double(quota), id)) }
    }
    return keyed.sorted { ($0.0, $0.1.index) < ($1.0, $1.1.index) }.map(\.1)
  }

  /// Directions that move a tensor, and the numbers they spread over: `(K_i, P_i)`.
  package func share(of direction: Int) -> (directions: Int, numbers: Int) {
    guard kind.isLocal else { return (count, program.freeParameterCount) }
    let tensor = tensors[direction]
    return (tensors.filter { $0 == tensor }.count, program.parameters[tensor.index].count)
  }

  /// Numbers of all directions: rows × columns of every tensor that moves, rows + columns where it
  /// moves by outer products.
  package var numbers: Int {
    (0..<count).reduce(0) { sum, direction in
      program.parameters.enumerated().reduce(sum) {
        guard moves(direction, ParameterID(index: $1.offset)) else { return $0 }
        let parameter = $1.element
        return switch kind.form(of: parameter) {
        case .dense: $0 + parameter.count
        case .rankOne: $0 + parameter.rows + parameter.columns
        }
      }
    }
  }

  /// Whether a direction moves a tensor.
  package func moves(_ direction: Int, _ tensor: ParameterID) -> Bool {
    !program.parameters[tensor.index].isFixed
      && (!kind.isLocal || tensors[direction] == tensor)
  }

  /// The blocks of a rank's directions, and the global number of each local direction.
  package func blocks(of range: Range<Int>) -> (blocks: [TangentBlock], identifiers: [Int]) {
    guard kind.isLocal else {
      var forms: [ParameterID: TangentBlock.Form] = [:]
      for (i, parameter) in program.parameters.enumerated() where !parameter.isFixed {
        forms[ParameterID(index: i)] = kind.form(of: parameter)
      }
      return ([TangentBlock(tangents: 0..<range.count, forms: forms)], Array(range))
    }
    var blocks: [TangentBlock] = []
    var identifiers: [Int] = []
    for i in program.parameters.indices {
      let own = range.filter { tensors[$0].index == i }
      guard !own.isEmpty else { continue }
      let first = identifiers.count
      identifiers += own
      blocks.append(
        TangentBlock(
          tangents: first..<identifiers.count,
          forms: [ParameterID(index: i): kind.form(of: program.parameters[i])]))
    }
    return (blocks, identifiers)
  }
}
