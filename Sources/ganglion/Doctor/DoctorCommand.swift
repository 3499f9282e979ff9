internal import ArgumentParser
internal import MPI
internal import Machine
internal import Results
internal import Sockets
internal import Wording

/// `ganglion doctor`: checks and measures the machine, and gives advice.
struct DoctorCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks libraries, ranks and threads, measures the machine, and gives advice.",
    discussion: """
      Run it with the ranks and threads of the job in question: mpirun -n 4 ganglion doctor. \
      It takes about 15 s. With --json the output holds the machine description that \
      `ganglion plan` reads.

      Examples:
        mpirun -n 4 ganglion doctor
        mpirun -n 4 ganglion doctor --json
      """)

  @Option(help: "Where a file is written collectively, read back and removed.")
  var directory = "."
  @Option(help: "Seconds after which a collective write counts as hanging, at least 1.")
  var timeLimit = 60.0
  @Flag(help: "Skip the file test.") var noFiles = false
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var common: CommonOptions

  func validate() throws {
    try require(!directory.isEmpty, "--directory is empty: give a directory, such as .")
    try require(timeLimit >= 1, "--time-limit is \(asGiven(timeLimit)), expected at least 1 s")
  }

  var files: FileRoles { FileRoles() }

  func run(on world: borrowing Communicator) throws {
    _ = try common.startThreads(on: world, warningOf: [.threads])
    let report = try MachineReport(
      on: world, mpi: Library.version, directory: noFiles ? nil : directory,
      timeLimit: timeLimit)
    guard world.rank == 0 else { return }
    StandardOutput.write((json ? try report.json() : report.text) + "\n")
    guard !json else { return }
    if let missing = Library.missing { StandardOutput.write(missing + "\n") }
    if !Socket.areThere {
      StandardOutput.write("built without ZeroMQ: ganglion follow has no sockets\n")
    }
    StandardOutput.write("next: ganglion plan --neurons N --frames T\n")
  }
}
