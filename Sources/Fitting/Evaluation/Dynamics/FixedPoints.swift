package import Collectives
private import Glibc
internal import Kernels
internal import LinearAlgebra
package import Networks

/// Fixed points of a network, `F(r) = r` for constant inputs, and the eigenvalues of the
/// Jacobian of F there.
///
/// From each start along the recorded trajectory `½ ‖g(r)‖²`, `g(r) = tanh(W r + W_in u + b) − r`
/// (which is zero where `F(r) − r = α g(r)` is), is minimised by damped Gauss–Newton steps
/// `(JᵀJ + μI) δ = −Jᵀ g` (Levenberg, Marquardt), J being the Jacobian of g: near a fixed
/// point these are Newton's. A start has found one where every |g_i| is below the tolerance;
/// a minimum above it is a slow point, not a fixed one, and is only counted. Points that
/// differ by less than 10⁻⁴ (root mean square) are one.
///
/// Reference: Sussillo, Barak (2013).
package struct FixedPoints: Sendable {
  /// One fixed point, and what is known of the network near it.
  package struct Point: Sendable {
    /// The rates of all neurons, or of those that are `seen`.
    package fileprivate(set) var state: [Double]
    /// The largest |F(r) − r| of a neuron.
    package let residual: Double
    /// How many starts led to it.
    package var found: Int
    /// The eigenvalues of the Jacobian of F by falling modulus.
    package var eigenvalues: [(real: Double, imaginary: Double)] = []

    /// The largest modulus: the point is stable below 1.
    package var spectralRadius: Double {
      eigenvalues.first.map { hypot($0.real, $0.imaginary) } ?? .nan
    }

    /// Directions in which the network leaves the point.
    package var unstable: Int {
      eigenvalues.count { hypot($0.real, $0.imaginary) > 1 }
    }
  }

  /// The points, the one with the fewest unstable directions first.
  package private(set) var points: [Point]
  /// How many starts there were.
  package let starts: Int

  /// The largest |g| of a fixed point.
  private static var tolerance: Double { 1e-9 }
  private static var steps: Int { 200 }

  /// Searches from up to `starts` recorded frames, in a range or in all, with the inputs at their
  /// means over the recording: at equal distances, or where there are several trials, of which
  /// these might be one and the same step, by the golden section.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: N³ flops a step and start and 10 N³ a point, shared by ranks and threads;
  ///   W once a node, and 2 N² numbers a thread.
  /// - Collective: every rank of `group` must call it.
  package init<S>(
    of network: borrowing RateNetwork<S>, on observed: ObservedRates<S>, starts count: Int,
    in frames: Range<Int>? = nil, threads: Int, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let search = try FixedPointSearch(network, observed, group: group)
    let possible = observed.transitions(in: frames ?? 0..<observed.frames)
    let used = min(count, possible.count)
    starts = used
    let isSpread = observed.trialStartFrames.count > 1 && used < possible.count
    let own = Partition(of: used, among: group.size).range(of: group.rank)
    let found = try parallelMap(count: own.count, threads: threads) { job in
      let place = Self.place(own.lowerBound + job, of: used, among: possible.count, isSpread)
      let frame = possible[place]
      return search.descend(
        from: observed.state(at: frame).map(Double.init), steps: Self.steps,
        tolerance: Self.tolerance)
    }
    let states = try group.gather(found.compactMap { $0 }.flatMap { $0 })
    var points: [Point] = []
    for start in stride(from: 0, to: states.count, by: network.neurons) {
      let state = Array(states[start..<(start + network.neurons)])
      if let known = points.firstIndex(where: { Self.areOne($0.state, state) }) {
        points[known].found += 1
      } else {
        points.append(Point(state: state, residual: search.residual(at: state), found: 1))
      }
    }
    let mine = Partition(of: points.count, among: group.size).range(of: group.rank)
    let values = try parallelMap(count: mine.count, threads: threads) { job in
      eigenvalues(of: search.jacobian(at: points[mine.lowerBound + job].state))
    }
    let all = try group.gather(values.joined().flatMap { [$0.real, $0.imaginary] })
    for i in points.indices {
      points[i].eigenvalues = (0..<network.neurons).map {
        let place = 2 * (i * network.neurons + $0)
        return (real: all[place], imaginary: all[place + 1])
      }
    }
    self.points = points.sorted {
      ($0.unstable, $0.spectralRadius) < ($1.unstable, $1.spectralRadius)
    }
  }

  /// The points by the rates of some neurons; eigenvalues stay those of the whole network.
  package func seen(by neurons: [Int]) -> FixedPoints {
    var part = self
    for i in points.indices { part.points[i].state = neurons.map { points[i].state[$0] } }
    return part
  }

  /// The place of a start among the possible ones.
  private static func place(
    _ index: Int, of count: Int, among possible: Int, _ isSpread: Bool
  ) -> Int {
    guard isSpread else { return index * possible / count }
    let golden = (5.0.squareRoot() - 1) / 2
    let share = (Double(index) * golden).truncatingRemainder(dividingBy: 1)
    return min(possible - 1, Int(share * Double(possible)))
  }

  private static func areOne(_ a: [Double], _ b: [Double]) -> Bool {
    squaredDistance(a, b) < 1e-8 * Double(a.count)
  }
}

