/// Where the numbers of a recording stand, and in which order.
enum TraceLayout: Codable, Equatable, Sendable {
  /// One 2-D dataset of an HDF5 file; `timeAxis` 0 means (time, neuron).
  case dataset(path: String, timeAxis: Int)
  /// 1-D datasets of equal length, one a neuron.
  case series(paths: [String])
  /// A NumPy file of its own; `file` is its path on disk.
  case npy(file: String, timeAxis: Int)
  /// A text table.
  case table(TextTable, timeAxis: Int)
}

/// How the values of a file become the recording's: value × conversion + offset.
struct Calibration: Codable, Equatable, Sendable {
  var conversion = 1.0
  var offset = 0.0

  var isIdentity: Bool { conversion == 1 && offset == 0 }
}
