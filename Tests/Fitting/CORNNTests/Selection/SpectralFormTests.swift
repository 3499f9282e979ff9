import Collectives
import Foundation
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

@testable import CORNN

/// A search in the features of a fold finds what a dense Newton solver finds of each neuron.
@Suite struct SpectralFormTests {
  struct Case: CustomTestStringConvertible {
    var neurons: Int
    var frames: Int
    var inputs = 0
    var selfConnections = false
    var loss = PlainLoss.crossEntropy
    var testDescription: String {
      "N \(neurons), T \(frames), inputs \(inputs), self \(selfConnections), \(loss)"
    }
  }

  static let cases = [
    // More samples than regressors: the own weight is a constraint.
    Case(neurons: 10, frames: 160, inputs: 2),
    Case(neurons: 10, frames: 160, loss: .robust(threshold: 0.2)),
    Case(neurons: 10, frames: 160, selfConnections: true),
    // Fewer: what lies outside the samples can undo an own weight.
    Case(neurons: 24, frames: 32, inputs: 1),
    Case(neurons: 24, frames: 32, loss: .robust(threshold: 0.2)),
    Case(neurons: 24, frames: 32, selfConnections: true),
  ]

  private let alphas = [0.1, 0.2]
  private let lambdas = [3e-2, 3e-3]
  private let gap = 2

  private func search(
    _ problem: Case, _ data: borrowing Synthetic, threads: Int
  ) throws -> CrossValidation<Double> {
    var configuration = Configuration()
    configuration.selfConnections = problem.selfConnections
    var grid = SelectionGrid()
    grid.gap = gap
    return CrossValidation(
      problem: try FitProblem(
        data.recording(), bias: true, group: SingleRank(), phases: Phases()),
      grid: grid, configuration: configuration, threads: threads, memory: SearchMemory(),
      restriction: nil)
  }

  @Test(arguments: cases)
  func heldOutErrorsAreThoseOfTheDenseSolution(problem: Case) throws {
    let data = try Synthetic(
      neurons: problem.neurons, frames: problem.frames, inputs: problem.inputs)
    let search = try search(problem, data, threads: 1)
    let ready = search.problem
    let neurons = [0, 3, 7]
    let round = SearchRound(neurons: 3, iterations: 3000, tolerance: 1e-5)
    for fold in search.folds.prefix(2) {
      let found = try search.solve(
        fold,
        SearchMemory.Trial(
          losses: [problem.loss.fitted], alphas: alphas, lambdas: lambdas, round: round,
          targets: .clamped),
        neurons, stopsEarly: false, group: SingleRank(), phases: Phases())
      #expect(ready.foldBases.hasBasis(of: fold))
      try compare(found.outcomes, losses: [problem.loss], data, fold, neurons: neurons, problem)
    }
  }

  /// The same in whitened weights, of two losses in the rows of common panels.
  @Test(arguments: cases)
  func whitenedErrorsAreThoseOfTheDenseSolution(problem: Case) throws {
    let data = try Synthetic(
      neurons: problem.neurons, frames: problem.frames, inputs: problem.inputs)
    let search = try search(problem, data, threads: 2)
    let ready = search.problem
    let neurons = [0, 3, 7]
    let losses = [problem.loss, .robust(threshold: 0.3)]
    let subproblems = neurons.flatMap { neuron in
      alphas.flatMap { alpha in
        losses.map { Subproblem(neuron: neuron, alpha: alpha, loss: $0.fitted) }
      }
    }
    let effort = search.searching(
      SearchRound(neurons: 3, iterations: 3000, tolerance: 1e-5))
    let gradients = try #require(effort.searchFeatures(for: losses.map(\.fitted)))
    for fold in search.folds.prefix(2) {
      var work = search.work(subproblems, of: fold, heldOut: fold.validation, effort)
      work.features = gradients
      var walk = RidgeWalk(
        problem: ready, work: work, phases: Phases(), leaks: alphas.count, losses: losses.count,
        isAbandoned: { false }, descent: nil)
      try visit(
        &walk, whitened: Regressors(ready.regressors, fold: fold, group: SingleRank()),
        ridges: lambdas.map { work.fitted.ridge(lambda: $0) },
        excludesSelf: !problem.selfConnections, gradients: gradients,
        last: LastWhitening(), group: SingleRank(), phases: Phases())
      try compare(walk.outcomes, losses: losses, data, fold, neurons: neurons, problem)
    }
  }

