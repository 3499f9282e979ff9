/// Plans one section of a program: which tangents are formed, which are only read in another way,
/// and where they live.
struct TangentSection {
  let program: Program
  private let active: Set<Register>
  private let moving: Set<ParameterID>
  /// Where states, and later the formed tangents, live.
  private(set) var places: [Register: Place]
  private let kept: Set<Register>
  private(set) var operations: [TangentOperation] = []
  private(set) var factors: [Factor] = []
  /// Rows of scratch space.
  private(set) var width = 0

  private var views: [Register: View] = [:]
  private var formations: [Formation] = []
  /// How often a register's tangent is read by operations.
  private var readers: [Register: Int] = [:]

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
    for register in places.keys { views[register] = View(root: register) }
    let acting = section.filter { active.contains($0.output) }
    for operation in acting {
      for input in operation.inputs where active.contains(input) {
        readers[input, default: 0] += 1
      }
    }
    for operation in acting { form(operation) }
    layOut()
  }

  // MARK: - What is formed

  private func mustBeFormed(_ register: Register) -> Bool {
    places[register] != nil || kept.contains(register)
  }

  private mutating func form(_ operation: Operation) {
    switch operation {
    case .linear(let out, let terms): formLinear(out, terms)
    case .map(let out, let function, let x):
      modulate(out, x, by: .slope(out), leavesZeros: function == .relu)
    case .product(let out, let x, let y):
      switch (active.contains(x), active.contains(y)) {
      case (true, true):
        var formation = Formation(out: out)
        formation.rows = [
          (view(x, by: .value(y)), program.width(out), 0),
          (view(y, by: .value(x)), program.width(out), 0),
        ]
        append(formation)
      case (true, false): modulate(out, x, by: .value(y), leavesZeros: false)
      default: modulate(out, y, by: .value(x), leavesZeros: false)
      }
    }
  }

  /// `out = x ∘ factor`: read so, or done by what forms x where nothing else reads that.
  private mutating func modulate(
    _ out: Register, _ x: Register, by source: Factor.Source, leavesZeros: Bool
  ) {
    let width = program.width(out)
    let part = Factor.Part(source: source, from: 0)
    let producer =
      readers[x] == 1 && !mustBeFormed(x)
      ? formations.firstIndex { $0.out == x } : nil
    if !mustBeFormed(out) {
      views[out] = view(x, by: source)
      if leavesZeros, let producer {
        formations[producer].mask = Factor(parts: [part], width: width)
      }
    } else if let producer {
      formations[producer].multiply(by: part, width: width)
      formations[producer].out = out
      views[out] = View(root: out)
    } else {
      var formation = Formation(out: out)
      formation.rows = [(view(x, by: source), width, 0)]
      append(formation)
    }
  }

  private mutating func formLinear(_ out: Register, _ terms: [Term]) {
    var formation = Formation(out: out)
    for term in terms {
      switch term {
      case .columns(let x, let from, let width, let at, let scale):
        formation.isConcatenation = formation.isConcatenation || width < program.width(out)
        guard active.contains(x) else { continue }
        formation.add(view(x, from: from, scale: scale), rows: width, at: at)
      case .product(let x, let p, let scale):
        if active.contains(x) {
          formation.products.append((view(x, scale: scale), program.width(x), p))
        }
        if moving.contains(p) { formation.directions.append((x, p, scale)) }
      case .bias(let p, let scale):
        if moving.contains(p) { formation.directions.append((nil, p, scale)) }
      }
    }
    absorb(&formation)
    let isSlice =
      formation.products.isEmpty && formation.directions.isEmpty && formation.rows.count == 1
      && formation.rows[0].rows == program.width(out)
    if isSlice && !mustBeFormed(out) {
      views[out] = formation.rows[0].view
    } else {
      append(formation)
    }
  }

  /// Takes over the sum of products that one of the rows is a multiple of, if nothing else reads it:
  /// `0.9 z + 0.1 f ∘ (z P + …)` is one pass over its result.
  private mutating func absorb(_ formation: inout Formation) {
    guard formation.products.isEmpty, formation.directions.isEmpty, !formation.isConcatenation,
      formation.rows.count > 1 || mustBeFormed(formation.out)
    else { return }
    let width = program.width(formation.out)
    for (i, (view, rows, _)) in formation.rows.enumerated() {
      guard let source = formations.firstIndex(where: { $0.out == view.root }),
        isReadOnce(view.root), rows == width, program.width(view.root) == width,
        formations[source].rows.isEmpty, formations[source].factor == nil
      else { continue }
      let inner = formations.remove(at: source)
      formation.rows.remove(at: i)
      formation.products = inner.products.map { inner, width, p in
        var scaled = inner
        scaled.scale *= view.scale
        return (scaled, width, p)
      }
      formation.directions = inner.directions.map { ($0.x, $0.parameter, $0.scale * view.scale) }
      if !view.parts.isEmpty { formation.factor = Factor(parts: view.parts, width: width) }
      return
    }
  }

  /// Whether one operation alone reads a tangent, directly or as a view of it.
  private func isReadOnce(_ register: Register) -> Bool {
    !mustBeFormed(register) && readers[register] == 1
      && views.allSatisfy { $1.root != register || $0 == register || readers[$0] == 1 }
  }

  private mutating func append(_ formation: Formation) {
    formations.append(formation)
    views[formation.out] = View(root: formation.out)
  }

  private func view(
    _ register: Register, from: Int = 0, scale: Double = 1, by source: Factor.Source? = nil
  ) -> View {
    guard var view = views[register] else {
      preconditionFailure("a tangent is read before it is planned")
    }
    view.from += from
    view.scale *= scale
    for i in view.parts.indices { view.parts[i].from += from }
    if let source { view.parts.append(Factor.Part(source: source, from: 0)) }
    return view
  }

  // MARK: - Where it lives

  private mutating func layOut() {
    var lastUse: [Register: Int] = [:]
    for (i, formation) in formations.enumerated() {
      for root in formation.roots { lastUse[root] = i }
    }
    for register in kept { lastUse[register] = formations.count }
    var live: [Register: Range<Int>] = [:]
    for (i, formation) in formations.enumerated() {
      let width = program.width(formation.out)
      if places[formation.out] == nil {
        let range = gap(of: width, among: live)
        live[formation.out] = range
        places[formation.out] = .scratch(range.lowerBound)
        self.width = max(self.width, range.upperBound)
      }
      operations.append(operation(formation, width))
      for (register, _) in live where lastUse[register, default: i] <= i { live[register] = nil }
    }
  }

  /// The first gap that is wide enough.
  private func gap(of width: Int, among live: [Register: Range<Int>]) -> Range<Int> {
    var start = 0
    for range in live.values.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if start + width <= range.lowerBound { break }
      start = max(start, range.upperBound)
    }
    return start..<(start + width)
  }

  private mutating func operation(_ formation: Formation, _ width: Int) -> TangentOperation {
    var operation = TangentOperation(place: place(formation.out), width: width)
    for (view, rows, p) in formation.products {
      operation.products.append((reading(view, rows), p))
    }
    for (view, rows, at) in formation.rows { operation.rows.append((reading(view, rows), at)) }
    operation.directions = formation.directions
    operation.isConcatenation = formation.isConcatenation
    operation.factor = formation.factor.map { number(of: $0) }
    operation.mask = formation.mask.map { number(of: $0) }
    return operation
  }

  private mutating func reading(_ view: View, _ rows: Int) -> TangentReading {
    TangentReading(
      place: place(view.root), width: program.width(view.root), from: view.from, rows: rows,
      scale: view.scale,
      factor: view.parts.isEmpty ? nil : number(of: Factor(parts: view.parts, width: rows)))
  }

  private func place(_ register: Register) -> Place {
    guard let place = places[register] else { preconditionFailure("a tangent without a place") }
    return place
  }

  private mutating func number(of factor: Factor) -> Int {
    if let known = factors.firstIndex(of: factor) { return known }
    factors.append(factor)
    return factors.count - 1
  }
}
