import LinearAlgebra
import Statistics
import Testing

/// What exceeds a magnitude, counted by hand.
@Suite struct ExcessTests {
  @Test func countsWhatIsBeyond() {
    let series = Matrix<Double>([[0.5, -1.2, .nan, 1.1, 1.05, -3, 0]])
    let excess = Excess(of: series.row(0), beyond: 1.05)
    #expect(excess.count == 3 && excess.largest == 3)
    let small = Matrix<Float>([[0.5, .nan]])
    let none = Excess(of: small.row(0), beyond: 1)
    #expect(none.count == 0 && none.largest == 0)
  }
}
