internal import HDF5
internal import LinearAlgebra
internal import Wording

/// Where the spike trains of a units table stand, and how they are binned.
///
/// `spike_times` holds all units' spikes, one unit after the other, in seconds;
/// `spike_times_index` holds where each unit's part ends.
struct SpikeTrains: Codable, Equatable, Sendable {
  /// The table's group.
  let table: String
  /// The end of each unit's part.
  let ends: [Int]
  /// The beginning of the first bin, in seconds.
  let start: Double
  /// The width of a bin, in seconds.
  let bin: Double
  /// How many bins there are.
  let frames: Int

  /// Looks at the table, and at all spikes once.
  ///
  /// - Throws: `RecordingError` if the index does not rise, or does not fit the spikes.
  init(table: String, bin: Double, in catalog: borrowing HDF5Catalog) throws {
    let file = catalog.file.filePath
    let ends = try catalog.vector(table + "/spike_times_index").map { Int($0) }
    let times = try catalog.vector(table + "/spike_times")
    guard zip([0] + ends, ends + [times.count]).allSatisfy({ $0 <= $1 }) else {
      throw RecordingError.badData(
        "\(file): \(table)/spike_times_index does not rise, or passes the \(times.count) spikes")
    }
    guard let first = times.min(), let last = times.max(), first.isFinite, last.isFinite else {
      throw RecordingError.badData(
        "\(file): \(table) holds no spikes, or times that are no numbers")
    }
    let frames = ((last - first) / bin).rounded(.down) + 1
    guard frames < 1e9 else {
      throw RecordingError.usage(
        "\(file): bins of \(asGiven(bin)) s over \(plain(last - first)) s make \(plain(frames)) frames: choose a larger"
          + " --bin")
    }
    self.table = table
    self.ends = ends
    self.bin = bin
    start = (first / bin).rounded(.down) * bin
    self.frames = Int(((last - start) / bin).rounded(.down)) + 1
  }

  /// The middles of the bins, in seconds.
  var times: [Double] { (0..<frames).map { start + (Double($0) + 0.5) * bin } }

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
        let frame = Int(((spike - start) / bin).rounded(.down))
        if (0..<frames).contains(frame) { result[row, frame] += S(1 / bin) }
      }
    }
    return result
  }
}
