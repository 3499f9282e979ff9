internal import Kernels
internal import LinearAlgebra

/// Measures what the vector units of this process's cores do at most, all at once.
///
/// No product can be faster, and with kernels that suit the processor one of some size reaches
/// 0.7 to 0.95 of it. Unlike a rate from the width of the vectors it needs neither the clock
/// nor the number of units a core has, of which the processor does not tell.
///
/// - Parameter threads: how many work, on as many cores at most.
/// - Returns: operations a second in single precision, all threads together; about 1 ms.
/// - Throws: nothing of its own.
package func measureVectorRate(threads: Int) throws -> Double {
  let workers = min(threads, allowedCores().count)
  let rates = try parallelMap(count: workers, threads: workers) { _ in
    // The best of short slices: other programs take a core for longer than that. The first
    // ones wake the units.
    var best = 0.0
    for _ in 0..<20 {
      let start = now()
      let operations = exerciseVectorUnits(rounds: 20_000)
      best = max(best, operations / (now() - start))
    }
    return best
  }
  return rates.reduce(0, +)
}
