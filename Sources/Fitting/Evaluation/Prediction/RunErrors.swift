internal import Collectives
internal import LinearAlgebra
internal import Statistics

/// The squared errors of free runs by model and frames ahead, over neurons and runs, and how far
/// the differences between models are chance.
///
/// Runs are dealt in their order to groups, whose scatter tells chance from difference.
struct RunErrors {
  /// What runs.
  enum Model: Int, CaseIterable {
    case network, persistence, linear, linearByRuns, mean, decay
  }

  /// Groups of runs: enough for a scatter, and few to keep.
  private static let mostGroups = 20

  private let starts: [Int]
  private let horizon: Int
  private let groups: Int
  /// Model × group × frame ahead, and then how many errors there are in each.
  private var sums: [Double]

  /// Of runs from some frames, in order.
  init(starts: [Int], horizon: Int) {
    self.starts = starts
    self.horizon = horizon
    groups = min(Self.mostGroups, starts.count)
    sums = [Double](repeating: 0, count: (Model.allCases.count + 1) * groups * horizon)
  }

  /// Where a model's errors of a group stand; nil is how many they are.
  private func place(_ model: Model?, _ group: Int, _ step: Int) -> Int {
    ((model?.rawValue ?? Model.allCases.count) * groups + group) * horizon + step
  }

  /// Adds what a model predicted of this rank's neurons, neurons × runs; a missing truth does not
  /// count.
  mutating func add<S: Scalar>(
    _ model: Model, ahead: Int, _ predicted: borrowing Matrix<S>, truth: borrowing Matrix<S>,
    isScored: [Bool]
  ) {
    let (errors, counts) = errorsOfRuns(predicted, truth, isScored: isScored)
    for run in starts.indices {
      let group = run * groups / starts.count
      sums[place(model, group, ahead - 1)] += errors[run]
      if model == .persistence { sums[place(nil, group, ahead - 1)] += counts[run] }
    }
  }

  /// Over all ranks.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func total(over group: borrowing some RankGroup & ~Copyable) throws {
    try group.sum(&sums)
  }

  private func sum(_ model: Model?, _ step: Int) -> Double {
    (0..<groups).reduce(0) { $0 + sums[place(model, $1, step)] }
  }

  /// Mean squared errors by frames ahead, from 1 on.
  func means(_ model: Model) -> [Double] {
    (0..<horizon).map { sum(model, $0) / sum(nil, $0) }
  }

  /// Half the width of the 95 % interval of the mean over 1 … h frames ahead of the error of a
  /// rival less the network's, over that of persistence; by h, infinite where runs are too few.
  ///
  /// With `d` that mean of each of G groups, `t √(Σ (d − d̄)² / (G − 1) / n)`. Runs that overlap are
  /// not independent: n is no more than the stretches of h frames that their starts span.
  func halfWidths(of rival: Model) -> [Double] {
    let persistence = means(.persistence)
    let span = Double((starts.last ?? 0) - (starts.first ?? 0))
    var differences = [Double](repeating: 0, count: groups)
    return (0..<horizon).map { step in
      var moments = Moments()
      for group in 0..<groups {
        let count = sums[place(nil, group, step)]
        if count > 0 {
          let difference =
            sums[place(rival, group, step)] - sums[place(.network, group, step)]
          differences[group] += difference / count / persistence[step]
        }
        moments.add(differences[group] / Double(step + 1))
      }
      let independent = min(Double(groups), 1 + span / Double(step + 1))
      guard independent >= 2 else { return .infinity }
      let variance = moments.squares / (moments.count - 1)
      return studentQuantile(freedom: independent - 1) * (variance / independent).squareRoot()
    }
  }
}

/// Of each run, its squared errors over the neurons that are scored, and how many there are.
@specialized(where S == Double)
@specialized(where S == Float)
private func errorsOfRuns<S: Scalar>(
  _ predicted: borrowing Matrix<S>, _ truth: borrowing Matrix<S>, isScored: [Bool]
) -> (sums: [Double], counts: [Double]) {
  var sums = [Double](repeating: 0, count: truth.columns)
  var counts = sums
  for i in isScored.indices where isScored[i] {
    let (own, recorded) = (predicted.row(i), truth.row(i))
    for k in 0..<recorded.count where !recorded[k].isNaN {
      let error = Double(own[k]) - Double(recorded[k])
      sums[k] += error * error
      counts[k] += 1
    }
  }
  return (sums, counts)
}
