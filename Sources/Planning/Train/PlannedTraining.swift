internal import Differentiation
package import LinearAlgebra
package import SOFO
package import Tasks
package import Training

/// A training that is planned: the counts of its program, and its settings.
package struct PlannedTraining: Sendable {
  package let method: Trainer.Method
  /// nil: all ranks share the batch.
  package let grid: Grid?
  /// Trials of a batch, and batches.
  package let batch: Int
  package let iterations: Int
  /// Steps of a trial.
  package let steps: Int
  /// K; 1 for a gradient.
  package let tangents: Int
  let orthonormal: Bool
  let dampings: Int
  /// Steps that are tried with the whole batch.
  let candidates: Int
  /// nil for a method without directions.
  let directions: DirectionPlan?
  /// Free parameters.
  let parameters: Int
  /// Numbers of a trial's state, and of its outputs that have a loss, at one step.
  let stateWidth: Int
  let lossWidth: Int
  /// Steps that have a loss.
  let lossSteps: Int
  /// Multiplications and additions of one trial's step.
  let flopsAStep: Double
  /// Numbers that the elementwise operations of one trial's step read and write, the operations of
  /// a step, and the numbers that a trial's step brings.
  let numbersAStep: Int
  let operationsAStep: Int
  let dataAStep: Int
  /// Numbers of a trial's values that are there at a time: all steps of a tape, a few of tangents.
  let valuesOfTrial: Int
  /// Whether directions are whitened, and the numbers of the covariances that it takes.
  let isWhitened: Bool
  let covariances: Int
  /// 4 or 8.
  let bytesPerScalar: Int
  /// Whether large products of tangents are of bfloat16.
  let isRounded: Bool

  /// The counts of a task under settings, in one precision.
  package init<S: Scalar>(
    _ task: some LearningTask, _ settings: Trainer.Settings, precision: S.Type
  ) {
    let program = task.record()
    let subspace = settings.subspace
    method = settings.method
    grid = settings.grid
    batch = settings.batch
    iterations = settings.iterations
    steps = task.steps
    tangents = Self.tangents(settings, program)
    orthonormal = subspace.orthonormal
    dampings = method == .sofo ? subspace.rule.dampingFactors.count : 1
    candidates =
      !method.usesDirections ? 0 : method == .sofo ? subspace.rule.usualCandidates : 1
    directions =
      method.usesDirections
      ? DirectionPlan(
        program, kind: subspace.kind, count: min(subspace.tangents, program.freeParameterCount))
      : nil
    parameters = program.freeParameterCount
    stateWidth = program.states.reduce(0) { $0 + $1.width }
    lossWidth = program.lossWidth
    lossSteps = task.lossSteps
    flopsAStep = Self.flops(program)
    operationsAStep = program.step.reduce(0) { $0 + $1.parts }
    numbersAStep = program.step.reduce(0) { $0 + 2 * $1.parts * program.width($1.output) }
    dataAStep = program.channels.reduce(0) { $0 + ($1.isPerStep ? $1.width : 0) }
    valuesOfTrial = Self.values(program, method, steps: steps, precision: precision)
    isWhitened = settings.method.usesDirections && subspace.whitening > 0
    covariances = isWhitened ? InputWhitening<S>.sharedNumbers(program) : 0
    bytesPerScalar = MemoryLayout<S>.stride
    isRounded = settings.method.usesDirections && subspace.rounded
  }

  /// Half the forward passes that an iteration is worth: K with a whole batch of tangents; 1 for a
  /// gradient, and that of all networks of an evolution strategy.
  private static func tangents(_ settings: Trainer.Settings, _ program: Program) -> Int {
    if settings.method.usesDirections { return settings.subspace.tangents }
    if settings.method == .eggroll { return (settings.evolution.population + 2) / 2 }
    return 1
  }

  private static func values<S: Scalar>(
    _ program: Program, _ method: Trainer.Method, steps: Int, precision: S.Type
  ) -> Int {
    if method.usesTape { return Tape<S>.numbers(ofTrial: program, steps: steps) }
    let together = method.usesDirections ? TangentMachine<S>.stepsInCache : 1
    return together * ValueLayout.numbers(ofTrial: program, withSlopes: method.usesDirections)
  }

  private static func flops(_ program: Program) -> Double {
    var sum = 0.0
    for operation in program.step {
      guard case .linear(let out, let terms) = operation else { continue }
      for term in terms {
        if case .product(let x, _, _) = term {
          sum += 2 * Double(program.width(x) * program.width(out))
        }
      }
    }
    return sum
  }
}

extension Operation {
  /// Passes over its output.
  fileprivate var parts: Int {
    if case .linear(_, let terms) = self { terms.count } else { 1 }
  }
}
