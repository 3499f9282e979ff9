internal import CORNN
internal import Foundation

extension FitPrediction {
  /// The plan as text.
  package var text: String {
    let shape = plan.fit.shape
    return """
      PREDICTION, not a measurement: \(plan.job)
      form \(plan.form.rawValue): \(shape.transitions) fitted transitions, \(shape.regressors) \
      regressors, \(shape.heldOut) held-out transitions, \(Int(plan.iterations)) iterations
      phase     GFLOP a rank   file MB   MB by a node     seconds
      \(plan.phases.map(line).joined(separator: "\n"))
      total \(String(format: "%.3f", total)) s; memory a node \
      \(String(format: "%.2f", plan.nodeBytes / 1e9)) GB, of which \
      \(String(format: "%.2f", plan.sharedBytes / 1e9)) GB are shared by its ranks\
      \(traffic)\(assumption)
      """
  }

  private func line(_ work: PhaseWork) -> String {
    String(
      format: "%@ %12.2f %12.1f %12.1f %11.3f",
      work.phase.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0),
      work.allFlops / 1e9, work.fileBytes / 1e6, sent(work) / Double(plan.job.nodes) / 1e6,
      seconds(work))
  }

  /// What the nodes send each other in all, and how long that takes.
  private var traffic: String {
    guard plan.job.nodes > 1 else { return "" }
    let bytes = plan.phases.reduce(0) { $0 + sent($1) }
    let seconds = plan.phases.reduce(0) { $0 + communication($1) }
    return String(
      format: "\npredicted between nodes: %.2f MB in all, %.1f %% of the time", bytes / 1e6,
      100 * seconds / total)
  }

  /// What was assumed, for want of a measurement.
  private var assumption: String {
    rates.assumesNetwork(amongNodes: plan.job.nodes)
      ? "\nassumed: 10 Gbit/s between nodes, as the description has no messagesBetweenHosts" : ""
  }
}
