internal import Collectives
internal import Differentiation
internal import LinearAlgebra
internal import Runtime

extension SubspaceOptimizer where Group: ~Copyable {
  /// Whether steps are taken back: the other rules find a damping anew, and methods of first order
  /// have none.
  var stepsBack: Bool { configuration.method == .gaussNewton && control.rule == .relative }

  /// The parameters before the last step, if it led astray (collective); nil to go on.
  ///
  /// It did if the batch's loss is far above the usual one, and far above what it is on the same
  /// batch without the step: a batch that is only harder than others is no reason.
  ///
  /// - Complexity: nothing, and a pass of values where the loss is far above the usual one.
  mutating func placeToStepBackTo(
    _ trials: Trials<S>, after loss: Double, phases: Phases, pacer: StopPacer
  ) throws -> [Double]? {
    guard stepsBack, let place = retreat.place(after: loss) else { return nil }
    let without = try phases.measure("candidates") {
      try evaluate([place], trials, within: .infinity, pacer)[0]
    }
    return Retreat.isFar(loss, above: without) ? place : nil
  }
}
