import Collectives
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

@testable import CORNN

/// Neurons that share a mask, in features of what it allows, against dense Newton on regressors from
/// which forbidden columns are deleted.
@Suite struct MaskedFeatureTests {
  struct Case: CustomTestStringConvertible {
    var frames: Int
    var form: Configuration.Form
    var inputs = 0
    var selfConnections = false
    var loss = PlainLoss.crossEntropy
    var lambda = 1e-3
    var testDescription: String {
      "T \(frames), \(form), inputs \(inputs), self \(selfConnections), \(loss), lambda \(lambda)"
    }
  }

  static let cases = [
    Case(frames: 160, form: .primal, inputs: 2),
    Case(frames: 160, form: .primal, selfConnections: true),
    Case(frames: 160, form: .primal, loss: .robust(threshold: 0.2)),
    Case(frames: 50, form: .dual, inputs: 1, lambda: 1e-5),
    Case(frames: 50, form: .dual, selfConnections: true),
    // A strong ridge: most directions are neglected at first.
    Case(frames: 90, form: .dual, lambda: 0.1),
    Case(frames: 90, form: .dual, loss: .robust(threshold: 0.2), lambda: 0.1),
  ]

  static let kernels = ProductKernel.allCases.filter(\.isAvailable)
  private static let neurons = 48

  /// Three regions of twelve: the first lacks itself, the second the third, the third nothing; of the
  /// others each lacks what no other does.
  private var mask: StructuralMask {
    let regions = (0..<3).map { 12 * $0..<12 * ($0 + 1) }
    return StructuralMask(
      forbidden: (0..<Self.neurons).map { i in
        var set = ForbiddenSet(neurons: Self.neurons)
        switch i {
        case regions[0]: for j in regions[0] { set.insert(j) }
        case regions[1]: for j in regions[2] { set.insert(j) }
        case regions[2]: break
        default: for j in 0..<i where (i + j).isMultiple(of: 3) { set.insert(j) }
        }
        return set
      })
  }

  private func setting(_ problem: Case, tolerance: Double) -> ConstrainedFit {
    var setting = ConstrainedFit(loss: problem.loss)
    setting.configuration.lambda = problem.lambda
    setting.configuration.form = problem.form
    setting.configuration.selfConnections = problem.selfConnections
    setting.configuration.tolerance = tolerance
    setting.configuration.usesFeatures = true
    return setting
  }

  @Test(arguments: cases, kernels)
  func agreesWithADenseNewtonSolver(problem: Case, kernel: ProductKernel) throws {
    let data = try Synthetic(
      neurons: Self.neurons, frames: problem.frames, inputs: problem.inputs)
    // Operands of 16 bits are for no smaller tolerance.
    let setting = setting(problem, tolerance: kernel.isRounded ? 1e-4 : 1e-5)
    try ProductKernel.$asked.withValue(kernel) {
      let found = try setting.solve(data, Constraints(mask: mask))
      #expect(found.form == problem.form)
      #expect(found.outcomes.allSatisfy { $0 == .converged })
      #expect(found.products == setting.configuration.productKernel)
      var exact = setting
      exact.configuration.usesFeatures = false
      let plain = try exact.solve(data, Constraints(mask: mask))
      #expect(plain.products == nil)
      for neuron in stride(from: 0, to: Self.neurons, by: 5) {
        var forbidden = Set(mask[neuron].members)
        if !problem.selfConnections { forbidden.insert(neuron) }
        #expect(forbidden.allSatisfy { found.weights[neuron][$0] == 0 })
        let dense = try setting.dense(data, neuron: neuron, forbidden: forbidden)
        // At a tolerance solutions differ by what it allows.
        let distance = relativeError(plain.weights[neuron], dense)
        let own = relativeError(found.weights[neuron], dense)
        #expect(own < max(4e-3, 3 * distance), "neuron \(neuron): \(own), exact \(distance)")
      }
    }
  }

