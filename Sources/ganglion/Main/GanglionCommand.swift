import ArgumentParser
internal import Results

/// The `ganglion` program: one sub-command a job, one file a sub-command.
struct GanglionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ganglion",
    abstract: "Fits recurrent neural networks to recordings and tasks, on MPI clusters.",
    discussion: """
      Every sub-command runs alone on all cores, or on any number of ranks under mpirun or \
      srun. No command replaces a file that it reads, or one that is not of the kind that it \
      writes there; of two runs that write one file at a time, the last to end leaves its own, \
      whole. Exit codes: 0 done, 64 usage, 65 bad data, 66 missing input, 70 internal error, \
      73 cannot create output, 74 I/O error, 75 stopped at a checkpoint, 78 configuration, \
      1 not converged under --strict, or a training that diverged or ran out of time, 130 and \
      143 ended by Ctrl-C and SIGTERM without a checkpoint. Launchers add 128 + n where signal n ended a rank; \
      mpirun gives 205 where it lost a host, or 255 where ssh noticed first; the system's \
      loader gives 127 where `ulimit -v` leaves no room for the program itself.

      Examples:
        ganglion generate chaotic --neurons 200 --frames 4000 -o network.h5
        ganglion run network.h5 --alpha 0.1
        ganglion train lorenz --help
      """,
    version: "ganglion \(Provenance.version) (commit \(Provenance.commit))",
    subcommands: [
      GenerateCommand.self, InspectCommand.self, FitCommand.self, AnimalsCommand.self,
      RunCommand.self,
      RefineCommand.self, EvaluateCommand.self, SimulateCommand.self, PerturbCommand.self,
      ReportCommand.self,
      ExportCommand.self, TrainCommand.self, FollowCommand.self, PlanCommand.self,
      ScalingCommand.self, DoctorCommand.self,
    ])

  @Flag(help: "Show what to cite: the papers of the methods, and this program.") var cite = false

  func validate() throws {
    // As --version does: whatever follows, this is all that is shown.
    if cite { throw CleanExit.message(Citation.text) }
  }
}
