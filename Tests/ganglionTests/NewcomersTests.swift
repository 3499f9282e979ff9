import Testing

@testable import ganglion

/// Cells that the warm-up left out: of ten frames eight must have them.
@Suite struct NewcomersTests {
  /// The frames at which cell 1 of two comes to be fitted, and the values it had.
  private func admissions(_ values: [Double]) -> [(frame: Int, values: [Double])] {
    var newcomers = Newcomers(isFitted: [true, false], span: 10)
    var all: [(frame: Int, values: [Double])] = []
    for (t, value) in values.enumerated() {
      for found in newcomers.note([0.5, value]) {
        #expect(found.cell == 1)
        all.append((frame: t, values: found.values.sorted()))
      }
    }
    return all
  }

  @Test func aCellThatComesToStay() {
    let found = admissions((0..<40).map { $0 < 15 ? .nan : Double($0) })
    #expect(found.map { $0.frame } == [22], "once, with its eighth value")
    #expect(found.first?.values == (15...22).map { Double($0) })
  }

  @Test func aCellThatIsThereTooSeldom() {
    #expect(admissions((0..<200).map { $0 % 10 < 7 ? Double($0) : .nan }).isEmpty)
    #expect(admissions([Double](repeating: .nan, count: 50)).isEmpty)
    #expect(admissions((0..<200).map { $0 % 10 < 8 ? Double($0) : .nan }).map { $0.frame } == [7])
  }

  @Test func aConstantCellHasToVary() {
    #expect(admissions([Double](repeating: 2, count: 50)).isEmpty)
    let found = admissions((0..<60).map { $0 == 30 ? 3 : 2 })
    #expect(found.map { $0.frame } == [30])
    #expect(found.first?.values == [Double](repeating: 2, count: 9) + [3])
  }
}
