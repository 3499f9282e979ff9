internal import Collectives
internal import Evaluation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Recordings
internal import Results

// The fitted network against the one that was recorded, where the recording tells of it.
extension EvaluateRun {
  /// Most trials that are run from their starts.
  private static var mostTrials: Int { 100 }

  /// What the teacher's weights say of the fitted network; nil where the recording has none, or
  /// was turned into other rates than its own.
  ///
  /// - Collective: every rank of `world` must call it.
  func compareWithTeacher(
    _ network: borrowing RateNetwork<S>, _ observed: ObservedRates<S>, recording: [String],
    isFitted: Bool, fixedPoints: FixedPoints?, threads: Int, on world: borrowing Communicator
  ) throws -> TeacherComparison? {
    guard recording.count == 1, model.isUnscaled,
      let truth = try TruthFile.find(in: recording[0], on: world)?
        .restricted(to: model.labels, on: world), truth.inputs == model.inputs
    else { return nil }
    let isWhole = truth.isWhole && truth.places == nil
    let teacher = isWhole ? try self.teacher(truth, network.local, on: world) : nil
    var comparison = TeacherComparison(neurons: truth.neurons, cells: truth.cells)
    let frames = isFitted ? observed.heldOutFrames : 0..<observed.frames
    if truth.outputs > 0,
      let trials = WholeTrials(of: observed, in: frames, most: Self.mostTrials)
    {
      comparison.runs = try runs(network, teacher, truth, observed, trials, on: world)
    }
    if let fixedPoints {
      let spread = try observed.spread(over: world)
      switch teacher {
      case .some(let teacher):
        comparison.attractors = try attractors(
          fixedPoints, teacher, observed, seen: nil, spread: spread, threads: threads, on: world)
      case .none:
        comparison.attractors = try attractorsOfAll(
          fixedPoints, spread: spread, threads: threads, on: world)
      }
    }
    return comparison.isEmpty ? nil : comparison
  }

  /// The fixed points of a network of which the model has some cells, from the recording of all
  /// of them that `--truth` names; nil where it is none.
  private func attractorsOfAll(
    _ fixedPoints: FixedPoints, spread: Double, threads: Int, on world: borrowing Communicator
  ) throws -> TeacherComparison.Attractors? {
    guard let path = command.truth,
      let part = try TruthFile.find(in: path, on: world)?.restricted(to: model.labels, on: world),
      part.isWhole, let seen = part.places, part.inputs == model.inputs,
      part.cells <= EvaluateCommand.mostNeuronsForFixedPoints
    else { return nil }
    let recording = try Recording.open(RecordingRequest(path: path), on: world)
    guard recording.neurons == part.cells, recording.inputNames.count == part.inputs else {
      throw RecordingError.badData(
        "\(path): /truth/W is of \(part.cells) neurons, and \(recording.neurons) with"
          + " \(recording.inputNames.count) inputs are recorded, where the model has"
          + " \(model.inputs): give a recording of all cells")
    }
    let local = Partition(of: part.cells, among: world.size).range(of: world.rank)
    guard let teacher = try self.teacher(part.unrestricted, local, on: world) else { return nil }
    let observed = try ObservedRates(
      rates: recording.readNeurons(local, of: S.self, on: world), local: local,
      neurons: part.cells, isScored: local.map { _ in true },
      inputs: recording.inputs(of: S.self).view.transposed.copy(),
      trialStarts: recording.trialStarts, fittedFrames: 0..<recording.frames, group: world)
    return try attractors(
      fixedPoints, teacher, observed, seen: seen, spread: spread, threads: threads, on: world)
  }

  /// The network in the recording's file.
  private func teacher(
    _ truth: TruthFile, _ local: Range<Int>, on world: borrowing Communicator
  ) throws -> TeacherNetwork<S>? {
    let alpha = try world.agree { try truth.readAlpha(local) }
    guard let alpha else { return nil }
    return try world.agree {
      TeacherNetwork(
        RateNetwork(
          local: local, neurons: truth.neurons, weights: try truth.readWeights(local),
          inputWeights: truth.inputs > 0
            ? try truth.readInputWeights(local) : Matrix(rows: local.count, columns: 0),
          bias: try truth.readBias(local).map { S($0) }, alpha: alpha),
        leaksCurrents: truth.leaksCurrents)
    }
  }

  /// Free runs of whole trials: the network's, the teacher's, and what was recorded.
  private func runs(
    _ network: borrowing RateNetwork<S>, _ teacher: borrowing TeacherNetwork<S>?,
    _ truth: TruthFile, _ observed: ObservedRates<S>, _ trials: WholeTrials,
    on world: borrowing Communicator
  ) throws -> TeacherComparison.Runs {
    let readout = try world.agree { try truth.readReadout(network.local) }
    let targets = try world.agree { try truth.readTargets() }
    let run = try TrialRun(
      of: network, on: observed, trials: trials, readout: readout, group: world)
    var ideal: TrialRun?
    switch teacher {
    case .some(let teacher):
      ideal = try TrialRun(
        of: teacher, on: observed, trials: trials, readout: readout, group: world)
    case .none: break
    }
    var wanted: [Double]?
    if targets.rows == observed.frames {
      wanted = trials.starts.flatMap { start in
        (1...trials.steps).flatMap { t in (0..<truth.outputs).map { targets[start + t, $0] } }
      }
    }
    return TeacherComparison.Runs(
      network: run, teacher: ideal, wanted: wanted, outputs: truth.outputs)
  }

  /// The fixed points of both, matched by the rates of the cells that are `seen` (nil: all); the
  /// yardstick are those of the teacher that are found from the one and from the other half of the
  /// recording.
  private func attractors(
    _ fixedPoints: FixedPoints, _ teacher: borrowing TeacherNetwork<S>,
    _ observed: ObservedRates<S>, seen: [Int]?, spread: Double, threads: Int,
    on world: borrowing Communicator
  ) throws -> TeacherComparison.Attractors {
    func search(
      _ teacher: borrowing TeacherNetwork<S>, in frames: Range<Int>?,
      on world: borrowing Communicator
    ) throws -> FixedPoints {
      let found = try FixedPoints(
        of: teacher.network, on: observed, starts: command.fixedPoints ?? 1, in: frames,
        threads: threads, group: world)
      return seen.map { found.seen(by: $0) } ?? found
    }
    let half = observed.frames / 2
    let whole = try search(teacher, in: nil, on: world)
    let early = try search(teacher, in: 0..<half, on: world)
    let late = try search(teacher, in: half..<observed.frames, on: world)
    return TeacherComparison.Attractors(
      network: fixedPoints, teacher: whole,
      match: FixedPointMatch(whole.points, with: fixedPoints.points, spread: spread),
      yardstick: FixedPointMatch(early.points, with: late.points, spread: spread))
  }
}
