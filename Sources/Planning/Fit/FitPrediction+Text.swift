internal import CORNN
internal import Foundation
internal import LinearAlgebra
internal import Wording

extension FitPrediction {
  /// The plan as text.
  package var text: String {
    let shape = plan.fit.shape
    return """
      PREDICTION, not a measurement: \(plan.job)
      form \(form): \(shape.transitions) fitted transitions, \(shape.regressors) \
      regressors, \(shape.heldOut) held-out transitions, \(Int(plan.iterations)) iterations
      phase     GFLOP a rank   file MB   MB by a node     seconds
      \(plan.phases.map(line).joined(separator: "\n"))
      total \(String(format: "%.3f", total)) s; memory a node \
      \(String(format: "%.2f", plan.nodeBytes / 1e9)) GB, of which \
      \(String(format: "%.2f", plan.sharedBytes / 1e9)) GB are shared by its ranks\
      \(traffic)\(assumption)
      """
  }

  /// The form, and in what its iterations are.
  private var form: String {
    plan.form.rawValue + (plan.kernel.map { ", whitened features, \($0.name)" } ?? "")
  }

  private func line(_ work: PhaseWork) -> String {
    let columns = TextColumns([.left(8), .right(12), .right(12), .right(12), .right(11)], gap: 1)
    return columns.line([
      work.phase.rawValue, String(format: "%.2f", work.allFlops / 1e9),
      String(format: "%.1f", work.fileBytes / 1e6),
      String(format: "%.1f", sent(work) / Double(plan.job.nodes) / 1e6),
      String(format: "%.3f", seconds(work)),
    ])
  }

  /// What the nodes send each other in all, and how long that takes.
  private var traffic: String {
    guard plan.job.nodes > 1 else { return "" }
    let bytes = plan.phases.reduce(0) { $0 + sent($1) }
    let seconds = plan.phases.reduce(0) { $0 + communication($1) }
    return String(format: "\npredicted between nodes: %.2f MB in all, ", bytes / 1e6)
      + percent(seconds / total, decimals: 1) + " of the time"
  }

  /// What was assumed, for want of a measurement.
  private var assumption: String {
    rates.assumesNetwork(amongNodes: plan.job.nodes)
      ? "\nassumed: 10 Gbit/s between nodes, not measured (messagesBetweenHosts)" : ""
  }
}
