import Collectives
import Glibc
import MPI
import TestSupport
import Testing

extension RankTests {
  @Suite struct RunClockTests {
    /// Ranks that wait for a late one were inside MPI all the while; what was before the run,
    /// the start of MPI among it, does not count.
    @Test func waitingIsCommunication() throws {
      let world = try testWorld()
      try world.barrier()
      let clock = RunClock()
      let late = 0.5
      if world.rank == 0 { usleep(UInt32(late * 1e6)) }
      try world.barrier()
      let spent = clock.spent
      // Clocks start a little apart on a busy machine.
      let isRight = world.rank == 0 || spent.communication > 0.1 * late
      try expectEverywhere(
        isRight && spent.communication <= spent.elapsed, on: world, "\(spent)")
    }
  }
}
