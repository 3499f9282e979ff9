import CORNN
import Collectives
import Kernels
import LinearAlgebra
import Rivals
import Runtime
import TestSupport
import Testing

@Suite struct NewtonTests {
  /// At its end the gradient, written out, is rounding; from the ridge and from random weights.
  @Test(arguments: [MethodStart.ridge(margin: 1e-3), .random(scale: 1, seed: 1)])
  func gradientVanishes(start: MethodStart) throws {
    let sample = try RivalSample(neurons: 7, frames: 90)
    let plain = PlainProblem(sample)
    let solution = try sample.solve(
      NewtonMethod(tolerance: 1e-9), sample.problem(), from: start, iterations: 60)
    #expect(solution.log.ending == .finished)
    for neuron in 0..<7 {
      let theta = row(solution.weights, neuron)
      let gradient = plain.gradient(neuron, theta) { $0 - $1 }
      let scale = plain.gradient(neuron, theta.map { _ in 0 }) { $0 - $1 }.map(abs).max() ?? 0
      for (j, g) in gradient.enumerated() where j != neuron {
        #expect(abs(g) < 1e-9 * scale, "neuron \(neuron), weight \(j): \(g) of \(scale)")
      }
      #expect(theta[neuron] == 0)
    }
  }

  /// The optimum of the fit's own solver, for each loss that has one.
  @Test(arguments: [
    PointwiseLoss.crossEntropy, .clipped(k: 0.3, threshold: 1), .weighted(threshold: 1e9),
  ])
  func optimumIsThatOfTheFit(loss: PointwiseLoss) throws {
    var sample = try RivalSample(neurons: 6, frames: 80)
    sample.lambda = 0.1
    let problem = try sample.problem(.pointwise(loss))
    let solution = try sample.solve(
      NewtonMethod(tolerance: 1e-9), problem, from: .ridge(margin: 1e-3), iterations: 200)
    // A weighted loss that drops nothing is `clipped` with k = 0 and no bend.
    var convex = loss
    if case .weighted(let threshold) = loss { convex = .clipped(k: 0, threshold: threshold) }
    var configuration = sample.configuration
    configuration.tolerance = 1e-10
    configuration.iterations = 5000
    let fit = try problem.whole.fit(
      loss: convex, alpha: sample.leaks(6), configuration: configuration, group: SingleRank(),
      threads: 1, phases: Phases())
    let fitted = fit.coefficients()
    for i in 0..<6 {
      let error = relativeError(row(solution.weights, i), row(fitted, i))
      #expect(error < 1e-5, "\(loss), neuron \(i): \(error)")
    }
  }

  /// Weights that go through the fit to be measured come out as they went in.
  @Test func measuringChangesNothing() throws {
    let sample = try RivalSample(neurons: 6, frames: 80)
    let problem = try sample.problem()
    let solution = try sample.solve(
      NewtonMethod(tolerance: 1e-6), problem, from: .ridge(margin: 1e-3), iterations: 40)
    var configuration = sample.configuration
    configuration.iterations = 0
    let fit = try problem.whole.fit(
      loss: .crossEntropy, alpha: sample.leaks(6), configuration: configuration,
      group: SingleRank(), threads: 1, phases: Phases(),
      start: StartingWeights(solution.weights.copy()))
    let measured = fit.coefficients()
    for i in 0..<6 { #expect(row(measured, i) == row(solution.weights, i)) }
    #expect(fit.diagnostics.outcome.allSatisfy { $0 == .converged })
    #expect(fit.diagnostics.optimality.allSatisfy { $0 < 1e-6 })
  }
}
