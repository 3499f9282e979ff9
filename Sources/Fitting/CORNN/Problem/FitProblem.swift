package import Collectives
package import LinearAlgebra
package import Runtime

/// A recording made ready for selection and fit: which transitions and neurons count, and
/// the regressors shared on each node.
package final class FitProblem<S: Scalar & Transferable> {
  package let recording: PreparedRecording<S>
  package let regressors: Regressors<S>
  package let transitions: Transitions
  package let heldOut: Transitions
  /// This rank's neurons that can be fitted, by local index.
  package let fittable: [Int]
  /// This rank's neurons that are fitted but not scored, as they are mostly missing in the
  /// held-out frames, by local index.
  package let unscored: Set<Int>
  /// What searches share of their folds.
  let foldBases = FoldBases<S>()
  let lastWhitening = LastWhitening<S>()

  /// Takes stock of the recording and gathers the regressors.
  ///
  /// - Throws: `FitError` if too little is left; what `group` throws.
  /// - Collective: every rank of `group` must call it.
  package init(
    _ recording: consuming PreparedRecording<S>, bias: Bool,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    let census = try phases.measure("prepare") { try Census(of: recording, group: group) }
    let transitions = Transitions(
      in: recording.fittedFrames, trialStarts: recording.trialStarts, missing: census.missing)
    let heldOut = Transitions(
      in: recording.heldOutFrames, trialStarts: recording.trialStarts, missing: census.missing)
    guard transitions.count >= Self.leastTransitions else {
      throw FitError.tooFewTransitions(found: transitions.count, needed: Self.leastTransitions)
    }
    let silent = census.constant.union(census.unusable)
    fittable = (0..<recording.rates.rows).filter { !silent.contains($0) }
    guard try group.sum(fittable.count) > 0 else { throw FitError.nothingToFit }
    regressors = try phases.measure("exchange") {
      try Regressors(
        rates: recording.rates, local: recording.local, neurons: recording.neurons,
        silent: silent, standIns: census.standIns, inputs: recording.inputs, bias: bias,
        fitted: transitions,
        heldOut: heldOut, group: group)
    }
    unscored = Set(census.standIns.keys)
    self.transitions = transitions
    self.heldOut = heldOut
    self.recording = recording
  }

  /// A neuron missing in more than this share of the fitted frames is left out.
  package static var mostMissing: Double { Census.mostMissing }

  /// Fewer transitions cannot tell anything about a network.
  private static var leastTransitions: Int { 9 }
}
