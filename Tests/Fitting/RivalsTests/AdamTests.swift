import Collectives
import Kernels
import LinearAlgebra
import Rivals
import TestSupport
import Testing

@Suite struct AdamTests {
  /// The first step is η times the sign of the gradient, which is taken from the objective of
  /// each loss written out.
  @Test(arguments: [RivalLoss.pointwise(.crossEntropy), .squared])
  func firstStepFollowsTheGradient(loss: RivalLoss) throws {
    let sample = try RivalSample(neurons: 5, frames: 60)
    let plain = PlainProblem(sample)
    let start = MethodStart.random(scale: 1, seed: 2)
    let before = try start.weights(of: sample.problem(), group: SingleRank())
    let solution = try sample.solve(
      AdamMethod(learningRate: 1e-3), sample.problem(loss), from: start, iterations: 1)
    for neuron in 0..<5 {
      let theta = row(before, neuron)
      let gradient = plain.gradient(neuron, theta) { output, d in
        loss == .squared ? (output - d) * (1 - output * output) : output - d
      }
      for j in theta.indices where j != neuron {
        let step = solution.weights[neuron, j] - theta[j]
        #expect(abs(step + 1e-3 * (gradient[j] > 0 ? 1 : -1)) < 1e-7, "\(neuron), \(j): \(step)")
      }
      #expect(solution.weights[neuron, neuron] == 0)
    }
  }

  /// From random weights it comes close to the optimum, by all transitions and by some.
  @Test(arguments: [0, 16])
  func descends(minibatch: Int) throws {
    let sample = try RivalSample(neurons: 5, frames: 80)
    let problem = try sample.problem()
    let optimum = try #require(
      try sample.solve(
        NewtonMethod(tolerance: 1e-8), problem, from: .ridge(margin: 1e-3), iterations: 50
      ).log.points.last?.quality.objective)
    let solution = try sample.solve(
      AdamMethod(learningRate: 0.01, minibatch: minibatch, seed: 3), problem,
      from: .random(scale: 1, seed: 1), iterations: 3000)
    let objectives = solution.log.points.map(\.quality.objective)
    let first = try #require(objectives.first)
    let last = try #require(objectives.last)
    #expect(last - optimum < (minibatch == 0 ? 1e-3 : 0.1) * (first - optimum), "\(objectives)")
    #expect(solution.log.ending == .iterationLimit && solution.iterations == 3000)
  }
}
