internal import HDF5
internal import LinearAlgebra
internal import Wording
internal import Statistics

/// Where the spike trains of a units table stand, and how they are binned.
///
/// `spike_times` holds all units' spikes, one unit after the other; `spike_times_index` holds
/// where each unit's part ends. Bin k is [k bin, (k + 1) bin) of the file's clock; a spike
/// that misses the edge of a bin by its own rounding is in the bin that it begins.
struct SpikeTrains: Codable, Equatable, Sendable {
  /// The table's group.
  let table: String
  /// The end of each unit's part.
  let ends: [Int]
  /// The number of the first bin.
  let first: Int
  /// The width of a bin, in the file's unit of time.
  let bin: Double
  /// Seconds of a bin: `bin`, unless the file's unit of time is another one.
  let dt: Double
  /// How many bins there are.
  let frames: Int
  /// The rounding of a stored spike time, relative to it.
  private let rounding: Double
  private let calibration: Calibration

  /// Looks at the table, and at all spikes once.
  ///
  /// - Throws: `RecordingError`, 65, if the index does not rise, or does not fit the spikes, or
  ///   a spike time is no number; 64 if the bins are too narrow, or the times are hardly
  ///   seconds and `dt` does not say so.
  init(table: String, bin: Double, dt: Double?, in catalog: borrowing HDF5Catalog) throws {
    let file = catalog.file.filePath
    let spikes = try catalog.numbers(table + "/spike_times")
    calibration = try catalog.calibration(of: spikes)
    rounding = spikes.type == .float(bytes: 4) ? 0x1p-23 : 0x1p-50
    let times = try catalog.vector(table + "/spike_times")
    let index = try catalog.vector(table + "/spike_times_index")
    let ends = index.compactMap { Int(exactly: $0) }
    guard ends.count == index.count,
      zip([0] + ends, ends + [times.count]).allSatisfy({ $0 <= $1 })
    else {
      throw RecordingError.badData(
        "\(file): \(table)/spike_times_index does not rise from 0, or passes the \(times.count)"
          + " spikes: the table is damaged")
    }
    if let bad = times.firstIndex(where: { !$0.isFinite }) {
      throw RecordingError.badData(
        "\(file): \(table)/spike_times: spike \(bad), of unit"
          + " \(ends.partitioningIndex { $0 > bad }), is \(times[bad]): mend or remove it")
    }
    guard let earliest = times.min(), let latest = times.max() else {
      throw RecordingError.badData("\(file): \(table) holds no spikes")
    }
    if dt == nil, let doubt = doubt(about: times, ends, latest - earliest, in: catalog) {
      throw RecordingError.usage(
        "\(file): \(table)/spike_times \(doubt): are they seconds? Say it by --dt, the seconds of"
          + " a bin, beside --bin, its width in the file's unit: --bin 0.1 --dt 0.1 if they are,"
          + " --bin 100 --dt 0.1 if they are milliseconds")
    }
    let span = (latest - earliest) / bin
    guard span < 1e9, abs(earliest / bin) < 1e15 else {
      throw RecordingError.usage(
        "\(file): bins of \(asGiven(bin)) over spikes from \(plain(earliest)) to \(plain(latest)) make"
          + " \(plain(span)) frames: choose a larger --bin")
    }
    let first = place(of: earliest, bin: bin, rounding: rounding)
    self.table = table
    self.ends = ends
    self.first = first
    self.bin = bin
    self.dt = dt ?? bin
    frames = place(of: latest, bin: bin, rounding: rounding) - first + 1
  }

  /// The middles of the bins, in seconds.
  var times: [Double] { (0..<frames).map { (Double(first + $0) + 0.5) * dt } }

  /// Firing rates in Hz, units×frames: spikes in a bin over its width.
  @specialized(where S == Double) @specialized(where S == Float)
  func read<S: Scalar>(_ units: Range<Int>, from file: borrowing File, of: S.Type) throws -> Matrix<
    S
  > {
    var result = Matrix<S>(rows: units.count, columns: frames)
    let times = try file.openDataset(table + "/spike_times")
    for (row, unit) in units.enumerated() {
      let range = (unit == 0 ? 0 : ends[unit - 1])..<ends[unit]
      let spikes: [Double] = try times.read(range: range)
      for spike in spikes {
        let time = calibration.value(spike)
        let frame = place(of: time, bin: bin, rounding: rounding) - first
        if (0..<frames).contains(frame) { result[row, frame] += S(1 / dt) }
      }
    }
    return result
  }
}

/// The number of the bin that a spike is in.
private func place(of spike: Double, bin: Double, rounding: Double) -> Int {
  let share = min(0.01, max(1e-6, abs(spike) * rounding / bin))
  return Int((spike / bin + share).rounded(.down))
}

/// Why spike times are hardly seconds, in words; nil where nothing speaks against it.
///
/// `span` is that of all spikes. Evidence: a recording of days, another clock in the file that
/// ends a hundred times earlier, and neurons that fire but never twice in short succession.
private func doubt(
  about times: [Double], _ ends: [Int], _ span: Double, in catalog: borrowing HDF5Catalog
) -> String? {
  let day = 86_400.0
  if span > day { return "cover \(rounded(span / day, decimals: 1)) days if they are seconds" }
  if let other = catalog.lastTrialTime, other > 0, span > 100 * other {
    return "cover \(span) s if they are seconds, and the trials of the file end at \(other) s"
  }
  // Cortical neurons fire 0.1 to 50 times a second; refractory times are milliseconds.
  let (rarest, shortest, enough) = (0.05, 0.1, 20)
  let trains = zip([0] + ends, ends).map { times[$0..<$1].sorted() }.filter { $0.count >= enough }
  guard !trains.isEmpty, span > 0 else { return nil }
  let rates = trains.map { Double($0.count) / span }
  let steps = trains.flatMap { zip($0.dropFirst(), $0).map { $0 - $1 } }.filter { $0 > 0 }
  guard let highest = rates.max(), highest < rarest, let least = steps.min(), least > shortest
  else { return nil }
  return "are \((1 / highest).rounded()) s apart on average in the most active unit, and at least"
    + " \(least) s, if they are seconds"
}

extension HDF5Catalog {
  /// The last time of the table of trials; nil if there is none.
  fileprivate var lastTrialTime: Double? {
    ["start_time", "stop_time"].flatMap { name in
      (try? vector("/intervals/trials/" + name)) ?? []
    }.filter(\.isFinite).max()
  }
}
