internal import LinearAlgebra

/// Where the numbers are that multiply the rows of tangents.
///
/// A factor of one part is read where its values are, one of several is formed once a step for
/// all tangents.
struct FactorLayout {
  /// The factors of a section.
  struct Section {
    /// The numbers of each plan's factors.
    fileprivate(set) var numbers: [[RowNumbers]] = []
    /// What is to be formed: a place for each factor of several parts.
    fileprivate(set) var products: [(factor: Factor, slot: Slot)] = []
  }

  private(set) var start = Section()
  /// One section a frame.
  private(set) var steps: [Section]

  init(_ plans: [TangentPlan], _ frames: [ValueLayout], in arena: inout ArenaPlan) {
    steps = frames.map { _ in Section() }
    for plan in plans {
      start.add(plan.startFactors, frames[0], in: &arena)
      for (i, frame) in frames.enumerated() {
        steps[i].add(plan.stepFactors, frame, in: &arena)
      }
    }
  }
}

extension FactorLayout.Section {
  fileprivate mutating func add(
    _ factors: [Factor], _ layout: ValueLayout, in arena: inout ArenaPlan
  ) {
    numbers.append(
      factors.map { factor in
        if factor.parts.count == 1 {
          return RowNumbers(layout.slot(of: factor.parts[0].source), from: factor.parts[0].from)
        }
        if let known = products.first(where: { $0.factor == factor }) {
          return RowNumbers(known.slot)
        }
        let slot = arena.reserve(rows: layout.rows, columns: factor.width)
        products.append((factor, slot))
        return RowNumbers(slot)
      })
  }
}

extension Arena {
  /// Forms the factors of several parts from the values of a step.
  mutating func multiplyFactors(_ section: FactorLayout.Section, _ layout: ValueLayout) {
    for (factor, slot) in section.products {
      for (i, part) in factor.parts.enumerated() {
        let source = layout.slot(of: part.source)
        if i == 0 {
          addColumns(
            of: source, from: part.from, width: factor.width, scale: 1, to: slot, at: 0,
            keep: false)
        } else {
          multiplyColumns(slot, by: source, from: part.from)
        }
      }
    }
  }
}

extension ValueLayout {
  fileprivate func slot(of source: Factor.Source) -> Slot {
    switch source {
    case .value(let register): return self[register]
    case .slope(let register):
      guard let slope = slopes[register.index] else {
        preconditionFailure("the plan names a slope of what is no function")
      }
      return slope
    }
  }
}
