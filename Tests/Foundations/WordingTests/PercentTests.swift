import Testing
import Wording

/// The three texts of a share: in a sentence, in a column, in print.
@Suite struct PercentTests {
  @Test(arguments: [
    (0.125, "12.5 %", "12.5 %", "12 %"), (0.0125, "1.25 %", "1.2 %", "1.2 %"),
    (1, "100 %", "100.0 %", "100 %"), (0, "0 %", "0.0 %", "0.0 %"),
    (-0.25, "-25 %", "-25.0 %", "−25.0 %"), (.nan, "nan %", "nan %", "–"),
  ])
  func texts(share: Double, sentence: String, column: String, print: String) {
    #expect(percentage(share) == sentence)
    #expect(percent(share, decimals: 1) == column)
    #expect(percent(share) == print)
  }

  @Test func roundedToDecimalsAndFigures() {
    #expect(rounded(2.25, decimals: 1) == 2.3 && rounded(-2.25, decimals: 1) == -2.3)
    #expect(rounded(1234, decimals: -2) == 1200)
    #expect(significant(1234.5) == "1230" && significant(0.045678) == "0.0457")
    #expect(significant(0) == "0" && significant(.infinity) == "infinite")
    #expect(significant(2.0 / 3, figures: 2) == "0.67")
  }

  @Test func oneHasNoPlural() {
    #expect(plural("core", of: 1) == "core" && plural("core", of: 0) == "cores")
  }
}
