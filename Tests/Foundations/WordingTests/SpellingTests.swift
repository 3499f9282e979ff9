import Testing
import Wording

/// Which word was meant.
@Suite struct SpellingTests {
  private let commands = ["generate", "inspect", "fit", "evaluate", "simulate", "report", "export"]

  @Test(arguments: [
    ("fti", "fit"), ("evalute", "evaluate"), ("eval", "evaluate"), ("Report", "report"),
    ("exprot", "export"), ("simluate", "simulate"), ("fits", "fit"), ("gen", "generate"),
  ])
  func found(typed: String, meant: String) {
    #expect(nearest(to: typed, among: commands) == meant)
    #expect(suggestion(for: typed, among: commands) == ": did you mean \(meant)?")
  }

  @Test(arguments: ["", "x", "plot", "recording.h5", "fixed-points"])
  func nothingNear(typed: String) {
    #expect(nearest(to: typed, among: commands) == nil)
    #expect(suggestion(for: typed, among: commands) == "")
  }

  /// Of two near words the nearer one, and of equals the first.
  @Test func nearer() {
    #expect(nearest(to: "damping-rul", among: ["damping", "damping-rule"]) == "damping-rule")
    #expect(nearest(to: "b", among: ["a", "c"]) == "a")
    let flags = ["tau", "loss", "alpha", "lambda", "phase"]
    #expect(nearest(to: "alfa", among: flags) == "alpha")
    #expect(nearest(to: "fase", among: flags) == "phase")
    #expect(nearest(to: "phit", among: ["fit"]) == "fit")
  }

  @Test func lists() {
    #expect(alternatives([]) == "" && alternatives(["a"]) == "a")
    #expect(alternatives(["a", "b"]) == "a or b" && alternatives(["a", "b", "c"]) == "a, b or c")
  }
}
