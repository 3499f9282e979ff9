import Networks
import Testing

/// Noise by its moments, and by what one rank and another make of it.
struct SimulationNoiseTests {
  private func values(
    _ noise: SimulationNoise, cells: Int = 400, steps: Int = 300
  ) -> [[Double]] {
    (0..<steps).map { noise.output(neurons: 0..<cells, step: $0, as: Double.self) }
  }

  private func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let n = Double(a.count)
    let (ma, mb) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
    let ab = zip(a, b).reduce(0) { $0 + ($1.0 - ma) * ($1.1 - mb) }
    let aa = a.reduce(0) { $0 + ($1 - ma) * ($1 - ma) }
    let bb = b.reduce(0) { $0 + ($1 - mb) * ($1 - mb) }
    return ab / (aa * bb).squareRoot()
  }

  /// Over C cells and S steps the correlation of two values falls as (1 − c/C)(1 − s/S) with
  /// their distance, and the deviation is what was asked for.
  @Test(arguments: [SimulationNoise.Kind.gaussian, .laplace])
  func smoothingCorrelatesAndKeepsTheDeviation(kind: SimulationNoise.Kind) {
    let noise = SimulationNoise(
      input: SimulationNoise.Part(.gaussian, 0), output: SimulationNoise.Part(kind, 0.05),
      smoothing: SimulationNoise.Smoothing(cells: 5, steps: 3), seed: 3)
    let rows = values(noise)
    let all = rows.flatMap { $0 }
    let deviation = (all.reduce(0) { $0 + $1 * $1 } / Double(all.count)).squareRoot()
    #expect(abs(deviation - 0.05) < 0.001, "\(deviation)")
    for (cell, step) in [(1, 0), (4, 0), (5, 0), (0, 1), (0, 2), (0, 3), (2, 1)] {
      let a = rows.dropLast(step).flatMap { $0.dropLast(cell) }
      let b = rows.dropFirst(step).flatMap { $0.dropFirst(cell) }
      let expected = max(0, 1 - Double(cell) / 5) * max(0, 1 - Double(step) / 3)
      #expect(abs(correlation(a, b) - expected) < 0.03, "\(cell) cells, \(step) steps")
    }
  }

  @Test func aShareOfTheCellsHasItsShareOfTheNoise() {
    let noise = SimulationNoise(
      input: SimulationNoise.Part(.laplace, 0.1), output: SimulationNoise.Part(.poisson, 0.1),
      smoothing: SimulationNoise.Smoothing(cells: 4, steps: 2), seed: 9)
    var whole = [Double](repeating: 0, count: 20)
    noise.addInput(to: &whole, neurons: 0..<20, step: 7)
    var part = [Double](repeating: 0, count: 6)
    noise.addInput(to: &part, neurons: 9..<15, step: 7)
    #expect(part == Array(whole[9..<15]))
  }

  /// The variance of impulses of probability p is p (1 − p); of the others what was asked for.
  @Test(arguments: [SimulationNoise.Kind.gaussian, .laplace, .poisson])
  func inputNoiseOfEveryKind(kind: SimulationNoise.Kind) {
    let noise = SimulationNoise(
      input: SimulationNoise.Part(kind, 0.2), output: SimulationNoise.Part(.gaussian, 0), seed: 1)
    var all: [Double] = []
    for t in 0..<200 {
      var currents = [Double](repeating: 0, count: 300)
      noise.addInput(to: &currents, neurons: 0..<300, step: t)
      all += currents
    }
    let mean = all.reduce(0, +) / Double(all.count)
    let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
    #expect(abs(mean - (kind == .poisson ? 0.2 : 0)) < 0.005)
    #expect(abs(variance - (kind == .poisson ? 0.16 : 0.04)) < 0.004)
  }
}
