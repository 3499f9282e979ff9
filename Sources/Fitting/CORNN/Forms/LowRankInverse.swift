internal import Collectives
internal import LinearAlgebra

/// An approximation of `(G + λI)⁻¹` that costs `4 T r` flops a row instead of `2 T²`.
///
/// With `G ≈ L Lᵀ` of rank r, `(L Lᵀ + λI)⁻¹ = (I − Q Qᵀ) / λ`, `Q = L C⁻ᵀ`,
/// `C Cᵀ = Lᵀ L + λI`. A slow recording has few directions whose variance exceeds a
/// strong ridge; the others hardly differ from λI.
///
/// As a preconditioner it is as good as the inverse. `G p = e − λ p` holds only up to
/// `G − L Lᵀ ⪰ 0`: what is iterated is the problem of `L Lᵀ`, whose solution is an iteration or
/// two of the inverse itself away from that of the given one.
final class LowRankInverse<P: Scalar & Transferable>: ApproximateInverse {
  /// Q, samples × rank.
  let factor: NodeShared<P>
  let ridge: Double

  var rank: Int { factor.matrix.columns }

  /// The diagonal of `G − L Lᵀ` is at most this times the ridge.
  private static var neglected: Double { 3e-3 }

  /// With fewer samples the products are no burden.
  private static var leastSamples: Int { 256 }

  /// Nil where the rank is above a `fraction` of the samples, too high to gain anything.
  ///
  /// - Collective: every rank of `group` must call it.
  init?(
    _ gram: borrowing NodeShared<Double>, ridge: Double, fraction: Double,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let samples = gram.matrix.rows
    guard samples >= Self.leastSamples else { return nil }
    let q =
      gram.nodeRank == 0
      ? Self.factor(gram.matrix, ridge: ridge, most: Int(fraction * Double(samples)))
      : Matrix<Double>(rows: 0, columns: 0)
    // Every node finds the same.
    let rank = try group.maximum(q.columns)
    guard rank > 0, rank <= Int(fraction * Double(samples)) else { return nil }
    var shared = try group.allocateOnNode(rows: samples, columns: rank, of: P.self)
    if gram.nodeRank == 0 { shared.matrix.round(q, rows: 0..<samples) }
    try shared.synchronize()
    factor = shared
    self.ridge = ridge
  }

  /// Q; with more than `most` columns it is no factor, but shows that the rank is too high.
  private static func factor(
    _ gram: borrowing Matrix<Double>, ridge: Double, most: Int
  ) -> Matrix<Double> {
    let tolerance = neglected * ridge
    // Every other sample has no higher rank, and an eighth of the work shows most refusals.
    let half = Array(stride(from: 0, to: gram.rows, by: 2))
    let sampled = pivotedCholesky(gram.selectedBlock(half, half), tolerance: tolerance)
    guard sampled.columns <= most else { return sampled }
    var q = pivotedCholesky(gram, tolerance: tolerance)
    guard q.columns <= most else { return q }
    var inner = Matrix<Double>(rows: q.columns, columns: q.columns)
    var target = inner.mutableView
    symmetricRankUpdate(q.view.transposed, into: &target)
    for i in 0..<q.columns { inner[i, i] += ridge }
    do {
      let cholesky = try Cholesky(inner)
      var view = q.mutableView
      cholesky.halfSolveFromRight(&view)
    } catch {
      preconditionFailure("a Gram matrix plus a positive ridge has no factor: \(error)")
    }
    return q
  }

  /// `result ← (I − Q Qᵀ) / λ · residual`.
  func multiply(
    rows: Range<Int>, _ residual: borrowing Matrix<P>, into result: inout Matrix<P>,
    lowRank: inout Matrix<P>
  ) -> Double {
    lowRank.reserve(rows: residual.rows, columns: rank)
    lowRank.multiply(rows: rows, residual, factor.matrix)
    for i in rows { result.copyRow(i, from: residual, i) }
    result.multiply(
      rows: rows, lowRank, factor.matrix, transposingB: true, scale: P(-1 / ridge),
      keep: P(1 / ridge))
    return 4 * Double(rows.count) * Double(rank) * Double(residual.columns)
  }
}
