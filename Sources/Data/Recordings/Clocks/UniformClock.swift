internal import LinearAlgebra
internal import Wording
internal import Statistics

/// How irregular time stamps are brought to a uniform clock (`--resample`).
package enum Resampling: String, Sendable, CaseIterable {
  /// Linearly, where the steps between frames vary by more than a tenth (root mean square);
  /// not otherwise, since interpolation smooths.
  case auto
  /// Never.
  case none
  /// Linearly between the two frames around each new one.
  case linear
  /// Each new frame is the last one before it.
  case previous

  /// The variation of the steps, relative to their median, above which `auto` resamples.
  static let tolerated = 0.1

  /// The variation below which nobody needs to hear of it: stamps are rounded.
  static let unremarkable = 1e-3
}

/// A uniform clock over irregular frames: where each new frame lies among them.
///
/// The frames are cut at gaps and where trials begin; each stretch gets frames of its own, `dt` apart
/// from its first one on.
struct UniformClock: Equatable, Sendable {
  /// Seconds of the new frames.
  private(set) var times: [Double] = []
  /// The old frame at or before each new one.
  private(set) var places: [Int] = []
  /// How far each new frame is on the way to the next old one, in [0, 1).
  private(set) var shares: [Double] = []

  /// `starts` are the old frames at which stretches begin, rising, the first one 0.
  init(_ old: [Double], dt: Double, starts: [Int], holds: Bool) {
    for (start, end) in zip(starts, starts.dropFirst() + [old.count]) {
      // Rounding must not lose the last frame of a stretch that is uniform already.
      let count = Int(((old[end - 1] - old[start]) / dt + 1e-6).rounded(.down)) + 1
      var place = start
      for k in 0..<count {
        let time = old[start] + Double(k) * dt
        while place + 1 < end, old[place + 1] <= time { place += 1 }
        times.append(time)
        places.append(place)
        let isInside = place + 1 < end && !holds
        shares.append(isInside ? (time - old[place]) / (old[place + 1] - old[place]) : 0)
      }
    }
  }

  /// The clock that rank 0 has made.
  init(times: [Double], places: [Int], shares: [Double]) {
    self.times = times
    self.places = places
    self.shares = shares
  }

  /// The first new frame at or after an old one.
  func frame(ofOld old: Int) -> Int { places.partitioningIndex { $0 >= old } }

  /// Series on the old frames, brought to the new ones: rows×new frames.
  @specialized(where S == Double)
  @specialized(where S == Float)
  func resample<S: Scalar>(_ series: borrowing Matrix<S>) -> Matrix<S> {
    var result = Matrix<S>(rows: series.rows, columns: places.count)
    for row in 0..<series.rows {
      for (t, place) in places.enumerated() {
        let value = series[row, place]
        let share = S(shares[t])
        result[row, t] = share == 0 ? value : value + share * (series[row, place + 1] - value)
      }
    }
    return result
  }
}

/// The frames that follow a gap longer than `longest` seconds.
func framesAfterGaps(_ times: [Double], longest: Double) -> [Int] {
  times.indices.dropFirst().filter { times[$0] - times[$0 - 1] > longest }
}

/// The root mean square of the steps' deviation from `dt`, relative to it, gaps apart.
func irregularity(_ times: [Double], dt: Double, longest: Double) -> Double {
  let steps = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 <= longest }
  guard !steps.isEmpty else { return 0 }
  let squares = steps.reduce(0) { $0 + ($1 / dt - 1) * ($1 / dt - 1) }
  return (squares / Double(steps.count)).squareRoot()
}

/// Makes trial boundaries of gaps, and brings irregular frames to a uniform clock.
///
/// - Throws: `RecordingError` if resampling was asked for and there is no clock.
func settleUniformity(
  _ plan: inout RecordingPlan, _ tables: inout RecordingTables, _ request: RecordingRequest
) throws {
  guard plan.hasOwnTimes, let dt = plan.dt else {
    guard request.resampling == .linear || request.resampling == .previous else { return }
    throw RecordingError.usage(
      "--resample \(request.resampling.rawValue) needs time stamps: give --timestamps")
  }
  let longest = request.longestGap ?? plan.longestStep * dt
  guard longest >= dt else {
    throw RecordingError.usage(
      "--max-gap \(asGiven(longest)) s is shorter than a frame (\(plain(dt)) s)")
  }
  let gaps = framesAfterGaps(tables.times, longest: longest)
  if !gaps.isEmpty {
    plan.notes.append("\(gaps.count) gaps longer than \(plain(longest)) s are trial boundaries")
    tables.trialStarts = Set(tables.trialStarts + gaps).sorted()
  }
  let jitter = irregularity(tables.times, dt: dt, longest: longest)
  switch request.resampling {
  case .none: return
  case .auto where jitter <= Resampling.tolerated:
    if jitter > Resampling.unremarkable {
      plan.notes.append(
        "the steps between frames vary by \(percentage(jitter)) around \(plain(dt)) s: taken as"
          + " uniform")
    }
    return
  case .auto, .linear, .previous: break
  }
  let span = tables.times[tables.times.count - 1] - tables.times[0]
  guard span / dt < Double(RecordingPlan.largestExtent) else {
    throw RecordingError.usage(
      "\(plan.path): frames of \(plain(dt)) s over \(plain(span)) s are too many to resample to:"
        + " give a larger --dt, or --resample none")
  }
  let clock = UniformClock(
    tables.times, dt: dt, starts: Set([0] + tables.trialStarts).sorted(),
    holds: request.resampling == .previous)
  let isHolding = request.resampling == .previous
  plan.notes.append(
    "\(plan.frames) frames, whose steps vary by \(percentage(jitter)), resampled"
      + " \(isHolding ? "by the previous value" : "linearly") to \(clock.times.count) frames of"
      + " \(plain(dt)) s")
  tables.trialStarts = Set(tables.trialStarts.map { clock.frame(ofOld: $0) })
    .filter { $0 < clock.times.count }.sorted()
  if !plan.inputNames.isEmpty {
    let count = plan.inputNames.count
    var columns = Matrix<Double>(rows: count, columns: plan.frames)
    for t in 0..<plan.frames { for j in 0..<count { columns[j, t] = tables.inputs[t * count + j] } }
    let resampled = clock.resample(columns)
    tables.inputs = (0..<clock.times.count).flatMap { t in (0..<count).map { resampled[$0, t] } }
  }
  plan.frames = clock.times.count
  tables.times = clock.times
  tables.clock = clock
}
