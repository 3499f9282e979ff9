/// Where a tangent lives while a tile is worked on.
enum Place: Hashable {
  case state(Int)
  case next(Int)
  /// Columns from the start of the tile's scratch space.
  case scratch(Int)
}

/// A summand of a tangent's linear operation.
enum TangentTerm {
  case columns(of: Place, inputWidth: Int, from: Int, width: Int, at: Int, scale: Double)
  /// `ẋ P`: the tangent through the parameter.
  case product(Place, inputWidth: Int, ParameterID, scale: Double)
  /// `x V_k`: the parameter's own direction.
  case direction(Register, ParameterID, scale: Double)
  case bias(ParameterID, scale: Double)
}

enum TangentOperation {
  case linear(Place, width: Int, [TangentTerm], clear: Bool)
  /// A linear operation that nothing else reads, and its modulation in place.
  case modulatedLinear(Place, width: Int, [TangentTerm], by: Factor)
  /// `out ← ẋ ∘ y`, y the values of a slope or of the other factor.
  case modulate(Place, Place, by: Factor, width: Int, keep: Bool)

  enum Factor {
    case slope(Register)
    case value(Register)
  }
}

/// The program of tangents for directions that move a given set of tensors.
///
/// Tangents that are zero by structure (a readout's directions never reach the state)
/// have no operation. Scratch space is laid out once: a place is used again as soon as
/// its tangent has been read for the last time, so that a tile stays in cache.
struct TangentPlan {
  private(set) var start: [TangentOperation] = []
  private(set) var step: [TangentOperation] = []
  /// The output tangent of every loss; nil if it is zero.
  private(set) var losses: [Place?] = []
  private(set) var activeStates: Set<Int> = []
  /// States whose tangent is zero at the start and not later.
  private(set) var statesThatStartAtZero: [Int] = []
  private(set) var scratchWidth = 0

  init(_ program: Program, moving: Set<ParameterID>) {
    let startActive = Self.activity(program.start, [], moving)
    var active = Set(program.states.filter { startActive.contains($0.initial) }.map(\.current))
    var stepActive = Set<Register>()
    // Activity only grows along the steps: repeat until it stays.
    while true {
      stepActive = Self.activity(program.step, active, moving)
      let grown = active.union(
        program.states.filter { stepActive.contains($0.next) }.map(\.current))
      if grown == active { break }
      active = grown
    }
    for (i, state) in program.states.enumerated() where active.contains(state.current) {
      activeStates.insert(i)
      if !startActive.contains(state.initial) { statesThatStartAtZero.append(i) }
    }

    var initialPlaces: [Register: Place] = [:]
    var stepPlaces: [Register: Place] = [:]
    for (i, state) in program.states.enumerated() where activeStates.contains(i) {
      initialPlaces[state.initial] = .state(i)
      stepPlaces[state.current] = .state(i)
      stepPlaces[state.next] = .next(i)
    }
    var section = SectionPlan(
      program, active: startActive, moving: moving, places: initialPlaces, kept: [])
    section.plan(program.start)
    start = section.operations
    scratchWidth = section.width
    section = SectionPlan(
      program, active: stepActive, moving: moving, places: stepPlaces,
      kept: Set(program.losses.map(\.output)))
    section.plan(program.step)
    step = section.operations
    scratchWidth = max(scratchWidth, section.width)
    losses = program.losses.map {
      stepActive.contains($0.output) ? section.places[$0.output] : nil
    }
    // A state that moves although its next value does not is set to zero by a step.
    for (i, state) in program.states.enumerated()
    where activeStates.contains(i) && !stepActive.contains(state.next) {
      step.append(.linear(.next(i), width: state.width, [], clear: true))
    }
  }

  /// The registers whose tangent is not zero by structure.
  private static func activity(
    _ operations: [Operation], _ states: Set<Register>, _ moving: Set<ParameterID>
  ) -> Set<Register> {
    var active = states
    for operation in operations {
      var moves = operation.inputs.contains { active.contains($0) }
      if case .linear(_, let terms) = operation {
        for term in terms {
          switch term {
          case .product(_, let p, _), .bias(let p, _): moves = moves || moving.contains(p)
          case .columns: break
          }
        }
      }
      if moves { active.insert(operation.output) }
    }
    return active
  }
}