  /// Rows that differ in their losses alone have their start from the same products.
  @Test func lossesShareTheirStart() throws {
    let ready = try FitProblem(
      Synthetic(neurons: 10, frames: 160).recording(), bias: true, group: SingleRank(),
      phases: Phases())
    let search = CrossValidation(
      problem: ready, grid: SelectionGrid(), configuration: Configuration(), threads: 1,
      memory: SearchMemory(), restriction: nil)
    func flops(_ losses: [PlainLoss]) throws -> Double {
      try search.solve(
        search.folds[0],
        SearchMemory.Trial(
          losses: losses.map(\.fitted), alphas: alphas, lambdas: [1e-3],
          round: SearchRound(neurons: 3, iterations: 0, tolerance: 1e-5), targets: .clamped),
        [1, 4], stopsEarly: false, group: SingleRank(), phases: Phases()
      ).outcomes[0].panels.reduce(0) { $0 + $1.flops }
    }
    let one = try flops([.crossEntropy])
    // Two products for each start, of which cross entropy has two and all losses together three; once
    // more the response of those that they choose: 5, and 7 to 9, where apart they would be 15.
    #expect(one > 0)
    let losses: [PlainLoss] = [
      .crossEntropy, .robust(threshold: 0.2), .robust(threshold: 0.02),
    ]
    let all = try flops(losses)
    #expect(all >= one && all < 1.81 * one)
  }

  private func compare(
    _ outcomes: [PanelOutcome<Double>], losses: [PlainLoss], _ data: borrowing Synthetic,
    _ fold: Fold, neurons: [Int], _ problem: Case
  ) throws {
    #expect(outcomes.count == lambdas.count)
    for (row, lambda) in lambdas.enumerated() {
      var scores = outcomes[row].scores.flatMap { $0 }[...]
      for neuron in neurons {
        for alpha in alphas {
          for loss in losses {
            let expected = try denseError(
              data, fold, neuron: neuron, alpha: alpha, lambda: lambda, loss, problem)
            let next = scores.popFirst()
            let score = try #require(next)
            // What float32 leaves is relative to the rates, not to the error.
            #expect(
              abs(score.mse - expected) < 0.01 * expected + 1e-3 * score.persistence,
              "neuron \(neuron), \(alpha), \(lambda), \(loss): \(score.mse), \(expected)")
          }
        }
      }
    }
  }

  /// Losses that are tried together, in the rows of common panels, have the errors that each has
  /// alone.
  @Test(arguments: [true, false]) func lossesDoNotMix(isFree: Bool) throws {
    let data = try Synthetic(neurons: 14, frames: 90)
    let ready = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    var configuration = Configuration()
    configuration.searchesInFeatures = isFree
    let search = CrossValidation(
      problem: ready, grid: SelectionGrid(), configuration: configuration, threads: 2,
      memory: SearchMemory(), restriction: nil)
    let round = SearchRound(neurons: 3, iterations: 3000, tolerance: 1e-5)
    let fold = try #require(search.folds.first)
    func tallies(_ losses: [PointwiseLoss]) throws -> [Tally] {
      try search.solve(
        fold,
        SearchMemory.Trial(
          losses: losses, alphas: alphas, lambdas: lambdas, round: round, targets: .clamped),
        [1, 4, 9], stopsEarly: false, group: SingleRank(), phases: Phases()
      ).tallies()
    }
    let losses: [PointwiseLoss] = [
      .clipped(k: 0, threshold: 0.2), .crossEntropy, .clipped(k: 0.1, threshold: 0.05),
    ]
    let together = try tallies(losses)
    #expect(together.count == losses.count)
    for (loss, found) in zip(losses, together) {
      let alone = try tallies([loss])[0]
      for lambda in lambdas.indices {
        for alpha in alphas.indices {
          let expected = alone.relativeError(lambda, alpha)
          #expect(abs(found.relativeError(lambda, alpha) - expected) < 1e-3 * expected)
        }
      }
    }
    let errors = together.map { $0.relativeError(1, 0) }
    #expect(Set(errors.map { ($0 * 1e3).rounded() }).count > 1, "\(errors)")
  }

  /// The mean squared one-step error on a fold's block after dense Newton steps on its other
  /// frames.
  private func denseError(
    _ data: borrowing Synthetic, _ fold: Fold, neuron: Int, alpha: Double, lambda: Double,
    _ loss: PlainLoss, _ problem: Case
  ) throws -> Double {
    let rates = (0..<problem.neurons).map { i in (0..<problem.frames).map { data.rates[i, $0] } }
    let inputs = (0..<problem.inputs).map { k in (0..<problem.frames).map { data.inputs[k, $0] } }
    // Inputs are scaled by all fitted transitions, as the fit will do.
    let scales = inputs.map { row in
      (row.dropLast().reduce(0) { $0 + $1 * $1 } / Double(problem.frames - 1)).squareRoot()
    }
    func regressors(_ t: Int) -> [Double] {
      rates.map { $0[t] } + inputs.indices.map { inputs[$0][t] / scales[$0] } + [1]
    }
    let series = rates[neuron]
    func target(_ t: Int) -> Double { (series[t + 1] - (1 - alpha) * series[t]) / alpha }
    let solution = try DenseNewton(
      x: fold.training.map(regressors),
      d: fold.training.map { max(-1 + 1e-6, min(1 - 1e-6, target($0))) },
      ridge: lambda * Double(fold.training.count), loss: loss,
      forbidden: problem.selfConnections ? [] : [neuron])
    let errors = fold.validation.map { t in
      let s = zip(regressors(t), solution.weights).reduce(0) { $0 + $1.0 * $1.1 }
      return (1 - alpha) * series[t] + alpha * tanh(s) - series[t + 1]
    }
    return errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
  }
}
