import Collectives
import Runtime
import Testing

/// The clock is made up: every step takes as long as the test says.
@Suite struct StopPacerTests {
  private final class Run {
    var time = 0.0
    var isAsked = false
    var meetings = 0
    lazy var pacer = StopPacer(
      proceeds: { [unowned self] in meetings += 1 }, clock: { [unowned self] in time },
      isAsked: { [unowned self] in isAsked })

    func step(_ kind: StopPacer.Kind, taking seconds: Double) throws {
      time += seconds
      try pacer.step(kind, on: SingleRank())
    }
  }

  /// A long step is followed by a look, and a stop is noticed within a second or a step.
  @Test(arguments: [1e-4, 1e-2, 0.2, 3])
  func aStopIsNoticedSoon(seconds: Double) throws {
    let run = Run()
    for _ in 0..<Int(60 / seconds) { try run.step(.tangents, taking: seconds) }
    run.isAsked = true
    let asked = run.time
    #expect(throws: StopPacer.Interrupted.self) {
      while run.time < asked + 100 { try run.step(.tangents, taking: seconds) }
    }
    #expect(run.time - asked < max(1, 1.01 * seconds))
  }

  @Test func shortStepsMeetSeldom() throws {
    let run = Run()
    for _ in 0..<100_000 { try run.step(.candidates, taking: 1e-5) }
    #expect(run.meetings < 20)
  }

  /// The pace of short steps is not that of long ones.
  @Test func everyKindHasItsPace() throws {
    let run = Run()
    for _ in 0..<100_000 { try run.step(.evaluation, taking: 1e-4) }
    run.isAsked = true
    let asked = run.time
    #expect(throws: StopPacer.Interrupted.self) {
      for _ in 0..<100 { try run.step(.tangents, taking: 10) }
    }
    #expect(run.time - asked <= 10)
  }
}
