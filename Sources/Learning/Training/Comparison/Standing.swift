internal import Statistics

/// How a method did in a comparison, over the seeds.
package struct Standing: Sendable {
  package let method: Trainer.Method
  package let settings: TunedSettings
  package let loss: Spread
  package let score: Spread
  package let iterations: Double
  package let diverged: Int
  package let runs: Int

  /// A median, and the range about it.
  package struct Spread: Sendable {
    package let median: Double
    package let range: ClosedRange<Double>

    /// Of numbers that are finite; NaN if there is none.
    init(_ values: [Double]) {
      let finite = values.filter(\.isFinite)
      median = finite.isEmpty ? .nan : Statistics.median(finite)
      range = (finite.min() ?? -.infinity)...(finite.max() ?? .infinity)
    }
  }

  init?(_ method: Trainer.Method, _ runs: [ComparedRun]) {
    guard let first = runs.first else { return nil }
    self.method = method
    settings = first.settings
    loss = Spread(runs.map(\.loss))
    score = Spread(runs.map(\.score))
    iterations = median(runs.map { Double($0.iterations) })
    diverged = runs.count(where: \.isDiverged)
    self.runs = runs.count
  }
}

extension Comparison {
  /// The methods by their median loss, the best one first.
  package var standings: [Standing] {
    methods.compactMap { Standing($0, counted(of: $0)) }
      .sorted {
        ($0.loss.median.isNaN ? .infinity : $0.loss.median)
          < ($1.loss.median.isNaN ? .infinity : $1.loss.median)
      }
  }

  /// Whether the ranges of the first two do not meet; nil if there is one alone.
  package var isFirstClear: Bool? {
    let places = standings
    guard places.count > 1 else { return nil }
    return places[0].loss.range.upperBound < places[1].loss.range.lowerBound
  }
}
