import SOFO
import Testing

@testable import Tasks

@Suite struct TaskAdviceTests {
  private let advice = Advice(rule: .relative, learningRate: 1, damping: 1e-6, tangents: 256)

  private func damping(_ tangents: Int, _ rule: DampingRule = .relative) -> Double {
    advice.damping(tangents: tangents, usual: 256, rule: rule)
  }

  /// By the square of how many fewer there are, and as advised where there are as many or more, or
  /// where a rule finds it.
  @Test func fewerDirectionsAreDampedMore() {
    #expect(abs(damping(128) - 4e-6) < 1e-18 && abs(damping(64) - 1.6e-5) < 1e-17)
    #expect(damping(256) == 1e-6 && damping(1000) == 1e-6 && damping(0) == 1e-6)
    #expect(damping(64, .search) == 1e-6 && damping(64, .adaptive) == 1e-6)
  }

  @Test func upToATenthOrWhatIsAdvised() {
    var heavy = advice
    heavy.damping = 0.01
    #expect(heavy.damping(tangents: 16, usual: 256, rule: .relative) == 0.1)
    heavy.damping = 0.5
    #expect(heavy.damping(tangents: 16, usual: 256, rule: .relative) == 0.5)
  }
}
