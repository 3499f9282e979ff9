internal import Differentiation
internal import LinearAlgebra
internal import RandomNumbers

/// Compares a network with filters on the same held-out episodes.
struct KalmanJudge {
  let task: Kalman
  private static let episodes = 256
  /// Steps after a switch whose error is reported.
  private static let window = 20

  /// Sums of squared errors, all steps and by the time since a switch.
  private struct Tally {
    var sum = 0.0
    var count = 0
    var afterSwitch = [Double](repeating: 0, count: window)
    var switches = [Int](repeating: 0, count: window)

    mutating func add(_ error: Double, age: Int?) {
      sum += error
      count += 1
      if let age, age < window {
        afterSwitch[age] += error
        switches[age] += 1
      }
    }

    var mean: Double { sum / Double(max(1, count)) }
    func mean(_ ages: Range<Int>) -> Double {
      let total = ages.reduce(0.0) { $0 + afterSwitch[$1] }
      return total / Double(max(1, ages.reduce(0) { $0 + switches[$1] }))
    }
  }

  func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    let s = task.dimensions
    let n = Self.episodes
    var episodes: [KalmanEpisode] = []
    for b in 0..<n {
      // The random numbers of held-out trial b of batch 1.
      var numbers = TrialRandom(
        RandomStream(seed: seed, purpose: .heldOutTrials, k: b, iteration: 1))
      episodes.append(KalmanEpisode(dimensions: s, steps: task.steps, &numbers))
    }
    let estimates = run(program, parameters, seed: seed)
    let tallies = tally(estimates, episodes)
    let what = "mean squared error on held-out episodes: "
    return [
      Score("mse", tallies.network.mean, what + "the network"),
      Score("mse_true_filter", tallies.filter.mean, what + "the filter that knows every system"),
      Score(
        "mse_wrong_filter", tallies.wrongFilter.mean, what + "the filter of one wrong system each"),
      Score("mse_observation", tallies.observation.mean, what + "the observation itself"),
      Score("mse_prior_mean", tallies.prior.mean, what + "the system's centre"),
      Score("mse_after_switch_0_4", tallies.network.mean(0..<5), what + "steps 0-4 after a switch"),
      Score(
        "mse_after_switch_5_9", tallies.network.mean(5..<10), what + "steps 5-9 after a switch"),
      Score(
        "mse_after_switch_10_19", tallies.network.mean(10..<20), what + "steps 10-19 after a switch"
      ),
      Score(
        "mse_true_filter_after_switch_10_19", tallies.filter.mean(10..<20),
        what + "the knowing filter, steps 10-19 after a switch"),
    ]
  }

  /// Squared errors of the network and of what it is held against.
  private struct Tallies {
    var network = Tally()
    var filter = Tally()
    var wrongFilter = Tally()
    var observation = Tally()
    var prior = Tally()
  }

  /// Runs the filters over the episodes, beside the network's estimates.
  private func tally(_ estimates: [Double], _ episodes: [KalmanEpisode]) -> Tallies {
    let s = task.dimensions
    let n = Self.episodes
    var tallies = Tallies()
    for (b, episode) in episodes.enumerated() {
      var right = KalmanFilter(episode.systems[0])
      var wrong = KalmanFilter(episode.wrong[0])
      var age: Int?
      for t in 0..<task.steps {
        let index = episode.ruling[t]
        if t > 0 && index != episode.ruling[t - 1] {
          right = KalmanFilter(episode.systems[index])
          wrong = KalmanFilter(episode.wrong[index])
          age = 0
        } else if t > 0 {
          right.predict(episode.systems[index])
          wrong.predict(episode.wrong[index])
          age = age.map { $0 + 1 }
        }
        let x = episode.hidden[(t * s)..<((t + 1) * s)]
        let y = episode.observations[(t * s)..<((t + 1) * s)]
        right.observe(y, episode.systems[index])
        wrong.observe(y, episode.wrong[index])
        func error(_ estimate: some Collection<Double>) -> Double {
          zip(estimate, x).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(s)
        }
        let row = (t * n + b) * s
        tallies.network.add(error(estimates[row..<(row + s)]), age: age)
        tallies.filter.add(error(right.mean), age: age)
        tallies.wrongFilter.add(error(wrong.mean), age: age)
        tallies.observation.add(error(y), age: age)
        tallies.prior.add(error(episode.systems[index].centre), age: age)
      }
    }
    return tallies
  }

  /// The network's estimates, `(step · episodes + episode) · s + dimension`.
  private func run(_ program: Program, _ parameters: [Double], seed: UInt64) -> [Double] {
    let n = Self.episodes
    let trials = task.trials(
      0..<n, of: n, iteration: 1, purpose: .heldOutTrials, seed: seed, program: program,
      precision: Double.self)
    var rollout = Rollout<Double>(program, rows: n)
    rollout.load(parameters: parameters)
    guard let output = program.outputs["estimate"] else { return [] }
    let slot = rollout.layout[output]
    var result: [Double] = []
    result.reserveCapacity(task.steps * n * task.dimensions)
    _ = rollout.run(trials) { _, arena in
      let values = arena.elements(slot)
      for i in 0..<values.count { result.append(values[i]) }
    }
    return result
  }
}
