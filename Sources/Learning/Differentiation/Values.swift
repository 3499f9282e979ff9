package import LinearAlgebra

/// The interpreter of plain values: one operation after the other, on all trials.
extension Arena {
  /// Writes all parameters from the flat vector.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package mutating func load(parameters: [Double], _ layout: ValueLayout) {
    for (parameter, slot) in zip(layout.program.parameters, layout.parameters) {
      var target = mutableElements(slot)
      let first = parameter.range.lowerBound
      for i in 0..<target.count { target[i] = S(parameters[first + i]) }
    }
  }

  /// Runs the start section on the trials' data and sets the states.
  package mutating func start(_ trials: Trials<S>, _ layout: ValueLayout) {
    precondition(
      trials.count * layout.parameterSets.count == layout.rows,
      "\(trials.count) trials for \(layout.rows) rows")
    for (channel, data) in zip(layout.program.channels, trials.channels)
    where !channel.isPerStep {
      for i in layout.parameterSets.indices {
        write(data.span, to: layout[channel.register].rows(layout.rows(ofSet: i)))
      }
    }
    for operation in layout.program.start { run(operation, layout) }
    for state in layout.program.states { copy(layout[state.initial], to: layout[state.current]) }
  }

  /// Runs one step on the data of that step.
  package mutating func step(_ step: Int, _ trials: Trials<S>, _ layout: ValueLayout) {
    for (channel, data) in zip(layout.program.channels, trials.channels)
    where channel.isPerStep {
      for i in layout.parameterSets.indices {
        let slot = layout[channel.register].rows(layout.rows(ofSet: i))
        write(data.span.extracting(step * slot.count..<(step + 1) * slot.count), to: slot)
      }
    }
    for operation in layout.program.step { run(operation, layout) }
  }

  /// Moves on: every state becomes what the step made of it.
  package mutating func advance(_ layout: ValueLayout) {
    for state in layout.program.states { copy(layout[state.next], to: layout[state.current]) }
  }

  private mutating func run(_ operation: Operation, _ layout: ValueLayout) {
    switch operation {
    case .linear(let out, let terms): runLinear(layout[out], terms, layout)
    case .map(let out, let function, let x):
      map(function.rawValue, layout[x], into: layout[out], slope: layout.slopes[out.index])
    case .product(let out, let x, let y):
      modulate(layout[x], by: layout[y], into: layout[out], keep: false)
    }
  }

  private mutating func runLinear(_ out: Slot, _ terms: [Term], _ layout: ValueLayout) {
    var keep = false
    for term in terms {
      switch term {
      case .columns(let x, let from, let width, let at, let scale):
        addColumns(
          of: layout[x], from: from, width: width, scale: S(scale), to: out, at: at, keep: keep)
        // Columns side by side are first writes each.
        if width < out.columns { continue }
      case .product(let x, let p, let scale):
        for (i, set) in layout.parameterSets.enumerated() {
          let rows = layout.rows(ofSet: i)
          multiply(
            layout[x].rows(rows), set[p.index], into: out.rows(rows), scale: S(scale), keep: keep)
        }
      case .bias(let p, let scale):
        for (i, set) in layout.parameterSets.enumerated() {
          let rows = layout.rows(ofSet: i)
          addRows(set[p.index], scale: S(scale), into: out.rows(rows), keep: keep)
        }
      }
      keep = true
    }
  }
}
