/// Methods on one task at equal time: each is tuned by as many runs as the others, on a seed that
/// nothing else uses, and then all run as long on the same seeds.
///
/// It is the list of runs that are over: what comes next follows from them, so that a comparison
/// that was stopped goes on where it was.
package struct Comparison: Sendable, Codable {
  package let methods: [Trainer.Method]
  package let seeds: [UInt64]
  /// Runs that each method is tuned by, at most.
  package let tuningRuns: Int
  private let searches: [Trainer.Method: PatternSearch]
  /// The runs that are over, in their order.
  package private(set) var runs: [ComparedRun] = []

  /// A comparison of no run yet.
  ///
  /// - Parameters:
  ///   - methods: each once.
  ///   - searches: how each is tuned.
  ///   - seeds: those of the runs that count, at least one.
  ///   - tuningRuns: at least 1.
  package init(
    _ methods: [Trainer.Method], searches: [Trainer.Method: PatternSearch], seeds: [UInt64],
    tuningRuns: Int
  ) {
    self.methods = methods
    self.seeds = seeds
    self.tuningRuns = tuningRuns
    self.searches = searches
  }

  /// Notes a run that is over.
  package mutating func add(_ run: ComparedRun) { runs.append(run) }

  /// Runs in all, at most.
  package var mostRuns: Int { methods.count * (tuningRuns + seeds.count) }

  /// What is to be run next; nil if all is done.
  ///
  /// The runs that count go seed by seed, so that a machine that slows down slows all methods.
  package var next: ComparisonJob? {
    for method in methods {
      let tried = tuning(of: method)
      if tried.count < tuningRuns,
        let point = searches[method]?.next(after: tried.map { ($0.job.point, $0.loss) })
      {
        return ComparisonJob(method: method, seed: tuningSeed, point: point, isTuning: true)
      }
    }
    for seed in seeds {
      for method in methods where !counted(of: method).contains(where: { $0.job.seed == seed }) {
        return ComparisonJob(
          method: method, seed: seed, point: chosen(for: method), isTuning: false)
      }
    }
    return nil
  }

  /// The runs that a method was tuned by.
  package func tuning(of method: Trainer.Method) -> [ComparedRun] {
    runs.filter { $0.job.isTuning && $0.job.method == method }
  }

  /// The runs of a method that count.
  package func counted(of method: Trainer.Method) -> [ComparedRun] {
    runs.filter { !$0.job.isTuning && $0.job.method == method }
  }

  /// The place of the best settings so far.
  package func chosen(for method: Trainer.Method) -> TunedPoint {
    PatternSearch.best(of: tuning(of: method).map { ($0.job.point, $0.loss) }) ?? TunedPoint()
  }

  /// Beyond the seeds of the runs that count.
  package var tuningSeed: UInt64 { (seeds.max() ?? 0) &+ 1_000_000 }
}
