import Collectives
import LinearAlgebra
import RandomNumbers
import Testing

@testable import CORNN

/// What stands in for `(G + λI)⁻¹`, against a dense solve in float64.
@Suite struct ApproximateInverseTests {
  private let samples = 320
  private let ridge = 2.0

  /// G = F Fᵀ + `tail` I, F samples × rank: `rank` directions far above the ridge.
  private func gram(rank: Int, tail: Double) throws -> NodeShared<Double> {
    var factor = Matrix<Double>(rows: samples, columns: rank)
    do {
      var elements = factor.mutableElements
      RandomStream(seed: 11, stream: 40).fillNormal(&elements)
    }
    var shared = SingleRank().allocateOnNode(rows: samples, columns: samples, of: Double.self)
    let square = product(factor.view, factor.view.transposed)
    for i in 0..<samples {
      for j in 0..<samples { shared.matrix[i, j] = square[i, j] + (i == j ? tail : 0) }
    }
    return shared
  }

  private func residuals(_ rows: Int) -> Matrix<Double> {
    var result = Matrix<Double>(rows: rows, columns: samples)
    var elements = result.mutableElements
    RandomStream(seed: 12, stream: 40).fillNormal(&elements)
    return result
  }

  /// `(G + λI) p − e`, the largest entry over the largest of e.
  private func error(
    _ image: borrowing Matrix<Double>, _ residual: borrowing Matrix<Double>,
    _ gram: borrowing NodeShared<Double>
  ) -> Double {
    let back = product(image, gram.matrix)
    var (worst, scale) = (0.0, 0.0)
    for i in 0..<residual.rows {
      for j in 0..<samples {
        worst = max(worst, abs(back[i, j] + ridge * image[i, j] - residual[i, j]))
        scale = max(scale, abs(residual[i, j]))
      }
    }
    return worst / scale
  }

  @Test func ofLowRankItIsTheInverseUpToWhatItNeglects() throws {
    let gram = try gram(rank: 20, tail: 0)
    let inverse = try #require(
      try LowRankInverse<Double>(gram, ridge: ridge, fraction: 1.0 / 3, group: SingleRank()))
    #expect(inverse.rank == 20)
    let residual = residuals(3)
    var image = Matrix<Double>(rows: 3, columns: samples)
    var scratch = Matrix<Double>(rows: 0, columns: 0)
    let flops = inverse.multiply(rows: 0..<3, residual, into: &image, lowRank: &scratch)
    #expect(flops == 4 * 3 * 20 * 320)
    #expect(error(image, residual, gram) < 1e-11)
  }

  @Test func aTailThatIsNeglectedErrsByItsShareOfTheRidge() throws {
    // Neglected are directions of up to 3/1000 of the ridge.
    let gram = try gram(rank: 20, tail: 1e-3 * ridge)
    let inverse = try #require(
      try LowRankInverse<Double>(gram, ridge: ridge, fraction: 1.0 / 3, group: SingleRank()))
    // Twenty pivots leave some of the tail amplified; a few more take care of that.
    #expect((20...40).contains(inverse.rank))
    let residual = residuals(2)
    var image = Matrix<Double>(rows: 2, columns: samples)
    var scratch = Matrix<Double>(rows: 0, columns: 0)
    _ = inverse.multiply(rows: 0..<2, residual, into: &image, lowRank: &scratch)
    let left = error(image, residual, gram)
    #expect(left < 4e-3 && left > 1e-5)
  }

  @Test func aHighRankIsRefused() throws {
    let gram = try gram(rank: 20, tail: 10 * ridge)
    #expect(
      try LowRankInverse<Double>(gram, ridge: ridge, fraction: 1.0 / 3, group: SingleRank())
        == nil)
  }

  /// Rounding to float32 leaves G times white noise; deflation removes it from the leading
  /// directions, of which there are fewer here than it has vectors.
  @Test func deflationFreesAnImageOfRoundingInTheLeadingDirections() throws {
    let gram = try gram(rank: 20, tail: 1e-2)
    var exact = SingleRank().allocateOnNode(rows: samples, columns: samples, of: Double.self)
    _ = try SingleRank().invertPositiveDefinite(gram, ridge: ridge, into: &exact)
    let rounded = try RoundedInverse(exact, group: SingleRank())
    let deflation = try Deflation<Double>(gram, ridge: ridge, group: SingleRank())
    let rows = 4
    let residual = residuals(rows)
    var narrow = Matrix<Float>(rows: rows, columns: samples)
    var narrowImage = Matrix<Float>(rows: rows, columns: samples)
    narrow.round(residual, rows: 0..<rows)
    var scratch = Matrix<Float>(rows: 0, columns: 0)
    _ = rounded.multiply(rows: 0..<rows, narrow, into: &narrowImage, lowRank: &scratch)
    var found = Matrix<Double>(rows: rows, columns: samples)
    found.round(narrowImage, rows: 0..<rows)
    let before = error(found, residual, gram)
    var products = Matrix<Double>(rows: 0, columns: 0)
    let flops = deflation.correct(&found, of: residual, rows: 0..<rows, lowRank: &products)
    #expect(flops == 6 * 4 * 64 * 320)
    let after = error(found, residual, gram)
    #expect(after < 1e-6 && after < before / 10)
  }
}
