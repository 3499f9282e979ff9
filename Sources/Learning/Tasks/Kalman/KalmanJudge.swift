internal import Differentiation
internal import RandomNumbers

/// Compares a network with filters on the same held-out episodes.
struct KalmanJudge {
  let task: Kalman
  private static let episodes = 256
  /// Steps after a switch whose error is reported.
  private static let window = 50

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
    /// NaN where nothing switched so long before the end.
    func mean(_ ages: Range<Int>) -> Double {
      ages.reduce(0.0) { $0 + afterSwitch[$1] } / Double(ages.reduce(0) { $0 + switches[$1] })
    }
  }

  func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    let tallies = tally(program, parameters: parameters, seed: seed)
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
    ].filter { !$0.value.isNaN }
  }

  /// Squared errors of the network and of what it is held against.
  private struct Tallies {
    var network = Tally()
    var filter = Tally()
    var wrongFilter = Tally()
    var observation = Tally()
    var prior = Tally()
  }

  /// The error by the time since a switch, as the literature draws it.
  func pictures(_ program: Program, parameters: [Double], seed: UInt64) -> [Picture] {
    let found = tally(program, parameters: parameters, seed: seed)
    let columns = [found.network, found.filter, found.wrongFilter, found.observation, found.prior]
    return [
      Picture(
        name: "error_since_switch",
        meaning: "mean squared error of the network, the filter that knows every system, that of "
          + "wrong systems, the observation and the system's centre, by steps since a switch",
        rows: "age", columns: "estimator", columnCount: columns.count,
        values: (0..<Self.window).flatMap { age in columns.map { $0.mean(age..<(age + 1)) } })
    ]
  }

  /// Runs network and filters over held-out episodes.
  private func tally(_ program: Program, parameters: [Double], seed: UInt64) -> Tallies {
    let n = Self.episodes
    let episodes = (0..<n).map { b in
      // The random numbers of held-out trial b of batch 1.
      var numbers = TrialRandom(
        RandomStream(seed: seed, purpose: .heldOutTrials, k: b, iteration: 1))
      return KalmanEpisode(dimensions: task.dimensions, steps: task.steps, &numbers)
    }
    // `(step · episodes + episode) · s + dimension`
    let estimates = HeldOutRun(of: task, program, parameters: parameters, count: n, seed: seed)
      .values(of: "estimate")
    return tally(estimates, episodes)
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
}
