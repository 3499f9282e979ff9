import LinearAlgebra
import Testing

/// Row and entry numbers are checked in every build: the module is always optimised, and a
/// stray write through a raw pointer would be somebody else's number.
@Suite struct BoundsTests {
  @Test func rowsOfOthers() async {
    await #expect(processExitsWith: .failure) {
      var a = Matrix<Double>(rows: 2, columns: 3)
      let b = Matrix<Double>(rows: 4, columns: 3)
      a.copyRow(2, from: b, 3)
    }
    await #expect(processExitsWith: .failure) {
      var a = Matrix<Double>(rows: 2, columns: 3)
      a.copyRow(0, from: Matrix<Double>(rows: 4, columns: 3), -1)
    }
    await #expect(processExitsWith: .failure) {
      var a = Matrix<Double>(rows: 2, columns: 3)
      a.scaleRow(2, by: 2)
    }
  }

  @Test func entriesAndRanges() async {
    await #expect(processExitsWith: .failure) {
      var a = Matrix<Double>(rows: 2, columns: 3)
      a[0, 3] = 1
    }
    await #expect(processExitsWith: .failure) {
      var a = Matrix<Float>(rows: 2, columns: 2)
      a.round(Matrix<Double>(rows: 2, columns: 2), rows: -1..<1)
    }
    await #expect(processExitsWith: .failure) {
      var c = Matrix<Float>(rows: 2, columns: 2)
      c.multiplyWidening(
        rows: 1..<4, Matrix<Float>(rows: 5, columns: 3), Matrix<Double>(rows: 3, columns: 2))
    }
    await #expect(processExitsWith: .failure) {
      _ = Slot(offset: 0, rows: 3, columns: 2).rows(2..<4)
    }
  }
}

@Suite struct LeastTests {
  @Test func theLeastFiniteNumber() {
    #expect([3.0, 1, 2].placeOfLeast == 1)
    #expect([Double.nan, 3, -.infinity, 1, .nan].placeOfLeast == 3)
    #expect([1.0, 1].placeOfLeast == 0)
    #expect([Double.nan, .infinity].placeOfLeast == nil)
    #expect([Double]().placeOfLeast == nil)
  }
}
