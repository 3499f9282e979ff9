import ArgumentParser

/// The `ganglion` program: one sub-command a job, one file a sub-command.
@main
struct GanglionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ganglion",
    abstract: "Fits recurrent neural networks to recordings and tasks, on MPI clusters.",
    subcommands: [])
}
