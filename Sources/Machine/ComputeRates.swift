internal import Glibc
package import LinearAlgebra

/// How fast BLAS multiplies matrices, and with how many cores at work.
package struct ProductRate: Equatable, Sendable {
  /// Floating-point operations a second, the best of several products.
  package let rate: Double

  /// Processor time over elapsed time: the cores that were really busy.
  package let busyCores: Double
}

/// Measures the rate of square matrix products with the BLAS threads now set.
///
/// A size of 1024 and more is in the flat part of the curve for one thread; more threads
/// get larger matrices. Let all ranks of a node measure at once: that is how they work.
///
/// - Parameters:
///   - type: the precision.
///   - seconds: how long to measure, after one product to warm up.
/// - Returns: the best rate, and the cores at work.
/// - Complexity: 2n³ operations a product, 3n² scalars of memory.
package func measureProductRate<S: Scalar>(
  of type: S.Type, seconds: Double = 0.4
) -> ProductRate {
  let n = min(4096, 1024 + 256 * (BLAS.threads - 1))
  let a = ones(S.self, n)
  let b = ones(S.self, n)
  var c = Matrix<S>(rows: n, columns: n)
  var view = c.mutableView
  multiply(a.view, b.view, into: &view)
  let flops = 2 * Double(n) * Double(n) * Double(n)
  let start = now()
  let startOfWork = processorSeconds()
  var best = Double.infinity
  var elapsed = 0.0
  repeat {
    let before = now()
    multiply(a.view, b.view, into: &view)
    best = min(best, now() - before)
    elapsed = now() - start
  } while elapsed < seconds
  return ProductRate(
    rate: flops / best, busyCores: (processorSeconds() - startOfWork) / elapsed)
}

/// Measures the rate at which this process moves memory that no cache holds.
///
/// Every thread does `y ← y + t x` on arrays of its own: 24 bytes moved an element. Let
/// all ranks of a node measure at once, for they share the memory controllers.
///
/// - Parameters:
///   - threads: how many threads work, on as many cores at most.
///   - bytes: the size of all arrays of this process; several times the last cache.
///   - seconds: how long to measure.
/// - Returns: bytes a second, all threads together.
/// - Throws: nothing of its own.
package func measureMemoryBandwidth(
  threads: Int, bytes: Int = 1 << 28, seconds: Double = 0.3
) throws -> Double {
  precondition(threads >= 1 && bytes >= 1 << 20, "\(threads) threads, \(bytes) bytes")
  // Threads that take turns on a core would each claim all of its rate.
  let workers = min(threads, allowedCores().count)
  let n = max(1 << 16, bytes / 16 / workers)
  let rates = try parallelMap(count: workers, threads: workers) { _ in
    let x = Matrix<Double>(rows: 1, columns: n)
    var y = Matrix<Double>(rows: 1, columns: n)
    var target = y.mutableElements
    let start = now()
    var passes = 0
    repeat {
      add(1e-3, x.elements, to: &target)
      passes += 1
    } while now() - start < seconds
    return Double(passes * n * 24) / (now() - start)
  }
  return rates.reduce(0, +)
}

/// An n×n matrix of ones: multiplying denormal numbers or zeros might take other times.
private func ones<S: Scalar>(_ type: S.Type, _ n: Int) -> Matrix<S> {
  var matrix = Matrix<S>(rows: n, columns: n)
  for i in 0..<n {
    for j in 0..<n { matrix[i, j] = 1 }
  }
  return matrix
}

/// Seconds on a clock that only goes forward.
func now() -> Double { seconds(of: CLOCK_MONOTONIC) }

/// Seconds that all threads of this process together have worked.
private func processorSeconds() -> Double { seconds(of: CLOCK_PROCESS_CPUTIME_ID) }

private func seconds(of clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
