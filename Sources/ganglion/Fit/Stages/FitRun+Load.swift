internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Runtime

extension FitRun {
  /// A recording made ready for selection and fit.
  struct Loaded {
    let planned: Planned
    let problem: FitProblem<S>
    /// What turned the recording's units into rates.
    let scaling: Scaling
    /// The region of each neuron, where they were given.
    let regions: [String]?
    /// Digests of what was read; none without a checkpoint.
    let content: [String: String]
  }

  /// Reads this rank's traces, turns them into rates, and shares the regressors.
  ///
  /// - Collective: every rank of `world` must call it.
  func load(_ planned: Planned, on world: borrowing Communicator) throws -> Loaded {
    let (phases, local) = (session.phases, planned.local)
    let regions =
      try command.constraints.regions?.labels(count: recording.neurons, on: world)
      ?? recording.regions
    var rates: Matrix<S> = try phases.measure("read") {
      try recording.readNeurons(local, on: world)
    }
    let content = try phases.measure("checkpoint") {
      try contentDigests(
        of: rates, first: local.lowerBound, constraints: planned.constraints, regions: regions,
        on: world)
    }
    let scaling = try scale(&rates, of: local, on: world)
    let prepared = PreparedRecording(
      rates: rates, local: local, neurons: recording.neurons,
      inputs: recording.inputs(of: S.self).view.transposed.copy(),
      trialStarts: recording.trialStarts, holdout: command.model.holdout)
    let problem = try FitProblem(
      prepared, bias: planned.configuration.bias, group: world, phases: phases)
    warnOfInputs(of: problem, bias: planned.configuration.bias)
    return Loaded(
      planned: planned, problem: problem, scaling: scaling, regions: regions, content: content)
  }

  /// Preprocesses traces, and scales them to (−1, 1).
  ///
  /// - Throws: `CommandLineError` (65) where what is called rates are none.
  private func scale(
    _ rates: inout Matrix<S>, of local: Range<Int>, on world: borrowing Communicator
  ) throws -> Scaling {
    let fitted = PreparedRecording<S>.fittedFrames(
      of: recording.frames, holdout: command.model.holdout)
    let kind = command.preprocessing.scaling(of: recording)
    if command.preprocessing.scale == nil {
      session.console.say("note: --scale \(kind.rawValue), as none was given")
    }
    let scaling = try session.phases.measure("prepare") {
      let maps = try command.preprocessing.preprocessing.apply(
        to: &rates, fitted: fitted, local: local, of: recording, on: world)
      var scaling = try Scaling(kind, of: &rates, fitted: fitted, group: world)
      scaling.follow(maps)
      return scaling
    }
    if kind == .none {
      let warning = try RateCheck.require(
        rates, in: title ?? command.recordings.joined(separator: ", "), local: local,
        labels: recording.labels, isAsked: command.preprocessing.scale != nil, group: world)
      if let warning { session.console.say("warning: \(warning)") }
    }
    return scaling
  }

  private func warnOfInputs(of problem: FitProblem<S>, bias: Bool) {
    let inputs = InputCheck(problem.recording.inputs, transitions: problem.transitions)
    for warning in inputs.warnings(names: recording.inputNames, bias: bias) {
      session.console.say("warning: \(warning)")
    }
  }
}
