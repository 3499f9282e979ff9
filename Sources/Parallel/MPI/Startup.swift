internal import CMPI
internal import CMPIShims
internal import Collectives
internal import Glibc
internal import Runtime

/// A job whose processes cannot see each other.
struct SeparateRanksError: ExitCoded {
  let tasks: Int

  var exitCode: Int32 { ExitCode.configuration }
  var description: String {
    "srun started \(tasks) tasks that do not know of each other; "
      + "use srun --mpi=pmix, or mpirun if this Slurm has no pmix (srun --mpi=list)"
  }
}

/// Starts MPI, with or without a launcher; does nothing if it runs already.
///
/// Without a launcher the process is a job of one rank. The thread level is
/// `MPI_THREAD_SERIALIZED`: any thread may call MPI, one at a time.
///
/// - Throws: `SeparateRanksError` where srun started several tasks without MPI support,
///   of which Open MPI says that it was built wrongly; `MemoryLimitError`; `MPIError`.
package func startMPI() throws {
  var flag: CInt = 0
  MPI_Initialized(&flag)
  guard flag == 0 else { return }
  let launch = LaunchEnvironment.current
  // MPICH needs no more than srun's PMI, which Open MPI does not look at.
  let hasPMI = cmpi_is_open_mpi() == 0 && launch["PMI_RANK"] != nil
  let tasks = hasPMI ? nil : launch.srunTasksWithoutMPI
  if let tasks, tasks > 1 { throw SeparateRanksError(tasks: tasks) }
  MemoryLimit.explainCrashes()
  try MemoryLimit.require(leastMemory, for: "MPI and BLAS alone")
  let isAlone = !launch.isLaunched
  let sessions = "OMPI_MCA_orte_create_session_dirs"
  let areSessionsChosen = launch[sessions] != nil
  if isAlone {
    // A rank without launcher needs no Open MPI daemon of its own, and no session folder: all
    // such ranks of a host make and remove the same one, `ompi.HOST.USER/jf.0`, so of those
    // that start side by side some find it gone under their hands (a tenth of 16 at a time).
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0)
    setenv(sessions, "0", 0)
  }
  // A lone srun task is such a rank too, unless Open MPI sees that srun started it.
  let step = tasks == nil ? nil : launch["SLURM_STEP_ID"]
  if step != nil { unsetenv("SLURM_STEP_ID") }
  var provided: CInt = 0
  try check(
    "MPI_Init_thread", MPI_Init_thread(nil, nil, CInt(MPI_THREAD_SERIALIZED), &provided))
  if let step { setenv("SLURM_STEP_ID", step, 1) }
  // An mpirun that this process starts needs its folder.
  if isAlone && !areSessionsChosen { unsetenv(sessions) }
  MemoryLimit.explainCrashes()
  guard provided >= MPI_THREAD_SERIALIZED else {
    throw MPIError(call: "MPI_Init_thread (serialized)", code: CInt(MPI_ERR_OTHER))
  }
  for communicator in [cmpi_comm_world(), cmpi_comm_self()] {
    try check(
      "MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(communicator, cmpi_errors_return()))
  }
}

// Address space that Open MPI 4.1 takes to start and to connect ranks, HDF5, and OpenBLAS for
// the first product (134 MB): 2 ranks on one host took 161 MB more than before. With less MPI
// has been seen to crash, to exit with 1 and to hang.
private let leastMemory = 180e6

/// Ends MPI; the last MPI call of the process, made by every rank.
///
/// C: `MPI_Finalize`.
package func finishMPI() {
  if !isMPIFinalized() { MPI_Finalize() }
}
