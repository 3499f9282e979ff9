internal import ArgumentParser
internal import Collectives
internal import Differentiation
internal import SOFO
internal import Tasks
internal import Training
internal import Wording

/// What is learnt: the task's own sizes.
struct TaskOptions: ParsableArguments {
  @Option(help: "Units of the network; each task has its own default.") var hidden: Int?
  @Option(help: "Steps of a trial; each task has its own default.") var steps: Int?
  @Option(help: "flipflop: lines to remember.") var bits = 3
  @Option(
    help: """
      flipflop: all weights of rectified units, or the readout of fixed tanh units, as FORCE; \
      default: all, with FORCE the readout.
      """)
  var trained: FlipFlop.Trained?
  @Option(help: "kalman: dimensions of the hidden value, 1 or 2.") var dimensions = 1
  @Option(help: "lorenz: loss at every step, or at the end only.")
  var supervision = Lorenz.Supervision.every
  @Option(
    help: """
      lorenz: residual (OCaml reference) or published (JAX reference); flipflop: current \
      (rectified units) or rate (tanh units whose rates leak, a network for simulate); \
      default: residual, current.
      """)
  var cell: CellName?
  @Option(help: "teacher: FILE:PATH of targets (time, output); --steps cuts them into trials.")
  var targets: String?
  @Option(help: "teacher: FILE:PATH of inputs (time, input), as many steps as the targets.")
  var drive: String?
  @Option(help: "one-shot: classes to tell apart.") var classes = 3
  @Option(help: "mnist: folder of the four IDX files, uncompressed.") var data: String?
  @Option(help: "described: YAML file of the task; its network is in it, and its steps.")
  var description: String?
  @Option(
    help: """
      teacher, timed-response, flipflop --cell rate: leak of the network, in (0, 1]; default: \
      0.1, of flipflop 0.5.
      """)
  var leak: Double?

  /// Units of the task's network; 0 where its file says.
  func units(of task: TaskName) -> Int { hidden ?? task.usualUnits(cell: cell) ?? 0 }

  /// Steps of the task's trial; 0 where the task or its file says.
  func steps(of task: TaskName) -> Int { steps ?? task.usualSteps(cell: cell) ?? 0 }

  func validate() throws {
    try require(bits >= 1, "--bits is \(bits), expected at least 1")
    try require(
      dimensions == 1 || dimensions == 2, "--dimensions is \(dimensions), expected 1 or 2")
    try require(classes >= 2, "--classes is \(classes), expected at least 2")
    if let leak {
      try require(
        leak > 0 && leak <= 1, "--leak is \(asGiven(leak)), expected a number in (0, 1]")
    }
    if let hidden { try require(hidden >= 1, "--hidden is \(hidden), expected at least 1") }
    if let steps { try require(steps >= 2, "--steps is \(steps), expected at least 2") }
  }
}

/// The networks of the tasks that have several.
enum CellName: String, CaseIterable, ExpressibleByArgument {
  case residual, published, current, rate
}

/// How it is learnt.
struct OptimizerOptions: ParsableArguments {
  @Option(
    help: """
      sofo, adam, fgd (forward gradient), sofo-first-order, force, adamw, soap, muon or eggroll \
      (evolution strategy with perturbations of low rank).
      """)
  var optimizer = Trainer.Method.sofo
  @Option(help: "K, random directions of a step; default by task.") var tangents: Int?
  @Option(help: "Trials of a batch; default by task.") var batch: Int?
  @Option(help: "Steps of the optimiser.") var iterations = 200
  @Option(
    help: """
      SOFO: 1 is a whole Gauss-Newton step; methods with a gradient: default 1e-3, soap 3e-3.
      """)
  var learningRate: Double?
  @Option(
    help: "Damping relative to the top eigenvalue, 0 (rule relative only) to 1; default by task.")
  var damping: Double?
  @Option(
    help: """
      relative (as given), adaptive (Levenberg-Marquardt) or search (best of 18 dampings and \
      learning rates); default by task.
      """)
  var dampingRule: DampingRule?
  @Option(help: "gaussian, rank-one, block-local or block-local-rank-one; default by task.")
  var tangentKind: TangentKind?
  @Option(
    help: """
      Shape the directions of every matrix by the covariance of its inputs, with this ridge \
      (relative to the mean variance); 0 for isotropic directions; default by task.
      """)
  var whitening: Double?
  @Flag(help: "Let the directions count as orthonormal.") var orthonormal = false
  @Option(help: "Ranks as TANGENTSxBATCH; default by size.") var grid: GridOption?
  @OptionGroup var gradient: GradientOptions
  @Option(help: "FORCE: regularisation alpha > 0.") var forceAlpha = 1.0
  @Option(
    help: """
      delayed-addition: steps of a trial at the start of the run, fewer than --steps, to which \
      they grow over its first half; default: all from the first.
      """)
  var firstSteps: Int?
  @Option(help: "Seed of every random number.") var seed: UInt64 = 1
  @Option(help: "Iterations between evaluations on held-out trials.") var evalEvery = 10
  @Option(
    help: """
      Held-out loss at which the training ends, at the first evaluation that finds it; exit \
      code 1 if none does; default: all iterations.
      """)
  var until: Double?
  @Option(help: "Held-out trials.") var heldOut = 512

