internal import CORNN
internal import Foundation
internal import Machine
internal import Wording

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

  /// Passes over a number of each sample and iteration besides the products: the vectors of
  /// the conjugate gradients, and the loss with its line search in units of such passes.
  private static let passes = (dual: 390.0, primal: 220.0)

  /// The network where the description has none: 10 Gbit/s Ethernet.
  private static let assumedLink = MessageRate(latency: 3e-5, bandwidth: 1.1e9)

  /// What was assumed, for want of a measurement.
  private var assumption: String {
    job.nodes > 1 && machine.messagesBetweenHosts == nil
      ? "\nassumed: 10 Gbit/s between nodes, as the description has no messagesBetweenHosts" : ""
  }

  /// Files where the description has no rate, bytes a second.
  private static let fileRate = 5e8

  /// Rates of a rank, for the threads of the job rather than those that were measured.
  private func rate(of phase: FitPlan.Phase) -> Double {
    let wide = machine.productRateDouble
    let rate =
      switch phase.name {
      case "gram": machine.gramRate ?? 0.8 * wide
      case "factor": machine.factorRate ?? 0.5 * wide
      case "evaluate": Self.evaluation.share * wide
      default:
        isDouble ? panelRate(machine.panelRateDouble, square: wide) : panelRateFloat
      }
    return rate * threadShare
  }

  private var panelRateFloat: Double {
    panelRate(machine.panelRateFloat, square: machine.productRateFloat)
  }

  /// The rate of products of the plan's panels with a square matrix.
  ///
  /// The square is packed once a product, whatever the rows of the panel: so a flop costs
  /// `a + b / rows`. Two points are known, panels of 256 rows and the square product itself.
  private func panelRate(_ measured: Double?, square: Double) -> Double {
    let panel = min(measured ?? 0.75 * square, square)
    let (few, many) = (256.0, 1024.0)
    let b = (1 / panel - 1 / square) / (1 / few - 1 / many)
    return 1 / (1 / square + b * (1 / plan.panelRows - 1 / many))
  }

  private var threadShare: Double { Double(job.threads) / Double(max(1, machine.threads)) }

  /// The share of the rate of square products that those of an evaluation reach, and the
  /// seconds of a number that is handled on its own; measured with revision 852e98c.
  private static let evaluation = (share: 0.65, entry: 5e-8)

  /// The share of LAPACK's rate on one rank that each rank reaches in a shared inversion: the
  /// best seen on two ranks, 0.4 to 0.6, unknown on many
  /// (Benchmarks/results/cluster/shared-inverse.md).
  private static let sharedInversion = 0.6

  /// Seconds of a phase.
  func seconds(_ phase: FitPlan.Phase) -> Double {
    let passes = plan.form == .dual ? Self.passes.dual : Self.passes.primal
    let vectors = (machine.vectorBandwidth ?? 2 * machine.memoryBandwidth) * threadShare
    var seconds =
      phase.flops / rate(of: phase)
      + phase.flopsFloat / (panelRateFloat * threadShare)
      + phase.flopsShared / (Self.sharedInversion * rate(of: phase))
      + phase.samples * passes * (isDouble ? 8 : 4) / vectors
      + phase.entries * Self.evaluation.entry
      + phase.streamed / (machine.memoryBandwidth * threadShare)
    let files = phase.name == "write" ? machine.files?.write : machine.files?.read
    seconds += phase.fileBytes / (files ?? Self.fileRate)
    return seconds + communication(phase)
  }

  /// What all nodes together send each other in a phase, bytes.
  ///
  /// A sum over p nodes costs each one its matrix twice but for the p-th part that it sums up
  /// itself, in rings and by halves alike.
  private func sent(_ phase: FitPlan.Phase) -> Double {
    let (messages, p) = (phase.messages, Double(job.nodes))
    return 2 * (p - 1) * (messages.summedOverNodes + messages.summed)
      + (p - 1) * messages.gathered + (p - 1) / p * (messages.dealt + messages.passed)
  }

  /// The part of a phase that is spent on messages.
  func communication(_ phase: FitPlan.Phase) -> Double {
    guard job.ranks > 1 else { return 0 }
    let messages = phase.messages
    guard job.nodes > 1 else {
      // Through memory that the ranks share: written and read, on both sides.
      let bytes =
        messages.summedOverNodes + messages.summed + messages.gathered + messages.dealt
        + messages.passed
      return 4 * bytes / machine.memoryBandwidth
    }
    let link = machine.messagesBetweenHosts ?? Self.assumedLink
    let bytes = sent(phase)
    guard bytes > 0 else { return 0 }
    return bytes / Double(job.nodes) / link.bandwidth
      + messages.rounds * link.latency * log2(Double(job.ranks)).rounded(.up)
  }

  /// What the nodes send each other in all, and how long that takes.
  private var traffic: String {
    guard job.nodes > 1 else { return "" }
    let bytes = plan.phases.reduce(0) { $0 + sent($1) }
    let seconds = plan.phases.reduce(0) { $0 + communication($1) }
    return String(format: "\npredicted between nodes: %.2f MB in all, ", bytes / 1e6)
      + percent(seconds / total, decimals: 1) + " of the time"
  }

  var total: Double { plan.phases.reduce(0) { $0 + seconds($1) } }

  /// Bytes a node at the peak.
  var nodeBytes: Double { Double(job.ranksPerNode) * plan.ownBytes + plan.sharedBytes }

  /// The plan as text.
  var text: String {
    let columns = TextColumns([.left(8), .right(12), .right(12), .right(12), .right(11)], gap: 1)
    let lines = plan.phases.map { phase in
      let sent: Double = job.nodes > 1 ? sent(phase) / Double(job.nodes) / 1e6 : 0
      let work = (phase.flops + phase.flopsFloat + phase.flopsShared) / 1e9
      return columns.line([
        phase.name, String(format: "%.2f", work), String(format: "%.1f", phase.fileBytes / 1e6),
        String(format: "%.1f", sent), String(format: "%.3f", seconds(phase)),
      ])
    }
    return """
      PREDICTION, not a measurement: \(job.nodes) nodes × \(job.ranksPerNode) ranks × \
      \(job.threads) threads
      form \(plan.form.rawValue): \(plan.transitions) fitted transitions, \(plan.regressors) \
      regressors, \(plan.heldOut) held-out transitions, \(Int(plan.iterations)) iterations
      phase     GFLOP a rank   file MB   MB by a node     seconds
      \(lines.joined(separator: "\n"))
      total \(String(format: "%.3f", total)) s; memory a node \
      \(String(format: "%.2f", nodeBytes / 1e9)) GB, of which \
      \(String(format: "%.2f", plan.sharedBytes / 1e9)) GB are shared by its ranks\(traffic)\(assumption)
      """
  }
}
