internal import Differentiation
internal import LinearAlgebra
internal import RandomNumbers

/// Held-out trials that a network runs through to be judged, in double precision.
///
/// They are of batch 1: those that choose the best iteration are of batch 0.
struct HeldOutRun {
  let program: Program
  let parameters: [Double]
  let trials: Trials<Double>

  /// Draws `count` held-out trials of a task.
  init(
    of task: some LearningTask, _ program: Program, parameters: [Double], count: Int, seed: UInt64
  ) {
    self.init(
      of: task, program, parameters: parameters, trials: 0..<count, of: count, seed: seed)
  }

  /// Draws some of `count` held-out trials: their losses add up to that of all.
  init(
    of task: some LearningTask, _ program: Program, parameters: [Double], trials: Range<Int>,
    of count: Int, seed: UInt64
  ) {
    self.init(
      program, parameters: parameters,
      trials: task.trials(
        trials, of: count, iteration: 1, purpose: .heldOutTrials, seed: seed, program: program,
        precision: Double.self))
  }

  /// Takes trials as they are.
  init(_ program: Program, parameters: [Double], trials: Trials<Double>) {
    self.program = program
    self.parameters = parameters
    self.trials = trials
  }

  /// Runs the trials and returns their loss.
  ///
  /// `visit` sees the values of some registers after every step, `trial · width + column` each.
  func visit(_ registers: [Register], _ visit: (Int, [[Double]]) -> Void) -> Double {
    var rollout = Rollout<Double>(program, rows: trials.count)
    rollout.load(parameters: parameters)
    let slots = registers.map { rollout.layout[$0] }
    return rollout.run(trials) { t, arena in
      visit(
        t,
        slots.map { slot in
          let elements = arena.elements(slot)
          return (0..<elements.count).map { elements[$0] }
        })
    }
  }

  /// The values of some registers after every step, `(step · trials + trial) · width + column`
  /// each, and the loss of the trials.
  func values(of registers: [Register]) -> (values: [[Double]], loss: Double) {
    var values = [[Double]](repeating: [], count: registers.count)
    let loss = visit(registers) { _, step in
      for i in registers.indices { values[i] += step[i] }
    }
    return (values, loss)
  }

  /// The values of a named output.
  func values(of output: String) -> [Double] {
    guard let register = program.outputs[output] else { preconditionFailure("no output \(output)") }
    return values(of: [register]).values[0]
  }

  /// What the trials bring on a channel.
  func channel(_ name: String) -> [Double] { trials.channels[program.channel(name)] }

  /// Numbers of every trial and step in the order of pictures.
  ///
  /// The steps of the first trial come first, then those of the second, and so on.
  func byTrial(_ values: [Double]) -> [Double] {
    let width = values.count / (trials.steps * trials.count)
    var result: [Double] = []
    result.reserveCapacity(values.count)
    for b in 0..<trials.count {
      for t in 0..<trials.steps {
        let first = (t * trials.count + b) * width
        result += values[first..<(first + width)]
      }
    }
    return result
  }
}
