internal import Collectives
internal import LinearAlgebra

extension RidgeChoice {
  /// The most regressors for which the ridge is chosen by free runs too: all neurons are solved for
  /// at every ridge and fold.
  package static var mostRegressorsOfRuns: Int { 400 }
  /// Free runs on a block, at most.
  static var runs: Int { 40 }
}

extension LinearSystem {
  /// The ridge with the least error of free runs on held-out blocks of the fitted frames, in the
  /// mean over 1 to `horizon` frames ahead of the error over that of persistence.
  ///
  /// - Returns: nil where there are too many regressors or too few frames, or all of them diverge.
  /// - Collective: every rank of `group` must call it.
  func chooseRidgeByRuns(
    horizon: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> Double? {
    guard scales.count <= RidgeChoice.mostRegressorsOfRuns,
      frames.count >= 4 * RidgeChoice.folds
    else { return nil }
    let isScored = try group.gather(observed.isScored.map { $0 ? UInt8(1) : 0 }).map { $0 == 1 }
    let neurons = Array(0..<observed.neurons)
    let ridges = RidgeChoice.decades
    let right =
      isDual
      ? Matrix(rows: 0, columns: 0) : try sharedRightHandSide(neurons, frames, group: group)
    let jobs = Partition(of: RidgeChoice.folds * ridges.count, among: group.size)
      .range(of: group.rank)
    // By ridge and frames ahead, and those of persistence last.
    var sums = [Double](repeating: 0, count: (ridges.count + 1) * horizon)
    func add(_ errors: [Double], to row: Int) {
      for (h, error) in errors.enumerated() { sums[row * horizon + h] += error }
    }
    for number in 0..<RidgeChoice.folds {
      let starts = runStarts(in: number, horizon: horizon)
      guard !starts.isEmpty else { continue }
      let run = LinearRun(system: self, starts: starts, horizon: horizon, isScored: isScored)
      let fold = try fold(number, neurons, right, group: group)
      for job in jobs.clamped(to: (number * ridges.count)..<((number + 1) * ridges.count)) {
        let place = job % ridges.count
        if let weights = weights(of: fold, ridge: ridges[place]) {
          add(run.errors(of: weights), to: place)
        } else {
          add([Double](repeating: .infinity, count: horizon), to: place)
        }
        if place == 0 { add(run.errorsOfPersistence(), to: ridges.count) }
      }
    }
    try group.sum(&sums)
    let total = sums
    let errors = ridges.indices.map { place in
      (0..<horizon).reduce(0) {
        $0 + total[place * horizon + $1] / total[ridges.count * horizon + $1]
      }
    }
    return errors.placeOfLeast.map { ridges[$0] }
  }

  /// The weights of a fold's neurons from regressors by their scale.
  private func weights(of fold: borrowing LinearFold, ridge: Double) -> Matrix<Double>? {
    guard let coefficients = fold.coefficients(ridge: ridge) else { return nil }
    guard isDual else { return coefficients }
    return product(
      coefficients, Self.scaled(observed.regressors(at: fold.kept.map { frames[$0] }[...]), scales),
      transposingB: true)
  }

  /// Frames of a block from which as many transitions follow each other as runs are long.
  private func runStarts(in number: Int, horizon: Int) -> [Int] {
    let block = Partition(of: frames.count, among: RidgeChoice.folds).range(of: number)
    let possible = block.dropLast(horizon - 1).filter {
      frames[$0 + horizon - 1] - frames[$0] == horizon - 1
    }
    let count = min(RidgeChoice.runs, possible.count)
    return (0..<count).map { frames[possible[$0 * possible.count / count]] }
  }
}

/// Free runs of linear models of all neurons, on one rank.
private struct LinearRun<S: Scalar & Transferable> {
  let system: LinearSystem<S>
  /// The frames they start from.
  let starts: [Int]
  let horizon: Int
  /// Of all neurons.
  let isScored: [Bool]

  private var observed: ObservedRates<S> { system.observed }

  /// Squared errors by frames ahead, of weights neurons × regressors by their scale.
  func errors(of weights: borrowing Matrix<Double>) -> [Double] {
    var state = LinearSystem.scaled(observed.regressors(at: starts[...]), system.scales)
    return (1...horizon).map { ahead in
      let change = product(weights, state)
      for i in 0..<change.rows { state.add(1, change, i, toRow: i) }
      let errors = squaredErrors(of: state, ahead: ahead)
      let common = LinearSystem<S>.common(
        observed.inputs(at: starts.map { $0 + ahead }[...]), system.scales)
      for k in 0..<common.rows { state.copyRow(change.rows + k, from: common, k) }
      return errors
    }
  }

  func errorsOfPersistence() -> [Double] {
    let state = LinearSystem.scaled(observed.regressors(at: starts[...]), system.scales)
    return (1...horizon).map { squaredErrors(of: state, ahead: $0) }
  }

  private func squaredErrors(of state: borrowing Matrix<Double>, ahead: Int) -> Double {
    var sum = 0.0
    for (i, isScored) in isScored.enumerated() where isScored {
      for (k, start) in starts.enumerated() {
        let truth = Double(observed.rates.matrix[i, start + ahead])
        guard !truth.isNaN else { continue }
        sum += (state[i, k] - truth) * (state[i, k] - truth)
      }
    }
    return sum
  }
}
