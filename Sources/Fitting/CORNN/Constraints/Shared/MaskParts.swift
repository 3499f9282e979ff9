internal import Collectives
internal import LinearAlgebra

/// The parts in which neurons under a mask are solved: those that share a set of forbidden regressors
/// in whitened features of the allowed ones, where that takes less work, and the rest with exact
/// projections.
///
/// Without the forbidden regressors the problem of such neurons is one without a mask.
struct MaskParts {
  /// Neurons with one set.
  struct Group {
    let forbidden: ForbiddenSet
    /// Those of this rank, by local index; none perhaps.
    let neurons: [Int]
    /// How many there are on all ranks.
    let users: Double
  }

  /// The same on every rank, but for the neurons.
  let groups: [Group]
  /// This rank's other neurons, by local index.
  let rest: [Int]
  let isDual: Bool
}

extension Restriction {
  /// The parts, and the form that takes less work over all of them and all ranks.
  ///
  /// - Collective: every rank of `group` must call it.
  func parts(
    _ costs: MaskCost, _ features: FeatureCost, local: Range<Int>, neurons: Int,
    _ configuration: Configuration, isSingle: Bool, group: borrowing some RankGroup & ~Copyable
  ) throws -> MaskParts {
    let shared = try SharedSets(of: exclusions, local: local, neurons: neurons, group: group)
    let count = shared.sets.count
    // By set, and in the end of neurons without one: how many, and flops in each form.
    var sums = [Double](repeating: 0, count: 3 * (count + 1))
    // A flop of float32 costs half.
    let price = isSingle ? 0.5 : 1
    for (i, exclusion) in exclusions.enumerated() where exclusion.users > 0 {
      let place = 3 * (shared.ofNeuron[i] ?? count)
      let (m, users) = (exclusion.set.count, Double(exclusion.users))
      sums[place] += 1
      sums[place + 1] += price * costs.primal(forbidden: m, users: users).flops
      sums[place + 2] += price * costs.dual(forbidden: m, users: users).flops
    }
    try group.sum(&sums)
    func choice(isDual: Bool) -> (flops: Double, inFeatures: [Bool]) {
      var flops = sums[3 * count + (isDual ? 2 : 1)]
      let inFeatures = (0..<count).map { place in
        let exact = sums[3 * place + (isDual ? 2 : 1)]
        let found = features.flops(
          allowed: Int(costs.regressors) - shared.sets[place].count, users: sums[3 * place],
          isDual: isDual)
        flops += min(exact, found)
        return found < exact
      }
      return (flops, inFeatures)
    }
    let (primal, dual) = (choice(isDual: false), choice(isDual: true))
    let isDual =
      configuration.form == .auto
      ? !isSingle && dual.flops < primal.flops : configuration.form == .dual
    let inFeatures = isDual ? dual.inFeatures : primal.inFeatures
    var members = [[Int]](repeating: [], count: count)
    var rest: [Int] = []
    for (i, exclusion) in exclusions.enumerated() where exclusion.users > 0 {
      if let place = shared.ofNeuron[i], inFeatures[place] {
        members[place].append(i)
      } else {
        rest.append(i)
      }
    }
    return MaskParts(
      groups: (0..<count).filter { inFeatures[$0] }.map {
        MaskParts.Group(forbidden: shared.sets[$0], neurons: members[$0], users: sums[3 * $0])
      }, rest: rest, isDual: isDual)
  }
}
