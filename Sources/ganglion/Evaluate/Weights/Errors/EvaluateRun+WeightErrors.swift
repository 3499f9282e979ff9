internal import CORNN
internal import Collectives
internal import Evaluation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import Wording

// What the weights onto some neurons are worth.
extension EvaluateRun {
  /// The sampling errors that were asked for; nil where none were.
  ///
  /// - Throws: on every rank alike, 64 for neurons that are not there or given twice, and for a
  ///   model whose errors are not known.
  /// - Collective: every rank of `world` must call it.
  func weightErrors(
    _ fitted: borrowing FittedProblem, on world: borrowing Communicator
  ) throws -> WeightErrorReport? {
    guard let text = command.standardErrors else { return nil }
    let local = fitted.problem.regressors.local
    let fittable = Set(fitted.problem.fittable)
    let isFitted = try world.gather(local.map { fittable.contains($0 - local.lowerBound) ? 1 : 0 })
    let chosen = try ModelNeurons(of: model, on: world).places(
      of: text, "--standard-errors", isFitted: isFitted.map { $0 == 1 })
    try requireKnownErrors(fitted)
    let own = chosen.filter(local.contains)
    let regions = try regionLabels(on: world).map(RegionPlaces.init)
    if let regions {
      let numbers = regions.names.count * regions.names.count * fitted.problem.transitions.count
      guard numbers <= RegionCurrents.mostNumbers else {
        throw CommandLineError.usage(
          "--standard-errors between \(regions.names.count) regions takes \(numbers) numbers, more"
            + " than \(RegionCurrents.mostNumbers): give coarser regions (--regions)")
      }
    }
    var sums = regions.map {
      RegionSums($0, transitions: fitted.problem.transitions.count)
    }
    let errors = try world.agree {
      try own.map { neuron in
        let errors = try fitted.problem.weightErrors(
          of: neuron - local.lowerBound, weights: fitted.weights, fitted.recipe,
          groups: regions?.places ?? [])
        sums?.add(errors.sums, onto: neuron)
        return errors
      }
    }
    try sums?.reduce(over: world)
    let clipped = try model.readNeurons("diagnostics/clipped", local, on: world)
    let isClamped = fitted.fit.configuration.targetRange == .clamped
    return try WeightErrorReport(
      neurons: chosen.map { model.labels[$0] },
      own: zip(own, errors).map { neuron, errors in
        let i = neuron - local.lowerBound
        return WeightErrorReport.Row(
          weights: (0..<model.neurons).map { fitted.weights[i, $0] }, errors: errors,
          clamped: isClamped ? clipped[i] : 0)
      }, first: chosen.count { $0 < local.lowerBound }, regions: sums, on: world)
  }

  /// Refuses what the formula does not hold for.
  private func requireKnownErrors(_ fitted: borrowing FittedProblem) throws {
    func refuse(_ what: String) -> CommandLineError {
      CommandLineError.usage(
        "--standard-errors: \(model.path) \(what), of which sampling errors are not known; they are"
          + " of fits by the cross entropy with weights of any sign")
    }
    guard fitted.fit.loss.name == "crossentropy" else {
      throw refuse("was fitted with the loss \(fitted.fit.loss.name)")
    }
    guard fitted.recipe.constraints.signs == nil else {
      throw refuse("has weights with fixed signs")
    }
    guard fitted.fit.refined == 0 else { throw refuse("was refined") }
  }
}
