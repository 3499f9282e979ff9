internal import HDF5
internal import LinearAlgebra

/// External inputs on the recording's clock: one dataset after the other, as columns,
/// frame by frame.
///
/// A dataset with as many entries as the recording has frames belongs to them, unless it
/// has a clock of its own; one with its own clock is brought to the recording's.
func inputs(
  _ paths: [String], _ plan: inout RecordingPlan, _ tables: RecordingTables,
  _ catalog: borrowing HDF5Catalog
) throws -> (names: [String], values: [Double]) {
  var names: [String] = []
  var columns: [[Double]] = []
  for path in paths {
    let own = try catalog.input(path, frames: plan.frames)
    let name = seriesName(path)
    names.append(
      contentsOf: own.columns.count == 1 ? [name] : own.columns.indices.map { "\(name)_\($0)" })
    for column in own.columns {
      guard let clock = own.clock else {
        columns.append(column)
        continue
      }
      guard !tables.times.isEmpty else {
        throw RecordingError.usage(
          "\(plan.path): the input \(path) has a clock of its own, and the recording has none: give"
            + " --dt, --rate or --timestamps")
      }
      guard let resampled = resample(column, clock, to: tables.times) else {
        throw RecordingError.badData(
          "\(plan.path): the input \(path) covers \(clock.first ?? 0) to \(clock.last ?? 0) s, and"
            + " the recording \(tables.times[0]) to \(tables.times[plan.frames - 1]) s: they do not"
            + " overlap")
      }
      columns.append(resampled)
    }
    if let clock = own.clock { try requireCover(of: clock, path, &plan, tables.times) }
    plan.notes += own.notes
  }
  var values = [Double](repeating: 0, count: plan.frames * columns.count)
  for (j, column) in columns.enumerated() {
    for (t, value) in column.enumerated() {
      guard value.isFinite else {
        throw RecordingError.badData(
          "\(plan.path): the input \(names[j]) is \(value) at frame \(t); fill the gap, or leave"
            + " this input out")
      }
      values[t * columns.count + j] = value
    }
  }
  return (names, values)
}

/// Notes an input that ends before the recording, or begins after it, and refuses one that
/// covers less than half of it: outside it is held constant, which is no measurement.
private func requireCover(
  of clock: [Double], _ path: String, _ plan: inout RecordingPlan, _ times: [Double]
) throws {
  let dt = plan.dt ?? 0
  let own = clock.count > 1 ? (clock[clock.count - 1] - clock[0]) / Double(clock.count - 1) : 0
  // An entry holds to the next one, or for a frame.
  let (begin, end) = (clock[0] - max(dt, own), (clock.last ?? 0) + max(dt, own))
  let outside = times.count { $0 < begin || $0 > end }
  guard outside > 0 else { return }
  let words =
    "the input \(path) covers \(clock[0]) to \(clock.last ?? 0) s, and \(outside) of the"
    + " \(times.count) frames lie outside"
  guard 2 * outside <= times.count else {
    throw RecordingError.badData(
      "\(plan.path): \(words): it cannot be continued over most of the recording; are both clocks"
        + " in seconds, from the same start?")
  }
  plan.notes.append(words + ": there it is held at its first or last value")
}

extension HDF5Catalog {
  /// The columns of an input in physical units, with the seconds of their entries if they have
  /// a clock, and what a user should know of it.
  func input(
    _ name: String, frames: Int
  ) throws -> (columns: [[Double]], clock: [Double]?, notes: [String]) {
    var path = name.hasPrefix("/") ? name : "/" + name
    if has(path + "/data") { path += "/data" }
    let named = try open(path)
    guard named.type.isNumeric, (1...2).contains(named.shape.count) else {
      throw RecordingError.badData(
        "\(file.filePath): the input \(path) is \(named.type) of shape \(named.shape), where"
          + " numbers (time) or (time, input) are needed")
    }
    let dataset = try numbers(path)
    let calibration = try calibration(of: dataset)
    let notes = try gapNote(of: dataset).map { [$0] } ?? []
    func columns(along axis: Int) throws -> [[Double]] {
      let stored = try read(dataset, seriesAlong: axis)
      try calibration.requireChannels(stored.count, of: "\(file.filePath): \(path)")
      return stored.enumerated().map { channel, series in
        series.map { calibration.value($0, channel: channel) }
      }
    }
    var clock: [Double]?
    if path.hasSuffix("/data") {
      clock = try self.clock(of: String(path.dropLast(5)), dataset.shape[0])
    }
    if let clock, clock.count == dataset.shape[0] {
      return (try columns(along: 0), clock, notes)
    }
    guard let axis = dataset.shape.firstIndex(of: frames) else {
      throw RecordingError.badData(
        "\(file.filePath): the input \(path) has shape \(dataset.shape), and the recording"
          + " \(frames) frames")
    }
    return (try columns(along: axis), nil, notes)
  }

  /// The seconds of a time series' entries; nil if it does not say.
  private func clock(of group: String, _ count: Int) throws -> [Double]? {
    if has(group + "/timestamps") {
      let times = try vector(group + "/timestamps")
      guard times.count == count, zip(times.dropFirst(), times).allSatisfy({ $0 > $1 }) else {
        throw RecordingError.badData(
          "\(file.filePath): \(group)/timestamps has \(times.count) entries for \(count), or does"
            + " not rise")
      }
      return times
    }
    guard has(group + "/starting_time") else { return nil }
    let start = try open(group + "/starting_time")
    guard let rate = try start.attribute("rate")?.number, rate > 0 else { return nil }
    let first = try start.read(Double.self).first ?? 0
    return (0..<count).map { first + Double($0) / rate }
  }
}

/// All series of a 1-D or 2-D dataset, each as an array.
func read(_ dataset: borrowing Dataset, seriesAlong axis: Int) throws -> [[Double]] {
  do {
    if dataset.shape.count == 1 { return [try dataset.read()] }
    let all = (rows: 0..<dataset.shape[0], columns: 0..<dataset.shape[1])
    let matrix: Matrix<Double> =
      axis == 0
      ? try dataset.readTransposed(rows: all.rows, columns: all.columns)
      : try dataset.readBlock(rows: all.rows, columns: all.columns)
    return (0..<matrix.rows).map { matrix.array(ofRow: $0) }
  } catch {
    throw unreadable(dataset.filePath, error)
  }
}
