/// Where a tangent lives while a tile is worked on.
enum Place: Hashable {
  case state(Int)
  case next(Int)
  /// Rows from the start of the tile's scratch space.
  case scratch(Int)
}

/// Numbers that multiply the rows of a tangent: the values of a slope or of another factor.
struct Factor: Hashable {
  /// A slope `f′`, or a value.
  enum Source: Hashable {
    case slope(Register)
    case value(Register)
  }

  /// What is multiplied, each from a column on.
  struct Part: Hashable {
    let source: Source
    var from: Int
  }

  var parts: [Part]
  let width: Int
}

/// Rows of a tangent at a place, scaled, and multiplied by what stands at `factor` in a plan's
/// list.
struct TangentReading {
  let place: Place
  /// Rows of the whole tangent there.
  let width: Int
  let from: Int
  let rows: Int
  let scale: Double
  let factor: Int?
}

/// A tangent: `f ∘ (Σ ẋ P + Σ x V + Σ v) + Σ ẋ`.
struct TangentOperation {
  let place: Place
  let width: Int
  /// `ẋ P`: tangents through a parameter.
  var products: [(reading: TangentReading, parameter: ParameterID)] = []
  /// `scale · x V_k`: a parameter's own directions; those of a bias have no x.
  var directions: [(x: Register?, parameter: ParameterID, scale: Double)] = []
  /// Tangents that are added from a row of the result on.
  var rows: [(reading: TangentReading, at: Int)] = []
  /// The rows are parts that stand beside each other.
  var isConcatenation = false
  /// f.
  var factor: Int?
  /// Where it is 0, nothing reads the result.
  var mask: Int?
  /// Only the loss reads what comes of it: a step without weight does without.
  var isForLossOnly = false

  /// Rows that two products take, one after the other, at most.
  var mostFactors: Int { 2 * (products.map(\.reading.rows).max() ?? 0) }
}

/// The program of tangents for directions that move a given set of tensors.
///
/// Tangents that are zero by structure (a readout's directions never reach the state)
/// have no operation, and slices, slopes and factors are not carried out: who reads a tangent
/// applies them on the way. Scratch space is laid out once: a place is used again as soon as
/// its tangent has been read for the last time, so that a tile stays in cache.
struct TangentPlan {
  private(set) var start: [TangentOperation] = []
  private(set) var step: [TangentOperation] = []
  /// The factors of both sections.
  private(set) var startFactors: [Factor] = []
  private(set) var stepFactors: [Factor] = []
  /// The output tangent of every loss; nil if it is zero.
  private(set) var losses: [Place?] = []
  private(set) var activeStates: Set<Int> = []
  /// States whose tangent is zero at the start and not later.
  private(set) var statesThatStartAtZero: [Int] = []
  private(set) var scratchWidth = 0
  /// The registers that have a tangent in a step.
  let activeRegisters: Set<Register>

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
    activeRegisters = stepActive
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
    var section = TangentSection(
      program, active: startActive, moving: moving, places: initialPlaces, kept: [])
    section.plan(program.start)
    start = section.operations
    startFactors = section.factors
    scratchWidth = section.width
    section = TangentSection(
      program, active: stepActive, moving: moving, places: stepPlaces,
      kept: Set(program.losses.map(\.output)))
    section.plan(program.step)
    step = section.operations
    stepFactors = section.factors
    scratchWidth = max(scratchWidth, section.width)
    losses = program.losses.map {
      stepActive.contains($0.output) ? section.places[$0.output] : nil
    }
    // A state that moves although its next value does not is set to zero by a step.
    for (i, state) in program.states.enumerated()
    where activeStates.contains(i) && !stepActive.contains(state.next) {
      step.append(TangentOperation(place: .next(i), width: state.width))
    }
    markOperationsForLoss()
  }

  /// Marks what no next state is made of.
  private mutating func markOperationsForLoss() {
    var wanted = Set(activeStates.map { Place.next($0) })
    for i in step.indices.reversed() {
      // A place is written once before it is read; what stood there before is another tangent.
      guard wanted.remove(step[i].place) != nil else {
        step[i].isForLossOnly = true
        continue
      }
      for (reading, _) in step[i].products { wanted.insert(reading.place) }
      for (reading, _) in step[i].rows { wanted.insert(reading.place) }
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
