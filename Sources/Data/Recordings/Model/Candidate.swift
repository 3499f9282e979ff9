/// Something in a file that may be the traces of a recording.
struct Candidate: Codable, Equatable, Sendable {
  /// What it is; the raw values are what users read.
  enum Kind: String, Codable, Sendable {
    case rates
    case fluorescence
    case deconvolved
    case roiResponseSeries = "RoiResponseSeries"
    case timeSeries = "TimeSeries"
    case spikeTrains = "spike trains"
    case caimanEstimate = "CaImAn estimate"
    case cellResponses = "cell responses"
    case dataset
    /// One-neuron datasets together.
    case series
    case numpyArray = "NumPy array"
    case frames
    case jsonLists = "JSON lists"
    case textTable = "text table"
  }

  /// What `--traces` selects it by; nil where the file holds nothing else.
  var traces: String?
  var kind: Kind
  /// The extents as they are in the file, slowest first.
  var shape: [Int]
  /// The element type in the file.
  var type: String
  /// The shape of one chunk; nil if it is stored in one piece.
  var chunks: [Int]?
  /// Compression, in words.
  var filters: [String] = []
  /// Compression that this HDF5 cannot undo.
  var missingFilters: [String] = []
  /// The dimension that is time, where the format or a time vector says so.
  var timeAxis: Int?
  /// What says so.
  var timeAxisReason: String?
  /// The dataset of its time stamps.
  var timestamps: String?
  /// Frames a second, where the file says so.
  var rate: Double?
  /// The time of the first frame, in seconds.
  var startingTime = 0.0
  var calibration = Calibration()
  /// Datasets with one entry a neuron, which tell its dimension.
  var neuronLists: [NeuronList] = []
  /// Which neurons are cells, where the file says it.
  var marks: CellMarks?
  /// The regions that the neurons are, where the file has a table of them.
  var regions: Regions?
  /// The unit of the calibrated values.
  var units: String?
  /// The neurons' names, where the file gives them.
  var labels: [String]?
  /// The paths of the 1-D series it is made of, if it is.
  var series: [String] = []
  /// Whether it is what the format means by traces, rather than just fitting in shape.
  var isPrimary = false

  /// The candidate in one line for messages: "/gcamp/trace_array (800 × 146) float64".
  var summary: String {
    let extents = shape.map(String.init).joined(separator: " × ")
    return "\(traces ?? kind.rawValue) (\(extents)) \(type)"
  }
}
