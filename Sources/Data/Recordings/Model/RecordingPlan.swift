/// What rank 0 has found out about a recording: all that the others need to read theirs.
///
/// It travels as JSON; the long arrays of `RecordingTables` travel apart.
struct RecordingPlan: Codable, Sendable {
  var path: String
  var format: String
  var layout: TraceLayout
  var calibration = Calibration()
  var units: String?
  var neurons: Int
  /// The recording's frames, after resampling.
  var frames: Int
  /// The frames in the file, where they were resampled.
  var storedFrames: Int?
  var labels: [String]
  /// The file's neurons that are the recording's, rising; nil for all.
  var kept: [Int]?
  /// Whether the file says which of its neurons are cells.
  var marksCells = false
  /// The region of each neuron, by name, where a file of this program says it.
  var regionNames: [String]?
  /// The rows of the table of regions that the neurons are, where the file has one.
  var regions: Regions?
  /// What is subtracted of the signal around the neurons.
  var neuropil: Neuropil?
  var dt: Double?
  /// Whether the file, or a flag, gives the frames' times one by one.
  var hasOwnTimes = false
  /// Frames in a step from one to the next above which there is a gap, where none are given.
  var longestStep = 5.0
  var alpha: Double?
  var tau: Double?
  var inputNames: [String] = []
  /// Frames in a chunk of the dataset; nil if it is stored in one piece.
  var chunkHeight: Int?
  /// What was decided, in words.
  var notes: [String] = []

  /// Frames or neurons from which on a file is taken for damaged: a year at 30 Hz.
  static let largestExtent = 1_000_000_000

  /// The traces as they are in the file.
  var stored: StoredTraces {
    StoredTraces(
      path: path, layout: layout, calibration: calibration, neurons: neurons, kept: kept,
      frames: storedFrames ?? frames, chunkHeight: chunkHeight)
  }
}

/// The long arrays of a recording that every rank holds.
struct RecordingTables: Sendable {
  /// Seconds of each frame; empty if unknown.
  var times: [Double] = []
  /// Inputs, frame by frame.
  var inputs: [Double] = []
  /// The first frames of the trials, rising, the first one 0.
  var trialStarts = [0]
  /// How the file's frames become the recording's, where they were resampled.
  var clock: UniformClock?
}
