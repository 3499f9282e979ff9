package import Collectives
internal import LinearAlgebra

/// Eigenvalues of W.
package struct Spectrum: Sendable {
  package let values: [(real: Double, imaginary: Double)]
  /// Whether these are all, else the outermost ones as far as they are known.
  package let isComplete: Bool
}

extension RateNetwork {
  /// The eigenvalues of W: all up to `limit` neurons, the outermost ones beyond.
  ///
  /// Beyond `limit` an Arnoldi iteration of `steps` products with W gives those whose
  /// residual is below a hundredth of the largest magnitude; W stays where it is.
  ///
  /// - Returns: nil on other ranks than 0, or if W holds numbers that are not finite.
  /// - Complexity: 10 N³ flops on rank 0, or `steps` times 2N² over all ranks and `steps`
  ///   vectors on each.
  /// - Collective: every rank of `group` must call it.
  package func spectrum(
    limit: Int, steps: Int = 150, threads: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> Spectrum? {
    let elements = weights.elements
    let bad = elements.indices.contains { !elements[$0].isFinite }
    guard try group.maximum(bad ? 1 : 0) == 0 else { return nil }
    if neurons <= limit {
      let all = try group.gather(elements.indices.map { elements[$0] })
      guard group.rank == 0 else { return nil }
      var whole = Matrix<Double>(rows: neurons, columns: neurons)
      for i in 0..<neurons {
        for j in 0..<neurons { whole[i, j] = Double(all[i * neurons + j]) }
      }
      return Spectrum(values: GeneralEigen(whole).values, isComplete: true)
    }
    let values = try outermost(steps: min(steps, neurons), threads: threads, group: group)
    return group.rank == 0 ? Spectrum(values: values, isComplete: false) : nil
  }

  /// Arnoldi: `W V = V H + h v eᵀ` with orthonormal V, every vector on every rank.
  private func outermost(
    steps: Int, threads: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> [(real: Double, imaginary: Double)] {
    let counts = try group.gather(local.count)
    var basis = Matrix<S>(rows: steps + 1, columns: neurons)
    // Any start does that favours no eigenvector: entries of equal size, irregular signs.
    let size = S(1 / Double(neurons).squareRoot())
    for j in 0..<neurons { basis[0, j] = (j &* 2_654_435_761) >> 13 & 1 == 0 ? size : -size }
    var hessenberg = Matrix<Double>(rows: steps + 1, columns: steps)
    var used = 0
    var rest = 0.0
    while used < steps {
      let state = (0..<neurons).map { basis[used, $0] }
      let own = try recurrentCurrents(state, threads: threads)
      var next = state
      var span = next.mutableSpan
      try group.gather(own.span, into: &span, counts: counts)
      for j in 0..<neurons { basis[used + 1, j] = next[j] }
      // Twice: once loses orthogonality where the new vector is almost in the span.
      for _ in 0..<2 {
        for k in 0...used {
          let overlap = try group.broadcast(basis.dot(used + 1, basis, k))
          hessenberg[k, used] += overlap
          for j in 0..<neurons { basis[used + 1, j] -= S(overlap) * basis[k, j] }
        }
      }
      rest = try group.broadcast(basis.dot(used + 1, basis, used + 1).squareRoot())
      hessenberg[used + 1, used] = rest
      used += 1
      guard rest > 1e-6 else { break }
      for j in 0..<neurons { basis[used, j] /= S(rest) }
    }
    var square = Matrix<Double>(rows: used, columns: used)
    for i in 0..<used { for j in 0..<used { square[i, j] = hessenberg[i, j] } }
    let eigen = GeneralEigen(square, lastEntries: true)
    let radius = eigen.values.map(magnitude).max() ?? 0
    return zip(eigen.values, eigen.lastEntries).filter { rest * $1 < 0.01 * radius }.map(\.0)
  }
}

private func magnitude(_ value: (real: Double, imaginary: Double)) -> Double {
  (value.real * value.real + value.imaginary * value.imaginary).squareRoot()
}
