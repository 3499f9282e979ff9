internal import CORNN
internal import Collectives
internal import Foundation
internal import MPI
internal import Machine
internal import Runtime

/// What the plan of a fit needs to know of it; the log of a fit begins with it.
struct FitSizes: Codable {
  var neurons: Int
  var inputs: Int
  var frames: Int
  var holdout: Double
  var bias: Bool
  var form: String
  var bytesPerScalar: Int
  var tolerance: Double
  var iterations: Int
  var isFactored: Bool
  var rolloutStarts: Int
  var roundsInverse: Bool
  /// The ridge per frame; nil in logs that do not say it.
  var lambda: Double?

  init(
    neurons: Int, inputs: Int, frames: Int, holdout: Double, configuration: Configuration,
    bytesPerScalar: Int, isFactored: Bool, rolloutStarts: Int
  ) {
    self.neurons = neurons
    self.inputs = inputs
    self.frames = frames
    self.holdout = holdout
    bias = configuration.bias
    form = configuration.form.rawValue
    self.bytesPerScalar = bytesPerScalar
    tolerance = configuration.tolerance
    iterations = configuration.iterations
    self.isFactored = isFactored
    self.rolloutStarts = rolloutStarts
    roundsInverse = configuration.roundsInverse
    lambda = configuration.lambda
  }

  /// The sizes in the last `started` of a log; nil if it is none of a fit.
  init?(log: Data) {
    struct Event: Decodable { let event: String }
    let decoder = JSONDecoder()
    let lines = log.split(separator: UInt8(ascii: "\n"))
    guard
      let line = lines.last(where: {
        (try? decoder.decode(Event.self, from: $0))?.event == "started"
      }), let sizes = try? decoder.decode(FitSizes.self, from: line)
    else { return nil }
    self = sizes
  }

  /// As an event of the log.
  var event: [String: any Sendable & Encodable] {
    [
      "neurons": neurons, "inputs": inputs, "frames": frames, "holdout": holdout, "bias": bias,
      "form": form, "bytesPerScalar": bytesPerScalar, "tolerance": tolerance,
      "iterations": iterations, "isFactored": isFactored, "rolloutStarts": rolloutStarts,
      "roundsInverse": roundsInverse, "lambda": lambda ?? .nan,
    ]
  }

  /// What the fit takes on a machine, under constraints perhaps.
  func prediction(
    of job: FitPrediction.Job, on machine: MachineDescription, mask: MaskLoad? = nil
  ) -> FitPrediction {
    FitPrediction(plan(job, mask: mask), job, on: machine, isDouble: bytesPerScalar == 8)
  }

  /// Memory and work of a job.
  func plan(_ job: FitPrediction.Job, mask: MaskLoad? = nil) -> FitPlan {
    var configuration = Configuration()
    configuration.bias = bias
    configuration.form = Configuration.Form(rawValue: form) ?? .auto
    configuration.tolerance = tolerance
    configuration.iterations = iterations
    configuration.roundsInverse = roundsInverse
    if let lambda { configuration.lambda = lambda }
    return FitPlan(
      neurons: neurons, inputs: inputs, frames: frames, holdout: holdout,
      configuration: configuration, bytesPerScalar: bytesPerScalar, ranks: job.ranks,
      ranksPerNode: job.ranksPerNode, threads: job.threads, isFactored: isFactored,
      rolloutStarts: rolloutStarts, mask: mask)
  }

  /// Refuses a limit of address space (`ulimit -v`) under which the fit would not end.
  ///
  /// - Collective: every rank of `world` must call it.
  func requireMemory(threads: Int, on world: borrowing Communicator) throws {
    let job = FitPrediction.Job(
      nodes: world.node.nodeCount, ranksPerNode: world.node.size, threads: threads)
    try world.agree {
      try MemoryLimit.require(
        plan(job).addressBytes + Self.workingBytes, for: "this fit",
        remedy: "take more nodes or fewer ranks a node (ganglion plan)")
    }
  }

  /// Buffers of parallel HDF5 and its MPI-IO, and messages.
  private static let workingBytes = 40e6
}