/// Lays out one section: operations on places, scratch space reused.
private struct SectionPlan {
  let program: Program
  let active: Set<Register>
  let moving: Set<ParameterID>
  var places: [Register: Place]
  let kept: Set<Register>
  var operations: [TangentOperation] = []
  var width = 0
  private var live: [Register: Range<Int>] = [:]
  private var lastUse: [Register: Int] = [:]

  init(
    _ program: Program, active: Set<Register>, moving: Set<ParameterID>,
    places: [Register: Place], kept: Set<Register>
  ) {
    self.program = program
    self.active = active
    self.moving = moving
    self.places = places
    self.kept = kept
  }

  mutating func plan(_ section: [Operation]) {
    for (i, operation) in section.enumerated() {
      for input in operation.inputs { lastUse[input] = i }
    }
    for register in kept { lastUse[register] = section.count }
    for (i, operation) in section.enumerated() where active.contains(operation.output) {
      plan(operation, at: i)
      for (register, last) in lastUse where last <= i { live[register] = nil }
    }
  }

  private mutating func plan(_ operation: Operation, at index: Int) {
    switch operation {
    case .linear(let out, let terms): planLinear(out, terms)
    case .map(let out, _, let x):
      let place = place(of: out, reusing: x, at: index)
      let width = program.width(out)
      if case .linear(place, _, let terms, clear: false)? = operations.last, places[x] == place {
        operations[operations.count - 1] = .modulatedLinear(
          place, width: width, terms, by: .slope(out))
        return
      }
      operations.append(
        .modulate(place, places[x] ?? place, by: .slope(out), width: width, keep: false))
    case .product(let out, let x, let y):
      let factors = [(x, y), (y, x)].filter { active.contains($0.0) }
      let place = place(of: out, reusing: factors.count == 1 ? factors[0].0 : nil, at: index)
      for (i, (moved, other)) in factors.enumerated() {
        guard let source = places[moved] else { continue }
        operations.append(
          .modulate(place, source, by: .value(other), width: program.width(out), keep: i > 0))
      }
    }
  }

  private mutating func planLinear(_ out: Register, _ terms: [Term]) {
    // Matrix products first: the first one overwrites, the rest add.
    var products: [TangentTerm] = []
    var others: [TangentTerm] = []
    var isPartial = false
    for term in terms {
      switch term {
      case .columns(let x, let from, let width, let at, let scale):
        isPartial = isPartial || width < program.width(out)
        guard let place = places[x], active.contains(x) else { continue }
        others.append(
          .columns(
            of: place, inputWidth: program.width(x), from: from, width: width, at: at,
            scale: scale))
      case .product(let x, let p, let scale):
        if let place = places[x], active.contains(x) {
          products.append(.product(place, inputWidth: program.width(x), p, scale: scale))
        }
        if moving.contains(p) { products.append(.direction(x, p, scale: scale)) }
      case .bias(let p, let scale):
        if moving.contains(p) { others.append(.bias(p, scale: scale)) }
      }
    }
    let place = place(of: out, reusing: nil, at: 0)
    operations.append(
      .linear(place, width: program.width(out), products + others, clear: isPartial))
  }

  /// The place of an output: its own if it is a state's, an input's if that is read for
  /// the last time here, else the first gap that is wide enough.
  private mutating func place(
    of out: Register, reusing input: Register?, at index: Int
  ) -> Place {
    if let own = places[out] { return own }
    let needed = program.width(out)
    if let input, lastUse[input] == index, let range = live[input] {
      live[input] = nil
      live[out] = range
      places[out] = .scratch(range.lowerBound)
      return .scratch(range.lowerBound)
    }
    var start = 0
    for range in live.values.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if start + needed <= range.lowerBound { break }
      start = max(start, range.upperBound)
    }
    live[out] = start..<(start + needed)
    width = max(width, start + needed)
    places[out] = .scratch(start)
    return .scratch(start)
  }
}
