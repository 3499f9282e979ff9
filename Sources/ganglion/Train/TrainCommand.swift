internal import ArgumentParser
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import SOFO
internal import Tasks
internal import Training
internal import Wording

/// `ganglion train`: a network that learns a task (SOFO and its rivals).
struct TrainCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains a recurrent network on a task (SOFO and rivals).",
    discussion: """
      SOFO runs the network forwards with K random directions in parameter space and takes a \
      damped Gauss-Newton step in their span; memory does not grow with the number of steps. \
      The ranks form a grid: tangents times batch. The result holds the best parameters by \
      held-out loss, the log and the evaluations; it reruns bit for bit on the same grid.

      `train flipflop --cell rate` and `train timed-response` make teachers, of which \
      `simulate` records what a fit can be tried on. Adam at a small rate trains them well: of \
      timed-response with 100 or 200 units --optimizer adam --learning-rate 3e-4 --clip 0.1 \
      --batch 4 --until 1e-3, with 1000 or more --learning-rate 1e-4, on as many ranks as the \
      batch has trials; of flipflop --cell rate --optimizer adam --clip 1 --batch 32 --until 0.01 \
      with a --learning-rate of 0.3 over the units.

      Examples:
        ganglion train flipflop -o flipflop.h5
        mpirun -n 4 ganglion train lorenz -o lorenz.h5 --iterations 400
        ganglion train flipflop -o against.h5 --against sofo,adam
        ganglion train lorenz --help
      """)

  @Argument(help: "What to learn.") var task: TaskName
  @Option(name: .shortAndLong, help: "The result to write (HDF5).") var output: String?

  @OptionGroup(title: "Task") var taskOptions: TaskOptions
  @OptionGroup(title: "Optimiser") var optimizer: OptimizerOptions
  @Option(
    help: """
      float, double, or mixed: float, with large products of tangents of 16 bits (bfloat16), which \
      take 0.5 to 0.8 of the time on processors that have vector units for them.
      """)
  var precision = TrainPrecision.float
  @OptionGroup(title: "Comparison of optimisers") var comparison: AgainstOptions
  @OptionGroup(title: "Stop and go on") var checkpointing: CheckpointOptions
  @Option(help: "Append one JSON object a line to this file.") var log: String?
  @Flag(help: "Print the time of each phase; runs of a minute and more do in any case.")
  var timings = false
  @Flag(help: "Print the plan (memory, work, grid) and do nothing.") var dryRun = false
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try require(
      task != .teacher || taskOptions.targets != nil, "teacher needs --targets FILE:PATH")
    try require(
      task != .described || taskOptions.description != nil, "described needs --description FILE")
    try require(task != .mnist || taskOptions.data != nil, "mnist needs --data FOLDER")
    try require(
      optimizer.optimizer != .force || taskOptions.trained != .all,
      "--trained all with --optimizer force, which trains a readout only: leave one out")
    let fewest = DelayedAddition.fewestSteps
    for (flag, steps) in [("steps", taskOptions.steps), ("first-steps", optimizer.firstSteps)] {
      guard task == .delayedAddition, let steps else { continue }
      try require(
        steps >= fewest, "--\(flag) is \(steps), expected at least \(fewest) for two markers")
    }
    if task == .delayedAddition, let first = optimizer.firstSteps {
      let steps = taskOptions.steps(of: task)
      try require(
        first < steps,
        "--first-steps is \(first), expected fewer than the \(steps) steps that trials grow to")
    }
    if task == .timedResponse, let steps = taskOptions.steps {
      try require(steps >= 50, "--steps is \(steps), expected at least 50 for the bump")
    }
    try validateReach()
    try validateCell()
    try checkpointing.validate()
    try taskOptions.validate()
    try optimizer.validate()
    try comparison.validate()
  }

  /// Checks that the last target of a reach counts in some trials: else only holding is trained.
  private func validateReach() throws {
    guard task == .reach || task == .doubleReach, let steps = taskOptions.steps else { return }
    let needed = Reach.neededSteps(isDouble: task == .doubleReach)
    try require(
      steps >= needed.some,
      "--steps is \(steps), expected at least \(needed.some): before, no trial of \(task.rawValue)"
        + " gets to where its \(task == .doubleReach ? "last " : "")target counts;"
        + " \(needed.all) has it in all trials")
  }

  /// Checks that the task has the cell, and the optimiser something to train in it.
  private func validateCell() throws {
    guard let cell = taskOptions.cell else { return }
    let known: [CellName] = task == .lorenz ? [.residual, .published] : [.current, .rate]
    try require(
      known.contains(cell) || (task != .lorenz && task != .flipflop),
      "--cell is \(cell.rawValue), expected \(alternatives(known.map(\.rawValue))) with"
        + " \(task.rawValue)")
    try require(
      optimizer.optimizer != .force || cell != .rate,
      "--cell rate with --optimizer force, which trains a readout only: leave one out")
  }

  var files: FileRoles {
    func file(_ address: String?) -> String? {
      address.flatMap { text in text.lastIndex(of: ":").map { String(text[..<$0]) } }
    }
    var files = FileRoles()
    files.read(file(taskOptions.targets), as: "--targets")
    files.read(file(taskOptions.drive), as: "--drive")
    files.read(taskOptions.data, as: "--data")
    files.read(taskOptions.description, as: "--description")
    files.read(common.config, as: "--config")
    files.write(output, as: "-o", .result(of: "train"))
    files.write(log, as: "--log", .log)
    files.write(checkpointing.checkpoint, as: "--checkpoint", .checkpoint)
    return files
  }

  func run(on world: borrowing Communicator) throws {
    guard dryRun || output != nil else {
      throw CommandLineError.usage("no result named: give -o FILE (or --dry-run)")
    }
    try run(on: world, planning: nil)
  }

  /// Trains, or only plans on a described machine.
  func run(on world: borrowing Communicator, planning: TrainPlanning?) throws {
    switch precision {
    case .float, .mixed: try run(of: Float.self, on: world, planning)
    case .double: try run(of: Double.self, on: world, planning)
    }
  }

  /// Starts the session of a run, or of a plan, that trains nothing.
  ///
  /// - Collective: every rank of `world` must call it.
  func session(isPlanning: Bool, on world: borrowing Communicator) throws -> RunSession {
    try RunSession(
      common, checkpointing: dryRun || isPlanning ? nil : checkpointing,
      unfinished: .bestParameters,
      warningOf: isPlanning ? [] : [.threads, .kernels], on: world)
  }

  /// What of a flip-flop network is trained.
  var trainedPart: FlipFlop.Trained {
    taskOptions.trained ?? (optimizer.optimizer == .force ? .readout : .all)
  }

  private func run<S: Scalar & Transferable & Storable>(
    of precision: S.Type, on world: borrowing Communicator, _ planning: TrainPlanning?
  ) throws {
    func run(
      _ task: some LearningTask, content: [String: String] = [:],
      on world: borrowing Communicator
    ) throws {
      guard comparison.against == nil else {
        return try AgainstRun<S, _>(self, task, content: content, planning: planning, on: world)
          .run(on: world)
      }
      try TrainRun<S, _>(self, task, content: content, planning: planning, on: world)
        .run(on: world)
    }
    let options = taskOptions
    let (hidden, steps) = (options.units(of: task), options.steps(of: task))
    switch task {
    case .lorenz:
      try run(
        Lorenz(
          cell: options.cell == .published ? .published : .residual, hidden: hidden, steps: steps,
          supervision: options.supervision), on: world)
    case .kalman:
      try run(
        Kalman(dimensions: options.dimensions, hidden: hidden, steps: steps), on: world)
    case .flipflop where options.cell == .rate:
      try run(
        RateFlipFlop(
          bits: options.bits, hidden: hidden, steps: steps, leak: options.leak ?? 0.5), on: world)
    case .timedResponse:
      try run(
        TimedResponse(hidden: hidden, steps: steps, leak: options.leak ?? 0.1), on: world)
    case .flipflop:
      try run(
        FlipFlop(bits: options.bits, hidden: hidden, steps: steps, trained: trainedPart),
        on: world)
    case .reach, .doubleReach:
      try run(
        Reach(isDouble: task == .doubleReach, hidden: hidden, steps: steps), on: world)
    case .oneShot:
      try run(OneShot(classes: options.classes, hidden: hidden), on: world)
    case .delayedAddition:
      try run(DelayedAddition(hidden: hidden, steps: steps), on: world)
    case .mnist:
      var content: [String: String] = [:]
      let digits = try digits(content: &content)
      try run(digits, content: content, on: world)
    case .described:
      let file = try DescriptionFile(options.description ?? "")
      try run(
        DescribedTask(file.description(), text: file.text),
        content: ["content of --description": ContentDigest.of([file.text])], on: world)
    case .teacher:
      var content: [String: String] = [:]
      let teacher = try teacher(content: &content, on: world)
      try run(teacher, content: content, on: world)
    }
  }
}

/// The precision of values and tangents; sums over ranks are always double.
enum TrainPrecision: String, CaseIterable, ExpressibleByArgument {
  case float, double
  /// Values, states and sums in single precision, operands of large products of tangents in bfloat16.
  case mixed
}
