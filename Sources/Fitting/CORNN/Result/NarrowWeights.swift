internal import Collectives
internal import LinearAlgebra

/// The weights of the dual form, `W = b Xᵀ` of sample coefficients b and regressors X, by products
/// in float32.
///
/// The regressors are packed once a node, for all blocks of W.
final class NarrowWeights {
  let sums: SampleSums
  /// What the regressors that are neurons are in these sums, samples × neurons.
  private let regressors: PackedFactor

  /// The largest relative error of weights, and of currents, by products in float32.
  static var tolerable: Double { 1e-5 }
  /// Regressors whose weights are tried in either kind of sum.
  private static var sampled: Int { 128 }

  /// nil where neither kind of sum is exact enough, by weights of a neuron of each panel.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: neurons × samples conversions over the ranks of a node, and as many float32
  ///   numbers of memory a node.
  /// - Collective: every rank of `group` must call it.
  init?<S: Scalar & Transferable>(
    _ panels: [PanelSolution<S>], _ regressors: Regressors<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let some = panels.filter { $0.coefficients.rows > 0 }
    var b = Matrix<S>(rows: some.count, columns: regressors.fitted.matrix.columns)
    for (i, panel) in some.enumerated() { b.copyRow(i, from: panel.coefficients, 0) }
    let rows = 0..<min(Self.sampled, regressors.neurons)
    var errors = SampleSums.allCases.map {
      some.isEmpty ? 0 : $0.error(of: b, regressors.fitted.matrix, rows: rows)
    }
    try group.maximum(&errors)
    guard let (sums, error) = zip(SampleSums.allCases, errors).min(by: { $0.1 < $1.1 }),
      error < Self.tolerable
    else { return nil }
    self.sums = sums
    self.regressors = try PackedFactor(
      PackedLayout(
        kernel: .bestUnrounded(), rows: regressors.fitted.matrix.columns,
        columns: regressors.neurons, holdsRest: false), group: group
    ) { sums.regressors(regressors.fitted.matrix, rows: $0) }
  }

  /// `target ← b Xᵀ`, rows × neurons, on `BLAS.threads` threads.
  ///
  /// - Complexity: 2 rows × samples × neurons flops.
  func multiply<S: Scalar>(_ b: borrowing Matrix<S>, into target: inout Matrix<Float>) {
    let threads = min(BLAS.threads, b.rows)
    guard threads > 1 else { return multiplyAlone(b, into: &target) }
    let parts = Partition(of: b.rows, among: threads)
    // No part throws.
    let products = try? parallelMap(count: threads, threads: threads) { part in
      let rows = parts.range(of: part)
      var result = Matrix<Float>(rows: rows.count, columns: regressors.layout.columns)
      multiplyAlone(b.copy(rows: rows), into: &result)
      return PartOfProduct(result)
    }
    for (part, product) in (products ?? []).enumerated() {
      for (i, row) in parts.range(of: part).enumerated() {
        target.copyRow(row, from: product.matrix, i)
      }
    }
  }

  private func multiplyAlone<S: Scalar>(
    _ b: borrowing Matrix<S>, into target: inout Matrix<Float>
  ) {
    let coefficients = sums.coefficients(b)
    var packed = PackedRows(
      rows: b.rows, columns: b.columns, kernel: regressors.layout.kernel, holdsRest: false)
    for i in 0..<b.rows { packed.set(i, from: coefficients, i) }
    _ = regressors.multiply(b.rows, packed, .rounded, into: &target)
  }
}

/// What one thread multiplied.
private final class PartOfProduct: Sendable {
  let matrix: Matrix<Float>

  init(_ matrix: consuming Matrix<Float>) { self.matrix = matrix }
}
