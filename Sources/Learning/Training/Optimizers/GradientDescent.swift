package import Differentiation
package import Runtime
package import SOFO

/// Steps along gradients: where they come from, what they do, and how long they are.
package struct GradientDescent<Source: GradientSource & ~Copyable, Rule: UpdateRule>: ~Copyable {
  package let program: Program
  package let settings: StepSettings
  private(set) var source: Source
  var rule: Rule

  package init(
    _ program: Program, _ settings: StepSettings, source: consuming Source, rule: Rule
  ) {
    self.program = program
    self.settings = settings
    self.source = source
    self.rule = rule
  }

  /// One step (collective).
  ///
  /// - Parameters:
  ///   - trials: those of `source.ownTrials`.
  ///   - iteration: counts the draws of perturbations.
  ///   - progress: the share of the run that is done, for the schedule.
  ///   - parameters: replaced by the step's result, the same on every rank.
  ///   - phases: receives the times.
  ///   - pacer: looks between the steps of time whether the run is to stop.
  /// - Returns: the batch's loss before the step, and its learning rate.
  /// - Throws: `StopPacer.Interrupted`, with everything as it was before; what communication
  ///   throws.
  package mutating func iterate(
    _ trials: Trials<Source.Number>, iteration: Int = 0, progress: Double = 0,
    parameters: inout [Double], phases: Phases, pacer: StopPacer = StopPacer()
  ) throws -> (loss: Double, learningRate: Double) {
    let rate = settings.learningRate * settings.schedule.factor(at: progress)
    var (loss, gradient) = try source.evaluate(
      trials, iteration: iteration, parameters: parameters, phases: phases, pacer: pacer)
    // A loss or gradient that overflowed moves nothing.
    guard loss.isFinite, gradient.allSatisfy(\.isFinite) else { return (loss, rate) }
    shorten(&gradient)
    try phases.measure("update") {
      rule.update(&parameters, along: gradient, rate: rate)
      if Rule.multipliesMatrices { try source.agree(on: &parameters) }
    }
    program.clip(&parameters)
    return (loss, rate)
  }

  /// Shortens a gradient to the longest that is allowed.
  private func shorten(_ gradient: inout [Double]) {
    let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard settings.clip > 0, length > settings.clip else { return }
    let scale = settings.clip / length
    for i in gradient.indices { gradient[i] *= scale }
  }
}

/// How long a step is.
package struct StepSettings: Sendable, Equatable {
  /// η > 0.
  package var learningRate = 1e-3
  /// How η changes over the run.
  package var schedule = LearningRateSchedule()
  /// Gradients longer than this are shortened to it; 0 for never.
  package var clip = 0.0

  package init() {}
}

/// A gradient's optimiser, as the loop sees it.
struct GradientStepper<Source: GradientSource & ~Copyable, Rule: UpdateRule>: Stepper, ~Copyable {
  var optimizer: GradientDescent<Source, Rule>

  var ownTrials: Range<Int> { optimizer.source.ownTrials }
  var bytes: Int { optimizer.source.bytes }

  var memory: [Double] {
    get { optimizer.rule.memory }
    set { optimizer.rule.memory = newValue }
  }

  mutating func step(
    _ trials: Trials<Source.Number>, at moment: Moment, parameters: inout [Double],
    phases: Phases, pacer: StopPacer
  ) throws -> StepOutcome {
    let (loss, rate) = try optimizer.iterate(
      trials, iteration: moment.iteration, progress: moment.progress, parameters: &parameters,
      phases: phases, pacer: pacer)
    return StepOutcome(loss: loss, learningRate: rate)
  }
}
