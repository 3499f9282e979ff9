package import Collectives
package import Differentiation
package import LinearAlgebra
internal import RandomNumbers
package import Runtime

/// The gradient of a smoothed loss by an evolution strategy with low-rank perturbations (EGGROLL).
///
/// Pairs of networks differ from the parameters by ±σE; with losses L₊ and L₋,
/// ```
/// g = mean_i (L₊ᵢ − L₋ᵢ) / (2 σ) Eᵢ
/// ```
/// A matrix is perturbed by an outer product `a bᵀ` of normal vectors, all else by normal numbers.
/// There is no backward pass, and nothing grows with the steps. Perturbations are functions of
/// (seed, pair, iteration), so ranks send each other losses alone.
///
/// - Complexity: 1 + 2·pairs forward passes, shared among the ranks; pairs·P on every rank.
/// Reference: Sarkar et al. (2025), rank 1, in antithetic pairs as Salimans et al. (2017).
package struct LowRankEvolution<S: Scalar, Group: RankGroup & ~Copyable>: ~Copyable {
  private let program: Program
  private let settings: EvolutionSettings
  private let seed: UInt64
  private let group: Group
  private var rollout: Rollout<S>
  package let ownTrials: Range<Int>

  /// Plans the memory of all iterations (collective).
  package init(
    _ program: Program, _ settings: EvolutionSettings, seed: UInt64, group: borrowing Group,
    batch: Int
  ) throws {
    let own = try group.split(color: 0)
    ownTrials = Partition(of: batch, among: own.size).range(of: own.rank)
    rollout = Rollout(program, rows: ownTrials.count)
    self.program = program
    self.settings = settings
    self.seed = seed
    self.group = own
  }

  private mutating func loss(
    of parameters: [Double], _ trials: Trials<S>, _ pacer: StopPacer
  ) throws -> Double {
    rollout.load(parameters: parameters)
    return try rollout.run(trials) { _, _ in try pacer.step(.candidates, on: group) }
  }

  /// E of a pair, 0 for fixed parameters: numbers of its stream at the places of the parameters,
  /// a and b of an outer product from the first ones of its matrix.
  private func perturbation(_ pair: Int, iteration: Int) -> [Double] {
    let random = RandomStream(seed: seed, purpose: .perturbations, k: pair, iteration: iteration)
    var e = [Double](repeating: 0, count: program.parameterCount)
    for parameter in program.parameters where !parameter.isFixed {
      let (m, n) = (parameter.rows, parameter.columns)
      let isOuter = m > 1 && n > 1
      var numbers = [Double](repeating: 0, count: isOuter ? m + n : parameter.count)
      var span = numbers.mutableSpan
      random.fillNormal(&span, startingAt: parameter.range.lowerBound)
      for (i, place) in parameter.range.enumerated() {
        e[place] = isOuter ? numbers[i / n] * numbers[m + i % n] : numbers[i]
      }
    }
    return e
  }
}

extension LowRankEvolution: GradientSource where Group: ~Copyable {
  package var bytes: Int { rollout.arena.bytes }

  package mutating func evaluate(
    _ trials: Trials<S>, iteration: Int, parameters: [Double], phases: Phases,
    pacer: StopPacer
  ) throws -> (loss: Double, gradient: [Double]) {
    let (pairs, sigma) = (settings.pairs, settings.sigma)
    let losses = try phases.measure("candidates") {
      var losses = [try loss(of: parameters, trials, pacer)]
      for pair in 0..<pairs {
        let e = perturbation(pair, iteration: iteration)
        for sign in [sigma, -sigma] {
          losses.append(
            try loss(of: zip(parameters, e).map { $0 + sign * $1 }, trials, pacer))
        }
      }
      try group.sum(&losses)
      return losses
    }
    let gradient = phases.measure("update") {
      var gradient = [Double](repeating: 0, count: parameters.count)
      for pair in 0..<pairs {
        let slope = (losses[1 + 2 * pair] - losses[2 + 2 * pair]) / (2 * sigma * Double(pairs))
        let e = perturbation(pair, iteration: iteration)
        for i in gradient.indices { gradient[i] += slope * e[i] }
      }
      return gradient
    }
    return (losses[0], gradient)
  }

  package func agree(on parameters: inout [Double]) throws { try group.broadcast(&parameters) }
}

/// The settings of `LowRankEvolution`.
package struct EvolutionSettings: Sendable, Equatable {
  /// Networks that are tried in an iteration, an even number.
  package var population = 64
  /// σ > 0, the length of perturbations.
  package var sigma = 0.01

  package init() {}

  /// Pairs of networks.
  var pairs: Int { population / 2 }
}
