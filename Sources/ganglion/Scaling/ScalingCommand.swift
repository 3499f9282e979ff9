internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import MPI
internal import Machine
internal import Planning
internal import Runtime
internal import Scalability
internal import Wording

/// `ganglion scaling`: the same job on more and more cores.
struct ScalingCommand: LocalCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling",
    abstract: "Runs or submits a scaling study of `fit` or `train`, and reports it.",
    discussion: """
      Each shape of the job (ranks × threads) runs once to warm up and --runs times after \
      that, in turn. FOLDER keeps the log of each run; a study that was stopped goes on where \
      it was, with the same command. report.txt, report.md, report.json and three figures \
      (SVG) are written anew whenever runs are done.

      With --weak the work grows with the cores: {K} in the job's flags, and in --generate, \
      stands for K times ranks times threads. {recording} stands for the recording that \
      --generate makes: ganglion scaling study --weak --generate 'chaotic --neurons {500} \
      --frames 1000' -- fit {recording} --alpha 0.1

      SIGTERM, SIGUSR1, SIGINT, a file named STOP and --max-time end it with exit code 75.

      Examples:
        ganglion scaling study --ranks 1,2,4 -- fit mouse.h5 --alpha 0.1
        ganglion scaling study --submit --ranks 1,2,4 -- fit mouse.h5
      """)

  @Argument(help: "Where the study is kept; made if it is not there.") var folder: String
  @Option(help: "Numbers of ranks, as 1,2,4; default: 1, 2, 4, ... up to the cores at hand.")
  var ranks: CountList?
  @Option(help: "Threads a rank, as 1,2; default: 1, or SLURM_CPUS_PER_TASK.")
  var threads: CountList?
  @Option(help: "Runs of each shape after one to warm up, at least 1.") var runs = 3
  @Flag(help: "The work grows with the cores.") var weak = false
  @Option(help: "Arguments of `ganglion generate` that make the recording.")
  var generate: String?

  @Option(help: "mpirun, srun, or auto: srun within a Slurm job that has PMIx.")
  var launcher = Launcher.auto
  @Option(
    help: "Ranks on each node, at least 1; default: as in the Slurm job, or all on this host.")
  var ranksPerNode: Int?
  @Option(help: "Minutes after which the study stops, > 0; default: none.") var maxTime: Double?

  @Flag(help: "Submit the runs with sbatch, a job for each shape, and do not wait.")
  var submit = false
  @Option(
    help: """
      The file to submit; default: Jobs/scaling-study.sbatch of this folder, else of the \
      installation or the checkout that the program is of.
      """)
  var jobFile: String?
  @Option(help: "More flags for sbatch, as '--partition=short --time=30'.") var sbatch = ""
  @Flag(help: "Only report what the folder holds.") var collect = false
  @Option(help: "A machine description (JSON), to add what `plan` predicts; fits only.")
  var machine: String?
  @Flag(help: "Print errors only.") var quiet = false
  @Option(help: "A YAML file of long flag names and values; flags on the command line win.")
  var config: String?

  @Argument(
    parsing: .postTerminator,
    help: """
      After --: fit or train with its flags, but for -o, --log, --threads, --checkpoint and \
      --quiet.
      """)
  var job: [String] = []

  func validate() throws {
    try require(runs >= 1, "--runs is \(runs), expected at least 1")
    if let ranksPerNode {
      try require(ranksPerNode >= 1, "--ranks-per-node is \(ranksPerNode), expected at least 1")
    }
    if let maxTime {
      try require(
        maxTime > 0 && maxTime <= CheckpointOptions.mostMinutes,
        "--max-time is \(asGiven(maxTime)), expected minutes > 0")
    }
    try require(!(collect && submit), "--collect and --submit are both given: choose one")
    if let first = job.first {
      try require(
        first == "fit" || first == "train", "the job after -- is \(first), expected fit or train")
    }
    for flag in ["-o", "--output", "--log", "--threads", "--checkpoint", "--config", "--quiet"] {
      try require(
        !job.contains { $0 == flag || $0.hasPrefix(flag + "=") },
        "the job has \(flag), which the study sets itself")
    }
    let words = generate?.split(separator: " ") ?? []
    for flag in ["-o", "--output", "--quiet"] {
      try require(
        !words.contains { $0 == flag || $0.hasPrefix(flag + "=") },
        "--generate has \(flag), which the study sets itself")
    }
    try require(
      weak || !(job + [generate ?? ""]).contains { $0.contains(/\{\d+\}/) },
      "{K} grows with the cores: give --weak too")
    try require(
      generate != nil || !job.contains { $0.contains("{recording}") },
      "{recording} is what --generate makes: give --generate too")
  }

  func perform() throws {
    let allocation = Allocation(ranksPerNode: ranksPerNode)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    // A rank runs no more threads than it has cores. Of other nodes' cores nothing is known here.
    if !submit, !collect, allocation.ranksPerNode == nil,
      let most = threads?.values.max(), most > cores
    {
      throw CommandLineError.usage(
        "--threads \(most) is more than the \(cores) cores of this host")
    }
    let study = try Study(
      in: folder, description: job.isEmpty ? nil : Study.Description(job, generate, isWeak: weak))
    let console = Console(rank: 0, quiet: quiet)
    let points = (ranks?.values ?? allocation.defaultRanks(threads: defaultThreads)).flatMap {
      ranks in
      (threads?.values ?? [defaultThreads]).map { StudyPoint(ranks: ranks, threads: $0) }
    }.sorted()
    if submit {
      let jobFile =
        try jobFile ?? Companion.file("Jobs/scaling-study.sbatch", otherwise: "give --job-file")
      let submission = StudySubmission(
        study: study, jobFile: jobFile, sbatchFlags: sbatch.split(separator: " ").map(String.init),
        ranksPerNode: ranksPerNode ?? 1, runs: runs)
      return try submission.submit(points, console: console)
    }
    if !collect {
      let runs = StudyRuns(
        study: study, launcher: launcher.resolved, allocation: allocation, runs: runs,
        console: console)
      // What is done is reported whatever ends the study.
      let outcome = Result { try runs.run(points, maxTime: maxTime) }
      try report(study, console)
      return try outcome.get()
    }
    try report(study, console)
  }

  private var defaultThreads: Int { LaunchEnvironment.current.slurmCoresPerTask ?? 1 }

  private func report(_ study: Study, _ console: Console) throws {
    let predicted = try machine.map {
      try study.predictions(on: try MachineDescription(file: $0))
    }
    let report = try study.report(predicted: predicted ?? [])
    console.say(report.text(markdown: false))
    guard report.reference != nil else { return }
    try study.write(report)
    console.say("wrote \(folder)/report.{txt,md,json} and the figures beside it")
    console.next("open", "\(folder)/report.md")
  }
}

/// Numbers from 1 with commas between them.
struct CountList: ExpressibleByArgument {
  let values: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Int($0) }.filter { $0 >= 1 }
    guard !values.isEmpty, values.count == parts.count else { return nil }
  }
}

/// How ranks are started.
enum Launcher: String, ExpressibleByArgument, CaseIterable {
  case auto, mpirun, srun

  /// What auto means here.
  var resolved: Launcher {
    guard self == .auto else { return self }
    guard LaunchEnvironment.current.isInSlurmJob,
      let types = try? Subcommand(["srun", "--mpi=list"]).output()
    else { return .mpirun }
    return types.contains(Self.srunMPI) ? .srun : .mpirun
  }

  /// Whether mpirun is MPICH's, or Intel's, whose flags are not those of Open MPI.
  static var isHydra: Bool { !Library.version.contains("Open MPI") }

  /// How srun starts ranks: job files let a site name another version.
  static var srunMPI: String { LaunchEnvironment.current["SRUN_MPI"] ?? "pmix" }
}
