internal import Collectives
internal import LinearAlgebra

/// Plans and reads a candidate as `fit` would.
func look(
  at candidate: Candidate, request: RecordingRequest, inputs: [String], trials: String?
) -> InspectedCandidate {
  var result = InspectedCandidate(
    path: candidate.traces ?? request.path, kind: candidate.kind.rawValue, shape: candidate.shape,
    type: candidate.type, chunks: candidate.chunks, filters: candidate.filters,
    timeAxis: candidate.timeAxis ?? request.timeAxis.index,
    timeAxisReason: candidate.timeAxisReason, timestamps: candidate.timestamps,
    rate: candidate.rate, units: candidate.units, inputs: inputs, trials: trials)
  result.timeAxisIsAssumed = candidate.timeAxis == nil && candidate.kind != .spikeTrains
  if result.timeAxisIsAssumed { result.timeAxisReason = "assumed: check it" }
  do {
    if request.timestamps != nil {
      // Named as the clock it would pass for seconds: what `fit` would ask by itself is asked.
      var found = request
      found.timestamps = nil
      _ = try plan(found)
    }
    let (plan, tables) = try plan(request)
    let recording = Recording(plan: plan, tables: tables)
    let range = try ValueRange(of: recording)
    result.frames = recording.frames
    result.neurons = recording.neurons
    result.rate = recording.dt.map { shortest(1 / $0) } ?? result.rate
    result.inputs = usableInputs(inputs, request)
    result.notes = recording.notes
    result.missing = range.missing
    if range.maximum >= range.minimum {
      (result.minimum, result.maximum) = (range.minimum, range.maximum)
    }
    result.command = request.command(
      isRate: range.isRate || recording.format == HDF5Format.own.rawValue)
  } catch {
    result.problem = "\(error)"
  }
  return result
}

/// The extremes of all values, and how many are no numbers.
private struct ValueRange {
  var minimum = Double.infinity
  var maximum = -Double.infinity
  var missing = 0

  /// Whether all values lie in (−1, 1), so that they may be rates.
  var isRate: Bool { minimum > -1 && maximum < 1 }

  init(of recording: Recording) throws {
    // About 256 MiB at a time.
    let block = max(1, (1 << 25) / max(1, recording.frames))
    var first = 0
    while first < recording.neurons {
      let range = first..<min(first + block, recording.neurons)
      let traces: Matrix<Double> = try recording.readNeurons(range, on: SingleRank())
      let values = traces.elements
      for i in values.indices {
        guard values[i].isFinite else {
          missing += 1
          continue
        }
        minimum = min(minimum, values[i])
        maximum = max(maximum, values[i])
      }
      first += block
    }
  }
}

/// The inputs that `fit` would take with a request: on a clock it can follow, without gaps.
private func usableInputs(_ inputs: [String], _ request: RecordingRequest) -> [String] {
  inputs.filter { input in
    var with = request
    with.inputs = [input]
    return (try? plan(with)) != nil
  }
}
