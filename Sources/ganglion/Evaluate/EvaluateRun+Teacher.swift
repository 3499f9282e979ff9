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
      let truth = try TruthFile.find(in: recording[0], on: world),
      truth.neurons == model.neurons, truth.inputs == model.inputs
    else { return nil }
    let teacher = truth.isWhole ? try self.teacher(truth, network.local, on: world) : nil
    var comparison = TeacherComparison(neurons: truth.neurons, cells: truth.cells)
    let frames = isFitted ? observed.heldOutFrames : 0..<observed.frames
    if truth.outputs > 0,
      let trials = WholeTrials(of: observed, in: frames, most: Self.mostTrials)
    {
      comparison.runs = try runs(network, teacher, truth, observed, trials, on: world)
    }
    if let fixedPoints, let teacher {
      comparison.attractors = try attractors(
        fixedPoints, teacher, observed, threads: threads, on: world)
    }
    return comparison.isEmpty ? nil : comparison
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
          bias: [S](repeating: 0, count: local.count), alpha: alpha),
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

  /// The fixed points of both, matched; the yardstick are those of the teacher that are found
  /// from the one and from the other half of the recording.
  private func attractors(
    _ fixedPoints: FixedPoints, _ teacher: borrowing TeacherNetwork<S>,
    _ observed: ObservedRates<S>, threads: Int, on world: borrowing Communicator
  ) throws -> TeacherComparison.Attractors {
    let starts = command.fixedPoints ?? 1
    let spread = try observed.spread(over: world)
    let half = observed.frames / 2
    let whole = try FixedPoints(
      of: teacher.network, on: observed, starts: starts, threads: threads, group: world)
    let early = try FixedPoints(
      of: teacher.network, on: observed, starts: starts, in: 0..<half, threads: threads,
      group: world)
    let late = try FixedPoints(
      of: teacher.network, on: observed, starts: starts, in: half..<observed.frames,
      threads: threads, group: world)
    return TeacherComparison.Attractors(
      network: fixedPoints, teacher: whole,
      match: FixedPointMatch(whole.points, with: fixedPoints.points, spread: spread),
      yardstick: FixedPointMatch(early.points, with: late.points, spread: spread))
  }
}
