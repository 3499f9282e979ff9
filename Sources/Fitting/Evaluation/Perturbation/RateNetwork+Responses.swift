package import Collectives
package import LinearAlgebra
package import Networks

extension RateNetwork<Double> {
  /// The responses of all neurons to a pulse into each of some, one at a time.
  ///
  /// Each is the difference of two runs, with the pulse and without, so exact however large the
  /// pulse is. All run side by side, a column each.
  ///
  /// - Parameters:
  ///   - pulse: what is added.
  ///   - candidates: the neurons, by their places among all.
  ///   - run: the run without.
  ///   - group: all ranks.
  ///   - observe: is given the frames ahead, from 1 on, and local × candidates.
  /// - Throws: what `observe` and `group` throw.
  /// - Complexity: 2 N² flops a step and candidate over all ranks; a gather of N × candidates
  ///   numbers a step, which is also the memory.
  /// - Collective: every rank of `group` must call it.
  package func responses(
    to pulse: Pulse, into candidates: ArraySlice<Int>, along run: borrowing ReferenceRun,
    group: borrowing some RankGroup & ~Copyable,
    observe: (_ ahead: Int, _ responses: borrowing Matrix<Double>) throws -> Void
  ) throws {
    var rates = Matrix<Double>(rows: local.count, columns: candidates.count)
    rates.setRows(to: run.rates, column: 0)
    if pulse.site == .rate { add(pulse.amplitude, to: &rates, at: candidates) }
    for t in 0..<run.steps {
      var inputs = Matrix<Double>(rows: run.inputs.rows, columns: candidates.count)
      inputs.setRows(to: run.inputs, column: t)
      let regressors = try group.regressors(rates, inputs, neurons: neurons)
      var next = currents(at: regressors)
      if case .current(let frames) = pulse.site, t < frames {
        add(pulse.amplitude, to: &next, at: candidates)
      }
      leak(&next, from: regressors, row: local.lowerBound, alpha: alpha)
      rates = next.copy()
      next.subtractFromRows(run.rates, column: t + 1)
      try observe(t + 1, next)
    }
  }

  /// Adds to the entry of each candidate in its own column, where it is this rank's.
  private func add(
    _ amplitude: Double, to block: inout Matrix<Double>, at candidates: ArraySlice<Int>
  ) {
    for (k, neuron) in candidates.enumerated() where local.contains(neuron) {
      block[neuron - local.lowerBound, k] += amplitude
    }
  }
}

extension Matrix<Double> {
  /// `row i ← other[i, column]`, in each of its columns.
  fileprivate mutating func setRows(to other: borrowing Matrix<Double>, column: Int) {
    for i in 0..<rows {
      let value = other[i, column]
      var row = mutableRow(i)
      for k in 0..<row.count { row[k] = value }
    }
  }

  /// `row i ← row i − other[i, column]`.
  fileprivate mutating func subtractFromRows(_ other: borrowing Matrix<Double>, column: Int) {
    for i in 0..<rows {
      let value = other[i, column]
      var row = mutableRow(i)
      for k in 0..<row.count { row[k] -= value }
    }
  }
}
