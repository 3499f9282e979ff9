private import Glibc

/// What a search by free runs tries, and how it judges.
///
/// What one frame tells of a recording is mostly its fast noise: leaks that are chosen by it make
/// networks that forget in a few frames what the recording keeps for many. Free runs judge the time
/// scale that is left then.
package struct HorizonGrid: Codable, Equatable, Sendable {
  /// Frames ahead, H.
  package var horizon = 20
  /// Leaks towards which those of the neurons are pulled.
  package var slowLeaks = [0.02, 0.035, 0.05, 0.1, 0.2]
  /// How far they are pulled, on a logarithmic scale; at 1 all neurons have the slow leak.
  package var pulls = [0.25, 0.5, 0.75, 1]
  /// How many ridges weaker and stronger than the one chosen by one frame, in half decades.
  package var weaker = 1
  package var stronger = 3
  /// Runs on each held-out block, at most.
  package var starts = 40
  /// How much worse than the least a candidate's error one frame ahead may be, unless that of the
  /// common leak is worse; infinite: it does not count.
  package var tolerance = 0.01
  /// How well each candidate is solved: as in the search one frame ahead, for looser solutions hide
  /// how well a network predicts that is nearly right.
  package var round = SearchRound(neurons: .max, iterations: 60, tolerance: 2e-4)

  package init() {}

  /// How the leaks of the neurons are pulled, one way a candidate: not at all, to the common leak,
  /// and to each slow one.
  ///
  /// Where the leak is given there is one way, which keeps it.
  package func rules(common: Double, isGiven: Bool) -> [LeakRule] {
    let fixed = LeakRule(slow: common, pull: 1)
    guard !isGiven else { return [fixed] }
    let pulled = slowLeaks.flatMap { slow in pulls.map { LeakRule(slow: slow, pull: $0) } }
    return [LeakRule(slow: common, pull: 0), fixed] + pulled.filter { $0 != fixed }
  }

  /// The ridges around one of a grid, descending.
  package func lambdas(around chosen: Double, in grid: [Double]) -> [Double] {
    // Free runs want stronger ones than one frame does.
    let all = grid.count > 1 ? grid + [3 * (grid.last ?? 1)] : grid
    guard let place = all.firstIndex(of: chosen) else { return [chosen] }
    return all[max(0, place - weaker)...min(all.count - 1, place + stronger)].reversed()
  }
}

/// How leaks of neurons follow from those that one frame ahead chose: `α_i^(1 − pull) · slow^pull`.
package struct LeakRule: Codable, Equatable, Sendable {
  package let slow: Double
  package let pull: Double

  /// The pulled leak, at one of the grid's where these share solutions.
  package func leak(from own: Double, on grid: [Double]) -> Double {
    let exact = leak(from: own)
    return grid.min { abs(log($0 / exact)) < abs(log($1 / exact)) } ?? exact
  }

  /// The pulled leak itself.
  package func leak(from own: Double) -> Double {
    pull == 1 ? slow : pow(own, 1 - pull) * pow(slow, pull)
  }
}
