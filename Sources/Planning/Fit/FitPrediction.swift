internal import CORNN
private import Glibc
internal import LinearAlgebra
internal import Machine

/// What a fit will take on a described machine: a prediction, to be held against the timing
/// table of a run.
package struct FitPrediction: Sendable {
  package let plan: FitPlan
  let rates: MachineRates

  init(_ plan: FitPlan, on machine: MachineDescription) {
    self.plan = plan
    rates = MachineRates(of: machine, threads: plan.job.threads)
  }

  private var job: Job { plan.job }

  /// Passes over a number of each sample and iteration besides the products: the vectors of
  /// the conjugate gradients, and the loss with its line search in units of such passes
  /// (Benchmarks/results/cluster/plan.md, so that "solve" is right on one rank).
  private static let passes = (dual: 390.0, primal: 220.0, features: 160.0)

  /// The share of the rate of square products that those of an evaluation reach, and the
  /// seconds of a number that is handled on its own; measured with revision 852e98c
  /// (Benchmarks/results/cluster/plan.md).
  private static let evaluation = (share: 0.65, entry: 5e-8)

  /// The share of LAPACK's rate on one rank that each rank reaches in a shared inversion: the
  /// best seen on two ranks, 0.4 to 0.6, unknown on many
  /// (Benchmarks/results/cluster/shared-inverse.md).
  private static let sharedInversion = 0.6

  /// Bytes of those passes for each sample and iteration.
  private func bytesPerSample(_ work: PhaseWork) -> Double {
    let isSearch = work.phase == .select
    guard isSearch ? work.flopsPacked == 0 : plan.kernel == nil else {
      return Self.passes.features * 4
    }
    let passes = plan.form == .dual ? Self.passes.dual : Self.passes.primal
    return passes * Double(plan.fit.choices.bytesPerScalar)
  }

  /// What a split product costs over a rounded one.
  private var splitPrice: Double { plan.kernel?.isRounded == true ? 3 : 1 }

  /// Products of a phase, operations a second of a rank.
  private func rate(of phase: FitPhase) -> Double {
    switch phase {
    case .gram: rates.gram
    case .factor, .select: rates.factor
    case .evaluate: Self.evaluation.share * rates.squares(isDouble: true)
    case .solve where plan.kernel != nil:
      rates.panels(of: min(plan.panelRows, FeatureCounts.measuredRows), isDouble: true)
    case .read, .exchange, .solve, .score, .write:
      rates.panels(of: plan.panelRows, isDouble: plan.fit.choices.isDouble)
    }
  }

  /// Seconds of a phase.
  package func seconds(_ work: PhaseWork) -> Double {
    let products =
      work.flops / rate(of: work.phase)
      + work.flopsFloat / rates.panels(of: plan.panelRows, isDouble: false)
      + (work.flopsPacked + splitPrice * work.flopsSplit) / rates.packed
      + work.flopsShared / (Self.sharedInversion * rate(of: work.phase))
    let numbers =
      work.samples * bytesPerSample(work) / rates.vectors + work.entries * Self.evaluation.entry
      + work.streamed / rates.memory
    let files = work.fileBytes / (work.phase == .write ? rates.writing : rates.reading)
    return products + numbers + files + communication(work)
  }

  /// The part of a phase that is spent on messages.
  package func communication(_ work: PhaseWork) -> Double {
    guard job.ranks > 1 else { return 0 }
    guard job.nodes > 1 else { return work.messages.total / rates.throughMemory.bandwidth }
    let bytes = sent(work)
    guard bytes > 0 else { return 0 }
    let link = rates.messages(amongNodes: job.nodes)
    return bytes / Double(job.nodes) / link.bandwidth
      + work.messages.rounds * link.latency * log2(Double(job.ranks)).rounded(.up)
  }

  /// What all nodes together send each other in a phase, bytes.
  func sent(_ work: PhaseWork) -> Double { work.messages.sent(amongNodes: job.nodes) }

  /// Seconds of the whole fit.
  package var total: Double { plan.phases.reduce(0) { $0 + seconds($1) } }
}
