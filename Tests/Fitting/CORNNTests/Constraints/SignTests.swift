import CORNN
import Collectives
import LinearAlgebra
import TestSupport
import Testing

/// Fits under sign constraints against a dense active-set method.
@Suite struct SignTests {
  struct Case: CustomTestStringConvertible {
    var neurons = 16
    var frames: Int
    var inputs = 0
    var signs: Kind
    var share = 0.0
    var selfConnections = false
    var loss = PlainLoss.crossEntropy
    enum Kind { case dale, mixed, nonNegative }
    var testDescription: String {
      "N \(neurons), T \(frames), \(signs), \(share) forbidden, self \(selfConnections), \(loss)"
    }
    var signVector: [Int] {
      (0..<neurons).map { j in
        switch signs {
        case .dale: j % 5 == 4 ? -1 : 1
        case .mixed: j % 3 - 1
        case .nonNegative: 1
        }
      }
    }
  }

  static let cases = [
    Case(frames: 80, signs: .dale),
    Case(frames: 14, signs: .dale),
    Case(frames: 80, signs: .mixed, selfConnections: true),
    Case(frames: 60, inputs: 1, signs: .nonNegative),
    Case(frames: 60, signs: .dale, share: 0.3),
    Case(frames: 60, signs: .mixed, loss: .robust(threshold: 0.3)),
  ]

  @Test(arguments: cases)
  func agreesWithADenseActiveSetMethod(problem: Case) throws {
    let data = try Synthetic(
      neurons: problem.neurons, frames: problem.frames, inputs: problem.inputs)
    let sets = randomSets(neurons: problem.neurons, share: problem.share, sharing: 1)
    var setting = ConstrainedFit(loss: problem.loss)
    setting.configuration.selfConnections = problem.selfConnections
    let signs = problem.signVector
    let found = try setting.solve(
      data, Constraints(mask: StructuralMask(forbidden: sets), signs: signs))
    #expect(found.form == .primal)
    #expect(found.optimality.allSatisfy { $0 < 1e-9 }, "\(found.optimality.max() ?? .nan)")
    #expect((found.iterations.max() ?? 0) < 400)
    for neuron in 0..<problem.neurons {
      var forbidden = Set(sets[neuron].members)
      if !problem.selfConnections { forbidden.insert(neuron) }
      let dense = try setting.dense(
        data, neuron: neuron, forbidden: forbidden, signs: signs)
      #expect(relativeError(found.weights[neuron], dense) < 1e-6, "neuron \(neuron)")
      for (j, sign) in signs.enumerated() {
        #expect(Double(sign) * found.weights[neuron][j] >= 0)
        if forbidden.contains(j) { #expect(found.weights[neuron][j] == 0) }
      }
    }
  }

  /// The conditions of optimality at a size that the dense method would take long for.
  @Test func satisfiesTheOptimalityConditions() throws {
    let data = try Synthetic(neurons: 60, frames: 300)
    let setting = ConstrainedFit()
    let signs = (0..<60).map { $0 % 5 == 4 ? -1 : 1 }
    let found = try setting.solve(data, Constraints(signs: signs))
    var heldCount = 0
    for neuron in 0..<60 {
      let (x, _, d) = setting.samples(data, neuron: neuron)
      let descent = DenseActiveSet.descent(
        found.weights[neuron], x, d, 1e-3 * Double(d.count), .crossEntropy)
      for j in 0..<61 where j != neuron {
        let sign = j < 60 ? Double(signs[j]) : 0
        let weight = found.weights[neuron][j]
        if j < 60, weight == 0 {
          heldCount += 1
          #expect(sign * descent[j] <= 1e-7)
        } else {
          #expect(abs(descent[j]) < 1e-7 && (j == 60 || sign * weight > 0))
        }
      }
    }
    // About half of the unconstrained weights had the other sign.
    #expect(heldCount > 600)
  }
}
