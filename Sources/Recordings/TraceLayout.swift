/// Where the numbers of a recording stand, and in which order.
enum TraceLayout: Codable, Equatable, Sendable {
  /// One 2-D dataset of an HDF5 file; `timeAxis` 0 means (time, neuron).
  case dataset(path: String, timeAxis: Int)
  /// 1-D datasets of equal length, one a neuron.
  case series(paths: [String])
  /// Spike trains of an HDF5 file, to be binned.
  case spikes(SpikeTrains)
  /// NumPy files; `neuropil` is subtracted times its factor, `rows` are kept of (neuron,
  /// time) ones.
  case npy(NPYTraces)
  /// A text table.
  case table(TextTable, timeAxis: Int)
  /// A JSON file of nested lists.
  case nested(file: String, timeAxis: Int)
}

/// Traces in NumPy files of their own; the paths are those on disk.
struct NPYTraces: Codable, Equatable, Sendable {
  let file: String
  let timeAxis: Int
  /// The file's neurons that are the recording's, rising; nil for all.
  var kept: [Int]?
  /// What surrounds the neurons, and how much of it is subtracted.
  var neuropil: Neuropil?
}

/// A second set of traces of which a share is subtracted.
struct Neuropil: Codable, Equatable, Sendable {
  let path: String
  let factor: Double
}

/// How the values of a file become the recording's: value × conversion + offset.
struct Calibration: Codable, Equatable, Sendable {
  var conversion = 1.0
  var offset = 0.0

  var isIdentity: Bool { conversion == 1 && offset == 0 }
}
