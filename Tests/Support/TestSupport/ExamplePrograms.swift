package import Differentiation
internal import RandomNumbers

/// Small programs that use every operation, and data for them.
package enum Example: String, CaseIterable, Sendable {
  case everything, vanilla, linear, classifier

  package var program: Program {
    let r = Recorder()
    switch self {
    case .linear:
      // y = x W + b at one step: a linear least-squares problem.
      let z = r.state(startingAt: r.trialInput("z0", width: 2))
      let w = r.parameter("W", 3, 2, .normal(deviation: 1))
      let b = r.parameter("b", 1, 2, .normal(deviation: 1))
      let y = r.input("x", width: 3) * w + b
      r.advance(z, to: y)
      r.squaredError(y, r.input("target", width: 2))
    case .vanilla:
      let w = r.parameter("W", 5, 5, .normal(deviation: 0.5))
      let u = r.parameter("U", 2, 5, .normal(deviation: 0.5))
      let b = r.parameter("b", 1, 5, .normal(deviation: 0.5))
      let o = r.parameter("O", 5, 2, .normal(deviation: 0.5))
      let z = r.state(startingAt: r.trialInput("z0", width: 5))
      let next = tanh(z * w + r.input("u", width: 2) * u + b)
      r.advance(z, to: next)
      r.squaredError(next * o, r.input("target", width: 2))
    case .classifier:
      let w = r.parameter("W", 4, 4, .normal(deviation: 0.7))
      let o = r.parameter("O", 4, 3, .normal(deviation: 1))
      let z = r.state(startingAt: r.trialInput("z0", width: 4))
      let next = relu(z * w + r.input("u", width: 4))
      r.advance(z, to: next)
      r.crossEntropy(next * o, r.input("label", width: 3), weight: r.input("w", width: 1))
    case .everything:
      let w = r.parameter("W", 4, 3, .normal(deviation: 0.5))
      let c = r.parameter("C", 3, 4, .normal(deviation: 0.5))
      let b = r.parameter("b", 1, 3, .normal(deviation: 0.5))
      let f = r.parameter("F", 3, 3, .normal(deviation: 0.5), fixed: true)
      let z0 = r.parameter("z0", 1, 3, .normal(deviation: 0.5))
      let start = r.trialInput("start", width: 4)
      let z = r.state(startingAt: tanh(start * w + z0))
      let v = r.state(startingAt: start)
      let u = r.input("u", width: 3)
      let h = apply(.logistic, to: v) * w + 0.5 * (z - b.row) + u * f
      let angles = h[0..<2]
      let both = concatenate([sin(angles), cos(h[2]), apply(.exponential, to: z[0])])
      let ratio = both / (apply(.square, to: both) + concatenate([u, u[0] * u[0]]) + both * 0)
      r.advance(z, to: tanh(h) * z + relu(z * f))
      r.advance(v, to: 0.3 * (ratio * (0.1 * v)) + z * c)
      r.squaredError(both, r.input("target", width: 4), weight: r.input("w", width: 4))
      r.crossEntropy(h, r.input("label", width: 3), weight: r.input("trialWeight", width: 1))
    }
    return r.finish()
  }

  /// Random data; labels are probabilities, weights positive.
  package func trials(
    count: Int = 3, batch: Int? = nil, steps: Int = 4, first: Int = 0
  ) -> Trials<Double> {
    let program = program
    var trials = Trials<Double>(
      of: program, count: count, batch: batch ?? count, steps: self == .linear ? 1 : steps)
    for (i, channel) in program.channels.enumerated() {
      for t in 0..<(channel.isPerStep ? trials.steps : 1) {
        for b in 0..<count {
          let random = RandomStream(
            seed: 5, stream: UInt32(100 + i), k: UInt32(first + b), iteration: UInt32(t))
          var row = (0..<channel.width).map { random.normal(at: $0) }
          switch channel.name {
          case "label":
            let total = row.reduce(0) { $0 + $1 * $1 }
            row = row.map { $0 * $0 / total }
          case "w", "trialWeight": row = row.map { 0.2 + $0 * $0 }
          case "u" where self == .everything: row = row.map { 1 + $0 * $0 }
          default: break
          }
          let offset = trials.offset(step: t, trial: b, width: channel.width)
          for (j, value) in row.enumerated() { trials.channels[i][offset + j] = value }
        }
      }
    }
    trials.stepWeights = (0..<trials.steps).map { $0 == 1 ? 0 : 0.5 + Double($0) }
    return trials
  }
}

/// Dense directions with Gaussian entries, every tensor moving along every one.
package func gaussianDirections(_ program: Program, count: Int, seed: UInt64 = 3) -> [[Double]] {
  (0..<count).map { k in
    let random = RandomStream(seed: seed, stream: 50, k: UInt32(k))
    var v = (0..<program.parameterCount).map { random.normal(at: $0) }
    for parameter in program.parameters where parameter.isFixed {
      for i in parameter.range { v[i] = 0 }
    }
    return v
  }
}
