internal import Collectives
internal import LinearAlgebra

// Steps along lines that keep the signs.
extension SignedGradients {
  /// A row's line for the next step.
  private struct Line {
    /// The longest step along it.
    var longest = 1.0
    /// What Newton's step along the direction itself would gain, twice.
    var promised = 0.0
    /// Where the direction itself first meets a sign, if its end was projected.
    var boundary: Double?
  }

  /// A step of every active row along a feasible line.
  func step<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>, _ state: inout SignedState<S>
  ) {
    var lines: [Line] = []
    for i in 0..<panel.active { lines.append(projectedLine(&panel, i, &state)) }
    if lines.contains(where: { $0.boundary != nil }) { updateLines(&panel, form: form) }
    if replaceLines(&panel, form: form, &state, &lines) { updateLines(&panel, form: form) }
    for i in 0..<panel.active {
      search(&panel, i, longest: lines[i].longest, &state.rows[panel.rows[i].position])
    }
  }

  /// The line to the projected end of Newton's step.
  private func projectedLine<S>(
    _ panel: inout Panel<S>, _ i: Int, _ state: inout SignedState<S>
  ) -> Line {
    let length = panel.newtonLength(i)
    var line = Line(promised: length * panel.rows[i].slope)
    let first = panel.direction.firstBoundary(
      row: i, length: length, from: panel.coefficients, signs: signs)
    if first < length {
      line.boundary = first
      state.unprojected.copyRow(i, from: panel.direction, i)
      panel.direction.projectStep(row: i, length: length, from: panel.coefficients, signs: signs)
      state.rows[panel.rows[i].position].restarts = true
    } else {
      line.longest = length
    }
    return line
  }

  /// Takes the projected gradient where a row wants it, and the direction itself where the
  /// projected line gains too little; returns whether there were any.
  private func replaceLines<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>, _ state: inout SignedState<S>,
    _ lines: inout [Line]
  ) -> Bool {
    var replaced = false
    for i in 0..<panel.active {
      let position = panel.rows[i].position
      if state.rows[position].wantsGradient {
        form.scaleByDiagonal(panel.residual, row: i, into: &panel.direction)
        panel.direction.projectStep(row: i, length: 1, from: panel.coefficients, signs: signs)
        lines[i].longest = 1
      } else if let first = lines[i].boundary,
        panel.rows[i].slope < Self.leastGain * lines[i].promised
      {
        panel.direction.copyRow(i, from: state.unprojected, i)
        lines[i].longest = first
      } else {
        continue
      }
      state.rows[position].restarts = true
      replaced = true
    }
    return replaced
  }

  /// Searches the line of a row and goes along it.
  private func search<S>(
    _ panel: inout Panel<S>, _ i: Int, longest: Double, _ row: inout SignedState<S>.Row
  ) {
    let length = panel.searchLine(i, longest: longest)
    if length > 0 {
      panel.advance(i, by: length)
      panel.coefficients.zeroAtBoundary(
        row: i, after: length, along: panel.direction, signs: signs)
      row.wantsGradient = false
    } else if row.wantsGradient {
      panel.rows[i].outcome = .stalled
    } else {
      row.wantsGradient = true
      row.restarts = true
    }
  }

  /// Responses and sums of directions that were replaced.
  private func updateLines<S>(_ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>) {
    form.updateDirectionResponse(&panel)
    for i in 0..<panel.active {
      panel.refreshDirectionSums(i)
      panel.rows[i].slope = panel.residualDotDirection(i)
    }
  }

  /// The slope of a projected line, at least, over that of the direction itself.
  private static var leastGain: Double { 0.1 }
}
