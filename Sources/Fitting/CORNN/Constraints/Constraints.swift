internal import LinearAlgebra

/// Constraints on the recurrent weights; inputs and bias stay free.
package struct Constraints: Sendable {
  /// Forbidden weights, exactly zero in the solution.
  package var mask: StructuralMask?

  /// The sign of each presynaptic neuron's outgoing weights (Dale): +1 for weights ≥ 0,
  /// −1 for weights ≤ 0, 0 for free ones; one entry a neuron of the network.
  package var signs: [Int]?

  package init(mask: StructuralMask? = nil, signs: [Int]? = nil) {
    self.mask = mask
    self.signs = signs
  }

  /// Signs from numbers.
  ///
  /// - Throws: `ConstraintError.signValue` for a number other than −1, 0 and 1.
  package static func signs(of values: [Double]) throws(ConstraintError) -> [Int] {
    var signs: [Int] = []
    for (j, value) in values.enumerated() {
      guard value == 0 || abs(value) == 1 else {
        throw .signValue(presyn: j, value: value)
      }
      signs.append(Int(value))
    }
    return signs
  }

  /// Whether every weight is free.
  package var isEmpty: Bool { mask == nil && signs == nil }

  /// The constraints on this rank's subproblems.
  func exclusions(local: Range<Int>, neurons: Int, excludesSelf: Bool) -> [Exclusion] {
    let mask =
      mask
      ?? StructuralMask(
        forbidden: local.map { _ in ForbiddenSet(neurons: neurons) })
    return Exclusion.sharing(mask, local: local, excludesSelf: excludesSelf)
  }
}

/// What one neuron's subproblem leaves out: a set that it shares with others where it can,
/// and perhaps its own regressor.
struct Exclusion: Sendable {
  /// Forbidden neurons.
  let set: ForbiddenSet
  /// How many of this rank's neurons have this set.
  let users: Int
  /// Whether the neuron's own regressor is forbidden besides those of the set.
  let leavesOutSelf: Bool

  /// The exclusions of this rank's neurons.
  ///
  /// Two rows of a mask often differ on the diagonal only, which self-connections decide:
  /// of the row with and without the neuron itself, each neuron takes the one that more
  /// neurons can have, and leaves itself out by a step of rank one.
  static func sharing(
    _ mask: StructuralMask, local: Range<Int>, excludesSelf: Bool
  ) -> [Exclusion] {
    var users: [ForbiddenSet: Int] = [:]
    var variants: [(with: ForbiddenSet, without: ForbiddenSet)] = []
    for (i, neuron) in local.enumerated() {
      var with = mask[i]
      guard excludesSelf || with.contains(neuron) else {
        variants.append((with, with))
        users[with, default: 0] += 1
        continue
      }
      var without = with
      with.insert(neuron)
      without.remove(neuron)
      variants.append((with, without))
      users[with, default: 0] += 1
      users[without, default: 0] += 1
    }
    var chosen: [(set: ForbiddenSet, leavesOutSelf: Bool)] = []
    for variant in variants {
      let takesWith = users[variant.with, default: 0] >= users[variant.without, default: 0]
      chosen.append(
        takesWith ? (variant.with, false) : (variant.without, true))
    }
    var sharers: [ForbiddenSet: Int] = [:]
    for choice in chosen { sharers[choice.set, default: 0] += 1 }
    return chosen.map {
      Exclusion(set: $0.set, users: sharers[$0.set, default: 1], leavesOutSelf: $0.leavesOutSelf)
    }
  }
}
