internal import CORNN
package import Collectives
private import Glibc
internal import Kernels
package import LinearAlgebra
internal import RandomNumbers

/// FORCE: recursive least squares on each sample in turn, pass after pass; one pass an iteration.
///
/// The error of a sample is that of the current, `w·x − artanh d`, or of what it becomes,
/// `tanh(w·x) − d`, in one and the same rule. With the recorded rates for x the first pass on
/// currents ends in the ridge regression of them; P is kept from pass to pass.
///
/// With `runsFreely` x are the rates of the network itself, which starts from the recording at the
/// first frame of each stretch and runs through it with noise in its currents: CURBD.
///
/// - Complexity: see `RecursiveLeastSquares`; running freely one more gather a frame. Each rank
///   works on one thread.
/// Reference: Sussillo, Abbott (2009); running freely Perich et al. (2020).
package struct ForceMethod: RivalMethod {
  /// What is compared with the recording.
  package enum Comparison: Sendable { case rates, currents }

  /// How it learns.
  package struct Settings: Sendable {
    /// What each diagonal entry of P begins with, > 0; nil: the inverse of the problem's ridge.
    package var gain: Double?
    /// Frames from one update to the next, at least 1.
    package var stride = 1
    /// Whether the network runs by itself.
    package var runsFreely = false
    /// Standard deviation of the noise in the currents of a free run.
    package var noise = 0.0
    /// Seed of the noise.
    package var seed: UInt64 = 1
    /// Currents are those of |d| clamped to 1 − this.
    package var margin = 1e-3

    package init() {}
  }

  private let comparison: Comparison
  private let settings: Settings

  /// The method that compares rates, or currents.
  package init(_ comparison: Comparison, _ settings: Settings = Settings()) {
    precondition(settings.stride >= 1, "an update every \(settings.stride) frames")
    self.comparison = comparison
    self.settings = settings
  }

  package func improve(
    _ weights: inout Matrix<Double>, of problem: RivalProblem, recorder: MethodRecorder,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let layout = RecursiveLeastSquares.Layout(
      local: problem.local, neurons: problem.whole.regressors.neurons,
      regressors: problem.regressors, counts: try group.gather(problem.local.count),
      excludesSelf: problem.excludesSelf,
      learning: problem.isFitted.indices.filter { problem.isFitted[$0] })
    var learner = RecursiveLeastSquares(
      weights: weights.copy(), strength: settings.gain.map { 1 / $0 } ?? problem.ridge,
      layout: layout)
    while try recorder.goesOn(from: learner.weights, on: group) {
      guard try pass(&learner, layout, problem, recorder, group) else { break }
    }
    weights = learner.weights.copy()
  }

  /// One pass over the transitions; whether to go on.
  private func pass(
    _ learner: inout RecursiveLeastSquares, _ layout: RecursiveLeastSquares.Layout,
    _ problem: RivalProblem, _ recorder: MethodRecorder,
    _ group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool {
    let frames = problem.whole.transitions.frames
    let part = max(1, frames.count / Self.partsOfPass)
    var state: [Double] = []
    for first in stride(from: 0, to: frames.count, by: Self.samplesAtOnce) {
      let samples = first..<min(first + Self.samplesAtOnce, frames.count)
      let columns = problem.whole.regressors.fitted.matrix.copy(columns: samples)
      let recorded = columns.view.transposed.copy()
      for t in samples {
        var x = recorded.array(ofRow: t - first)
        let isFollowing = t > 0 && frames[t] == frames[t - 1] + 1
        if settings.runsFreely && isFollowing { x.replaceSubrange(0..<layout.neurons, with: state) }
        var currents = learner.currents(of: x)
        if settings.runsFreely {
          addNoise(to: &currents, problem, layout, number: recorder.iteration * frames.count + t)
        }
        if t % settings.stride == 0 {
          try learner.learn(errors(currents, problem, at: t), at: x, group: group)
        }
        if settings.runsFreely {
          state = try next(x, currents, problem, layout, group)
        }
        guard t % part == part - 1, t + part < frames.count else { continue }
        let share = Double(t + 1) / Double(frames.count)
        guard try recorder.goesOn(from: learner.weights, share: share, on: group) else {
          return false
        }
      }
    }
    return true
  }

  /// The error of each of this rank's neurons; 0 where the target is missing.
  private func errors(_ currents: [Double], _ problem: RivalProblem, at t: Int) -> [Double] {
    let limit = atanh(1 - settings.margin)
    return currents.enumerated().map { i, current in
      let target = problem.targets[i, t]
      if target.isNaN { return 0 }
      switch comparison {
      case .rates: return tanh(current) - tanh(target)
      case .currents: return current - max(-limit, min(limit, target))
      }
    }
  }

  /// The rates of all neurons after a step of the free run.
  private func next(
    _ x: [Double], _ currents: [Double], _ problem: RivalProblem,
    _ layout: RecursiveLeastSquares.Layout, _ group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    let own = currents.enumerated().map { i, current in
      let alpha = problem.leaks[i]
      return (1 - alpha) * x[layout.local.lowerBound + i] + alpha * tanh(current)
    }
    var state = [Double](repeating: 0, count: layout.neurons)
    var whole = state.mutableSpan
    try group.gather(own.span, into: &whole, counts: layout.counts)
    return state
  }

  /// Adds noise to the currents of neurons that are fitted; those left out stay silent.
  private func addNoise(
    to currents: inout [Double], _ problem: RivalProblem, _ layout: RecursiveLeastSquares.Layout,
    number: Int
  ) {
    guard settings.noise > 0 else { return }
    var noise = [Double](repeating: 0, count: currents.count)
    var span = noise.mutableSpan
    RandomStream(seed: settings.seed, purpose: .freeRunNoise, iteration: number)
      .fillNormal(&span, startingAt: layout.local.lowerBound)
    for i in currents.indices where problem.isFitted[i] { currents[i] += settings.noise * noise[i] }
  }

  /// Samples that are laid out one after the other at a time.
  private static var samplesAtOnce: Int { 256 }
  /// Quality is measured this often in a pass: one of a large network takes an hour.
  private static var partsOfPass: Int { 4 }
}
