import Collectives
import LinearAlgebra
import MPI
import TestSupport
import Testing

/// What needs several ranks; `RankLaunchTests` starts this suite under mpirun.
@Suite(.serialized, .enabled(if: isUnderLauncher)) struct RankTests {}

@Suite(.serialized) struct RankLaunchTests {
  @Test(.disabled(if: isUnderLauncher), arguments: [1, 2, 3, 4, 6, 7])
  func ranksPass(ranks: Int) throws {
    expectPassed(try launch(ranks: ranks, filter: "MPITests.RankTests"))
  }
}
