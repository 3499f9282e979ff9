/// Something in a file that may be traces, looked at as `fit` would.
package struct InspectedCandidate: Encodable, Sendable {
  /// What `--traces` selects it by; the file's own path where it needs no such flag.
  package var path: String
  package var kind: String
  /// As in the file, slowest dimension first.
  package var shape: [Int]
  package var type: String
  package var chunks: [Int]?
  package var filters: [String]
  package var timeAxis: Int?
  package var timeAxisReason: String?
  /// True where nothing in the file says which dimension is time: check before use.
  package var timeAxisIsAssumed = false
  package var timestamps: String?
  /// Frames a second.
  package var rate: Double?
  package var frames: Int?
  package var neurons: Int?
  /// Values that are not numbers.
  package var missing: Int?
  package var minimum: Double?
  package var maximum: Double?
  package var units: String?
  /// Datasets that could be external inputs.
  package var inputs: [String]
  package var trials: String?
  /// What `fit` would decide, in words.
  package var notes: [String] = []
  /// Why `fit` would refuse it; nil if it would not.
  package var problem: String?
  /// The whole `ganglion fit` line; nil where there is a problem.
  package var command: String?

  enum CodingKeys: String, CodingKey {
    case path, kind, shape, type, chunks, filters, timestamps, rate, frames, neurons, missing
    case minimum, maximum, units, inputs, trials, notes, problem, command
    case timeAxis = "time_axis"
    case timeAxisReason = "time_axis_reason"
    case timeAxisIsAssumed = "time_axis_is_assumed"
  }

  /// Every key is there in every entry, `null` where nothing is known.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(path, forKey: .path)
    try values.encode(kind, forKey: .kind)
    try values.encode(shape, forKey: .shape)
    try values.encode(type, forKey: .type)
    try values.encode(chunks, forKey: .chunks)
    try values.encode(filters, forKey: .filters)
    try values.encode(timeAxis, forKey: .timeAxis)
    try values.encode(timeAxisReason, forKey: .timeAxisReason)
    try values.encode(timeAxisIsAssumed, forKey: .timeAxisIsAssumed)
    try values.encode(timestamps, forKey: .timestamps)
    try values.encode(rate, forKey: .rate)
    try values.encode(frames, forKey: .frames)
    try values.encode(neurons, forKey: .neurons)
    try values.encode(missing, forKey: .missing)
    try values.encode(minimum, forKey: .minimum)
    try values.encode(maximum, forKey: .maximum)
    try values.encode(units, forKey: .units)
    try values.encode(inputs, forKey: .inputs)
    try values.encode(trials, forKey: .trials)
    try values.encode(notes, forKey: .notes)
    try values.encode(problem, forKey: .problem)
    try values.encode(command, forKey: .command)
  }
}
