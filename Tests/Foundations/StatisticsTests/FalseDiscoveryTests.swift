import Statistics
import Testing

/// False discovery rates against Benjamini and Hochberg's procedure on the values in order.
@Suite struct FalseDiscoveryTests {
  private func inOrder(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var rates = [Double](repeating: 1, count: values.count)
    var least = 1.0
    for (place, index) in order.enumerated().reversed() {
      least = min(least, Double(values.count) * values[index] / Double(place + 1))
      rates[index] = least
    }
    return rates
  }

  private func binned(_ parts: [[Double]]) -> [Double] {
    var whole = FalseDiscovery()
    for part in parts {
      var own = FalseDiscovery()
      for p in part { own.add(p) }
      for bin in own.counts.indices {
        whole.counts[bin] += own.counts[bin]
        whole.largest[bin] = max(whole.largest[bin], own.largest[bin])
      }
    }
    let rates = whole.rates
    return parts.joined().map { rates[whole.bin(of: $0)] }
  }

  /// Ranks among 100 nulls differ by more than a bin.
  @Test func ranksAreExact() {
    let values = [3, 1, 101, 7, 7, 1, 55, 2, 90, 1].map { Double($0) / 101 }
    for (own, expected) in zip(binned([Array(values[..<4]), Array(values[4...])]), inOrder(values))
    { #expect(abs(own - expected) < 1e-15) }
  }

  /// Of any values they are the procedure's, or larger by at most a bin.
  @Test func neverTooSmall() {
    let values = (1...4000).map { k in
      let u = (Double(k) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
      return k % 5 == 0 ? u * u * u * 1e-3 + 1e-9 : u + 1e-9
    }.map { min(1, $0) }
    for (own, expected) in zip(binned([values]), inOrder(values)) {
      #expect(own >= expected * (1 - 1e-12) && own <= expected * (1 + 1.0 / 2000))
    }
  }
}
