internal import Foundation
internal import Wording
package import Machine

/// What a training will take on a described machine: a prediction.
package struct TrainPrediction: Sendable {
  package let plan: TrainPlan
  /// Seconds of an iteration, and of its messages.
  package let seconds: Double
  package let communication: Double

  /// Predicts from the rates that `machine` has, or is assumed to have.
  package init(_ plan: TrainPlan, on machine: MachineDescription) {
    let job = plan.job
    let rates = MachineRates(of: machine, threads: job.threads)
    let isDouble = plan.training.bytesPerScalar == 8
    let panels = rates.panels(isDouble: isDouble)
    let tangents =
      plan.tangentProducts * (1 + Self.packingTangents / Double(plan.tangents))
      + plan.directionProducts
    let work =
      tangents / (plan.training.isRounded ? rates.rounded : panels)
      + (plan.inputs + plan.sketch) / panels + plan.solution / rates.panels(isDouble: true)
      + plan.touchedBytes / rates.vectors + Self.values(plan, rates)
    let link = rates.messages(amongNodes: job.nodes)
    let waits =
      job.ranks > 1 ? plan.messages.rounds * log2(Double(job.ranks)).rounded(.up) : 0
    self.plan = plan
    communication = plan.messages.sent(by: job).aNode / link.bandwidth + waits * link.latency
    seconds = work + communication
  }

  /// Seconds of the passes of the rank's trials as values, and of drawing them.
  private static func values(_ plan: TrainPlan, _ rates: MachineRates) -> Double {
    let training = plan.training
    let rows = Double(plan.trials)
    let panels = rates.panels(
      of: max(1, rows), isDouble: training.bytesPerScalar == 8)
    let aStep =
      rows * training.flopsAStep / panels
      + rows * Double(training.numbersAStep * training.bytesPerScalar) / rates.vectors
      + Double(training.operationsAStep) * operationSeconds
    let drawn = rows * Double(training.dataAStep) * drawSeconds
    return Double(training.steps) * (plan.passes * aStep + drawn)
  }

  /// What it takes to pick the numbers of a trial out of a matrix, in products of it with so many
  /// tangents of the trial: what products with 32 and 64 tangents take, extrapolated to none
  /// (results/sofo/price.md of Benchmarks).
  private static var packingTangents: Double { 12 }

  /// What an operation on the values of a batch takes before it begins, and a number of a trial
  /// until it is drawn and in place, seconds: estimates from the pace of Adam on reach
  /// (results/sofo/price.md of Benchmarks).
  private static var operationSeconds: Double { 3e-7 }
  private static var drawSeconds: Double { 1.5e-8 }

  /// In words; `memory` is what a node has, GB, nil if nobody asked.
  package func text(memory: Double?) -> String {
    let (job, training) = (plan.job, plan.training)
    let sent = plan.messages.sent(by: job)
    let flops = plan.flops
    let total = seconds * Double(training.iterations)
    return """
      PREDICTION, not a measurement: \(job)
      grid \(plan.grid): \(plan.tangents) tangents and \(counted(plan.trials, "trial")) a rank
      an iteration, a rank: \(rounded(flops / 1e9)) GFLOP, \(rounded(sent.aRank / 1e6)) MB of \
      messages
      predicted: \(rounded(seconds)) s an iteration (\(rounded(communication)) s of it \
      messages), \(rounded(total)) s for \(training.iterations)
      memory: \(rounded(plan.bytes / 1e9)) GB a rank\(memory.map(verdict) ?? "")\
      \(traffic(sent.aNode))
      """
  }

  /// Whether a node holds its ranks.
  private func verdict(_ memory: Double) -> String {
    plan.nodeBytes <= memory * 1e9
      ? "; fits \(Int(memory)) GB a node"
      : "; does NOT fit \(Int(memory)) GB a node: take more nodes"
  }

  /// What the nodes send each other in all, given the bytes of a node and iteration.
  private func traffic(_ bytes: Double) -> String {
    let nodes = plan.job.nodes
    guard nodes > 1 else { return "" }
    return String(
      format: "\npredicted between nodes: %.2f MB in all, %.1f %% of the time",
      bytes * Double(nodes * plan.training.iterations) / 1e6, 100 * communication / seconds)
  }

  private func rounded(_ value: Double) -> String { String(format: "%.4g", value) }
}
