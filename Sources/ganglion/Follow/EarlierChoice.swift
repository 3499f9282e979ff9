internal import Collectives
internal import HDF5
internal import MPI

/// What an earlier run has chosen, so that it need not be searched for again.
struct EarlierChoice {
  let alpha: Double
  let lambda: Double

  /// Looks into the model that the earlier run has left; nil where there is none.
  ///
  /// - Collective: every rank of `world` must call it.
  init?(in path: String, on world: borrowing Communicator) throws {
    var numbers = [0.0, 0.0]
    if world.rank == 0, let file = try? File.open(path) {
      numbers = [
        (try? file.attribute("alpha")?.number) ?? 0, (try? file.attribute("lambda")?.number) ?? 0,
      ]
    }
    try world.broadcast(&numbers)
    guard numbers.allSatisfy({ $0 > 0 }) else { return nil }
    (alpha, lambda) = (numbers[0], numbers[1])
  }

  /// Gives what is to be chosen, unless each neuron has a leak of its own or the loss is open.
  func give(to model: inout ModelOptions) {
    guard model.loss != .auto, model.alpha != .perNeuron else { return }
    if model.alpha?.given == nil, model.tau == nil { model.alpha = .value(alpha) }
    if model.lambda.given == nil { model.lambda = .value(lambda) }
  }
}
