package import CORNN
internal import Foundation

/// What choosing leaks and ridge by free runs takes before the fit.
package struct HorizonCost: Equatable, Sendable {
  /// Fits of each neuron, to all blocks but one.
  package let fits: Int
  /// Flops of these a rank.
  package let fitFlops: Double
  package let runs: Int
  package let frames: Int
  package let runFlops: Double
  /// Bytes a rank of the weights of all candidates at a ridge.
  package let bytes: Double

  /// Iterations of a candidate from the solution at the ridge before: assumed, as few are solved
  /// from further away.
  private static var iterations: Double { 15 }

  /// - Parameters:
  ///   - fit: the fit that is chosen for.
  ///   - horizon: what is tried.
  ///   - grid: leaks and ridges; one of each that is given.
  ///   - job: the ranks.
  package init(_ fit: PlannedFit, _ horizon: HorizonGrid, grid: SelectionGrid, in job: Job) {
    let ridges = grid.lambdas.count == 1 ? 1 : 1 + horizon.weaker + horizon.stronger
    let leaks = grid.alphas.count
    let rules = horizon.rules(common: grid.alphas[0], isGiven: leaks == 1).count
    let shape = fit.shape
    let (n, m) = (Double(shape.neurons), Double(shape.regressors))
    let t = Double(shape.transitions) * Double(grid.folds - 1) / Double(grid.folds)
    let ranks = Double(job.ranks)
    let iteration = min(2 * t * t, 4 * t * m + 2 * m * m)
    fits = grid.folds * ridges * leaks
    fitFlops = Double(fits) * n * Self.iterations * iteration / ranks
    runs = grid.folds * ridges * rules * horizon.starts
    frames = horizon.horizon
    runFlops = Double(runs) * Double(frames) * 2 * n * m / ranks
    bytes = (Double(leaks) * n / ranks + m) * m * Double(fit.choices.bytesPerScalar)
  }

  /// As a plan says it.
  package var text: String {
    func giga(_ flops: Double) -> String { String(format: "%.1f GFLOP a rank", flops / 1e9) }
    return """
      selection by free runs, before the fit: up to \(fits) fits of each neuron to three quarters \
      of the frames (\(giga(fitFlops))), up to \(runs) free runs of \(frames) frames \
      (\(giga(runFlops))), \(String(format: "%.1f", bytes / 1e6)) MB a rank for their weights
      """
  }
}
