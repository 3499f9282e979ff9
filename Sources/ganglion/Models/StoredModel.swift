internal import CORNN
internal import Collectives
internal import Evaluation
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Results

// What a model file says about the fit, in the terms of the other layers.
extension ModelFile {
  /// The settings of the fit.
  var settings: [String: Any] {
    let object = try? JSONSerialization.jsonObject(with: Data(configuration.utf8))
    return object as? [String: Any] ?? [:]
  }

  /// The paths of the recordings that were fitted; none where the file does not say.
  var fittedRecordings: [String] { settings["recordings"] as? [String] ?? [] }

  /// The share of the frames that the fit kept for its scores.
  var holdout: Double { (settings["holdout"] as? NSNumber)?.doubleValue ?? 0 }

  /// Whether held-out blocks chose the ridge among several; of a refined model, that of its fit.
  var isRidgeByBlocks: Bool {
    isRidgeChosen || settings[StoredFit.ridgeChosenSetting] as? Bool == true
  }

  /// How `/diagnostics/outcome` marks a neuron that was left out.
  var skippedOutcome: Double { Double(Outcome.skipped.rawValue) }

  /// The steps of the fit that are done anew on a recording: a moving baseline is the
  /// recording's own, and a filter has no numbers to keep.
  private var ownSteps: Preprocessing {
    func number(_ name: String) -> Double? { (settings[name] as? NSNumber)?.doubleValue }
    var steps = Preprocessing()
    steps.lowPass = number("low-pass")
    if settings["baseline"] as? String == "maximin" {
      steps.baseline = .maximin(
        window: number("baseline-window") ?? Baseline.usualWindow,
        smoothing: number("baseline-smoothing") ?? Baseline.usualSmoothing)
    }
    return steps
  }

  /// This rank's neurons of a recording × frames, preprocessed as the fitted one was, with the
  /// first frames `fitted` for what is found anew.
  ///
  /// `look` sees the recorded values before, and how they become rates.
  ///
  /// - Collective: every rank of `world` must call it.
  func readRates<S: Scalar & Storable>(
    of recording: Recording, _ local: Range<Int>, fitted: Range<Int>,
    on world: borrowing Communicator, look: (borrowing Matrix<S>, Scaling) -> Void = { _, _ in }
  ) throws -> Matrix<S> {
    var rates: Matrix<S> = try recording.readNeurons(local, on: world)
    let steps = ownSteps
    let scaling = try scaling(
      of: rates, local: local, fitted: fitted, in: recording, steps: steps, on: world)
    look(rates, scaling)
    do {
      var values = rates.mutableElements
      for i in values.indices where !values[i].isFinite { values[i] = .nan }
    }
    try scaling.applyAll(
      to: &rates, lowPass: steps.lowPass, local: local, of: recording, on: world)
    return rates
  }

  /// A recording's rates, gathered for evaluation.
  ///
  /// The neurons that were fitted are scored, on the frames that the fit would keep. `look` sees
  /// this rank's recorded values, and how they become rates.
  ///
  /// - Collective: every rank of `world` must call it.
  func observe<S: Scalar & Transferable & Storable>(
    _ recording: Recording, of type: S.Type, local: Range<Int>, on world: borrowing Communicator,
    look: (borrowing Matrix<S>, Scaling) -> Void = { _, _ in }
  ) throws -> ObservedRates<S> {
    let isScored = try readNeurons("diagnostics/outcome", local, on: world)
      .map { $0 != skippedOutcome }
    let fitted = recording.fittedFrames(holdout: holdout)
    let rates: Matrix<S> = try readRates(
      of: recording, local, fitted: fitted, on: world, look: look)
    return try ObservedRates(
      rates: rates, local: local, neurons: neurons, isScored: isScored,
      inputs: recording.inputs(of: S.self).view.transposed.copy(),
      trialStarts: recording.trialStarts, fittedFrames: fitted, group: world)
  }
}

extension Recording {
  /// The first frames, which a fit may see.
  func fittedFrames(holdout: Double) -> Range<Int> {
    PreparedRecording<Double>.fittedFrames(of: frames, holdout: holdout)
  }
}
