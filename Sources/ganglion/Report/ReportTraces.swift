internal import Collectives
internal import Evaluation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Recordings
internal import Results

/// What was recorded of a few neurons, and what the network makes of it, in the recording's
/// own units.
struct ReportTraces {
  /// A neuron and its traces, frame by frame.
  struct Neuron {
    let index: Int
    let recorded: [Double]
    /// Each frame from the recorded one before it.
    let oneStep: [Double]
    /// All frames from the first one.
    let freeRun: [Double]
  }

  let neurons: [Neuron]
  /// Seconds, or frames where the recording has no clock.
  let times: [Double]
  let hasClock: Bool
  let units: String?
  /// Whether the frames were kept from the fit.
  let isHeldOut: Bool

  /// Most frames that are shown.
  private static let mostFrames = 300

  /// Reads the recording as the fit did, and predicts the first frames that it held out.
  ///
  /// `chosen` are the neurons, the same on every rank.
  ///
  /// - Returns: nil if no two frames follow each other.
  /// - Collective: every rank of `world` must call it.
  init?<S: Scalar & Transferable & Storable>(
    of chosen: [Int], network: borrowing RateNetwork<S>, model: ModelFile, recording: Recording,
    threads: Int, on world: borrowing Communicator
  ) throws {
    let local = network.local
    let own = chosen.filter(local.contains)
    var recorded: [Int: [Double]] = [:]
    var scaling: Scaling?
    let observed: ObservedRates<S> = try model.observe(
      recording, of: S.self, local: local, on: world
    ) { raw, itsScaling in
      scaling = itsScaling
      for neuron in own {
        let row = raw.row(neuron - local.lowerBound)
        recorded[neuron] = row.indices.map { Double(row[$0]) }
      }
    }
    let held = observed.transitions(in: observed.heldOutFrames)
    let range =
      held.isEmpty ? recording.fittedFrames(holdout: model.holdout) : observed.heldOutFrames
    guard let frames = Self.window(in: range, of: observed), let scaling else { return nil }
    let oneStep = network.predictOneStep(on: observed, at: Array(frames.dropLast())[...])
    var traces = [Double](repeating: 0, count: 3 * chosen.count * frames.count)
    func put(_ value: Double, _ kind: Int, _ neuron: Int, _ frame: Int) {
      guard let place = chosen.firstIndex(of: neuron) else { return }
      traces[(3 * place + kind) * frames.count + frame - frames.lowerBound] = value
    }
    for neuron in own {
      let i = neuron - local.lowerBound
      for t in frames {
        put(recorded[neuron]?[t] ?? .nan, 0, neuron, t)
        let predicted =
          t == frames.lowerBound
          ? .nan : Double(oneStep[i, t - frames.lowerBound - 1])
        put(scaling.restored(predicted, neuron: i, frame: t), 1, neuron, t)
      }
    }
    let inputs = observed.inputs(at: frames)
    try network.simulate(
      from: observed.state(at: frames.lowerBound), steps: frames.count - 1, inputs: inputs,
      threads: threads, group: world
    ) { ahead, rates in
      for neuron in own {
        let (i, t) = (neuron - local.lowerBound, frames.lowerBound + ahead)
        put(scaling.restored(Double(rates[i]), neuron: i, frame: t), 2, neuron, t)
      }
    }
    try world.sum(&traces)
    neurons = Self.neurons(chosen, traces, frames: frames.count)
    hasClock = !recording.times.isEmpty
    times = frames.map { recording.times.isEmpty ? Double($0) : recording.times[$0] }
    units = recording.units
    isHeldOut = !held.isEmpty
  }

  /// Each neuron's three traces, which lie behind each other.
  private static func neurons(_ chosen: [Int], _ traces: [Double], frames: Int) -> [Neuron] {
    chosen.enumerated().map { place, neuron in
      func part(_ kind: Int) -> [Double] {
        let first = (3 * place + kind) * frames
        return Array(traces[first..<(first + frames)])
      }
      return Neuron(index: neuron, recorded: part(0), oneStep: part(1), freeRun: part(2))
    }
  }

  /// The first frames that follow each other inside a range, as many as are shown if it has
  /// them.
  private static func window<S>(
    in range: Range<Int>, of observed: ObservedRates<S>
  ) -> Range<Int>? {
    var count = min(mostFrames, range.count)
    while count >= 2 {
      if let start = observed.starts(in: range, steps: count - 1).first {
        return start..<(start + count)
      }
      count /= 2
    }
    return nil
  }
}
