import CORNN
import Collectives
import LinearAlgebra
import TestSupport
import Testing

/// Masked fits against dense Newton on regressors from which forbidden columns are deleted.
@Suite struct MaskTests {
  struct Case: CustomTestStringConvertible {
    var neurons = 40
    var frames: Int
    var share: Double
    var inputs = 0
    var selfConnections = false
    /// Neurons with the same mask.
    var sharing = 1
    var loss = PlainLoss.crossEntropy
    var testDescription: String {
      "N \(neurons), T \(frames), \(share) forbidden, inputs \(inputs), "
        + "self \(selfConnections), \(sharing) share, \(loss)"
    }
  }

  static let cases = [0.02, 0.1, 0.5, 0.9].flatMap { share in
    [
      Case(frames: 160, share: share),
      Case(frames: 30, share: share, inputs: 2),
      Case(frames: 60, share: share, selfConnections: true, sharing: 10),
      Case(frames: 90, share: share, sharing: 10, loss: .robust(threshold: 0.3)),
    ]
  }

  @Test(arguments: cases, [Configuration.Form.primal, .dual])
  func agreesWithADenseNewtonSolver(problem: Case, form: Configuration.Form) throws {
    let data = try Synthetic(
      neurons: problem.neurons, frames: problem.frames, inputs: problem.inputs)
    let sets = randomSets(
      neurons: problem.neurons, share: problem.share, sharing: problem.sharing)
    var setting = ConstrainedFit(loss: problem.loss)
    setting.configuration.form = form
    setting.configuration.selfConnections = problem.selfConnections
    let found = try setting.solve(data, Constraints(mask: StructuralMask(forbidden: sets)))
    #expect(found.form == form)
    // The dual form measures what is left of sample coefficients that nearly cancel.
    let bound = form == .dual ? 1e-7 : 1e-9
    let worst = found.optimality.max() ?? .nan
    #expect(worst < bound)
    for neuron in stride(from: 0, to: problem.neurons, by: 3) {
      var forbidden = Set(sets[neuron].members)
      if !problem.selfConnections { forbidden.insert(neuron) }
      let dense = try setting.dense(data, neuron: neuron, forbidden: forbidden)
      #expect(
        relativeError(found.weights[neuron], dense) < 1e-5,
        "neuron \(neuron), \(forbidden.count) forbidden")
      #expect(forbidden.allSatisfy { found.weights[neuron][$0] == 0 })
    }
  }

  @Test(arguments: [Configuration.Form.primal, .dual], [true, false])
  func aNeuronMayLackEveryInput(form: Configuration.Form, bias: Bool) throws {
    let data = try Synthetic(neurons: 20, frames: 50)
    var sets = randomSets(neurons: 20, share: 0.3, sharing: 1)
    for j in 0..<20 { sets[7].insert(j) }
    var setting = ConstrainedFit()
    setting.configuration.form = form
    setting.configuration.bias = bias
    // Sample coefficients that cancel but for one number leave the dual form fewer digits.
    if form == .dual { setting.configuration.tolerance = 1e-7 }
    let found = try setting.solve(data, Constraints(mask: StructuralMask(forbidden: sets)))
    #expect(found.weights[7].prefix(20).allSatisfy { $0 == 0 })
    #expect(found.outcomes[7] == .converged)
    let dense = try setting.dense(data, neuron: 7, forbidden: Set(0..<20))
    #expect(relativeError(found.weights[7] + [1], dense + [1]) < 1e-6)
  }

  /// Unmasked rows must come out as without a mask.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func anEmptyMaskChangesNothing(form: Configuration.Form) throws {
    let data = try Synthetic(neurons: 24, frames: 60)
    var setting = ConstrainedFit()
    setting.configuration.form = form
    let empty = [ForbiddenSet](repeating: ForbiddenSet(neurons: 24), count: 24)
    let masked = try setting.solve(data, Constraints(mask: StructuralMask(forbidden: empty)))
    let free = try setting.solve(data, Constraints())
    #expect(relativeError(masked.weights.flatMap { $0 }, free.weights.flatMap { $0 }) < 1e-7)
  }

  @Test(arguments: [Configuration.Form.primal, .dual])
  func singlePrecisionIsCloseToDouble(form: Configuration.Form) throws {
    let data = try Synthetic(neurons: 40, frames: 80)
    let sets = randomSets(neurons: 40, share: 0.3, sharing: 1)
    let mask = Constraints(mask: StructuralMask(forbidden: sets))
    var setting = ConstrainedFit()
    setting.configuration.form = form
    let exact = try setting.solve(data, mask)
    setting.configuration.tolerance = 1e-5
    let single = try setting.solveSingle(data, mask)
    #expect(relativeError(single.flatMap { $0 }, exact.weights.flatMap { $0 }) < 1e-3)
    for i in 0..<40 { #expect(sets[i].members.allSatisfy { single[i][$0] == 0 }) }
  }

  @Test func refusesValuesThatAreNoMask() {
    #expect(throws: ConstraintError.self) {
      try StructuralMask(Matrix<Float>([[1, 0], [-1, 1]]), first: 3)
    }
    #expect(throws: ConstraintError.self) {
      try StructuralMask(Matrix<Float>([[1, .nan]]), first: 0)
    }
  }

  @Test func rulesBetweenRegionsBecomeMasks() throws {
    let regions = ["a", "b", "a", "c"]
    let mask = try RegionRules("a>b, *>c").mask(regions: regions, local: 0..<4)
    #expect((0..<4).map { mask[$0].members } == [[0, 1, 2, 3], [1, 3], [0, 1, 2, 3], []])
    // Each rank makes the rows of its own neurons.
    for ranks in 1...5 {
      let parts = try (0..<ranks).flatMap { rank in
        let local = Partition(of: 4, among: ranks).range(of: rank)
        let part = try RegionRules("a>b,*>c").mask(regions: regions, local: local)
        return local.indices.map { part[$0 - local.lowerBound].members }
      }
      #expect(parts == (0..<4).map { mask[$0].members })
    }
    #expect(throws: ConstraintError.self) { try RegionRules("a-b") }
    #expect(throws: ConstraintError.self) { try RegionRules("a>") }
    #expect(throws: ConstraintError.unknownRegion(name: "d", known: ["a", "b", "c"])) {
      try RegionRules("a>d").mask(regions: regions, local: 0..<4)
    }
  }
}