  /// Those of a region together, with and without themselves; the others by exact projections.
  @Test(arguments: [Configuration.Form.primal, .dual], [true, false])
  func regionsAreParts(form: Configuration.Form, excludesSelf: Bool) throws {
    let count = Self.neurons
    let whole = Restriction(
      Constraints(mask: mask), local: 0..<count, neurons: count, excludesSelf: excludesSelf)
    let restriction = try #require(whole)
    var configuration = Configuration()
    configuration.form = form
    let costs = MaskCost(samples: 90, regressors: count + 1)
    func parts(ranks: Int) throws -> MaskParts {
      try restriction.parts(
        costs,
        FeatureCost(
          samples: 90, lambda: 1e-3, kernel: .portable, ranks: ranks, iterations: 60),
        local: 0..<count, neurons: count, configuration, isSingle: false, group: SingleRank())
    }
    let few = try parts(ranks: 1)
    #expect(few.isDual == (form == .dual))
    #expect(Set(few.groups.map(\.neurons)) == [Array(0..<12), Array(12..<24), Array(24..<36)])
    #expect(few.groups.allSatisfy { $0.users == 12 })
    #expect(few.rest == Array(36..<48))
    // What one rank does while so many wait is not worth it.
    let many = try parts(ranks: 100_000)
    #expect(many.groups.isEmpty && many.rest == Array(0..<48))
  }

  /// Signs are kept by exact projections, whatever was asked for, and no kernel is told of.
  @Test func signsAreNotInFeatures() throws {
    let data = try Synthetic(neurons: Self.neurons, frames: 160)
    let setting = setting(Case(frames: 160, form: .primal), tolerance: 1e-5)
    let signs = [Int](repeating: 1, count: Self.neurons)
    #expect(try setting.solve(data, Constraints(signs: signs)).products == nil)
  }

  @Test func theReasonTellsOfWhatIsNotInFeatures() throws {
    let count = Self.neurons
    let arithmetic = try Arithmetic(
      .mixed, configuration: Configuration(), samples: 160, regressors: count + 1)
    func reason(_ constraints: Constraints) throws -> String {
      arithmetic.reason(
        under: try MaskLoad(
          constraints,
          in: MaskLoad.Sizes(
            local: 0..<count, neurons: count, samples: 160, regressors: count + 1, iterations: 10,
            isSingle: true, threads: 1, kernel: .portable),
          configuration: Configuration(), group: SingleRank()))
    }
    #expect(try reason(Constraints()) == arithmetic.reason)
    #expect(arithmetic.reason.contains("features"))
    let signs = try reason(Constraints(signs: [Int](repeating: 1, count: count)))
    #expect(signs.contains("exact projections in float32") && !signs.contains("features"))
    let masks = try reason(Constraints(mask: mask))
    #expect(masks.contains("features") && masks.contains("exact projections in float32"))
  }

  @Test func setsTravelAsBytes() {
    for neurons in [1, 63, 64, 65, 200] {
      var set = ForbiddenSet(neurons: neurons)
      for j in stride(from: 0, to: neurons, by: 3) { set.insert(j) }
      #expect(set.bytes.count == ForbiddenSet.byteCount(neurons: neurons))
      #expect(ForbiddenSet(bytes: set.bytes) == set)
      var other = set
      other.remove(0)
      #expect(other.mark == set.mark ^ ForbiddenSet.mark(of: 0) && other.mark != set.mark)
    }
  }

  /// A fit that is interrupted between two masks goes on with the next.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func goesOnAfterAnInterruption(form: Configuration.Form) throws {
    struct Interrupted: Error {}
    let data = try Synthetic(neurons: Self.neurons, frames: 90)
    let problem = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    let configuration = setting(Case(frames: 90, form: form), tolerance: 1e-5).configuration
    let alpha = [Double](repeating: 0.1, count: Self.neurons)
    func fit(
      restored: [PanelSolution<Double>] = [],
      request: @escaping @Sendable () -> WorkRequest = { .goOn },
      synchronise: ([PanelSolution<Double>]) throws -> Void = { _ in }
    ) throws -> [[Double]] {
      allWeights(
        try problem.fit(
          loss: .crossEntropy, alpha: alpha, configuration: configuration,
          constraints: Constraints(mask: mask), group: SingleRank(), threads: 1,
          phases: Phases(), restored: restored, request: request, synchronise: synchronise))
    }
    let whole = try fit()
    var kept: [PanelSolution<Double>] = []
    var counts: [Int] = []
    // Each run is asked to keep what it has after one mask more, and ends there.
    for _ in 0..<3 {
      #expect(throws: Interrupted.self) {
        _ = try fit(restored: kept, request: { .synchronise }) {
          guard $0.reduce(0, { $0 + $1.neurons.count }) > (counts.last ?? 0) else { return }
          kept = $0
          throw Interrupted()
        }
      }
      counts.append(Set(kept.flatMap(\.neurons)).count)
    }
    #expect(counts == [12, 24, 36])
    let resumed = try fit(restored: kept)
    #expect(relativeError(resumed.flatMap { $0 }, whole.flatMap { $0 }) < 1e-6)
  }
}
