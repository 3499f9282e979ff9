internal import Foundation
package import Machine
internal import Wording

/// The jobs that are worth asking for: the smallest that fits the memory of a node, and the
/// largest that is worth its nodes, among one node, two, four and so on.
package struct JobAdvice: Equatable, Sendable {
  /// Nodes of a job, and the seconds that it is to take.
  package struct Choice: Equatable, Sendable {
    package let nodes: Int
    package let seconds: Double
  }

  /// Of each node, GB.
  package let memory: Double
  /// nil: what the ranks of a node share is too large on any number of nodes.
  package let smallest: Choice?
  /// nil where there is no smallest.
  package let largest: Choice?

  /// The parallel efficiency, against the smallest job, that nodes must be worth.
  package static var leastEfficiency: Double { 0.7 }

  /// - Parameters:
  ///   - fit: what is planned.
  ///   - job: its ranks a node and threads a rank are kept.
  ///   - machine: where.
  ///   - memory: GB a node, > 0.
  package init(_ fit: PlannedFit, like job: Job, on machine: MachineDescription, memory: Double) {
    func prediction(_ nodes: Int) -> FitPrediction {
      fit.prediction(
        of: Job(nodes: nodes, ranksPerNode: job.ranksPerNode, threads: job.threads), on: machine)
    }
    self.memory = memory
    var nodes = 1
    var first = prediction(nodes)
    while first.plan.nodeBytes > memory * 1e9, nodes < fit.shape.neurons {
      nodes *= 2
      first = prediction(nodes)
    }
    guard first.plan.nodeBytes <= memory * 1e9 else {
      (smallest, largest) = (nil, nil)
      return
    }
    let smallest = Choice(nodes: nodes, seconds: first.total)
    var largest = smallest
    while largest.nodes * 2 * job.ranksPerNode <= fit.shape.neurons {
      let next = Choice(
        nodes: largest.nodes * 2, seconds: prediction(largest.nodes * 2).total)
      guard smallest.efficiency(of: next) >= Self.leastEfficiency else { break }
      largest = next
    }
    (self.smallest, self.largest) = (smallest, largest)
  }

  /// In words.
  package var text: String {
    guard let smallest, let largest else {
      return
        "fits no number of nodes of \(asGiven(memory)) GB, as what the ranks of a node share does "
        + "not get smaller: take fewer --ranks-per-node with more --threads, or fewer frames"
    }
    return """
      smallest job that fits \(String(format: "%.0f", memory)) GB a node: \(smallest.text)
      parallel efficiency stays above \(percent(Self.leastEfficiency, decimals: 0)) up to \
      \(largest.text)
      """
  }
}

extension JobAdvice.Choice {
  fileprivate var text: String {
    counted(nodes, "node") + String(format: ", %.0f s (predicted)", seconds)
  }

  /// The parallel efficiency of a larger job against this one.
  fileprivate func efficiency(of larger: Self) -> Double {
    seconds * Double(nodes) / (larger.seconds * Double(larger.nodes))
  }
}
