internal import Collectives
private import Glibc
internal import LinearAlgebra

/// What the ridge of the linear model is chosen from, and on what.
package enum RidgeChoice {
  /// Contiguous blocks of the transitions, each once the validation part.
  package static var folds: Int { 4 }
  /// On how many of them ridges are tried: on all, but where one alone has a good many
  /// transitions.
  package static func tried(transitions: Int) -> Int {
    max(1, min(folds, enoughTransitions / max(1, transitions)))
  }
  /// Fitted transitions, about, of which one block is enough.
  private static var enoughTransitions: Int { 40_000 }
  /// Frames left out on each side of it.
  static var gap: Int { 5 }
  /// Neurons whose errors decide.
  package static var judges: Int { 48 }
  /// Ridges per transition that are tried.
  package static var decades: [Double] { [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10] }
}

extension LinearSystem {
  /// The ridge with the least one-step error on held-out blocks of the fitted frames.
  ///
  /// Not all are tried on all blocks: see `RidgeValley`. Between the decades the error is taken
  /// for a parabola in the logarithm of the ridge.
  ///
  /// - Collective: every rank of `group` must call it.
  func chooseRidge(group: borrowing some RankGroup & ~Copyable) throws -> Double {
    guard frames.count >= 4 * RidgeChoice.folds else { return 1 }
    let scored = try group.gather(observed.isScored.map { $0 ? UInt8(1) : 0 })
    let candidates = scored.indices.filter { scored[$0] == 1 }
    let count = min(RidgeChoice.judges, candidates.count)
    let neurons = (0..<count).map { candidates[$0 * candidates.count / count] }
    // The dual has its right-hand side in the increments themselves.
    let right =
      isDual
      ? Matrix(rows: 0, columns: 0) : try sharedRightHandSide(neurons, frames, group: group)
    var valley = RidgeValley(
      ridges: RidgeChoice.decades.count, folds: RidgeChoice.tried(transitions: frames.count))
    while let number = valley.nextFold {
      let fold = try fold(number, neurons, right, group: group)
      while case let ridges = valley.wanted(inFold: number), !ridges.isEmpty {
        let errors = try errors(
          of: ridges.map { RidgeChoice.decades[$0] }, on: fold, neurons, group: group)
        valley.take(errors, of: ridges, inFold: number)
      }
    }
    guard let best = valley.best else { return 1 }
    return RidgeChoice.decades[best] * pow(10, vertex(of: valley.sums, beside: best))
  }
}

/// Where the parabola through the least of equally spaced values and its neighbours is least,
/// in spacings from it: within ±1/2.
private func vertex(of values: [Double], beside least: Int) -> Double {
  guard least > 0, least < values.count - 1 else { return 0 }
  let (left, right) = (values[least - 1] - values[least], values[least + 1] - values[least])
  return left + right > 0 && (left + right).isFinite ? (left - right) / (2 * (left + right)) : 0
}
