internal import Wording

/// What `ganglion train TASK --help` shows: the task, its sizes and an example.
struct TaskPage {
  let task: TaskName

  /// The page that a command line asks for; nil: it asks for none.
  init?(of path: CommandPath) {
    guard path.command == TrainCommand.self, let word = path.rest.first,
      let task = TaskName(rawValue: word),
      !Set(path.rest).isDisjoint(with: ["--help", "-h"])
    else { return nil }
    self.init(task)
  }

  init(_ task: TaskName) { self.task = task }

  var text: String {
    """
    \(task.rawValue): \(task.summary).

    \(wrapped(task.details.replacing("\n", with: " "), to: 80))

    Sizes:
    \(sizes.map { "  --\($0.flag)\n" + wrapped($0.help, to: 80, indent: 6) }.joined(separator: "\n"))

    Examples:
    \(task.examples.map { "  \($0)" }.joined(separator: "\n"))

    Optimisers, batches, checkpoints and the other flags: ganglion train --help
    """
  }

  /// The sizes that the task has, with what they are by default.
  private var sizes: [(flag: String, help: String)] {
    FlagCatalog(of: TaskOptions.self).entries.compactMap { entry in
      guard let name = entry.longName, name != "help", TaskOptions.hasFlag(name, task) else {
        return nil
      }
      return (name, (entry.abstract ?? "") + usual(name))
    }
  }

  private func usual(_ flag: String) -> String {
    func words(_ value: (CellName?) -> Int?) -> String {
      guard let usual = value(nil) else { return "" }
      let others = CellName.allCases.compactMap { cell in
        value(cell).flatMap { $0 == usual ? nil : "; \($0) with --cell \(cell.rawValue)" }
      }
      return " Here: \(usual)\(others.joined())."
    }
    return switch flag {
    case "hidden": words { task.usualUnits(cell: $0) }
    case "steps": words { task.usualSteps(cell: $0) }
    default: ""
    }
  }
}

extension TaskName {
  /// What goes in, what is wanted, and what the scores are.
  fileprivate var details: String {
    switch self {
    case .lorenz:
      """
      The network starts at a point of a standardised trajectory and runs by itself; it is compared
      with what follows, 0.01 units of time a step. Scores: whether a long run stays bounded, its
      distribution, its return map and its largest Lyapunov exponent (of the system: 0.906).
      """
    case .kalman:
      """
      A linear system is redrawn now and then; the network sees noisy observations only. Scores: its
      mean squared error beside that of the filter that is told every new system.
      """
    case .flipflop:
      """
      Pulses of +1 and -1 come on each line at random; the output is each line's last one. Scores:
      the share of steps and lines that are right. --cell rate makes a teacher, which `simulate`
      records; --trained readout is the network that FORCE trains.
      """
    case .reach, .doubleReach:
      """
      The arm has two joints and muscles that the network drives. After a go cue the hand is to be
      at the target\(self == .doubleReach ? "s, one after the other," : "") and rest there. Scores: \
      distance from the target in mm and speed there.
      """
    case .timedResponse:
      """
      A pulse takes the first tenth of a trial, and half way a Gaussian bump is wanted. With Adam at
      a small rate it trains well; `simulate` records the network for fits.
      """
    case .oneShot:
      """
      Each class is shown once with a label that is drawn for the trial; then classes come without,
      and the label is wanted. Score: the share of decisions that are right.
      """
    case .delayedAddition:
      """
      Every step brings a number in (0, 1) and a marker; the sum of the two marked ones is wanted at
      the end. Scores: the share that is right to 0.1, the error's root mean square.
      """
    case .mnist:
      """
      A perceptron of one hidden layer. The last twelfth of the training images chooses the best
      iteration; the test images are seen once, for the scores.
      """
    case .teacher:
      """
      A network of tanh units is to put out what the file has in each trial, given the inputs of
      --drive. Nothing is held out: losses are those of the trials.
      """
    case .described:
      """
      The file says what is drawn for a trial, which signals go in, which are wanted and when they
      count, and what the network is: Documentation.docc/Extending/DescribingATask.md.
      """
    }
  }

  /// Command lines that train it.
  fileprivate var examples: [String] {
    let name = "ganglion train \(rawValue)"
    return switch self {
    case .lorenz: ["\(name) -o lorenz.h5 --iterations 400"]
    case .kalman: ["\(name) -o kalman.h5 --steps 200 --iterations 300"]
    case .flipflop:
      ["\(name) -o flipflop.h5 --bits 3", "\(name) -o teacher.h5 --cell rate --until 1e-2"]
    case .reach, .doubleReach: ["mpirun -n 4 \(name) -o \(rawValue).h5 --iterations 400"]
    case .timedResponse:
      [
        "\(name) -o teacher.h5 --optimizer adam \\",
        "  --learning-rate 3e-4 --clip 0.1 --batch 4 --until 1e-3",
      ]
    case .oneShot: ["\(name) -o one-shot.h5 --classes 3"]
    case .delayedAddition: ["\(name) -o addition.h5 --steps 64"]
    case .mnist: ["\(name) -o digits.h5 --data mnist --optimizer adam"]
    case .teacher:
      [
        "\(name) -o follower.h5 --targets data.h5:/rates \\",
        "  --drive data.h5:/inputs --steps 100",
      ]
    case .described: ["\(name) -o run.h5 --description task.yaml"]
    }
  }
}
