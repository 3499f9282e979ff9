package import Differentiation
package import LinearAlgebra

/// Batched FORCE: recursive least squares on a readout while the network runs.
///
/// At every step, with R the batch's activity (B×n) and e its error (B×d) after the
/// step — the same error that the other optimisers square —
/// ```
/// P ← P − P Rᵀ (B I + R P Rᵀ)⁻¹ R P,   W ← W − P Rᵀ e / B
/// ```
/// with the new P in the second formula, starting from `P = I / α`.
///
/// - Complexity: 2n²B + 2nB² + B³/3 flops a step, beside the network's.
/// Reference: Sussillo, Abbott (2009), for a batch.
package struct Force<S: Scalar>: ~Copyable {
  package let program: Program
  private let parameter: Int
  private let activity: Register
  private let output: Register
  private let target: Register
  private var rollout: Rollout<S>
  private var inverse: Matrix<Double>
  private var weights: Matrix<Double>
  private let alpha: Double

  /// Prepares for batches of `rows` trials.
  ///
  /// `readout` names the trained parameter (n×d), `activity` the output of n units that it
  /// multiplies; `alpha` > 0 is the regularisation.
  package init(
    _ program: Program, readout: String, activity: String, rows: Int, alpha: Double
  ) {
    self.program = program
    guard let register = program.outputs[activity], let loss = program.losses.first else {
      preconditionFailure("the program has no output \(activity), or no loss")
    }
    parameter = program.parameter(readout).index
    self.activity = register
    output = loss.output
    target = loss.target
    rollout = Rollout(program, rows: rows)
    let shape = program.parameters[parameter]
    self.alpha = alpha
    inverse = Matrix(rows: shape.rows, columns: shape.rows)
    for i in 0..<shape.rows { inverse[i, i] = 1 / alpha }
    weights = Matrix(rows: shape.rows, columns: shape.columns)
  }

  /// P, row by row: all that a batch leaves to the next beside the parameters.
  package var memory: [Double] {
    get {
      let entries = inverse.elements
      return (0..<entries.count).map { entries[$0] }
    }
    set {
      var entries = inverse.mutableElements
      precondition(newValue.count == entries.count, "\(newValue.count) numbers for P")
      for i in 0..<entries.count { entries[i] = newValue[i] }
    }
  }

  /// Bytes of the work space.
  package var bytes: Int { rollout.arena.bytes + 8 * inverse.rows * inverse.columns }

  /// Runs a batch, learning at every step that has a weight; returns the loss as it went.
  ///
  /// `tick` is called after each step; if it throws, all is as it was before.
  package mutating func iterate(
    _ trials: Trials<S>, parameters: inout [Double], tick: () throws -> Void
  ) rethrows -> Double {
    let range = program.parameters[parameter].range
    load(parameters[range])
    rollout.load(parameters: parameters)
    rollout.begin(trials)
    let before = inverse.copy()
    var loss = 0.0
    for t in 0..<trials.steps {
      loss += rollout.step(t, trials)
      if trials.stepWeights[t] > 0 { learn() }
      rollout.replace(parameter: parameter, by: weights)
      rollout.advance()
      do {
        try tick()
      } catch {
        inverse = before
        throw error
      }
    }
    var i = range.lowerBound
    for r in 0..<weights.rows {
      for c in 0..<weights.columns {
        parameters[i] = weights[r, c]
        i += 1
      }
    }
    return loss
  }

  private mutating func load(_ values: ArraySlice<Double>) {
    var entries = weights.mutableElements
    for (i, value) in values.enumerated() { entries[i] = value }
  }

  private mutating func learn() {
    let r = rollout.values(activity)
    let b = r.rows
    let pr = product(inverse.view, r.view.transposed)
    var gram = product(r.view, pr.view)
    for i in 0..<b { gram[i, i] += Double(b) }
    guard let factor = try? Cholesky(gram) else { return }
    var gain = pr.view.transposed.copy()
    var view = gain.mutableView
    factor.solve(&view)
    Self.subtract(product(pr.view, gain.view), from: &inverse)
    var e = rollout.values(output)
    Self.subtract(rollout.values(target), from: &e)
    let newGain = product(inverse.view, r.view.transposed)
    var step = product(newGain.view, e.view)
    for i in 0..<step.rows {
      for j in 0..<step.columns { step[i, j] /= Double(b) }
    }
    Self.subtract(step, from: &weights)
  }

  private static func subtract(_ a: borrowing Matrix<Double>, from b: inout Matrix<Double>) {
    let terms = a.elements
    var entries = b.mutableElements
    for i in 0..<entries.count { entries[i] -= terms[i] }
  }
}
