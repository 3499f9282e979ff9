/// How many subproblems are solved together, as the rows of a panel.
///
/// It follows from counts alone, so that a plan knows it too.
package enum PanelWidth {
  /// Bytes that the state of a panel is to take, about: 256 MiB.
  private static var stateBytes: Int { 1 << 28 }
  /// Bytes of that state a row and sample, about: ten float64 numbers, or in features seven
  /// float32 numbers of the samples and as many again of the features.
  private static func bytesPerSample(inFeatures: Bool) -> Int { inFeatures ? 40 : 80 }
  /// Rows a panel may have whatever its samples, and rows beyond which no product is faster.
  ///
  /// Packed products pass 256 rows at a time, and what lies between two of them stays in cache: 10 %
  /// less time than with 1,024 rows of 2,000 samples (two ranks, Intel family 6 model 207).
  private static func bounds(inFeatures: Bool) -> ClosedRange<Int> {
    128...(inFeatures ? 256 : 1024)
  }
  /// Rows below which packing the inverse, once a product, would cost more than the product.
  private static var fewest: Int { 8 }

  /// Rows in features whose solutions are there in float64 at a time, as products want them and
  /// memory allows.
  package static var measured: Int { 128 }

  /// The most rows of a panel with so many samples.
  ///
  /// `inFeatures`: whether they are iterated in whitened features.
  package static func most(samples: Int, inFeatures: Bool = false) -> Int {
    let rows = stateBytes / (bytesPerSample(inFeatures: inFeatures) * max(1, samples))
    let bounds = bounds(inFeatures: inFeatures)
    return min(max(rows, bounds.lowerBound), bounds.upperBound)
  }

  /// The rows of each panel, such that every thread gets as many panels as the others.
  ///
  /// - Parameters:
  ///   - count: subproblems of the rank, 0 or more.
  ///   - samples: fitted transitions.
  ///   - threads: panels that are solved at a time, at least 1.
  ///   - widest: a bound on the rows besides memory.
  ///   - inFeatures: whether they are iterated in whitened features.
  /// - Returns: at least 8 rows, if the bounds allow it.
  package static func rows(
    of count: Int, samples: Int, threads: Int, widest: Int = .max, inFeatures: Bool = false
  ) -> Int {
    let most = min(widest, most(samples: samples, inFeatures: inFeatures))
    let panels = (count + most - 1) / most
    let rounds = max(1, (panels + threads - 1) / threads)
    return max(min(most, fewest), (count + rounds * threads - 1) / (rounds * threads))
  }
}
