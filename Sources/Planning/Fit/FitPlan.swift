package import CORNN
package import LinearAlgebra

/// What a fit will take, from its sizes alone: memory and work by phase.
///
/// A prediction; the timing table of a run has the measured values beside which it is to
/// be held.
package struct FitPlan: Sendable {
  package let fit: PlannedFit
  package let job: Job
  package let form: Configuration.Form
  /// What multiplies with packed features; nil if the iterations are not in whitened features.
  package let kernel: ProductKernel?
  package let phases: [PhaseWork]
  /// Bytes that each rank has for itself at the peak of the node.
  package let ownBytes: Double
  /// Bytes that the ranks of a node share then.
  package let sharedBytes: Double
  /// Address space that a rank takes at its peak beside its code and libraries: what a node
  /// shares is mapped by each of its ranks.
  package let addressBytes: Double
  /// Rows of a panel that are iterated, on average.
  package let panelRows: Double
  /// Iterations assumed in the work of the phase "solve".
  package let iterations: Double

  /// The share of a panel's rows that are iterated, on average: solved ones leave.
  private static var iteratedShare: Double { 0.6 }

  /// Plans a fit, under constraints perhaps.
  package init(_ fit: PlannedFit, in job: Job, mask: MaskLoad? = nil) {
    let counts = FitCounts(fit, in: job, mask: mask)
    self.fit = fit
    self.job = job
    form = counts.isDual ? .dual : .primal
    kernel = counts.features?.kernel ?? mask.flatMap { $0.flopsPacked > 0 ? counts.kernel : nil }
    iterations = counts.iterations
    panelRows = max(1, counts.width * (fit.choices.isPublishedRule ? 1 : Self.iteratedShare))
    phases = counts.phases
    let stages = counts.stages
    addressBytes = stages.map(\.addresses).max() ?? 0
    let peak = stages.max {
      $0.node(ranks: job.ranksPerNode) < $1.node(ranks: job.ranksPerNode)
    }
    ownBytes = peak?.own ?? 0
    sharedBytes = peak?.shared ?? 0
  }

  /// The work of one phase.
  package subscript(phase: FitPhase) -> PhaseWork {
    phases.first { $0.phase == phase } ?? PhaseWork(phase: phase)
  }

  /// Bytes a node at the peak.
  package var nodeBytes: Double { Double(job.ranksPerNode) * ownBytes + sharedBytes }
}
