import Runtime
import Testing

@Suite struct PhasesTests {
  @Test func timesAddUpInTheOrderOfEntry() {
    let phases = Phases()
    phases.add("read", seconds: 1)
    phases.add("solve", seconds: 2, flops: 10)
    phases.add("read", seconds: 3)
    phases.add("solve", flops: 5)
    #expect(phases.all.map(\.name) == ["read", "solve"])
    #expect(phases.all.map(\.seconds) == [4, 2])
    #expect(phases.all.map(\.flops) == [0, 15])
  }

  @Test func aPhaseThatThrowsCounts() {
    struct Failure: Error {}
    let phases = Phases()
    #expect(throws: Failure.self) { try phases.measure("read") { throw Failure() } }
    #expect(phases.all.map(\.name) == ["read"])
  }
}
