import Collectives
import Differentiation
import LinearAlgebra
import SOFO
import TestSupport
import Testing

/// How ranks are dealt to tangents and to the batch.
@Suite struct GridTests {
  /// Numbers as counted by hand; large directions are sharded first, small ones last.
  @Test func gridsFollowTheSizeOfTheDirections() {
    let small = DirectionPlan(Example.vanilla.program, kind: .gaussian, count: 8)
    #expect(small.numbers == 8 * (25 + 10 + 5 + 10))
    #expect(
      DirectionPlan(Example.vanilla.program, kind: .rankOne, count: 8).numbers
        == 8 * (10 + 7 + 5 + 7))
    #expect(Grid.automatic(ranks: 4, directions: small, batch: 64) == Grid(tangents: 1, batch: 4))
    #expect(Grid.automatic(ranks: 4, directions: small, batch: 32) == Grid(tangents: 2, batch: 2))
    let r = Recorder()
    let z = r.state(startingAt: r.trialInput("z0", width: 400))
    let next = z * r.parameter("W", 400, 400, .zeros)
    r.advance(z, to: next)
    r.squaredError(next, r.input("target", width: 400))
    let program = r.finish()
    func plan(_ kind: TangentKind) -> DirectionPlan {
      DirectionPlan(program, kind: kind, count: 8)
    }
    #expect(
      Grid.automatic(ranks: 4, directions: plan(.gaussian), batch: 64)
        == Grid(tangents: 4, batch: 1))
    #expect(
      Grid.automatic(ranks: 4, directions: plan(.rankOne), batch: 64)
        == Grid(tangents: 1, batch: 4))
    #expect(
      Grid.automatic(ranks: 16, directions: plan(.gaussian), batch: 64)
        == Grid(tangents: 8, batch: 2))
  }
}