  func validate() throws {
    try requireFinite([
      "--learning-rate": learningRate, "--damping": damping,
      "--force-alpha": forceAlpha,
    ])
    try require(iterations >= 1, "--iterations is \(iterations), expected at least 1")
    try require(evalEvery >= 1, "--eval-every is \(evalEvery), expected at least 1")
    try require(heldOut >= 1, "--held-out is \(heldOut), expected at least 1")
    try gradient.validate()
    try require(forceAlpha > 0, "--force-alpha is \(asGiven(forceAlpha)), expected a number > 0")
    if let until {
      try require(until > 0 && until.isFinite, "--until is \(asGiven(until)), expected a loss > 0")
    }
    if let tangents { try require(tangents >= 1, "--tangents is \(tangents), expected 1 or more") }
    if let batch { try require(batch >= 1, "--batch is \(batch), expected at least 1") }
    if let learningRate {
      try require(
        learningRate > 0, "--learning-rate is \(asGiven(learningRate)), expected a number > 0")
    }
    if let damping {
      try require(
        damping >= 0 && damping <= 1,
        "--damping is \(asGiven(damping)), expected 0 to 1: it is relative to the top eigenvalue")
    }
    if let whitening {
      try require(
        whitening == 0 || (whitening >= 1e-4 && whitening.isFinite),
        "--whitening is \(asGiven(whitening)), expected 0 (isotropic) or at least 1e-4")
    }
  }

  /// The settings for a task: as given, else as the task advises.
  func settings(
    for task: some LearningTask, _ program: Program, _ precision: TrainPrecision, ranks: Int,
    isCompared: Bool = false
  ) -> Trainer.Settings {
    var settings = Trainer.Settings()
    settings.method = optimizer
    settings.batch =
      batch ?? (optimizer.usesDirections ? task.advice.batch : nil) ?? task.defaultBatch
    settings.iterations = iterations
    settings.heldOut = heldOut
    settings.evaluateEvery = evalEvery
    settings.until = until
    settings.seed = seed
    settings.growth = firstSteps.map { StepGrowth(from: $0) }
    gradient.apply(to: &settings, advised: task.advice, isCompared: isCompared)
    settings.alpha = forceAlpha
    settings.learningRate = learningRate ?? optimizer.usualLearningRate
    settings.subspace = subspace(advised: task.advice, program)
    settings.subspace.rounded = precision == .mixed && optimizer.usesDirections
    settings.grid =
      grid?.grid
      ?? (settings.method.usesDirections ? settings.automaticGrid(ranks: ranks, program) : nil)
    return settings
  }

  private func subspace(advised advice: Advice, _ program: Program) -> SOFOConfiguration {
    var subspace = SOFOConfiguration()
    let usual = min(advice.tangents, program.freeParameterCount)
    subspace.tangents = tangents ?? usual
    subspace.kind = tangentKind ?? advice.kind
    subspace.orthonormal = orthonormal
    subspace.whitening =
      whitening ?? (optimizer == .sofo && !orthonormal ? advice.whitening : 0)
    subspace.rule = dampingRule ?? advice.rule
    subspace.damping =
      damping ?? advice.damping(tangents: subspace.tangents, usual: usual, rule: subspace.rule)
    subspace.learningRate = learningRate ?? (optimizer == .sofo ? advice.learningRate : 1e-2)
    return subspace
  }
}

/// `TANGENTSxBATCH` on the command line.
struct GridOption: ExpressibleByArgument {
  let grid: Grid

  init?(argument: String) {
    guard let grid = Grid(argument) else { return nil }
    self.grid = grid
  }
}

extension Lorenz.Supervision: ExpressibleByArgument {}
extension FlipFlop.Trained: ExpressibleByArgument {}
extension Trainer.Method: ExpressibleByArgument {}
extension DampingRule: ExpressibleByArgument {}
extension TangentKind: ExpressibleByArgument {}
