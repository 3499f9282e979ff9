internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Results

extension FitRun {
  /// Digests of what a fit has read, as its checkpoint keeps them; none without a checkpoint.
  ///
  /// They are of the numbers themselves, wherever these came from, as through a link to another
  /// file. `traces` are this rank's neurons × frames, as they were read.
  ///
  /// - Collective: every rank of `world` must call it.
  func contentDigests(
    _ recording: Recording, _ traces: borrowing Matrix<S>, _ constraints: Constraints,
    _ regions: [String]?, local: Range<Int>, on world: borrowing Communicator
  ) throws -> [String: String] {
    guard command.checkpointing.checkpoint != nil else { return [:] }
    var content = [
      "content of the traces": try ContentDigest.of(traces, first: local.lowerBound, on: world),
      "content of the times": try ContentDigest.of(recording.times),
      "content of the trials": try ContentDigest.of(recording.trialStarts),
      "content of the inputs": try ContentDigest.of(
        recording.inputs(of: Double.self), first: 0, on: SingleRank()),
    ]
    if let mask = constraints.mask {
      var digest = ContentDigest()
      for neuron in local {
        digest.add(mask[neuron - local.lowerBound].members.span, number: neuron)
      }
      content["content of the mask"] = try digest.finish(on: world)
    }
    if let signs = constraints.signs {
      content["content of the signs"] = try ContentDigest.of(signs)
    }
    if let regions { content["content of the regions"] = try ContentDigest.of(regions) }
    return content
  }
}
