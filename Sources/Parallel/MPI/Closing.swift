internal import CMPI
internal import CMPIShims
internal import Collectives
internal import Glibc

/// How the ranks of a job ended, as all of them know it.
struct Verdict {
  /// The lowest rank that failed and its exit code; nil if all ranks went well.
  var failure: (rank: Int, exitCode: Int32)? {
    key == 0 ? nil : (size - Int(key >> 8), Int32(key & 0xff))
  }

  /// Every rank failed, with the same message.
  let isCommon: Bool

  fileprivate let key: Int64
  fileprivate let size: Int
}

/// The agreement of all ranks on how a job ended, over a communicator of its own.
///
/// A rank that went well waits as long as the others work. A rank that failed waits
/// only a moment: if another rank does not come, it is waiting for this one in some
/// collective call, and only ending the job helps.
struct Closing: ~Copyable {
  let rank: Int
  private let size: Int
  private let handle: MPI_Comm

  /// Prepares the agreement (collective over all ranks).
  init() throws {
    let handle = try duplicateWorld()
    (rank, size) = try placeInGroup(handle)
    self.handle = handle
  }

  /// Agrees with all ranks.
  ///
  /// - Parameters:
  ///   - failure: this rank's message and exit code; nil if it went well.
  ///   - patience: seconds that a failed rank waits.
  /// - Returns: the verdict, or nil if this rank failed and another did not come in time.
  /// - Throws: `MPIError`.
  func agree(on failure: (message: String, exitCode: Int32)?, patience: Double) throws -> Verdict? {
    // Maxima of: who failed first, whether somebody succeeded, the message's hash both ways.
    let votes = UnsafeMutablePointer<Int64>.allocate(capacity: 4)
    (votes[0], votes[1], votes[2], votes[3]) = (0, 1, .min, .min)
    if let failure {
      // Without the sign bit, so that its negative is a number, too.
      let hash = Int64(StableHash.bits64(of: failure.message) >> 1)
      votes[0] = Int64(size - rank) << 8 | Int64(failure.exitCode & 0xff)
      (votes[1], votes[2], votes[3]) = (0, hash, -hash)
    }
    var request = cmpi_request_null()
    try check(
      "MPI_Iallreduce",
      MPI_Iallreduce(cmpi_in_place(), votes, 4, cmpi_int64(), cmpi_max(), handle, &request))
    // The votes stay allocated where it is given up: the reduction may still write to them.
    guard try isDone(&request, within: failure == nil ? .infinity : patience) else { return nil }
    defer { votes.deallocate() }
    return Verdict(
      isCommon: votes[1] == 0 && votes[2] == -votes[3], key: votes[0], size: size)
  }

  /// Waits until all ranks have come here, a few seconds at most.
  ///
  /// A launcher ends the others once one process has left with an error: who has something to say
  /// says it before.
  func meet(patience: Double = 3) {
    var request = cmpi_request_null()
    guard (try? check("MPI_Ibarrier", MPI_Ibarrier(handle, &request))) != nil else { return }
    _ = try? isDone(&request, within: patience)
  }

  /// Whether an operation ends within so many seconds.
  private func isDone(_ request: inout MPI_Request?, within patience: Double) throws -> Bool {
    var done: CInt = 0
    var waited = 0.0
    let pause = 0.001
    while true {
      try check("MPI_Test", cmpi_test(&request, &done))
      if done != 0 { return true }
      if waited > patience { return false }
      usleep(UInt32(pause * 1e6))
      waited += pause
    }
  }
}
