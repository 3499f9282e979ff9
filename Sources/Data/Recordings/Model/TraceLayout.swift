/// Where the numbers of a recording stand, and in which order.
enum TraceLayout: Codable, Equatable, Sendable {
  /// One 2-D dataset of an HDF5 file; `timeAxis` 0 means (time, neuron).
  case dataset(path: String, timeAxis: Int)
  /// 1-D datasets of equal length, one a neuron.
  case series(paths: [String])
  /// Spike trains of an HDF5 file, to be binned.
  case spikes(SpikeTrains)
  /// A NumPy file.
  case npy(NPYTraces)
  /// Frames with headers, as they were sent.
  case frames(file: String)
  /// A text table.
  case table(TextTable, timeAxis: Int)
  /// A JSON file of nested lists.
  case nested(file: String, timeAxis: Int)
}

/// Traces in a NumPy file; the path is that on disk.
struct NPYTraces: Codable, Equatable, Sendable {
  let file: String
  let timeAxis: Int
}
