import Collectives
import LinearAlgebra
import Testing

@testable import Recordings

@Suite struct StripedReadTests {
  /// What a rank got, and the pieces of the file that it read for it.
  private struct Found: ~Copyable {
    let series: Matrix<Double>
    let pieces: [Range<Int>]
  }

  /// value(t, i) = 1000 t + i, read in pieces of whole units.
  private func read(frames: Int, neurons: Int, unit: Int, own: Range<Int>) throws -> Found {
    var pieces: [Range<Int>] = []
    let series: Matrix<Double> = try StripedRead(frames: frames, neurons: neurons, unit: unit)
      .series(own, on: SingleRank()) { range in
        pieces.append(range)
        var block = Matrix<Double>(rows: range.count, columns: neurons)
        for (k, t) in range.enumerated() {
          for i in 0..<neurons { block[k, i] = Double(1000 * t + i) }
        }
        return block
      }
    return Found(series: series, pieces: pieces)
  }

  @Test(arguments: [1, 7, 64]) func everyFrameIsReadOnceInWholeUnits(unit: Int) throws {
    // 2,000 neurons of 8 bytes: 524 frames are 8 MiB.
    let (frames, neurons) = (1500, 2000)
    let found = try read(frames: frames, neurons: neurons, unit: unit, own: 5..<9)
    #expect(found.pieces.first?.lowerBound == 0 && found.pieces.last?.upperBound == frames)
    for (piece, next) in zip(found.pieces, found.pieces.dropFirst()) {
      #expect(piece.upperBound == next.lowerBound)
      #expect(piece.count % unit == 0 && piece.count * neurons * 8 <= 8 << 20)
    }
    #expect(found.pieces.count > 1)
    var wrong = 0
    for i in 0..<4 {
      for t in 0..<frames where found.series[i, t] != Double(1000 * t + i + 5) { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  @Test func aRankMayWantNothing() throws {
    let found = try read(frames: 10, neurons: 3, unit: 1, own: 2..<2)
    #expect(found.series.rows == 0 && found.series.columns == 10)
  }
}
