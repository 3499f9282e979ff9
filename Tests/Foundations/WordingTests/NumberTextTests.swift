import Testing
import Wording

/// Numbers as a person would write them; the right-hand sides were written by hand.
@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.8299999999999841, "0.83"), (0.1 + 0.2, "0.3"), (3, "3"), (1200, "1200"), (0, "0"),
    (-0.0, "0"), (-2.5, "-2.5"), (1e-5, "1e-5"), (2.4999999e-7, "2.5e-7"), (0.00025, "0.00025"),
    (0.9999999, "1"), (99.99999999, "100"), (1234567.8, "1234568"), (123456789, "123456789"),
    (1e10, "1e10"),
    (1_200_000, "1200000"),
    (1e15, "1e15"), (1e300, "1e300"), (2.5e-308, "2.5e-308"), (1 / 3.0, "0.333333"),
    (0.0305, "0.0305"), (30, "30"), (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
  ])
  func sixDigits(value: Double, text: String) {
    #expect(plain(value) == text)
  }

  @Test func digits() {
    #expect(plain(2.0 / 3, digits: 2) == "0.67" && plain(1234.56, digits: 2) == "1235")
    #expect(percentage(0.125) == "12.5 %" && percentage(1) == "100 %")
  }

  /// What a user typed comes back as typed, to the last digit.
  @Test(arguments: ["0.1", "3", "1.0000001", "1e-5", "0.30000000000000004", "-7.25"])
  func asTyped(text: String) throws {
    #expect(asGiven(try #require(Double(text))) == text)
  }

  /// With 17 digits nothing is lost, whatever the number.
  @Test func readsBack() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      #expect(Double(asGiven(value)) == value)
    }
  }
}
