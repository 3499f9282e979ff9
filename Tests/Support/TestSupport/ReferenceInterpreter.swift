package import Differentiation
internal import Glibc

/// Runs a program number by number on duals: slow, and obviously right.
///
/// The result is the loss and its derivative along `direction`.
package func referenceLoss(
  _ program: Program, _ trials: Trials<Double>, parameters: [Double], direction: [Double]
) -> Dual {
  var total = Dual(0)
  for b in 0..<trials.count {
    var trial = ReferenceTrial(program, zip(parameters, direction).map { Dual($0, $1) })
    total = total + trial.loss(trials, trial: b)
  }
  return total
}

/// `V′GV` from its definition: `Σ weight z_a′ H z_b` over trials and steps, with z the
/// outputs' derivatives along the directions and H the loss's second derivative by them.
package func referenceGaussNewton(
  _ program: Program, _ trials: Trials<Double>, parameters: [Double], directions: [[Double]]
) -> [[Double]] {
  let k = directions.count
  var matrix = [[Double]](repeating: [Double](repeating: 0, count: k), count: k)
  for b in 0..<trials.count {
    var runs = [[ReferenceTrial]](repeating: [], count: k)
    for (a, direction) in directions.enumerated() {
      var trial = ReferenceTrial(program, zip(parameters, direction).map { Dual($0, $1) })
      trial.run(trials, trial: b) { _, now in runs[a].append(now) }
    }
    for t in 0..<trials.steps {
      for loss in program.losses {
        let hessian = runs[0][t].curvature(of: loss)
        let z = runs.map { $0[t].registers[loss.output.index].map(\.derivative) }
        let scale = trials.stepWeights[t] / Double(trials.batch)
        for i in 0..<k {
          for j in 0..<k {
            for (d, row) in hessian.enumerated() {
              for (e, h) in row.enumerated() { matrix[i][j] += scale * z[i][d] * h * z[j][e] }
            }
          }
        }
      }
    }
  }
  return matrix
}

/// One trial of a program on dual numbers.
struct ReferenceTrial {
  let program: Program
  let parameters: [Dual]
  var registers: [[Dual]]

  init(_ program: Program, _ parameters: [Dual]) {
    self.program = program
    self.parameters = parameters
    registers = program.widths.map { [Dual](repeating: Dual(0), count: $0) }
  }

  /// The trial's share of the loss.
  mutating func loss(_ trials: Trials<Double>, trial: Int) -> Dual {
    var sum = Dual(0)
    run(trials, trial: trial) { t, now in
      for loss in now.program.losses {
        sum = sum + Dual(trials.stepWeights[t] / Double(trials.batch)) * now.value(of: loss)
      }
    }
    return sum
  }

  /// Runs a trial and shows the registers of every step.
  mutating func run(
    _ trials: Trials<Double>, trial: Int, visit: (Int, ReferenceTrial) -> Void
  ) {
    read(trials, trial: trial, step: nil)
    for operation in program.start { run(operation) }
    for state in program.states {
      registers[state.current.index] = registers[state.initial.index]
    }
    for t in 0..<trials.steps {
      read(trials, trial: trial, step: t)
      for operation in program.step { run(operation) }
      visit(t, self)
      for state in program.states {
        registers[state.current.index] = registers[state.next.index]
      }
    }
  }

  private mutating func read(_ trials: Trials<Double>, trial: Int, step: Int?) {
    for (channel, data) in zip(program.channels, trials.channels)
    where channel.isPerStep == (step != nil) {
      let first = ((step ?? 0) * trials.count + trial) * channel.width
      registers[channel.register.index] = data[first..<(first + channel.width)].map { Dual($0) }
    }
  }

  private func value(of loss: Loss) -> Dual {
    let y = registers[loss.output.index]
    let target = registers[loss.target.index]
    func weight(_ d: Int) -> Dual {
      guard let register = loss.weight else { return Dual(1) }
      let weights = registers[register.index]
      return weights.count == 1 ? weights[0] : weights[d]
    }
    var sum = Dual(0)
    switch loss.kind {
    case .squaredError:
      for d in y.indices {
        sum = sum + weight(d) * (y[d] - target[d]) * (y[d] - target[d])
      }
      return sum / Dual(Double(y.count))
    case .crossEntropy:
      let total = y.reduce(Dual(0)) { $0 + $1.exponential() }
      for d in y.indices { sum = sum - target[d] * (y[d].exponential() / total).logarithm() }
      return weight(0) * sum
    }
  }

  /// The second derivative of a loss by its output, at one step of this trial.
  func curvature(of loss: Loss) -> [[Double]] {
    let y = registers[loss.output.index].map(\.value)
    let weights = loss.weight.map { registers[$0.index].map(\.value) } ?? [1]
    let total = y.reduce(0) { $0 + exp($1) }
    return y.indices.map { d in
      y.indices.map { e in
        switch loss.kind {
        case .squaredError:
          return d == e ? 2 / Double(y.count) * (weights.count == 1 ? weights[0] : weights[d]) : 0
        case .crossEntropy:
          let q = exp(y[d]) / total
          return weights[0] * ((d == e ? q : 0) - q * exp(y[e]) / total)
        }
      }
    }
  }

  private mutating func run(_ operation: Operation) {
    switch operation {
    case .linear(let out, let terms):
      var result = [Dual](repeating: Dual(0), count: program.width(out))
      for term in terms { add(term, to: &result) }
      registers[out.index] = result
    case .map(let out, let function, let x):
      registers[out.index] = registers[x.index].map { apply(function, $0) }
    case .product(let out, let x, let y):
      registers[out.index] = zip(registers[x.index], registers[y.index]).map { $0 * $1 }
    }
  }

  private func add(_ term: Term, to result: inout [Dual]) {
    switch term {
    case .columns(let x, let from, let width, let at, let scale):
      for j in 0..<width {
        result[at + j] = result[at + j] + Dual(scale) * registers[x.index][from + j]
      }
    case .product(let x, let p, let scale):
      let parameter = program.parameters[p.index]
      for i in 0..<parameter.rows {
        for j in 0..<parameter.columns {
          let w = parameters[parameter.range.lowerBound + i * parameter.columns + j]
          result[j] = result[j] + Dual(scale) * registers[x.index][i] * w
        }
      }
    case .bias(let p, let scale):
      let first = program.parameters[p.index].range.lowerBound
      for j in result.indices { result[j] = result[j] + Dual(scale) * parameters[first + j] }
    }
  }

  private func apply(_ function: Function, _ x: Dual) -> Dual {
    switch function {
    case .identity: x
    case .tanh: x.hyperbolicTangent()
    case .relu: x.rectified()
    case .sine: x.sine()
    case .cosine: x.cosine()
    case .exponential: x.exponential()
    case .logistic: Dual(1) / (Dual(1) + (x * Dual(-1)).exponential())
    case .square: x * x
    case .reciprocal: Dual(1) / x
    }
  }
}
