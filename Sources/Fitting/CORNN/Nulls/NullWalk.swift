internal import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

/// The weights of recorded and null targets of this rank's neurons, some neurons at a time.
struct NullWalk: RidgeVisitor {
  typealias S = Double

  let problem: FitProblem<Double>
  let recipe: FitRecipe
  let nulls: Int
  var work: PanelWork
  let surrogates: SurrogateTargets
  let found: EdgeNulls
  let progress: (Int) -> Void

  mutating func visit<F: SubproblemForm & ~Copyable>(
    _ form: borrowing F, group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool where F.S == Double {
    let neurons = problem.fittable
    let atOnce = max(1, work.widest / (nulls + 1))
    let (walk, regions) = (self, found.regions)
    for start in stride(from: 0, to: neurons.count, by: atOnce * work.threads) {
      let batch = Array(neurons[start..<min(start + atOnce * work.threads, neurons.count)])
      let blocks = stride(from: 0, to: batch.count, by: atOnce).map {
        Array(batch[$0..<min($0 + atOnce, batch.count)])
      }
      let results = try parallelMap(count: blocks.count, threads: work.threads) {
        walk.compared(blocks[$0], form: form, regions: regions)
      }
      for result in results.joined() {
        found.take(result, first: problem.regressors.local.lowerBound)
      }
      progress(start + batch.count)
    }
    return false
  }

  /// The recorded targets of a neuron, then its nulls.
  func subproblems(of neuron: Int) -> [Subproblem] {
    (0...nulls).map {
      Subproblem(neuron: neuron, alpha: recipe.leaks[neuron], loss: recipe.loss, null: $0)
    }
  }

  /// What the nulls say of the weights onto some neurons.
  private func compared<F: SubproblemForm & ~Copyable>(
    _ neurons: [Int], form: borrowing F, regions: RegionNulls?
  ) -> [NeuronNulls] where F.S == Double {
    let weights = weights(of: neurons, form: form)
    return neurons.enumerated().map { place, neuron in
      let own = weights.copy(rows: place * (nulls + 1)..<(place + 1) * (nulls + 1))
      let edges = problem.freeRegressors(of: neuron, recipe)
        .filter { $0 < problem.regressors.neurons }
      var recorded = [Float](repeating: .nan, count: problem.regressors.neurons)
      for j in edges { recorded[j] = Float(own[0, j]) }
      return NeuronNulls(
        neuron: neuron, weights: recorded, ranks: NullRanks(own, edges: edges),
        share: regions.map { $0.share(own, edges: edges) })
    }
  }

  /// The weights from neurons onto some, a row a subproblem.
  private func weights<F: SubproblemForm & ~Copyable>(
    of neurons: [Int], form: borrowing F
  ) -> Matrix<Double> where F.S == Double {
    var work = work
    work.drawn = NullTargets(
      of: neurons, nulls: nulls, surrogates, recorded: { problem.targets(of: $0, recipe) },
      transitions: problem.transitions.count)
    let members = neurons.flatMap(subproblems)
    var weights = Matrix<Double>(rows: members.count, columns: problem.regressors.neurons)
    for start in stride(from: 0, to: members.count, by: work.widest) {
      let part = Array(members[start..<min(start + work.widest, members.count)])
      guard let solution = work.solve(part, problem.recording, form: form) else {
        preconditionFailure("nobody abandons nulls")
      }
      let rows = form.heldOutResponse(solution.coefficients, neurons: solution.neurons)
      for i in part.indices { weights.copyRow(start + i, from: rows, i) }
    }
    return weights
  }
}
