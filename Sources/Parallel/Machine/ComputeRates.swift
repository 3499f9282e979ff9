internal import Glibc
internal import Kernels
package import LinearAlgebra

/// How fast BLAS multiplies matrices, and with how many cores at work.
package struct ProductRate: Equatable, Sendable {
  /// Floating-point operations a second.
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
/// - Returns: the rate over that time, and the cores at work.
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
  var products = 0.0
  var elapsed = 0.0
  repeat {
    multiply(a.view, b.view, into: &view)
    products += 1
    elapsed = now() - start
  } while elapsed < seconds
  return ProductRate(
    rate: products * flops / elapsed, busyCores: (processorSeconds() - startOfWork) / elapsed)
}

/// Measures the best of a few products of square matrices with the BLAS threads now set.
///
/// - Complexity: 2 order³ operations a product, 3 order² scalars of memory.
package func measureBestProduct<S: Scalar>(
  of type: S.Type, order: Int, products: Int
) -> ProductRate {
  let a = Matrix<S>.identity(order)
  var c = Matrix<S>(rows: order, columns: order)
  var best = Double.infinity
  let start = now()
  let startOfWork = processorSeconds()
  for _ in 0..<products {
    let start = now()
    c.multiply(rows: 0..<order, a, a)
    best = min(best, now() - start)
  }
  return ProductRate(
    rate: 2 * Double(order * order * order) / best,
    busyCores: (processorSeconds() - startOfWork) / (now() - start))
}

/// Measures the best of a few products with a packed matrix, on each of some threads at a time.
///
/// - Complexity: 2 order³ operations a product and thread.
package func measureBestPackedProduct(
  by kernel: ProductKernel, threads: Int, order: Int = 768, products: Int = 4
) throws -> Double {
  let layout = PackedLayout(kernel: kernel, rows: order, columns: order, holdsRest: false)
  var storage = Matrix<Float>(rows: layout.storageRows, columns: layout.storageColumns)
  let b = Matrix<Float>.identity(order)
  layout.pack(b.view, firstPanel: 0, into: &storage)
  let rates = try parallelMap(count: threads, threads: threads) { _ in
    var a = PackedRows(rows: order, columns: order, kernel: kernel, holdsRest: false)
    for i in 0..<order { a.set(i, b.row(i)) }
    var c = Matrix<Float>(rows: order, columns: order)
    var best = Double.infinity
    for _ in 0..<products {
      let start = now()
      layout.multiply(count: order, a, storage, accuracy: .rounded, into: &c)
      best = min(best, now() - start)
    }
    return 2 * Double(order * order * order) / best
  }
  return rates.reduce(0, +)
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

/// Measures products of the shape that the iterations have: a panel of rows times a square
/// matrix, on each thread a panel of its own.
///
/// - Returns: operations a second, all threads together.
/// - Throws: nothing of its own.
package func measurePanelRate<S: Scalar>(
  of type: S.Type, threads: Int, rows: Int = MachineDescription.panelRows, seconds: Double = 0.3
) throws -> Double {
  let n = 1024
  let workers = min(threads, allowedCores().count)
  let square = ones(S.self, n)
  let rates = try parallelMap(count: workers, threads: workers) { _ in
    let panel = Matrix<S>(repeating: 1, rows: rows, columns: n)
    var result = Matrix<S>(rows: rows, columns: n)
    result.multiply(rows: 0..<rows, panel, square)
    return rate(flops: 2 * Double(rows * n * n), seconds: seconds) {
      result.multiply(rows: 0..<rows, panel, square)
    }
  }
  return rates.reduce(0, +)
}

/// Measures the Cholesky inverse of a positive definite matrix with the BLAS threads now set:
/// n³ operations counted.
package func measureFactorRate(seconds: Double = 0.3) throws -> Double {
  let n = 1024
  return try rate(flops: Double(n * n * n), seconds: seconds) {
    let matrix = Matrix<Double>.identity(n)
    _ = try Cholesky(matrix).inverse().rows
  }
}

/// Measures products that make a tile of a Gram matrix, with the BLAS threads now set.
package func measureGramRate(seconds: Double = 0.3) -> Double {
  let (rows, n) = (256, 2048)
  let x = Matrix<Double>(repeating: 1, rows: n, columns: rows)
  var tile = Matrix<Double>(rows: rows, columns: rows)
  var view = tile.mutableView
  return rate(flops: 2 * Double(rows * rows * n), seconds: seconds) {
    multiply(x.view.transposed, x.view, into: &view)
  }
}

/// Measures how fast vectors that fit a core's own caches are updated, `y ← y + t x`: what the work
/// around the products costs.
///
/// - Returns: bytes a second, 24 an element, all threads together.
/// - Throws: nothing of its own.
package func measureVectorBandwidth(threads: Int, seconds: Double = 0.2) throws -> Double {
  // A row's vectors are dealt with in one go: larger than the first cache, but in the one that
  // a core has to itself. Beyond it cores would slow each other down as they do not in a fit.
  let (rows, columns) = (16, 1024)
  let workers = min(threads, allowedCores().count)
  let rates = try parallelMap(count: workers, threads: workers) { _ in
    let x = Matrix<Double>(repeating: 1, rows: rows, columns: columns)
    var y = Matrix<Double>(rows: rows, columns: columns)
    return rate(flops: Double(24 * rows * columns), seconds: seconds) {
      for i in 0..<rows { y.add(1e-3, x, i, toRow: i) }
    }
  }
  return rates.reduce(0, +)
}

/// The rate of work that is repeated for some time, after once to warm up.
private func rate(flops: Double, seconds: Double, _ work: () throws -> Void) rethrows -> Double {
  try work()
  let start = now()
  var count = 0.0
  var elapsed = 0.0
  repeat {
    try work()
    count += 1
    elapsed = now() - start
  } while elapsed < seconds
  return count * flops / elapsed
}

/// An n×n matrix of ones: multiplying denormal numbers or zeros might take other times.
private func ones<S: Scalar>(_ type: S.Type, _ n: Int) -> Matrix<S> {
  Matrix(repeating: 1, rows: n, columns: n)
}

extension Matrix {
  fileprivate init(repeating value: S, rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns)
    for i in 0..<rows {
      for j in 0..<columns { self[i, j] = value }
    }
  }
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
