internal import Collectives
internal import Evaluation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Recordings
internal import Results

// The fitted weights and leaks against the true ones.
extension EvaluateRun {
  /// Rows of the truth in memory at a time.
  private static var rowsAtOnce: Int { 64 }

  /// The truth that was asked for, or is in the recording; nil if there is none.
  ///
  /// - Throws: on every rank alike, 65 if the file that was asked for has no truth of the model's
  ///   neurons.
  /// - Collective: every rank of `world` must call it.
  func agreement(
    _ network: borrowing RateNetwork<S>, recording: String?, on world: borrowing Communicator
  ) throws -> EvaluationReport.Agreement? {
    guard let path = command.truth ?? recording else { return nil }
    guard let whole = try TruthFile.find(in: path, on: world) else {
      guard command.truth != nil else { return nil }
      throw RecordingError.badData("\(path): holds no /truth/W (neuron, presyn)")
    }
    guard let truth = try whole.restricted(to: model.labels, on: world) else {
      guard command.truth != nil else { return nil }
      throw RecordingError.badData(
        "\(path): /truth/W is of \(whole.neurons) neurons, and the model has \(model.neurons)"
          + (model.neurons <= whole.neurons ? ", which are not among them by name" : ""))
    }
    return try agreement(network, truth, on: world)
  }

  /// Row by row: no rank holds a second W.
  private func agreement(
    _ network: borrowing RateNetwork<S>, _ truth: TruthFile, on world: borrowing Communicator
  ) throws -> EvaluationReport.Agreement {
    var weights = WeightAgreement()
    var inputWeights = WeightAgreement()
    var leaks = WeightAgreement()
    let local = network.local
    try world.agree {
      for lower in stride(from: 0, to: local.count, by: Self.rowsAtOnce) {
        let rows = lower..<min(lower + Self.rowsAtOnce, local.count)
        let own = (local.lowerBound + rows.lowerBound)..<(local.lowerBound + rows.upperBound)
        let trueRows = try truth.readWeights(own, of: S.self)
        for i in rows {
          weights.add(
            network.weights.row(i), trueRows.row(i - lower), leavingOut: local.lowerBound + i)
        }
        guard truth.inputs > 0, truth.inputs == model.inputs else { continue }
        let trueInputs = try truth.readInputWeights(own, of: S.self)
        for i in rows {
          inputWeights.add(
            network.inputWeights.row(i), trueInputs.row(i - lower), leavingOut: nil)
        }
      }
      guard truth.hasLeaks, let alpha = try truth.readAlpha(local) else { return }
      leaks.add(network.alpha.span, alpha.span, leavingOut: nil)
    }
    try weights.reduce(over: world)
    try inputWeights.reduce(over: world)
    try leaks.reduce(over: world)
    return EvaluationReport.Agreement(
      truth: truth.path, weights: weights,
      inputWeights: inputWeights.count > 1 ? inputWeights : nil,
      leaks: leaks.count > 0 ? leaks : nil)
  }
}
