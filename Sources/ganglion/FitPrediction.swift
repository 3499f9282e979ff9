internal import CORNN
internal import Foundation
internal import Machine

/// What a fit will take on a described machine: a prediction, to be held against the timing
/// table of a run.
struct FitPrediction {
  /// A job's shape.
  struct Job {
    var nodes: Int
    var ranksPerNode: Int
    var threads: Int
    var ranks: Int { nodes * ranksPerNode }
  }

  let job: Job
  let plan: FitPlan
  private let machine: MachineDescription
  private let isDouble: Bool

  init(_ plan: FitPlan, _ job: Job, on machine: MachineDescription, isDouble: Bool) {
    self.plan = plan
    self.job = job
    self.machine = machine
    self.isDouble = isDouble
  }

  /// The share of the rate of large square products that each phase reaches, measured on
  /// OpenBLAS 0.3.21 with AVX-512.
  private static let efficiency = [
    "gram": 0.55, "factor": 0.30, "solve": 0.75, "score": 0.55, "write": 0.55,
  ]

  /// The loss, its line search and the vector work at one sample, in flops of a product.
  private static let flopsPerSample = (dual: 2000.0, primal: 1200.0)

  /// The network where the description has none: 10 Gbit/s Ethernet.
  private static let assumedLink = MessageRate(latency: 3e-5, bandwidth: 1.1e9)

  /// What was assumed, for want of a measurement.
  private var assumption: String {
    job.nodes > 1 && machine.messagesBetweenHosts == nil
      ? "\nassumed: 10 Gbit/s between nodes, as the description has no messagesBetweenHosts" : ""
  }

  /// Files where the description has no rate, bytes a second.
  private static let fileRate = 5e8

  /// Seconds of a phase.
  func seconds(_ phase: FitPlan.Phase) -> Double {
    let measured = isDouble ? machine.productRateDouble : machine.productRateFloat
    // Gram matrices and their inverses are in float64.
    let isWide = phase.name == "gram" || phase.name == "factor"
    let rate =
      (isWide ? machine.productRateDouble : measured)
      * Double(job.threads) / Double(max(1, machine.threads))
    let efficiency = Self.efficiency[phase.name] ?? 1
    let elementwise =
      plan.form == .dual ? Self.flopsPerSample.dual : Self.flopsPerSample.primal
    var seconds =
      phase.flops / (rate * efficiency) + phase.samples * elementwise / rate
    let files = phase.name == "write" ? machine.files?.write : machine.files?.read
    seconds += phase.fileBytes / (files ?? Self.fileRate)
    if job.nodes > 1 {
      let link = machine.messagesBetweenHosts ?? Self.assumedLink
      seconds += phase.messageBytes / link.bandwidth
      seconds += link.latency * Double(job.ranks).squareRoot()
    } else {
      seconds += 4 * phase.messageBytes / machine.memoryBandwidth
    }
    return seconds
  }

  var total: Double { plan.phases.reduce(0) { $0 + seconds($1) } }

  /// Bytes a node at the peak.
  var nodeBytes: Double { Double(job.ranksPerNode) * plan.ownBytes + plan.sharedBytes }

  /// The plan as text.
  var text: String {
    let lines = plan.phases.map { phase in
      let sent: Double = job.nodes > 1 ? phase.messageBytes / 1e6 : 0
      return String(
        format: "%@ %12.2f %12.1f %12.1f %11.3f",
        phase.name.padding(toLength: 8, withPad: " ", startingAt: 0), phase.flops / 1e9,
        phase.fileBytes / 1e6, sent, seconds(phase))
    }
    return """
      PREDICTION, not a measurement: \(job.nodes) nodes × \(job.ranksPerNode) ranks × \
      \(job.threads) threads
      form \(plan.form.rawValue): \(plan.transitions) fitted transitions, \(plan.regressors) \
      regressors, \(plan.heldOut) held-out transitions, \(Int(plan.iterations)) iterations
      phase     GFLOP a rank   file MB   MB to a node     seconds
      \(lines.joined(separator: "\n"))
      total \(String(format: "%.3f", total)) s; memory a node \
      \(String(format: "%.2f", nodeBytes / 1e9)) GB, of which \
      \(String(format: "%.2f", plan.sharedBytes / 1e9)) GB are shared by its ranks\(assumption)
      """
  }
}
