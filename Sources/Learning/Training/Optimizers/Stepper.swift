internal import Collectives
internal import Differentiation
internal import LinearAlgebra
internal import Runtime
internal import SOFO

/// An optimiser as the loop sees it.
protocol Stepper: ~Copyable {
  associatedtype Number: Scalar
  /// The trials of a batch that this rank works on.
  var ownTrials: Range<Int> { get }
  /// Bytes of this rank's work space.
  var bytes: Int { get }
  /// What a step leaves to the next beside the parameters, the same on every rank.
  var memory: [Double] { get set }
  /// One step on this rank's trials (collective); the same result on every rank.
  ///
  /// - Throws: `StopPacer.Interrupted`, with everything as it was before; what the step throws.
  mutating func step(
    _ trials: Trials<Number>, at moment: Moment, parameters: inout [Double], phases: Phases,
    pacer: StopPacer
  ) throws -> StepOutcome
}

/// When a step is taken.
struct Moment {
  let iteration: Int
  /// The share of the run that is done, in [0, 1].
  let progress: Double
}

/// What a step did.
struct StepOutcome {
  /// The batch's loss before the step.
  var loss: Double
  var damping: Double?
  var learningRate: Double?
}

/// SOFO and the forward gradients.
struct SubspaceStepper<S: Scalar, Group: RankGroup & ~Copyable>: Stepper, ~Copyable {
  var optimizer: SubspaceOptimizer<S, Group>
  let ownTrials: Range<Int>
  private let schedule: LearningRateSchedule

  init(optimizer: consuming SubspaceOptimizer<S, Group>, schedule: LearningRateSchedule) {
    ownTrials = optimizer.ownTrials
    self.optimizer = optimizer
    self.schedule = schedule
  }

  var bytes: Int { optimizer.bytes }

  var memory: [Double] {
    get { [optimizer.control.damping, optimizer.control.caution] + optimizer.retreat.memory }
    set {
      optimizer.control.damping = newValue[0]
      // What is not there is as at the start: states of earlier versions end after the damping.
      optimizer.control.caution = newValue.dropFirst().first ?? 1
      optimizer.retreat.memory = Array(newValue.dropFirst(2))
    }
  }

  mutating func step(
    _ trials: Trials<S>, at moment: Moment, parameters: inout [Double], phases: Phases,
    pacer: StopPacer
  ) throws -> StepOutcome {
    optimizer.control.rateFactor = schedule.factor(at: moment.progress)
    do {
      let report = try optimizer.iterate(
        trials, iteration: moment.iteration, parameters: &parameters, phases: phases, pacer: pacer)
      return StepOutcome(
        loss: report.loss, damping: report.step?.damping, learningRate: report.step?.learningRate)
    } catch SOFOError.nonFiniteLoss where moment.iteration > 0 {
      // Its own steps led there, unlike at the start: the run ends with what was best.
      return StepOutcome(loss: .infinity)
    }
  }
}

/// FORCE, the same on every rank: each repeats the work, and takes over what the first has, as
/// processors of several kinds round products each in its own way.
struct ForceStepper<S: Scalar, Group: RankGroup & ~Copyable>: Stepper, ~Copyable {
  var optimizer: Force<S>
  let batch: Int
  /// All ranks: they stop together, and agree on every step.
  let group: Group

  var ownTrials: Range<Int> { 0..<batch }
  var bytes: Int { optimizer.bytes }

  var memory: [Double] {
    get { optimizer.memory }
    set { optimizer.memory = newValue }
  }

  mutating func step(
    _ trials: Trials<S>, at moment: Moment, parameters: inout [Double], phases: Phases,
    pacer: StopPacer
  ) throws -> StepOutcome {
    let loss = try phases.measure("force") {
      try optimizer.iterate(trials, parameters: &parameters) {
        try pacer.step(.force, on: group)
      }
    }
    return try phases.measure("reduce") {
      try group.broadcast(&parameters)
      return StepOutcome(loss: try group.broadcast(loss))
    }
  }
}
