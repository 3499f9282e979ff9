import Kernels
import LinearAlgebra
import Testing

@testable import CORNN

/// Rows of a panel go with all that belongs to them.
@Suite struct PanelTests {
  private func members(_ neurons: [Int]) -> [Subproblem] {
    neurons.map { Subproblem(neuron: $0, alpha: 0.1, loss: .crossEntropy) }
  }

  /// A panel whose row i has 100 + i as its neuron and everywhere in its matrices.
  private func panel(rows: Int, space: CoefficientSpace) -> Panel<Double> {
    var panel = Panel<Double>(
      members: members((0..<rows).map { 100 + $0 }), samples: 5, unknowns: 3, space: space, ridge: 1
    )
    for i in 0..<rows {
      let mark = Double(100 + i)
      for t in 0..<5 {
        panel.target[i, t] = mark
        panel.headroom[i, t] = mark
        panel.response[i, t] = mark
        panel.directionResponse[i, t] = mark
        panel.curvature[i, t] = mark
        panel.score[panel.scoreRow(i), t] = mark
      }
      for j in 0..<3 {
        panel.coefficients[i, j] = mark
        panel.residual[i, j] = mark
        panel.preconditioned[i, j] = mark
        panel.direction[i, j] = mark
      }
      panel.rows[i].loss = mark
    }
    return panel
  }

  /// Whether every row is of one neuron throughout, the scores too where each row has its own.
  private func expectWholeRows(_ panel: borrowing Panel<Double>) {
    for i in panel.rows.indices {
      let mark = Double(panel.rows[i].neuron)
      #expect(panel.rows[i].position == panel.rows[i].neuron - 100)
      #expect(panel.rows[i].loss == mark)
      for t in 0..<5 {
        #expect(panel.target[i, t] == mark && panel.headroom[i, t] == mark)
        #expect(panel.response[i, t] == mark && panel.directionResponse[i, t] == mark)
        #expect(panel.curvature[i, t] == mark)
        if panel.space == .weights { #expect(panel.score[i, t] == mark) }
      }
      for j in 0..<3 {
        #expect(panel.coefficients[i, j] == mark && panel.residual[i, j] == mark)
        #expect(panel.preconditioned[i, j] == mark && panel.direction[i, j] == mark)
      }
    }
  }

  @Test(arguments: [CoefficientSpace.weights, .samples])
  func aSwapTakesTheWholeRow(space: CoefficientSpace) {
    var panel = panel(rows: 4, space: space)
    panel.swapRows(0, 3)
    panel.swapRows(2, 2)
    #expect(panel.rows.map(\.neuron) == [103, 101, 102, 100])
    expectWholeRows(panel)
  }

  @Test func samplesKeepTheScoresOfOneRowOnly() {
    let samples = Panel<Double>(
      members: members([4, 7, 9]), samples: 5, unknowns: 5, space: .samples, ridge: 1)
    let ofSamples = (samples.score.rows, samples.scoreRow(2))
    #expect(ofSamples == (1, 0))
    let weights = Panel<Double>(
      members: members([4, 7, 9]), samples: 5, unknowns: 2, space: .weights, ridge: 1)
    let ofWeights = (weights.score.rows, weights.scoreRow(2))
    #expect(ofWeights == (3, 2))
  }

  @Test(arguments: [CoefficientSpace.weights, .samples])
  func rowsThatAreDoneStandBehindTheOthers(space: CoefficientSpace) {
    var panel = panel(rows: 6, space: space)
    for i in 0..<6 {
      panel.rows[i].scale = 1
      panel.rows[i].decrement = [1, 1e-8, 1, 1e-8, 1, 1][i]
    }
    panel.rows[4].outcome = .stalled
    panel.retireSolved(below: 1e-3)
    #expect(panel.active == 3)
    #expect(Set(panel.rows[..<3].map(\.neuron)) == [100, 102, 105])
    for row in panel.rows {
      let expected: Outcome =
        [101, 103].contains(row.neuron)
        ? .converged : row.neuron == 104 ? .stalled : .iterationLimit
      #expect(row.outcome == expected)
    }
    expectWholeRows(panel)
    panel.bringToFront([1, 2])
    expectWholeRows(panel)
  }

  @Test func aRowIsTakenUpAgainWhereItsResidualIsAboveTheBound() {
    var panel = panel(rows: 3, space: .weights)
    let decrements = [1, 1e-8, 1]
    let outcomes: [Outcome] = [.converged, .converged, .stalled]
    for i in 0..<3 {
      panel.rows[i].scale = 1
      panel.rows[i].decrement = decrements[i]
      panel.rows[i].outcome = outcomes[i]
      panel.rows[i].stalls = 2
    }
    let isReopened = panel.reopen(notBelow: 1e-3)
    #expect(isReopened)
    #expect(panel.rows.map(\.outcome) == [.iterationLimit, .converged, .stalled])
    #expect(panel.rows[0].stalls == 0)
    let isStalledReopened = panel.reopen(notBelow: 1e-3, includingStalled: true)
    #expect(isStalledReopened)
    #expect(panel.rows[2].outcome == .iterationLimit && panel.rows[1].outcome == .converged)
    let isAnythingLeft = panel.reopen(notBelow: 1e-3, includingStalled: true)
    #expect(!isAnythingLeft)
  }

  @Test func solutionsAreInTheOrderInWhichTheNeuronsWereGiven() {
    var panel = panel(rows: 7, space: .weights)
    for row in [2, 0, 3, 1] { panel.retire(row: row) }
    panel.bringToFront([1, 2])
    panel.rows[0].clipped = 11
    let marked = panel.rows[0].neuron
    let solution = PanelSolution(panel: panel, trace: [3, 2])
    #expect(solution.neurons == (100..<107).map { $0 })
    for (i, row) in solution.rows.enumerated() {
      #expect(solution.coefficients[i, 2] == Double(row.neuron))
      #expect(row.clipped == (row.neuron == marked ? 11 : 0))
    }
    #expect(solution.trace == [3, 2])
  }
}
