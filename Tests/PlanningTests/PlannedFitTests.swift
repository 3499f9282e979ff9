import CORNN
import Foundation
import LinearAlgebra
import Planning
import Testing

/// Sizes of fits, and what a log keeps of them.
@Suite struct PlannedFitTests {
  @Test(arguments: [
    (100, 0.2, 79, 19), (100, 0, 99, 0), (20, 0.95, 0, 18), (1, 0, 0, 0), (11, 0.1, 9, 0),
  ])
  func shape(frames: Int, holdout: Double, transitions: Int, heldOut: Int) {
    let shape = FitShape(neurons: 5, inputs: 2, frames: frames, holdout: holdout, bias: true)
    #expect(shape.transitions == transitions && shape.heldOut == heldOut)
    #expect(shape.regressors == 8)
    var plain = shape
    plain.bias = false
    #expect(plain.regressors == 7)
  }

  @Test func job() {
    let job = Job(nodes: 3, ranksPerNode: 4, threads: 5)
    #expect(job.ranks == 12 && "\(job)" == "3 nodes × 4 ranks × 5 threads")
  }

  private func line(_ event: [String: Any]) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: event), as: UTF8.self)
  }

  /// What is written is read again, option by option.
  @Test func logged() throws {
    var fit = exampleFit(
      .dual, neurons: 7, frames: 99, inFeatures: true, kernel: ProductKernel.best().kernel)
    fit.shape.inputs = 2
    fit.choices.isFactored = true
    fit.choices.rolloutStarts = 3
    fit.choices.isPublishedRule = true
    fit.choices.usesCurvature = true
    fit.choices.configuration.lambda = 0.25
    fit.choices.configuration.tolerance = 1e-7
    fit.choices.configuration.iterations = 31
    fit.choices.configuration.selfConnections = true
    var event: [String: Any] = fit.event
    event["event"] = "started"
    let other = exampleFit(.primal, neurons: 1, frames: 20)
    var earlier: [String: Any] = other.event
    earlier["event"] = "started"
    let log = [try line(earlier), "not JSON", try line(event), try line(["event": "fitted"])]
    #expect(PlannedFit(log: Data(log.joined(separator: "\n").utf8)) == fit)
  }

  /// Earlier versions left some keys out, trainings all of them.
  @Test func earlierLogs() throws {
    let fit = exampleFit(
      .dual, neurons: 7, frames: 99, kernel: ProductKernel.best().kernel)
    var event: [String: Any] = fit.event
    event["event"] = "started"
    for key in ["lambda", "selfConnections", "isPublishedRule", "usesCurvature"] {
      event[key] = nil
    }
    #expect(PlannedFit(log: Data(try line(event).utf8)) == fit)
    event["neurons"] = nil
    #expect(PlannedFit(log: Data(try line(event).utf8)) == nil)
    #expect(PlannedFit(log: Data()) == nil)
  }

  @Test func panelWidths() {
    #expect(PanelWidth.most(samples: 100) == 1024 && PanelWidth.most(samples: 1 << 20) == 128)
    #expect(PanelWidth.most(samples: 0) == 1024 && PanelWidth.most(samples: 10_000) == 335)
    #expect(PanelWidth.most(samples: 100, inFeatures: true) == 256)
    #expect(PanelWidth.most(samples: 40_000, inFeatures: true) == 167)
    // One panel a thread, then two, each as wide as the others; never less than 8 rows.
    #expect(PanelWidth.rows(of: 100, samples: 100, threads: 2) == 50)
    #expect(PanelWidth.rows(of: 2500, samples: 100, threads: 2) == 625)
    #expect(PanelWidth.rows(of: 3, samples: 100, threads: 2) == 8)
    #expect(PanelWidth.rows(of: 100, samples: 100, threads: 1, widest: 5) == 5)
    #expect(PanelWidth.rows(of: 0, samples: 100, threads: 4) == 8)
  }
}
