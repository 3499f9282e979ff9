internal import HDF5
internal import LinearAlgebra

/// External inputs on the recording's clock: one dataset after the other, as columns,
/// frame by frame.
///
/// A dataset with as many entries as the recording has frames belongs to them, unless it
/// has a clock of its own; one with its own clock is brought to the recording's.
func inputs(
  _ paths: [String], _ plan: RecordingPlan, _ tables: RecordingTables,
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

extension HDF5Catalog {
  /// The columns of an input, with the seconds of their entries if they have a clock.
  func input(_ name: String, frames: Int) throws -> (columns: [[Double]], clock: [Double]?) {
    var path = name.hasPrefix("/") ? name : "/" + name
    if has(path + "/data") { path += "/data" }
    let dataset = try open(path)
    guard dataset.type.isNumeric, (1...2).contains(dataset.shape.count) else {
      throw RecordingError.badData(
        "\(file.filePath): the input \(path) is \(dataset.type) of shape \(dataset.shape), where"
          + " numbers (time) or (time, input) are needed")
    }
    var clock: [Double]?
    if path.hasSuffix("/data") {
      clock = try self.clock(of: String(path.dropLast(5)), dataset.shape[0])
    }
    if let clock, clock.count == dataset.shape[0] {
      return (try read(dataset, seriesAlong: 0), clock)
    }
    guard let axis = dataset.shape.firstIndex(of: frames) else {
      throw RecordingError.badData(
        "\(file.filePath): the input \(path) has shape \(dataset.shape), and the recording"
          + " \(frames) frames")
    }
    return (try read(dataset, seriesAlong: axis), nil)
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
    return (0..<matrix.rows).map { i in (0..<matrix.columns).map { matrix[i, $0] } }
  } catch {
    throw unreadable(dataset.filePath, error)
  }
}
