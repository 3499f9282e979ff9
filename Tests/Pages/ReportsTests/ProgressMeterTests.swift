import Reports
import Testing

/// The clock is made up.
@Suite struct ProgressMeterTests {
  @Test func timeLeftFollowsFromTheWorkDone() {
    var meter = ProgressMeter()
    meter.note("solve", done: 0, of: 400, unit: "neurons", at: 100)
    #expect(meter.left(at: 130) == nil)
    #expect(meter.line(at: 130) == "solve: 0 of 400 neurons, 30 s so far, time left not known yet")
    meter.note("solve", done: 100, of: 400, unit: "neurons", at: 140)
    #expect(meter.left(at: 140) == 120)
    #expect(meter.line(at: 140) == "solve: 100 of 400 neurons, 40 s so far, about 2 min left")
    meter.note("solve", done: 400, of: 400, unit: "neurons", at: 260)
    #expect(meter.left(at: 260) == 0)
  }

  /// Neither what a checkpoint brought nor the phase before counts.
  @Test func aPhaseBeginsAnew() {
    var meter = ProgressMeter()
    meter.note("select", done: 4, of: 8, unit: "folds", at: 0)
    meter.note("solve", done: 300, of: 400, unit: "neurons", at: 1000)
    #expect(meter.elapsed(at: 1000) == 0 && meter.left(at: 1005) == nil)
    meter.note("solve", done: 350, of: 400, unit: "neurons", at: 1010)
    #expect(meter.left(at: 1010) == 10)
  }

  /// More than was expected is no negative time.
  @Test func neverLessThanNothing() {
    var meter = ProgressMeter()
    meter.note("select", done: 0, of: 8, unit: "folds", at: 0)
    meter.note("select", done: 9, of: 8, unit: "folds", at: 9)
    #expect(meter.left(at: 9) == 0 && meter.share == 1)
    #expect(meter.left(at: -5) == 0)
  }

  @Test(arguments: [(3.4, "3 s"), (240, "4 min"), (9000, "2.5 h")])
  func timesAsPeopleSayThem(seconds: Double, text: String) {
    #expect(ProgressMeter.text(seconds) == text)
  }

  @Test func linesAreSparse() {
    var pacing = Pacing()
    let said = (0..<100).filter {
      pacing.isDue(at: 50 + Double($0), elapsed: Double($0), first: 5, pause: 30)
    }
    #expect(said == [5, 35, 65, 95])
  }
}
