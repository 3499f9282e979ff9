internal import Kernels
internal import LinearAlgebra

/// The iteration of the published method, for comparison only: `θ += A⁻¹ (Xᵀ E − λ θ)` with
/// the scores E beyond the threshold dropped and the others scaled by T / kept.
///
/// It minimises nothing in particular: the truncated loss is not convex, its gradient jumps,
/// and steps of length 1 may cycle or diverge. `kept` is held at 1 or more, without which
/// a neuron whose samples are all dropped becomes NaN for good. It wants the inverse itself.
struct PublishedMap: PanelSolver {
  let iterations: Int
  let initialMargin: Double

  func solve<F: PanelProducts & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F, from solution: PanelSolution<F.S>?,
    isAbandoned: () -> Bool
  ) -> [Double]? {
    let exclusion = form.exclusion(for: &panel)
    panel.startFromRidge(form: form, exclusion, initialMargin: initialMargin)
    if let solution {
      for i in 0..<panel.active { panel.coefficients.copyRow(i, from: solution.coefficients, i) }
      panel.refreshResponse(form: form)
    }
    var trace = [panel.objective]
    for iteration in 0...iterations {
      if isAbandoned() { return nil }
      for i in 0..<panel.active {
        panel.rescalePublished(i)
        panel.takeScore(i)
      }
      form.updateGradient(&panel, exclusion)
      form.precondition(&panel, exclusion, .iteration)
      for i in 0..<panel.active {
        panel.rows[i].decrement = form.exclude(exclusion, from: &panel, row: i)
        panel.setDirection(i, beta: 0)
      }
      guard iteration < iterations else { break }
      form.updateDirectionResponse(&panel)
      for i in 0..<panel.active {
        panel.refreshDirectionSums(i)
        panel.advance(i, by: 1)
        panel.rows[i].iterations = iteration + 1
      }
      trace.append(panel.objective)
    }
    return trace
  }
}
