import CORNN
import Foundation
import LinearAlgebra
import Machine
import Planning

/// A fit in one form, in float64 or `inFeatures` with products of matrix units.
func exampleFit(
  _ form: Configuration.Form, neurons: Int, frames: Int, holdout: Double = 0.2,
  inFeatures: Bool = false, kernel: ProductKernel = .amx
) -> PlannedFit {
  var configuration = Configuration()
  configuration.form = form
  configuration.usesFeatures = inFeatures
  if !inFeatures { configuration.tolerance = 1e-6 }
  return PlannedFit(
    FitShape(neurons: neurons, inputs: 0, frames: frames, holdout: holdout, bias: true),
    FitChoices(
      configuration: configuration, bytesPerScalar: inFeatures && form == .primal ? 4 : 8,
      kernel: kernel))
}

/// One node with one thread a rank.
func exampleJob(nodes: Int = 1, ranks: Int = 1, threads: Int = 1) -> Job {
  Job(nodes: nodes, ranksPerNode: ranks, threads: threads)
}

/// A machine of round numbers: 40 and 20 GFLOP/s, 10 GB/s, nothing else measured.
let exampleMachine = machine()

func machine(_ change: (inout MachineDescription) -> Void = { _ in }) -> MachineDescription {
  let text = """
    {"ranks": 1, "hosts": 1, "threads": 1, "productRateFloat": 4e10, "productRateDouble": 2e10,
    "memoryBandwidth": 1e10, "shortSum": 1e-5, "longSum": 1e-2}
    """
  guard
    var machine = try? JSONDecoder().decode(MachineDescription.self, from: Data(text.utf8))
  else { preconditionFailure("not a description: \(text)") }
  change(&machine)
  return machine
}

/// Whether two numbers agree to rounding.
func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(abs(a), abs(b)) }
