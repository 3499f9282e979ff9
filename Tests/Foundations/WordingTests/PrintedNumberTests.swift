import Testing
import Wording

@Suite struct PrintedNumberTests {
  @Test func numbersAreShort() {
    for (value, text) in [
      (0, "0"), (-3, "−3"), (0.123456, "0.123"), (12345, "12\u{202F}345"), (-2.5e-7, "−2.5e-7"),
      (3.14159e8, "3.1e8"), (99.44, "99.4"), (.nan, "–"), (-.infinity, "−∞"),
    ] as [(Double, String)] {
      #expect(short(value) == text)
    }
    #expect(percent(0.0123) == "1.2 %" && percent(0.5) == "50 %")
  }

  @Test func correlationsHaveThreeDecimals() {
    #expect(shortCorrelation(0.00298) == "0.003" && shortCorrelation(-0.39) == "−0.390")
    #expect(shortCorrelation(1) == "1.000" && shortCorrelation(.nan) == "–")
  }

  @Test func oneIsNotMany() {
    #expect(counted(1, "neuron") == "1 neuron")
    #expect(
      counted(0, "neuron") == "0 neurons" && counted(12345, "start") == "12\u{202F}345 starts")
  }
}
