internal import Differentiation
internal import Foundation
internal import LinearAlgebra
internal import Machine
internal import SOFO
internal import Tasks
internal import Training
internal import Wording

/// The job and the machine that a training is planned for.
struct TrainPlanning {
  let machine: MachineDescription
  let job: FitPrediction.Job
  /// GB a node; nil: not asked for.
  var memory: Double?
}

/// What a training run would take, from its sizes alone: a prediction.
///
/// Per iteration and rank, with K tangents and B trials on a grid of pK × pB: the tangents'
/// products, `4 K B Σ n_in n_out T / p` flops; the sketched Gauss-Newton matrix, `K² B D T / p`;
/// its solution on one rank, about `2 K³`; for whitened directions the batch once more, forwards
/// and into covariances. What is sent: `TrainMessages`.
struct TrainPlan<S: Scalar> {
  let text: String

  init(_ task: some LearningTask, _ settings: Trainer.Settings, _ planning: TrainPlanning) {
    let program = task.record()
    let (job, machine) = (planning.job, planning.machine)
    let ranks = Double(job.ranks)
    let grid = settings.grid ?? Grid(tangents: 1, batch: job.ranks)
    let isSketched = [.sofo, .forwardGradient, .firstOrder].contains(settings.method)
    let k = Double(isSketched ? settings.subspace.tangents : 1)
    let steps = Double(task.steps)
    let rows = ((settings.batch + grid.batch - 1) / grid.batch)
    let local = (Int(k) + grid.tangents - 1) / grid.tangents
    let parameters = Double(program.freeParameterCount)
    let state = Double(program.states.reduce(0) { $0 + $1.width })
    let output = Double(program.lossWidth)

    let forward = 2 * Self.flops(program) * Double(local * rows) * steps
    let sketch = k * k * Double(rows) * output * steps / Double(grid.tangents)
    let solve = 2 * k * k * k
    let isDouble = MemoryLayout<S>.stride == 8
    let share = Double(job.threads) / Double(max(1, machine.threads))
    let rate =
      share
      * (isDouble
        ? machine.panelRateDouble ?? 0.75 * machine.productRateDouble
        : machine.panelRateFloat ?? 0.75 * machine.productRateFloat)
    let vectors = share * (machine.vectorBandwidth ?? 2 * machine.memoryBandwidth)
    let scalar = Double(MemoryLayout<S>.stride)
    // Passes over the tangent states: nonlinearities, copies, sums.
    let touched = 12 * Double(local * rows) * state * steps * scalar
    let isWhitened = isSketched && settings.subspace.whitening > 0
    let covariances = isWhitened ? Double(InputWhitening<S>.sharedNumbers(program)) : 0
    let inputs =
      isWhitened
      ? 2 * Self.flops(program) * Double(rows) * steps / Double(grid.tangents) : 0
    let work = (forward + inputs + sketch + solve) / rate + touched / vectors

    let messages = TrainMessages(
      grid: grid, settings: settings, isSketched: isSketched, parameters: parameters,
      outputs: output * steps, covariances: covariances, scalar: scalar)
    let sent = messages.sent(by: job)
    let link = job.nodes > 1 ? machine.messagesBetweenHosts : machine.messagesWithinHost
    let bandwidth = link?.bandwidth ?? (job.nodes > 1 ? 1.1e9 : machine.memoryBandwidth / 4)
    let latency = link?.latency ?? (job.nodes > 1 ? 3e-5 : 1e-6)
    let waits = job.ranks > 1 ? messages.rounds * log2(ranks).rounded(.up) : 0
    let communication = sent.aNode / bandwidth + waits * latency
    let seconds = work + communication

    let numbers =
      Double(local) * parameters + Double(local * rows * 2) * state + parameters * 3
      + covariances
    let bytes = 70e6 + numbers * scalar + 2 * k * k * 8
    let fits = planning.memory.map {
      let node = bytes * Double(job.ranksPerNode)
      return node <= $0 * 1e9
        ? "; fits \(Int($0)) GB a node" : "; does NOT fit \(Int($0)) GB a node: take more nodes"
    }
    let between =
      job.nodes > 1
      ? String(
        format: "\npredicted between nodes: %.2f MB in all, ",
        sent.aNode * Double(job.nodes * settings.iterations) / 1e6)
        + percent(communication / seconds, decimals: 1) + " of the time" : ""
    text = """
      PREDICTION, not a measurement: \(job.nodes) nodes × \(job.ranksPerNode) ranks × \
      \(job.threads) threads
      grid \(grid): \(local) tangents and \(rows) trials a rank
      an iteration, a rank: \(Self.number((forward + inputs + sketch) / 1e9)) GFLOP, \
      \(Self.number(sent.aRank / 1e6)) MB of messages
      predicted: \(Self.number(seconds)) s an iteration (\(Self.number(communication)) s of it \
      messages), \(Self.number(seconds * Double(settings.iterations))) s for \
      \(settings.iterations)
      memory: \(Self.number(bytes / 1e9)) GB a rank\(fits ?? "")\(between)
      """
  }

  private static func number(_ value: Double) -> String { String(format: "%.4g", value) }

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
