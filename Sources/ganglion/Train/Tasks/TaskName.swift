internal import ArgumentParser

/// The tasks by name.
enum TaskName: String, CaseIterable, ExpressibleByArgument {
  case lorenz, kalman, flipflop, reach
  case timedResponse = "timed-response"
  case doubleReach = "double-reach"
  case oneShot = "one-shot"
  case delayedAddition = "delayed-addition"
  case mnist, teacher, described

  /// What the task is, in a sentence without its full stop.
  var summary: String {
    switch self {
    case .lorenz: "goes on with the Lorenz system from a point of it"
    case .kalman: "follows a hidden value through noise while the world's laws change"
    case .flipflop: "remembers on each line the sign of the last pulse"
    case .reach: "moves an arm to a target and holds it there"
    case .timedResponse: "answers a pulse with a bump after a delay; a teacher for simulate"
    case .doubleReach: "moves an arm to two targets in turn"
    case .oneShot: "learns new labels within a trial, from one example each"
    case .delayedAddition: "adds the two marked numbers of a long sequence"
    case .mnist: "tells images of digits apart (MNIST and its kin)"
    case .teacher: "follows targets that a file has"
    case .described: "learns a task that a YAML file describes"
    }
  }

  /// Each value with what it is, for the help of `train`.
  static var allValueDescriptions: [String: String] {
    Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0.summary) })
  }

  /// Units of the network where --hidden does not say; nil where the task's file says.
  func usualUnits(cell: CellName?) -> Int? {
    switch (self, cell) {
    case (.lorenz, .published), (.oneShot, _): 400
    case (.timedResponse, _): 200
    case (.lorenz, _), (.kalman, _), (.flipflop, .rate): 100
    case (.flipflop, _), (.reach, _), (.doubleReach, _): 64
    case (.delayedAddition, _), (.mnist, _), (.teacher, _): 128
    case (.described, _): nil
    }
  }

  /// Steps of a trial where --steps does not say; nil where the task or its file says.
  func usualSteps(cell: CellName?) -> Int? {
    switch (self, cell) {
    case (.timedResponse, _), (.reach, _), (.doubleReach, _): 1000
    case (.kalman, _): 500
    case (.flipflop, .rate): 100
    case (.flipflop, _): 200
    case (.delayedAddition, _): 128
    case (.lorenz, .published): 50
    case (.lorenz, _): 32
    case (.oneShot, _), (.mnist, _), (.teacher, _), (.described, _): nil
    }
  }
}
