internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Results
internal import Rivals

/// The result of a fit, as interface and formats describe it.
struct FitResultFile {
  let recording: Recording
  let scaling: Scaling
  let configuration: Configuration
  let choice: ModelChoice
  /// nil where nothing was held out.
  let heldOut: HeldOutScores?
  /// The region of each neuron, where they were given.
  let regions: [String]?
  let provenance: Provenance
  let storage: WeightStorage
  /// The method, and its quality against wall time; nil where none was logged.
  let method: (options: MethodOptions, log: MethodLog?)
  /// What held-out blocks said of a refinement; nil where there was none.
  var refinement: RefinementRecord?
  /// Whether this rank writes what all have.
  let isRoot: Bool

  /// Writes everything; the file appears when it is complete.
  ///
  /// `add` writes what this fit has besides.
  ///
  /// - Collective: every rank of `world` must call it.
  func write<S: Scalar & Transferable & Storable>(
    _ fit: borrowing Fit<S>, to path: String, on world: borrowing some FileGroup & ~Copyable,
    adding add: (inout ResultFile) throws -> Void = { _ in }
  ) throws {
    var file = try ResultFile.create(path, on: world, provenance: provenance)
    try file.contents.setAttribute("alpha", choice.alpha)
    if let dt = recording.dt {
      try file.contents.setAttribute("dt", dt)
      try file.contents.setAttribute("tau", dt / choice.alpha)
    }
    try file.contents.setAttribute("loss", choice.loss.name)
    try file.contents.setAttribute("lambda", configuration.lambda)
    try file.contents.setAttribute("targets", configuration.targetRange.rawValue)
    try file.contents.setAttribute("form", fit.form.rawValue)
    if let kernel = fit.productKernel {
      try file.contents.setAttribute("products", kernel.name)
    }
    try file.contents.setAttribute("preconditioner_ridge_raise", fit.ridgeRaise)
    try file.contents.setAttribute(
      "equation",
      "r[t+1] = (1 - alpha) r[t] + alpha tanh(W r[t] + W_in u[t] + b); W[post, pre]")
    try addDimensions(to: &file, iterations: fit.objective.count)
    try scaling.write(to: &file, first: fit.regressors.local.lowerBound)
    try writeScores(fit, to: &file)
    try file.write(
      "log/objective", fit.objective, ["iteration"],
      longName: "deviance plus ridge, summed over neurons")
    try writeMethod(to: &file)
    try writeSelection(to: &file)
    if let horizon = choice.horizon { try file.write(horizon) }
    if let refinement { try file.write(refinement) }
    try writeLeaks(to: &file, first: fit.regressors.local.lowerBound)
    try add(&file)
    try FitNetwork(
      recording: recording, storage: storage, isRounded: configuration.usesFeatures,
      isRoot: isRoot
    )
    .write(fit, to: &file, on: world)
    try file.finish(on: world)
  }

  private func addDimensions(to file: inout ResultFile, iterations: Int) throws {
    try file.addDimension("neuron", labels: recording.labels, longName: "postsynaptic neuron")
    try file.addDimension("presyn", labels: recording.labels, longName: "presynaptic neuron")
    try file.addDimension("iteration", count: iterations, longName: "iteration")
    if !recording.inputNames.isEmpty {
      try file.addDimension("input", labels: recording.inputNames, longName: "external input")
    }
    if let regions {
      try file.write("region", regions, "neuron", longName: "region of the neuron")
    }
    let times = recording.times
    if times.isEmpty {
      try file.addDimension("time", count: recording.frames, longName: "frame")
    } else {
      try file.addDimension("time", values: times, units: "s", longName: "time")
    }
  }

  /// The method, where the fit is not plain, and its curve.
  private func writeMethod(to file: inout ResultFile) throws {
    guard !method.options.isPlain else { return }
    try file.contents.setAttribute("method", method.options.method.rawValue)
    try file.contents.setAttribute("start", method.options.start.rawValue)
    guard let log = method.log else { return }
    try file.contents.setAttribute("method_ending", log.ending.name)
    try file.write(log)
  }

  /// The leak of each neuron, and its time constant where the frame time is known.
  private func writeLeaks(to file: inout ResultFile, first: Int) throws {
    let leak = try file.createVariable(
      "alpha", of: Double.self, ["neuron"], longName: "leak dt / tau")
    try leak.write(choice.leaks, at: first)
    try leak.close()
    guard !choice.lossErrors.isEmpty else { return }
    try file.addDimension(
      "selection_loss", labels: choice.lossErrors.map(\.name), longName: "loss")
    try file.write(
      "selection/loss/error", choice.lossErrors.map(\.error), ["selection_loss"],
      longName: "held-out absolute error / persistence")
  }

  /// The cross-validation curves through the chosen candidate.
  private func writeSelection(to file: inout ResultFile) throws {
    guard let selection = choice.selection else { return }
    for (name, curve, values, chosen) in [
      ("lambda", selection.lambdaCurve, selection.lambdaCurve.map(\.lambda), selection.lambda),
      ("alpha", selection.alphaCurve, selection.alphaCurve.map(\.alpha), selection.alpha),
    ] {
      let dimension = "selection_\(name)"
      try file.addDimension(dimension, count: curve.count, longName: "candidate")
      let candidate = try file.createVariable(
        "selection/\(name)/candidate", of: Double.self, [dimension], longName: name)
      try candidate.setAttribute("chosen", chosen)
      try candidate.write(isRoot ? values : [])
      try candidate.close()
      try file.write(
        "selection/\(name)/error", curve.map(\.error), [dimension],
        longName: "held-out error / persistence")
    }
    try file.write(
      "selection/alpha/clipped",
      selection.alphaCurve.map { selection.clipped[$0.alpha] ?? .nan }, ["selection_alpha"],
      longName: "share of targets beyond +-1")
  }

  private func writeScores<S>(_ fit: borrowing Fit<S>, to file: inout ResultFile) throws {
    let first = fit.regressors.local.lowerBound
    func write<T: Storable>(_ path: String, _ values: [T], _ longName: String) throws {
      let variable = try file.createVariable(path, of: T.self, ["neuron"], longName: longName)
      try variable.write(values, at: first)
      try variable.close()
    }
    if fit.heldOutTransitions.count > 0 {
      try write("score/mse", fit.scores.mse, "held-out mean squared one-step error")
      try write("score/persistence_mse", fit.scores.persistence, "the same of r[t+1] = r[t]")
      try write("score/r2", fit.scores.r2, "1 - mse / variance")
      try write("score/skill", fit.scores.skill, "1 - mse / persistence_mse")
    }
    if let heldOut {
      try write("score/linear_mse", heldOut.linear, "the same of a linear model")
      try write("score/mean_mse", heldOut.mean, "the same of the mean over the fitted frames")
      try file.contents.setAttribute("linear_lambda", heldOut.linearRidge)
      if let ridge = heldOut.linearRidgeOfRuns {
        try file.contents.setAttribute("linear_lambda_of_runs", ridge)
      }
      if let rollout = heldOut.rollout { try file.write(rollout) }
    }
    let diagnostics = fit.diagnostics
    try write("diagnostics/optimality", diagnostics.optimality, "relative optimality residual")
    try write("diagnostics/clipped", diagnostics.clipped, "share of targets beyond +-1")
    try write("diagnostics/dropped", diagnostics.dropped, "share of targets missing")
    try write("diagnostics/iterations", diagnostics.iterations, "iterations taken")
    try write(
      "diagnostics/outcome", diagnostics.outcome.map(\.rawValue),
      "0 converged, 1 stalled, 2 iteration limit, 3 left out")
  }
}
