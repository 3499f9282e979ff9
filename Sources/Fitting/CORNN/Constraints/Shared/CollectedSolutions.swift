internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// The solutions of a rank's subproblems that are found part by part, as those of a whole fit.
struct CollectedSolutions<S: Scalar & Transferable> {
  private let whole: WholeFit<S>
  private var solutions: [PanelSolution<S>] = []
  private var scores: [Int: NeuronScore] = [:]
  private var solved: Set<Int> = []
  private var ridgeRaise = 1.0
  private var regressorProducts: SharedMatrix<Double>?
  private var productKernel: ProductKernel?

  init(_ whole: WholeFit<S>) { self.whole = whole }

  /// The fit of some neurons alone, by local index, which says and keeps what is so of all.
  func visitor(for neurons: [Int]) -> WholeFit<S> {
    let members = Set(neurons)
    let known = known(besides: members)
    var part = whole
    part.work.subproblems = whole.work.subproblems.filter { members.contains($0.neuron) }
    part.synchronise = { [synchronise = whole.synchronise] in try synchronise(known + $0) }
    part.progress = { [progress = whole.progress, count = solved.count] in progress(count + $0) }
    return part
  }

  /// Lets what is solved be kept, between two parts, if a rank is asked to.
  ///
  /// - Throws: what `whole.synchronise` and `group` throw.
  /// - Collective: every rank of `group` must call it.
  func synchronise(group: borrowing some RankGroup & ~Copyable) throws {
    guard try group.maximum(whole.request() == .goOn ? 0 : 1) == 1 else { return }
    try whole.synchronise(known(besides: []))
  }

  /// What is solved, of an earlier run too, but for some neurons of that.
  private func known(besides members: Set<Int>) -> [PanelSolution<S>] {
    let others = whole.work.subproblems.filter {
      !members.contains($0.neuron) && !solved.contains($0.neuron)
    }
    return solutions + RestoredNeurons(whole.restored).part(others[...])
  }

  /// Takes what a visitor found.
  mutating func take(_ visitor: WholeFit<S>) {
    guard let found = visitor.found else { return }
    solutions += found.outcome.panels
    solved.formUnion(visitor.work.subproblems.map(\.neuron))
    for (panel, scores) in zip(found.outcome.panels, found.outcome.scores) {
      for (neuron, score) in zip(panel.neurons, scores) { self.scores[neuron] = score }
    }
    ridgeRaise = max(ridgeRaise, found.ridgeRaise)
    regressorProducts = regressorProducts ?? found.regressorProducts
    productKernel = productKernel ?? found.productKernel
  }

  /// All of it, in the panels of the whole; nil if a part was not solved.
  var found: FoundSolutions<S>? {
    let panels = whole.work.panels
    let all = RestoredNeurons(solutions)
    let solutions = panels.compactMap { all.whole($0) }
    guard solutions.count == panels.count else { return nil }
    return FoundSolutions(
      outcome: PanelOutcome(
        panels: solutions,
        scores: panels.map { members in members.compactMap { scores[$0.neuron] } }),
      ridgeRaise: ridgeRaise, regressorProducts: regressorProducts,
      productKernel: productKernel)
  }
}
