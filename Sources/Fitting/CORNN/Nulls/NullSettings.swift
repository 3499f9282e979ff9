internal import Collectives

/// How weights are compared with those of null targets.
package struct NullSettings: Sendable {
  /// Surrogates of each neuron's targets, at least `fewest`.
  package var count = 100
  package var kind = NullKind.phase
  package var seed: UInt64 = 1
  /// How many leading components of the population are regressors too, each number a test of its
  /// own, the smallest first: see `WeightNulls`.
  package var components = [0]

  /// Fewer nulls cannot tell 1 in 20 from chance: the smallest p value is 1 in nulls + 1.
  package static var fewest: Int { 20 }

  /// The optimality residual at which a weight is compared: its null spread is far larger than
  /// what is left, and recorded and null targets stop alike.
  static var tolerance: Double { 1e-2 }

  /// The most that the penalty of a component may be a frame, its root mean square being 1: it is
  /// nearly free.
  static var componentRidge: Double { 1e-3 }

  package init() {}
}

/// Why weights cannot be compared with nulls.
package enum NullError: ExitCoded, Equatable {
  /// There are fewer rotations of the fitted transitions than nulls.
  case tooManyShifts(nulls: Int, transitions: Int, possible: Int)

  package var exitCode: Int32 { ExitCode.usage }

  package var description: String {
    switch self {
    case .tooManyShifts(let nulls, let transitions, let possible):
      """
      \(nulls) nulls of a neuron need as many shifts by a tenth of its \(transitions) transitions \
      or more, and there are \(possible): ask for fewer, or take --null phase
      """
    }
  }
}
