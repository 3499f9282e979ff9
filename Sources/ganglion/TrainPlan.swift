internal import Differentiation
internal import LinearAlgebra
internal import SOFO
internal import Tasks
internal import Training

/// What a training run would take, from its sizes alone.
struct TrainPlan<S: Scalar> {
  let text: String

  init(_ task: some LearningTask, _ settings: Trainer.Settings, ranks: Int) {
    let program = task.record()
    let grid = settings.grid ?? Grid(tangents: 1, batch: ranks)
    let perStep = Self.flops(program)
    let k = settings.method == .adam ? 1 : settings.subspace.tangents
    let flops = perStep * Double(2 * k * settings.batch * task.steps)
    let rows = (settings.batch + grid.batch - 1) / grid.batch
    let local = (k + grid.tangents - 1) / grid.tangents
    let numbers =
      Double(local) * Double(program.freeParameterCount)
      + Double(local * rows * 2) * Double(program.states.reduce(0) { $0 + $1.width })
    text = """
      grid \(grid): \(local) tangents and \(rows) trials a rank
      directions and tangent states: about \((Int(numbers) * MemoryLayout<S>.stride) >> 20) MB a rank
      work: about \(Int(flops / 1e9)) GFLOP an iteration, \(Int(flops / 1e9) / ranks) a rank
      """
  }

  /// Multiplications and additions of one trial's step.
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
