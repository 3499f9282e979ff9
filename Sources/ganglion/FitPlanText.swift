internal import CORNN
internal import Foundation

extension FitPlan {
  /// Seconds a phase takes at a rate of products and a bandwidth of files.
  private func seconds(_ phase: Phase, flopRate: Double, byteRate: Double) -> Double {
    phase.flops / flopRate + phase.bytes / byteRate
  }

  /// The plan as `--dry-run` prints it; `flopRate` is a rank's measured GEMM rate.
  func text(flopRate: Double, precision: String) -> String {
    let lines = phases.map { phase in
      let time = seconds(phase, flopRate: 0.75 * flopRate, byteRate: 5e8)
      return String(
        format: "%@ %10.2f GFLOP %10.1f MB %10.2f s",
        phase.name.padding(toLength: 8, withPad: " ", startingAt: 0), phase.flops / 1e9,
        phase.bytes / 1e6, time)
    }
    return """
      plan (predicted)
      form \(form.rawValue): \(transitions) fitted transitions, \(regressors) regressors, \
      \(heldOut) held-out transitions
      precision: \(precision)
      memory a rank \(String(format: "%.0f", (ownBytes + sharedBytes) / 1e6)) MB, of which \
      \(String(format: "%.0f", sharedBytes / 1e6)) MB are shared by the ranks of a node
      busiest rank, \(Int(iterations)) iterations:
      \(lines.joined(separator: "\n"))
      """
  }
}
