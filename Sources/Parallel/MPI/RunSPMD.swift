internal import CMPI
internal import CMPIShims
internal import Collectives
internal import Glibc
internal import Runtime

/// Runs `body` on every rank of the job, and returns when all ranks have finished it.
///
/// MPI is started before and finalised after, so this is called once, from `main`, with
/// or without mpirun or srun. If `body` throws, the program ends here, with one message
/// on standard error and the exit code of the error (see `ExitCoded`):
///
/// - All ranks throw, as after a collective check: the lowest rank prints the message
///   and all exit in an orderly way.
/// - Some ranks throw while others wait for them: the thrower prints `rank r: …` and
///   aborts the job, within about two seconds.
///
/// A rank that traps or is killed cannot speak; the launcher then ends the job (srun
/// only with `--kill-on-bad-exit=1`).
///
/// - Parameter body: takes all ranks as one group.
/// - Collective: every rank of the job must call it.
/// C: `MPI_Init_thread`, `MPI_Finalize`, `MPI_Abort`.
package func runSPMD(_ body: (borrowing Communicator) throws -> Void) {
  do {
    try startMPI()
    let closing = try Closing()
    end(closing, failure: failure(of: body))
  } catch {
    // Without a working MPI there is nobody to agree with, but launchers number the tasks of a
    // job, which are all apart or none is, and the ranks of a host, which have the same memory.
    let launch = LaunchEnvironment.current
    let speaks = error is SeparateRanksError ? launch.isFirstTask : launch.isFirstOnHost
    if speaks { complain("\(error)") }
    leave(ExitCode.of(error))
  }
}

private typealias Failure = (message: String, exitCode: Int32)

/// The error of `body`, once everything it held is released.
private func failure(of body: (borrowing Communicator) throws -> Void) -> Failure? {
  do {
    let world = try Communicator.world()
    try body(world)
    return nil
  } catch {
    return ("\(error)", ExitCode.of(error))
  }
}

/// Agrees with the other ranks how the job ended, and ends it.
private func end(_ closing: borrowing Closing, failure: Failure?) {
  // Lower ranks lose patience first, so that one rank speaks for all.
  let patience = 1.0 + 0.02 * Double(min(closing.rank, 50))
  let verdict: Verdict?
  do {
    verdict = try closing.agree(on: failure, patience: patience)
  } catch {
    abort(closing, failure ?? ("\(error)", ExitCode.of(error)))
  }
  guard let verdict else { abort(closing, failure ?? ("", ExitCode.internalError)) }
  if let first = verdict.failure {
    Interruption.endsQuietly(exitCode: first.exitCode)
    if let failure, first.rank == closing.rank {
      complain(verdict.isCommon ? failure.message : "rank \(closing.rank): \(failure.message)")
    }
    closing.meet()
    if cmpi_is_left_unfinished() != 0 {
      fflush(nil)
      _exit(first.exitCode)
    }
    // Messages under way to nobody could hold up the finalisation.
    cmpi_exit_after(20, first.exitCode)
    finishMPI()
    leave(first.exitCode)
  }
  finishMPI()
}

/// Ends all ranks from this one.
private func abort(_ closing: borrowing Closing, _ failure: Failure) -> Never {
  Interruption.endsQuietly(exitCode: failure.exitCode)
  complain("rank \(closing.rank): \(failure.message)")
  MemoryLimit.exitIsOurs()
  MPI_Abort(cmpi_comm_world(), failure.exitCode)
  exit(failure.exitCode)
}

/// Exits of the program's own accord.
private func leave(_ code: Int32) -> Never {
  MemoryLimit.exitIsOurs()
  exit(code)
}

/// Writes one error message, in one piece, to standard error.
private func complain(_ message: String) {
  let bytes = Array("ganglion: error: \(message)\n".utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// Makes a job end without `MPI_Finalize` and without what libraries do at the exit of the
/// process: one of them holds what it would then write, such as a file that an error has left
/// open on a full disk.
package func leaveMPIUnfinished() { cmpi_leave_unfinished() }
