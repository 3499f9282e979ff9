import Collectives
import Kernels
import LinearAlgebra
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import CORNN

/// A fit that is interrupted and restored ends with the same numbers.
@Suite struct PanelRoundsTests {
  private struct Interrupted: Error {}

  private func problem(_ data: borrowing Synthetic) throws -> FitProblem<Double> {
    try FitProblem(data.recording(), bias: true, group: SingleRank(), phases: Phases())
  }

  private var configuration: Configuration {
    var configuration = Configuration()
    configuration.tolerance = 1e-9
    return configuration
  }

  @Test func theSameNetworkAfterRestart() throws {
    let threads = 1
    // More neurons than one panel takes.
    let all = 1100
    let data = try Synthetic(neurons: all, frames: 80)
    let problem = try problem(data)
    let alpha = [Double](repeating: 0.1, count: all)
    let whole = try problem.fit(
      loss: .crossEntropy, alpha: alpha, configuration: configuration, group: SingleRank(),
      threads: threads, phases: Phases())
    var kept: [PanelSolution<Double>] = []
    #expect(throws: Interrupted.self) {
      // Asked to synchronise at once, each thread solves one panel.
      _ = try problem.fit(
        loss: .crossEntropy, alpha: alpha, configuration: configuration, group: SingleRank(),
        threads: threads, phases: Phases(), request: { .synchronise },
        synchronise: {
          kept = $0
          throw Interrupted()
        }
      ).form
    }
    let neurons = kept.reduce(0) { $0 + $1.neurons.count }
    #expect(neurons > 0 && neurons < all)
    // Solved neurons in other panels, as another number of ranks would have left them.
    let resumed = try problem.fit(
      loss: .crossEntropy, alpha: alpha, configuration: configuration, group: SingleRank(),
      threads: threads, phases: Phases(), restored: kept)
    // The panels are others, so products are rounded otherwise.
    let error = relativeError(
      allWeights(resumed).flatMap { $0 }, allWeights(whole).flatMap { $0 })
    #expect(error < 1e-6)
  }

  @Test func otherPanelsAgreeToRounding() throws {
    let data = try Synthetic(neurons: 150, frames: 60)
    let problem = try problem(data)
    let alpha = [Double](repeating: 0.1, count: 150)
    let whole = try problem.fit(
      loss: .crossEntropy, alpha: alpha, configuration: configuration, group: SingleRank(),
      threads: 1, phases: Phases())
    // Of each panel, the rows in the middle only.
    let part = whole.panels.map { panel in
      let rows = 3..<(panel.rows.count - 5)
      return PanelSolution(
        Array(panel.rows[rows]), coefficients: panel.coefficients.copy(rows: rows), trace: [])
    }
    let resumed = try problem.fit(
      loss: .crossEntropy, alpha: alpha, configuration: configuration, group: SingleRank(),
      threads: 2, phases: Phases(), restored: part)
    for (a, b) in zip(allWeights(resumed).joined(), allWeights(whole).joined()) {
      #expect(abs(a - b) <= 1e-6 * max(1, abs(b)))
    }
  }

  @Test func aStopGivesUpTheIteration() throws {
    let data = try Synthetic(neurons: 40, frames: 60)
    let problem = try problem(data)
    let calls = Mutex(0)
    var kept = -1
    #expect(throws: Interrupted.self) {
      _ = try problem.fit(
        loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: 40),
        configuration: configuration, group: SingleRank(), threads: 1, phases: Phases(),
        request: {
          calls.withLock {
            $0 += 1; return $0 > 3 ? .stop : .goOn
          }
        },
        synchronise: {
          kept = $0.count
          throw Interrupted()
        }
      ).form
    }
    #expect(kept == 0)
  }
}
