import Collectives
import Kernels
import LinearAlgebra
import RandomNumbers
import Runtime
import Testing

@testable import CORNN

/// One problem in both spaces: gradients, directions and what is excluded are the same.
@Suite struct DirectionTests {
  private static let neurons = [2, 5, 7, 8]
  private static let ridge = 0.7

  private func regressors() throws -> Regressors<Double> {
    let data = try Synthetic(neurons: 9, frames: 15)
    return try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases()
    ).regressors
  }

  /// The first directions of some neurons from random scores; rows are swapped on the way, once
  /// the exclusion is there.
  private func directions<F: PanelProducts & ~Copyable>(
    _ form: borrowing F
  ) -> Panel<Double> where F.S == Double {
    var scores = Matrix<Double>(rows: 10, columns: form.samples)
    do {
      var elements = scores.mutableElements
      RandomStream(seed: 3, stream: 40).fillNormal(&elements)
    }
    var panel = Panel<Double>(
      members: Self.neurons.map { Subproblem(neuron: $0, alpha: 0.1, loss: .crossEntropy) },
      samples: form.samples, unknowns: form.unknowns, space: form.space, ridge: form.ridge)
    let exclusion = form.exclusion(for: &panel)
    panel.swapRows(0, 2)
    panel.swapRows(1, 3)
    for i in panel.rows.indices {
      panel.score.copyRow(panel.scoreRow(i), from: scores, panel.rows[i].neuron)
      panel.takeScore(i)
    }
    form.updateGradient(&panel, exclusion)
    form.precondition(&panel, exclusion, .iteration)
    for i in panel.rows.indices {
      panel.rows[i].decrement = form.exclude(exclusion, from: &panel, row: i)
      panel.setDirection(i, beta: 0)
    }
    form.updateDirectionResponse(&panel)
    for i in panel.rows.indices { panel.refreshDirectionSums(i) }
    return panel
  }

  private func expectTheSame(_ a: borrowing Panel<Double>, _ b: borrowing Panel<Double>) {
    for i in a.rows.indices {
      #expect(a.rows[i].neuron == b.rows[i].neuron)
      let pairs = [
        (a.rows[i].decrement, b.rows[i].decrement), (a.rows[i].slope, b.rows[i].slope),
        (a.rows[i].directionSquared, b.rows[i].directionSquared),
        // From rest the direction is the preconditioned gradient.
        (a.rows[i].slope, a.rows[i].decrement),
      ]
      for (x, y) in pairs { #expect(abs(x - y) < 1e-10 * abs(y) && y > 0) }
      for t in 0..<a.directionResponse.columns {
        #expect(abs(a.directionResponse[i, t] - b.directionResponse[i, t]) < 1e-10)
      }
    }
  }

  @Test(arguments: [false, true])
  func weightsAndSamplesAgree(excludesSelf: Bool) throws {
    let regressors = try regressors()
    let primal = try PrimalForm(
      gram: PrimalGram(regressors, group: SingleRank(), phases: Phases()), ridge: Self.ridge,
      excludesSelf: excludesSelf, group: SingleRank(), phases: Phases())
    let dual = try DualForm(
      gram: DualGram(regressors, group: SingleRank(), phases: Phases()), ridge: Self.ridge,
      excludesSelf: excludesSelf, group: SingleRank(), phases: Phases())
    let weights = directions(primal)
    expectTheSame(weights, directions(dual))
    for i in weights.rows.indices {
      #expect((weights.direction[i, weights.rows[i].neuron] == 0) == excludesSelf)
    }
  }

  /// Masks that two neurons share, and their own regressors.
  @Test func weightsAndSamplesAgreeUnderMasks() throws {
    let regressors = try regressors()
    let sets = (0..<9).map { neuron in
      var set = ForbiddenSet(neurons: 9)
      for j in 0..<9 where (j + neuron / 2) % 3 == 0 { set.insert(j) }
      return set
    }
    let exclusions = Constraints(mask: StructuralMask(forbidden: sets)).exclusions(
      local: 0..<9, neurons: 9, excludesSelf: true)
    #expect(exclusions.contains { $0.leavesOutSelf } && exclusions.contains { $0.users > 1 })
    let primal = try MaskedPrimalForm(
      gram: PrimalGram(regressors, group: SingleRank(), phases: Phases()), ridge: Self.ridge,
      exclusions: exclusions, signs: nil, group: SingleRank(), phases: Phases())
    let dual = try MaskedDualForm(
      gram: DualGram(regressors, group: SingleRank(), phases: Phases()), ridge: Self.ridge,
      exclusions: exclusions, group: SingleRank(), phases: Phases())
    let weights = directions(primal)
    expectTheSame(weights, directions(dual))
    for (i, row) in weights.rows.enumerated() {
      for j in 0..<9 where sets[row.neuron].contains(j) || j == row.neuron {
        #expect(weights.direction[i, j] == 0)
      }
    }
  }
}
