import SOFO
import Testing

@Suite struct DampingControlTests {
  private func candidate(_ damping: Double, _ rate: Double) -> DampingControl.Candidate {
    DampingControl.Candidate(damping: damping, learningRate: rate)
  }

  @Test func aFixedDampingShortensAStepThatRaisesTheLoss() {
    var control = DampingControl(rule: .relative, damping: 1e-4, learningRate: 0.8)
    #expect(control.dampings == [1e-4])
    #expect(control.learningRates == [0.8, 0.2, 0.05, 0.0125])
    control.rateFactor = 0.5
    #expect(control.learningRates == [0.4, 0.1, 0.025, 0.00625])
    control.update(taken: nil, ratio: 0)
    #expect(control.damping == 1e-4)
  }

  @Test func aStepThatIsTakenBackRaisesAFixedDampingForTwentyIterations() {
    var control = DampingControl(rule: .relative, damping: 1e-4, learningRate: 1)
    control.stepBack()
    #expect(control.dampings == [1e-3])
    for _ in 0..<10 { control.update(taken: candidate(1e-3, 1), ratio: 1) }
    #expect(abs(control.dampings[0] - 1e-3 / 10.0.squareRoot()) < 1e-12)
    for _ in 0..<11 { control.update(taken: nil, ratio: 0) }
    #expect(control.dampings == [1e-4])
    for _ in 0..<9 { control.stepBack() }
    #expect(control.dampings == [1])
  }

  /// Without a damping, too, a step that is taken back is followed by careful ones.
  @Test(arguments: [0, 1e-12]) func aDampingOfNothingIsRaised(damping: Double) {
    var control = DampingControl(rule: .relative, damping: damping, learningRate: 1)
    #expect(control.dampings == [damping])
    control.stepBack()
    #expect(abs(control.dampings[0] - 1e-6) < 1e-18)
    for _ in 0..<400 { control.stepBack() }
    #expect(control.dampings == [1] && control.caution.isFinite)
    for _ in 0..<141 { control.update(taken: nil, ratio: 0) }
    #expect(control.dampings == [damping])
  }

  @Test func levenbergMarquardtFollowsTheRatioOfDecreases() {
    var control = DampingControl(rule: .adaptive, damping: 1e-2, learningRate: 1)
    let step = candidate(1e-2, 1)
    control.update(taken: step, ratio: 0.9)
    #expect(control.damping == 5e-3)
    control.update(taken: step, ratio: 0.5)
    #expect(control.damping == 5e-3)
    control.update(taken: step, ratio: 0.1)
    #expect(abs(control.damping - 1.5e-2) < 1e-15)
    control.update(taken: nil, ratio: 1)
    #expect(abs(control.damping - 4.5e-2) < 1e-15)
    for _ in 0..<20 { control.update(taken: nil, ratio: 0) }
    #expect(control.damping == 1)
    for _ in 0..<60 { control.update(taken: step, ratio: 1) }
    #expect(control.damping == 1e-5)
  }

  @Test func theSearchTriesAroundItsLastDampingAndStaysInItsLimits() {
    var control = DampingControl(rule: .search, damping: 1e-2, learningRate: 0.5)
    #expect(control.dampings == [1e-3, 1e-2, 1e-1])
    #expect(control.learningRates == [0.025, 0.075, 0.175, 0.325, 0.5, 0.7])
    control.update(taken: candidate(1e-3, 0.5), ratio: 0)
    #expect(control.damping == 1e-3)
    for _ in 0..<5 { control.update(taken: nil, ratio: 0) }
    #expect(control.damping == 1e-1)
    // At a limit two of the three dampings are one.
    #expect(control.dampings.count == 2 && control.dampings.last == 1e-1)
  }
}
