internal import Evaluation
internal import HDF5
internal import MPI
internal import Recordings
internal import Results

extension EvaluationReport {
  /// Writes `/score/*` (neuron) and `/score/rollout_*` (horizon), connectivity as attributes.
  ///
  /// `first` is the number of this rank's first neuron.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(
    to path: String, first: Int, on world: borrowing Communicator, provenance: Provenance
  ) throws {
    var file = try ResultFile.create(path, on: world, provenance: provenance)
    if let opened, let recording {
      try file.contents.setAttribute("recording", recording)
      try file.contents.setAttribute("recording_sha256", opened.sha256)
      try file.contents.setAttribute("is_fitted_recording", opened.isFitted ? 1 : 0)
    }
    if let agreement {
      try file.contents.setAttribute("connectivity_pearson", agreement.weights.pearson)
      try file.contents.setAttribute("connectivity_slope", agreement.weights.slope)
      try file.contents.setAttribute(
        "connectivity_rms_error", agreement.weights.rootMeanSquareError)
      if let inputs = agreement.inputWeights {
        try file.contents.setAttribute("input_pearson", inputs.pearson)
      }
      if let leaks = agreement.leaks {
        try file.contents.setAttribute("alpha_pearson", leaks.pearson)
        try file.contents.setAttribute("alpha_rms_error", leaks.rootMeanSquareError)
      }
    }
    try file.addDimension("neuron", labels: model.labels, longName: "neuron")
    if let oneStep {
      for (name, values, meaning) in [
        ("mse", oneStep.mse, "held-out mean squared one-step error"),
        ("persistence_mse", oneStep.persistence, "the same of r[t+1] = r[t]"),
        ("linear_mse", oneStep.linear, "the same of a linear model"),
        ("mean_mse", oneStep.mean, "the same of the mean over the fitted frames"),
        ("r2", oneStep.r2, "1 - mse / variance"),
        ("skill", oneStep.skill, "1 - mse / persistence_mse"),
      ] {
        let variable = try file.createVariable(
          "score/\(name)", of: Double.self, ["neuron"], longName: meaning)
        try variable.write(values, at: first)
        try variable.close()
      }
    }
    if let rollout { try file.write(rollout) }
    if let attractor { try file.write(attractor, first: first) }
    if let fixedPoints { try file.write(fixedPoints, isRoot: world.rank == 0) }
    try teacher?.write(to: &file, isRoot: world.rank == 0)
    if weightErrors != nil || nulls != nil || agreements != nil {
      try file.addDimension("presyn", labels: model.labels, longName: "presynaptic neuron")
    }
    if let perturbed { try file.write(perturbed, isRoot: world.rank == 0) }
    let names = currents?.found.names ?? nulls?.regionNames ?? weightErrors?.regionNames
    if let names = names ?? agreements?.regionNames {
      try file.addDimension("target_region", labels: names, longName: "region that receives")
      try file.addDimension("source_region", labels: names, longName: "region that sends")
    }
    try weightErrors?.write(to: &file, presyn: model.neurons, isRoot: world.rank == 0)
    try agreements?.write(to: &file, first: first, isRoot: world.rank == 0)
    try nulls?.write(to: &file, first: first)
    if let opened {
      try currents?.write(to: &file, of: opened.recording, isRoot: world.rank == 0)
    }
    if let linearRidge { try file.contents.setAttribute("linear_lambda", linearRidge) }
    if let linearRidgeOfRuns {
      try file.contents.setAttribute("linear_lambda_of_runs", linearRidgeOfRuns)
    }
    try heldOut?.write(to: &file, first: first)
    try file.requireSpace(on: world)
    try file.finish(on: world)
  }
}

extension ResultFile {
  /// Writes `/score/rollout_*`.
  ///
  /// - Collective: every rank that shares the file must call it.
  mutating func write(_ rollout: RolloutScores) throws {
    try addDimension(
      "horizon", values: (1...rollout.horizon).map(Double.init), units: "1",
      longName: "frames ahead")
    try addDimension("start", count: rollout.starts.count, longName: "free run")
    try write("score/rollout_start", rollout.starts, ["start"], longName: "frame it started from")
    for (name, values, meaning) in [
      ("mse", rollout.mse, "mean squared error of the free-running network"),
      ("persistence_mse", rollout.persistence, "the same of rates that stay as they were"),
      ("linear_mse", rollout.linear, "the same of a free-running linear model"),
      (
        "linear_by_runs_mse", rollout.linearByRuns,
        "the same of a linear model whose ridge free runs chose"
      ),
      ("mean_mse", rollout.mean, "the same of the mean over the fitted frames"),
      ("decay_mse", rollout.decay, "the same of each neuron's own decay towards its mean"),
    ] where !values.isEmpty {
      try write("score/rollout_\(name)", values, ["horizon"], longName: meaning)
    }
    let uncertainties = [
      ("linear", rollout.linearUncertainty), ("linear_by_runs", rollout.linearByRunsUncertainty),
      ("decay", rollout.decayUncertainty),
    ]
    for (name, values) in uncertainties where !values.isEmpty {
      try write(
        "score/rollout_\(name)_uncertainty", values, ["horizon"],
        longName: "95 % interval, +-, of the mean over horizons up to this one of its error less"
          + " the network's, over that of persistence")
    }
  }
}
