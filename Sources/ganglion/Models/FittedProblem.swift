internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Recordings
internal import Results
internal import Runtime

/// The problem that a model solves: its recording as the fit saw it, and how it was fitted.
struct FittedProblem: ~Copyable {
  let fit: StoredFit
  let problem: FitProblem<Double>
  let scaling: Scaling
  let recipe: FitRecipe
  /// What the model has of this rank's neurons: local × regressors, by their scale.
  let weights: Matrix<Double>
  /// The region of each neuron, where they were given.
  let regions: [String]?

  /// Reads this rank's part.
  ///
  /// - Throws: `RecordingError` (65) where the recording is another; what `StoredFit` and reading
  ///   throw.
  /// - Collective: every rank of `world` must call it.
  init(
    of model: ModelFile, _ opened: ModelRecording, on world: borrowing Communicator
  ) throws {
    let fit = try StoredFit(model)
    let recording = opened.recording
    guard opened.isFitted else {
      throw RecordingError.badData(
        "\(recording.path): not what the model \(model.path) was fitted to, or read otherwise, or"
          + " it has changed since; just that is needed here: give --recording FILE")
    }
    let local = Partition(of: model.neurons, among: world.size).range(of: world.rank)
    let network: RateNetwork<Double> = try model.readNetwork(local, on: world)
    let constraints = try fit.constraints.read(neurons: model.neurons, local: local, on: world)
    let regions =
      try fit.constraints.regions?.labels(count: model.neurons, on: world) ?? recording.regions
    var scaling: Scaling?
    let rates: Matrix<Double> = try model.readRates(
      of: recording, local, fitted: recording.fittedFrames(holdout: model.holdout), on: world
    ) { scaling = $1 }
    guard let scaling else { preconditionFailure("the recording was not looked at") }
    let problem = try FitProblem(
      PreparedRecording(
        rates: rates, local: local, neurons: model.neurons,
        inputs: recording.inputs(of: Double.self).view.transposed.copy(),
        trialStarts: recording.trialStarts, holdout: model.holdout),
      bias: fit.configuration.bias, group: world, phases: Phases())
    self.fit = fit
    self.problem = problem
    self.scaling = scaling
    self.regions = regions
    recipe = FitRecipe(
      loss: fit.loss.loss, leaks: network.alpha, configuration: fit.configuration,
      constraints: constraints)
    weights = problem.regressors.weights(of: network)
  }
}

extension Regressors<Double> {
  /// The rows of a network by the scale of the regressors, local × regressors.
  fileprivate func weights(of network: borrowing RateNetwork<Double>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: local.count, columns: count)
    for i in 0..<result.rows {
      for j in 0..<neurons { result[i, j] = network.weights[i, j] }
      for (k, scale) in inputScale.enumerated() {
        result[i, neurons + k] = network.inputWeights[i, k] * scale
      }
      if bias { result[i, count - 1] = network.bias[i] }
    }
    return result
  }
}
