extension Recording {
  /// What is said of a recording whose frames have no time.
  package static let noClock =
    "no clock: times count in frames; --dt or --rate says how long a frame is"
}
