internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Results
internal import Rivals
internal import Runtime

extension FitRun {
  /// Solves this rank's neurons by a rival, and measures its weights as those of the fit.
  ///
  /// - Collective: every rank of `world` must call it.
  func solve(
    _ chosen: Chosen, by rival: any RivalMethod, on world: borrowing Communicator
  ) throws -> Solution {
    let problem = rivalProblem(of: chosen)
    let recorder = MethodRecorder(
      try meter(problem.whole, chosen, on: world),
      limits: MethodRecorder.Limits(
        iterations: command.solution.iterations, correlation: command.method.until),
      tell: { [session, log] point in
        session.control.noteProgress()
        session.console.progress(
          "solve", done: Int(point.iteration), of: command.solution.iterations, unit: "iterations")
        log.write("quality", point.event)
      }, isAsked: { [session] in session.control.isAskedToStop })
    let start = command.method.start.start(
      command.method, margin: chosen.configuration.initialMargin)
    let solution = try session.phases.measure("solve") {
      try rival.solve(problem, from: start, recorder: recorder, group: world)
    }
    var configuration = chosen.configuration
    configuration.iterations = 0
    var fit = try chosen.loaded.problem.fit(
      loss: chosen.choice.loss.loss, alpha: chosen.choice.leaks, configuration: configuration,
      group: world, threads: session.threads, phases: Phases(),
      start: StartingWeights(solution.weights.copy()))
    fit.diagnostics.note(
      iterations: solution.iterations, isResidualKnown: command.model.loss != .squared)
    return Solution(chosen: chosen, fit: fit, log: solution.log)
  }

  /// Fits of 0, 1, 2, 4, … iterations, each measured, the last of which is the fit.
  ///
  /// What the fit has after some iterations is what it ends with if these are all it may do.
  ///
  /// - Collective: every rank of `world` must call it.
  func solveWithCurve(_ chosen: Chosen, on world: borrowing Communicator) throws -> Solution {
    let meter = try meter(chosen.loaded.problem, chosen, on: world)
    let start = try start(of: chosen, on: world)
    var curve = MethodLog()
    var limit = 0
    while true {
      var configuration = chosen.configuration
      configuration.iterations = min(limit, command.solution.iterations)
      let phases = Phases()
      let fit = try chosen.loaded.problem.fit(
        loss: chosen.choice.loss.loss, alpha: chosen.choice.leaks, configuration: configuration,
        constraints: chosen.loaded.planned.constraints, group: world, threads: session.threads,
        phases: phases, start: start)
      for phase in phases.all {
        session.phases.add(phase.name, seconds: phase.seconds, flops: phase.flops)
      }
      let seconds = try world.maximum(
        phases.all.reduce(0) { $0 + ($1.name == "score" ? 0 : $1.seconds) })
      let done = try world.maximum(fit.diagnostics.iterations.max() ?? 0)
      let point = MethodLog.Point(
        iteration: Double(done), seconds: seconds,
        quality: try meter.measure(fit.coefficients(), on: world))
      log.write("quality", point.event)
      curve.points.append(point)
      session.control.noteProgress()
      if done < configuration.iterations || limit >= command.solution.iterations {
        curve.ending = done < configuration.iterations ? .finished : .iterationLimit
        return Solution(chosen: chosen, fit: fit, log: curve)
      }
      limit = max(1, 2 * limit)
    }
  }

  /// What the fit begins with where it is not the ridge solution.
  ///
  /// - Collective: every rank of `world` must call it.
  func start(of chosen: Chosen, on world: borrowing Communicator) throws -> StartingWeights? {
    guard command.method.start != .ridge else { return nil }
    let start = command.method.start.start(
      command.method, margin: chosen.configuration.initialMargin)
    return StartingWeights(try start.weights(of: rivalProblem(of: chosen), group: world))
  }

  /// The problem in float64, as rivals take it.
  private func rivalProblem(of chosen: Chosen) -> RivalProblem {
    guard let problem = chosen.loaded.problem as? FitProblem<Double> else {
      preconditionFailure("rivals work in float64")
    }
    return RivalProblem(
      problem,
      loss: command.model.loss == .squared ? .squared : .pointwise(chosen.choice.loss.loss),
      leaks: chosen.choice.leaks, configuration: chosen.configuration, threads: session.threads,
      phases: Phases())
  }

  /// What measures weights, against the truth too where the recording has it.
  private func meter<P: Scalar & Transferable>(
    _ problem: FitProblem<P>, _ chosen: Chosen, on world: borrowing Communicator
  ) throws -> QualityMeter<P> {
    QualityMeter(
      problem, leaks: chosen.choice.leaks, configuration: chosen.configuration,
      truth: try trueWeights(of: problem.regressors.local, on: world), threads: session.threads)
  }

  /// The true weights onto this rank's neurons; nil where the recording has none of its neurons.
  private func trueWeights(
    of local: Range<Int>, on world: borrowing Communicator
  ) throws -> TrueWeights? {
    guard let truth = try truth(on: world) else { return nil }
    return TrueWeights(try world.agree { try truth.readWeights(local, of: Double.self) })
  }

  /// Refuses to end by a correlation with true weights where they are not known.
  ///
  /// - Collective: every rank of `world` must call it.
  func requireTruth(on world: borrowing Communicator) throws {
    guard command.method.until != nil, try truth(on: world) == nil else { return }
    throw CommandLineError.usage(
      "--until compares with true weights, and "
        + (command.recordings.count > 1
          ? "several recordings have none together"
          : "\(command.recordings[0]) has no /truth/W of its neurons") + ": leave it out")
  }

  /// The truth of the recording's neurons; nil where it has none.
  private func truth(on world: borrowing Communicator) throws -> TruthFile? {
    guard command.recordings.count == 1 else { return nil }
    return try TruthFile.find(in: command.recordings[0], on: world)?
      .restricted(to: recording.labels, on: world)
  }
}
