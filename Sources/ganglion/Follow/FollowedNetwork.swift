internal import CORNN
internal import Collectives
internal import LinearAlgebra
internal import MPI
internal import Recordings

/// The network that is followed, with what turns values of the source into rates and back.
final class FollowedNetwork {
  let follower: LiveFollower
  /// Of all neurons, on every rank.
  private(set) var scaling: Scaling
  private var newcomers: Newcomers
  let neurons: Int
  private let inputScale: [Double]
  /// Values that counted as missing because no rate is as large.
  private(set) var outOfRange = 0

  /// Begins with the latest transitions of the warm-up.
  ///
  /// - Throws: `FitError.ridgeTooSmall`.
  /// - Collective: every rank of `world` must call it.
  init(
    _ command: FollowCommand, _ chosen: FitRun<Double>.Chosen, threads: Int,
    on world: borrowing Communicator
  ) throws {
    let (problem, configuration) = (chosen.loaded.problem, chosen.configuration)
    let (own, following) = (chosen.loaded.scaling, command.following)
    let local = problem.regressors.local
    neurons = problem.regressors.neurons
    inputScale = problem.regressors.inputScale
    scaling = Scaling(
      kind: own.kind, offset: try world.gather(own.offset), drift: try world.gather(own.drift),
      scale: try world.gather(own.scale), baseline: nil)
    var isOwnFitted = [Int](repeating: 0, count: local.count)
    for i in problem.fittable { isOwnFitted[i] = 1 }
    let isFitted = try world.gather(isOwnFitted).map { $0 == 1 }
    newcomers = Newcomers(
      isFitted: isFitted,
      span: min(problem.recording.fittedFrames.count, following.windowLength))
    let room = following.room(begun: problem.transitions.frames.count)
    let fit = LiveFit(
      LiveProblem(
        neurons: neurons, others: problem.regressors.count - neurons, local: local,
        window: room.kept, ridge: configuration.lambda * room.ridged,
        loss: chosen.choice.loss.loss, selfConnections: configuration.selfConnections,
        hasRival: true, memory: following.memory),
      alpha: chosen.choice.leaks, fitted: problem.fittable, form: following.form,
      threads: threads)
    let (tolerance, iterations) = (Self.startTolerance, Self.mostIterations)
    try world.agree {
      try fit.begin(
        with: problem, rule: { configuration.targets(alpha: $0) }, tolerance: tolerance,
        iterations: iterations)
    }
    follower = LiveFollower(
      fit, isFitted: isFitted, bias: problem.regressors.bias, horizon: following.horizon,
      cutAfter: following.cutOnChange ? FollowingOptions.keptByCut : nil,
      rule: { configuration.targets(alpha: $0) })
  }

  /// Neurons that vary and are there often enough; the others have no forecast.
  var isFitted: [Bool] { follower.isFitted }

  /// The scaling of this rank's neurons.
  var ownScaling: Scaling { scaling.part(follower.fit.problem.local) }

  /// Looks whether cells that were left out have been there for long enough, with a frame of the
  /// source that is about to be taken.
  ///
  /// - Returns: those that are fitted from now on.
  /// - Collective: every rank must call it with the same frame.
  func admitNewcomers(_ numbers: [Double]) -> [Int] {
    newcomers.note(numbers).map { cell, values in
      scaling.choose(for: cell, from: values)
      follower.admit(cell)
      return cell
    }
  }

  /// How well the window is solved at the start and at the end.
  static let startTolerance = 1e-6
  static let mostIterations = 500

  /// Begins anew with the latest frames of an earlier run, if there are any, and with the cells
  /// that are there in them.
  ///
  /// - Throws: `FitError.ridgeTooSmall`.
  /// - Collective: every rank of `world` must call it.
  func begin(
    with earlier: [(numbers: [Double], follows: Bool)], on world: borrowing Communicator
  ) throws {
    guard !earlier.isEmpty else { return }
    for (numbers, _) in earlier { _ = admitNewcomers(numbers) }
    try world.agree {
      try follower.begin(
        with: earlier.map { frame($0.numbers, follows: $0.follows) },
        tolerance: Self.startTolerance, iterations: Self.mostIterations)
    }
  }

  /// Takes the latest frame of the warm-up as the one that the next one follows.
  ///
  /// - Collective: every rank of `world` must call it.
  func begin(
    after last: FrameSequence.Element?, on world: borrowing Communicator
  ) throws {
    var values = last.map { $0.frame.values + $0.frame.inputs } ?? empty
    try world.broadcast(&values)
    try follower.take(frame(values, follows: false), group: world)
    _ = try follower.forecast(frames: follower.horizon, group: world)
    try follower.forecastOfRival(group: world)
  }

  /// Room for the values and the inputs of a frame.
  var empty: [Double] { [Double](repeating: 0, count: neurons + inputScale.count) }

  /// A scaled rate, NaN where it is too large for one.
  private func rate(_ scaled: Double) -> Double {
    guard abs(scaled) > Self.largestRate else { return scaled }
    outOfRange += 1
    return .nan
  }

  /// What is beyond this, as of a sender with another order of bytes, is no rate.
  ///
  /// Rates of a network are in (−1, 1), and a scale that the warm-up has chosen may be too small by
  /// some times; far larger ones would leave no digit of the others in the inverse.
  private static let largestRate = 100.0

  /// A frame of the source as the follower takes it: values of cells, then inputs.
  func frame(_ numbers: [Double], follows: Bool) -> LiveFrame {
    var column = Matrix<Double>(rows: neurons, columns: 1)
    for i in 0..<neurons { column[i, 0] = numbers[i] }
    scaling.apply(to: &column)
    return LiveFrame(
      rates: (0..<neurons).map { rate(column[$0, 0]) },
      inputs: inputScale.indices.map {
        inputScale[$0] > 0 ? numbers[neurons + $0] / inputScale[$0] : 0
      }, follows: follows)
  }
}
