internal import LinearAlgebra
internal import Kernels

/// The iteration of the published method, for comparison only: `θ += A⁻¹ (Xᵀ E − λ θ)` with
/// the scores E beyond the threshold dropped and the others scaled by T / kept.
///
/// It minimises nothing in particular: the truncated loss is not convex, its gradient jumps,
/// and steps of length 1 may cycle or diverge. `kept` is held at 1 or more, without which
/// a neuron whose samples are all dropped becomes NaN for good.
struct PublishedMap: PanelSolver {
  let loss: PointwiseLoss
  let iterations: Int
  let initialMargin: Double

  func solve<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F, from solution: PanelSolution<F.S>?,
    isAbandoned: () -> Bool
  ) -> [Double]? {
    form.prepareExclusion(&panel)
    panel.startFromRidge(form: form, loss: loss, initialMargin: initialMargin)
    var trace = [panel.objective(ridge: form.ridge)]
    for iteration in 0...iterations {
      if isAbandoned() { return nil }
      for i in 0..<panel.active {
        panel.rescalePublished(i, loss: loss)
        form.takeScore(&panel, row: i)
      }
      form.updateResidual(&panel)
      form.precondition(&panel)
      for i in 0..<panel.active {
        panel.scalars[i].decrement = form.completeImage(&panel, row: i)
        form.setDirection(&panel, row: i, beta: 0)
      }
      guard iteration < iterations else { break }
      form.respond(&panel)
      for i in 0..<panel.active {
        panel.refreshDirectionScalars(i)
        panel.advance(i, by: 1)
        panel.scalars[i].iterations = iteration + 1
      }
      trace.append(panel.objective(ridge: form.ridge))
    }
    return trace
  }
}