/// The network as the search sees it: whole, in float64, under a constant drive.
private final class FixedPointSearch {
  /// N × N, once a node.
  private let weights: NodeShared<Double>
  /// `W_in u + b`.
  private let drive: [Double]
  private let alpha: [Double]

  private var neurons: Int { drive.count }

  /// - Collective: every rank of `group` must call it.
  init<S>(
    _ network: borrowing RateNetwork<S>, _ observed: ObservedRates<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let local = network.local
    var shared = try group.allocateOnNode(
      rows: network.neurons, columns: network.neurons, of: Double.self)
    for i in 0..<local.count {
      for j in 0..<network.neurons {
        shared.matrix[local.lowerBound + i, j] = Double(network.weights[i, j])
      }
    }
    try group.assemble(&shared)
    var own = network.bias.map(Double.init)
    for k in 0..<observed.inputs.rows {
      let sum = (0..<observed.frames).reduce(0.0) { $0 + Double(observed.inputs[k, $1]) }
      let mean = sum / Double(observed.frames)
      for i in own.indices { own[i] += Double(network.inputWeights[i, k]) * mean }
    }
    let drives = try group.gather(own)
    let leaks = try group.gather(network.alpha)
    weights = shared
    drive = drives
    alpha = leaks
  }

  /// `tanh(W r + W_in u + b)`.
  private func response(to state: [Double]) -> [Double] {
    let currents = products(weights.matrix, state)
    return drive.indices.map { tanh(drive[$0] + currents[$0]) }
  }

  /// The largest |F(r) − r|.
  func residual(at state: [Double]) -> Double {
    let response = response(to: state)
    return state.indices.map { alpha[$0] * abs(response[$0] - state[$0]) }.max() ?? 0
  }

  /// The Jacobian of F: `I − α (I − D W)`, D the slopes of tanh.
  func jacobian(at state: [Double]) -> Matrix<Double> {
    var jacobian = slopes(response(to: state))
    for i in 0..<neurons {
      jacobian.scaleRow(i, by: alpha[i])
      jacobian[i, i] += 1
    }
    return jacobian
  }

  /// The Jacobian of g, `D W − I`.
  private func slopes(_ response: [Double]) -> Matrix<Double> {
    var result = weights.matrix.copy()
    for i in 0..<neurons {
      result.scaleRow(i, by: 1 - response[i] * response[i])
      result[i, i] -= 1
    }
    return result
  }

  /// The fixed point that the descent from a state ends in, if it does.
  func descend(from start: [Double], steps: Int, tolerance: Double) -> [Double]? {
    var state = start
    var image = response(to: state)
    var square = squaredDistance(image, state)
    var damping = 1e-2
    for _ in 0..<steps {
      if zip(image, state).allSatisfy({ abs($0 - $1) < tolerance }) { return state }
      let jacobian = slopes(image)
      var gradient = Matrix<Double>(rows: 1, columns: neurons)
      for i in 0..<neurons { gradient.add(image[i] - state[i], jacobian, i, toRow: 0) }
      var normal = Matrix<Double>(rows: neurons, columns: neurons)
      var target = normal.mutableView
      symmetricRankUpdate(jacobian.view.transposed, into: &target)
      var isLower = false
      while !isLower, damping < 1e8 {
        guard let step = Self.step(normal, gradient, damping) else {
          damping *= 10
          continue
        }
        let trial = state.indices.map { state[$0] - step[0, $0] }
        let trialImage = response(to: trial)
        let trialSquare = squaredDistance(trialImage, trial)
        isLower = trialSquare < square
        damping = isLower ? max(1e-14, damping / 10) : damping * 4
        if isLower { (state, image, square) = (trial, trialImage, trialSquare) }
      }
      if !isLower { break }
    }
    return zip(image, state).allSatisfy { abs($0 - $1) < tolerance } ? state : nil
  }

  /// `(JᵀJ + μI)⁻¹ Jᵀ g`; nil if rounding spoilt the matrix.
  private static func step(
    _ normal: borrowing Matrix<Double>, _ gradient: borrowing Matrix<Double>, _ damping: Double
  ) -> Matrix<Double>? {
    var damped = normal.copy()
    for i in 0..<damped.rows { damped[i, i] += damping }
    guard let factor = try? Cholesky(damped) else { return nil }
    var step = gradient.copy()
    var view = step.mutableView
    factor.solveFromRight(&view)
    return step
  }
}

private func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
}

/// `A x`.
private func products(_ a: borrowing Matrix<Double>, _ x: [Double]) -> [Double] {
  (0..<a.rows).map { dot(a.row($0), x.span) }
}
