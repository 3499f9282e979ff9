/// A dataset with one entry a neuron: its length tells the neurons' dimension from time.
struct NeuronList: Codable, Equatable, Sendable {
  let path: String
  let count: Int
}

/// Decides orientation where the file lists its neurons, and says by what.
///
/// An extent that only one dimension has tells more than the format's rule, which exporters
/// break. Where two lists, or a list and the time vector, contradict each other, or a list
/// fits neither dimension, it asks. The other arguments are those of `timeAxis` without lists.
///
/// - Throws: `RecordingError`, 64, if nothing decides.
func timeAxis(
  of shape: [Int], asked: TimeAxis, known: (axis: Int, reason: String)?, length: Int?,
  lists: [NeuronList], name: String
) throws -> (axis: Int, reason: String) {
  guard asked == .auto, shape.count == 2, !lists.isEmpty else {
    return try timeAxis(of: shape, asked: asked, known: known, length: length, name: name)
  }
  /// The time dimension if the neurons' one is that of this length.
  func axis(ofNeurons count: Int) -> Int? {
    shape[0] == shape[1] ? nil : shape.firstIndex(of: count).map { 1 - $0 }
  }
  var votes: [(axis: Int, reason: String)] = []
  for list in lists {
    let reason = "\(list.path) has \(list.count) entries"
    if let axis = axis(ofNeurons: list.count) { votes.append((axis, reason)) }
  }
  if let length, let neurons = axis(ofNeurons: length) {
    votes.append((1 - neurons, "the time vector has \(length) entries"))
  }
  let question =
    "give --time-axis 0 if it is (time, neuron), with \(shape[0]) frames of \(shape[1]) neurons,"
    + " or --time-axis 1 if it is (neuron, time)"
  guard Set(votes.map(\.axis)).count <= 1 else {
    throw RecordingError.usage(
      "\(name) is \(shape[0]) × \(shape[1]), and what says which one is time disagrees: "
        + votes.map { "\($0.reason), so time is dimension \($0.axis)" }.joined(separator: "; ")
        + "; " + question)
  }
  guard let vote = votes.first else {
    if let list = lists.first(where: { !shape.contains($0.count) }) {
      throw RecordingError.usage(
        "\(name) is \(shape[0]) × \(shape[1]), and \(list.path), one entry a neuron, has"
          + " \(list.count): " + question)
    }
    return try timeAxis(of: shape, asked: asked, known: known, length: length, name: name)
  }
  return vote.axis == known?.axis ? known ?? vote : vote
}

extension Candidate {
  /// Takes lists of the neurons as evidence; what contradicts itself is left to be asked.
  mutating func orient(by lists: [NeuronList], times length: Int? = nil, in file: String) throws {
    neuronLists = lists
    guard let axis = timeAxis, shape.count == 2 else { return }
    let decided = try? Recordings.timeAxis(
      of: shape, asked: .auto, known: (axis, timeAxisReason ?? ""), length: length, lists: lists,
      name: file)
    (timeAxis, timeAxisReason) = (decided?.axis, decided?.reason)
  }
}
