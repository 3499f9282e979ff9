internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results

// How far fits to parts of the recording agree.
extension EvaluateRun {
  /// The agreement that was asked for; nil where none was.
  ///
  /// - Throws: on every rank alike, 64 for a refined model, or too few frames.
  /// - Collective: every rank of `world` must call it.
  func agreements(
    _ fitted: borrowing FittedProblem, threads: Int, _ console: Console,
    on world: borrowing Communicator
  ) throws -> AgreementReport? {
    let options = command.parts
    guard options.isGiven else { return nil }
    guard fitted.fit.refined == 0 else {
      throw CommandLineError.usage(
        "\(options.flag): \(model.path) was refined, and fits to parts of its recording are not")
    }
    let transitions = fitted.problem.transitions.count
    guard transitions >= TransitionBlocks.leastTransitions else {
      throw CommandLineError.usage(
        "\(options.flag) takes at least \(TransitionBlocks.leastTransitions) fitted transitions, and"
          + " \(model.path) has \(transitions)")
    }
    let regions = try regionLabels(on: world).map(RegionPlaces.init)
    let found = try fitted.problem.agreementOfParts(
      fitted.weights, fitted.recipe, halves: options.splitHalves,
      resamples: options.bootstrap ?? 0, seed: options.bootstrapSeed, group: world,
      threads: threads
    ) { console.progress("parts of the recording", done: $0, of: $1, unit: "fits") }
    return try AgreementReport(
      found, first: fitted.problem.regressors.local.lowerBound, regions: regions, on: world)
  }
}
