internal import Differentiation
internal import LinearAlgebra
internal import RealModule

/// Judges a learnt map by its autonomous run of 10,000 steps from a held-out point.
struct LorenzJudge {
  let trajectory: LorenzTrajectory
  /// The held-out point to start from.
  let first: Int

  private static let length = 10_000

  /// The autonomous run and the true one from the same point.
  func pictures(_ program: Program, parameters: [Double]) -> [Picture] {
    [
      Picture(
        name: "autonomous_run", meaning: "the network's own run from a held-out point",
        rows: "run_step", columns: "coordinate", columnCount: 3,
        values: simulate(program, parameters, from: start)),
      Picture(
        name: "true_run", meaning: "the true system from the same point", rows: "run_step",
        columns: "coordinate", columnCount: 3, values: truth),
    ]
  }

  private var start: [Double] { Array(trajectory.points[(3 * first)..<(3 * first + 3)]) }
  /// What follows the point that a run starts from.
  private var truth: [Double] {
    Array(trajectory.points[(3 * (first + 1))..<(3 * (first + 1 + Self.length))])
  }

  func scores(_ program: Program, parameters: [Double]) -> [Score] {
    let run = simulate(program, parameters, from: start)
    let isBounded = run.allSatisfy { $0.isFinite && abs($0) < 10 }
    guard isBounded else {
      return [Score("bounded", 0, "1 if 10,000 autonomous steps stay within 10 deviations")]
    }
    let truth = truth
    return [
      Score("bounded", 1, "1 if 10,000 autonomous steps stay within 10 deviations"),
      Score(
        "distribution_distance", distributionDistance(run, truth),
        "largest difference of the coordinates' cumulative distributions from the true run's"),
      Score(
        "return_map_distance", returnMapDistance(run, truth),
        "mean distance of successive maxima of z from the true return map, in deviations"),
      Score(
        "lyapunov", lyapunovExponent(program, parameters, run),
        "largest Lyapunov exponent per unit of time (true system: 0.906)"),
    ]
  }

  /// An autonomous run, three numbers a step.
  private func simulate(
    _ program: Program, _ parameters: [Double], from start: [Double], steps: Int = length
  ) -> [Double] {
    var rollout = Rollout<Double>(program, rows: 1)
    rollout.load(parameters: parameters)
    var trials = Trials<Double>(of: program, count: 1, batch: 1, steps: steps)
    trials.channels[program.channel("start")] = start
    trials.stepWeights = [Double](repeating: 0, count: steps)
    var result: [Double] = []
    result.reserveCapacity(3 * steps)
    guard let output = program.outputs["y"] else { return [] }
    let slot = rollout.layout[output]
    _ = rollout.run(trials) { _, arena in
      let y = arena.elements(slot)
      for d in 0..<3 { result.append(y[d]) }
    }
    return result
  }

  /// The Kolmogorov-Smirnov distance, the largest over the coordinates.
  private func distributionDistance(_ a: [Double], _ b: [Double]) -> Double {
    (0..<3).map { d in
      let x = stride(from: d, to: a.count, by: 3).map { a[$0] }.sorted()
      let y = stride(from: d, to: b.count, by: 3).map { b[$0] }.sorted()
      var i = 0
      var largest = 0.0
      for (j, value) in y.enumerated() {
        while i < x.count && x[i] <= value { i += 1 }
        largest = max(
          largest, abs(Double(i) / Double(x.count) - Double(j + 1) / Double(y.count)))
      }
      return largest
    }.max() ?? 0
  }

  /// Successive maxima of z.
  private func maxima(_ run: [Double]) -> [Double] {
    let z = stride(from: 2, to: run.count, by: 3).map { run[$0] }
    return (1..<max(1, z.count - 1)).filter { z[$0] > z[$0 - 1] && z[$0] >= z[$0 + 1] }
      .map { z[$0] }
  }

  /// How far each (maximum, next maximum) lies from the nearest true pair.
  private func returnMapDistance(_ run: [Double], _ truth: [Double]) -> Double {
    let found = maxima(run)
    let wanted = maxima(truth)
    guard found.count > 1, wanted.count > 1 else { return .infinity }
    var sum = 0.0
    for i in 0..<(found.count - 1) {
      var nearest = Double.infinity
      for j in 0..<(wanted.count - 1) {
        let dx = found[i] - wanted[j]
        let dy = found[i + 1] - wanted[j + 1]
        nearest = min(nearest, dx * dx + dy * dy)
      }
      sum += nearest.squareRoot()
    }
    return sum / Double(found.count - 1)
  }

  /// Growth of a small separation, renormalised every ten steps (Benettin).
  private func lyapunovExponent(
    _ program: Program, _ parameters: [Double], _ run: [Double]
  ) -> Double {
    let interval = 10
    let size = 1e-7
    var separation = [size, 0, 0]
    var sum = 0.0
    var count = 0
    var place = 0
    while place + interval < min(run.count / 3, 5000) {
      let start = (0..<3).map { run[3 * place + $0] + separation[$0] }
      let other = simulate(program, parameters, from: start, steps: interval)
      let end = 3 * (place + interval)
      var difference = (0..<3).map { other[3 * (interval - 1) + $0] - run[end + $0] }
      let length = difference.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0, length.isFinite else { return .nan }
      sum += Double.log(length / size)
      count += 1
      difference = difference.map { $0 * size / length }
      separation = difference
      place += interval
    }
    return sum / (Double(count * interval) * LorenzSystem.timeStep)
  }
}
