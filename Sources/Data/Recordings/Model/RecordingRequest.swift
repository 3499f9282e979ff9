/// Which dimension of a 2-D dataset is time.
package enum TimeAxis: String, Sendable, CaseIterable {
  /// The one whose length is that of the time vector; refused where that does not decide.
  case auto
  /// The first one, slowest in the file (C order): (time, neuron).
  case first = "0"
  /// The second one: (neuron, time).
  case second = "1"

  /// The dimension's number, if it is told.
  var index: Int? {
    switch self {
    case .auto: nil
    case .first: 0
    case .second: 1
    }
  }
}

/// What is to be read from a recording: the flags of `ganglion fit` that say so.
package struct RecordingRequest: Sendable {
  /// The file, or the folder of a Suite2p plane.
  package var path: String
  /// The dataset of the traces, or a glob of datasets of one series each (`--traces`).
  ///
  /// Default: the file's only candidate.
  package var traces: String?
  /// Which dimension is time (`--time-axis`).
  package var timeAxis = TimeAxis.auto
  /// Seconds from frame to frame (`--dt`).
  package var dt: Double?
  /// Frames a second (`--rate`).
  package var rate: Double?
  /// A 1-D dataset of seconds (`--timestamps`).
  package var timestamps: String?
  /// Datasets (time, input) or (time) of external inputs (`--inputs`).
  package var inputs: [String] = []
  /// Start frames from 0, or a table with `start_time` and `stop_time` (`--trials`).
  package var trials: String?

  /// Which of the neurons that the file marks are taken (`--cells`); nil: the accepted ones,
  /// where it marks any.
  package var cells: CellChoice?

  /// What is done about irregular time stamps (`--resample`).
  package var resampling = Resampling.auto
  /// Seconds without a frame beyond which a trial ends (`--max-gap`); default: 5 frames.
  package var longestGap: Double?
  /// The width of a bin in seconds, for spike times (`--bin`).
  package var bin: Double?
  /// The neuropil of which a share is subtracted (`--neuropil`).
  package var neuropil: NeuropilRequest?

  /// Flags that an earlier run was given and this one was not: they need do nothing here.
  package var inherited: Set<String> = []

  package init(path: String) { self.path = path }
}
