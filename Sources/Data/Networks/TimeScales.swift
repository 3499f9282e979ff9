internal import RandomNumbers

/// The leaks of a network whose neurons have time scales of their own.
///
/// `α_i ~ Normal(mean, spread²)`, drawn again below a tenth of the mean and above 1; each
/// depends on the seed and its neuron alone.
package func timeScales(
  of neurons: Range<Int>, mean: Double, spread: Double, seed: UInt64
) -> [Double] {
  guard spread > 0 else { return [Double](repeating: mean, count: neurons.count) }
  return neurons.map { neuron in
    let stream = RandomStream(seed: seed, purpose: .timeScales, k: neuron)
    var draw = 0
    while true {
      let alpha = mean + spread * stream.normal(at: draw)
      if alpha >= mean / 10, alpha <= 1 { return alpha }
      draw += 1
    }
  }
}

/// Some of a network's neurons, drawn by a seed, in order.
package func recordedCells(_ count: Int, of neurons: Int, seed: UInt64) -> [Int] {
  RandomStream(seed: seed, purpose: .recordedCells).permutation(of: neurons).prefix(count).sorted()
}
