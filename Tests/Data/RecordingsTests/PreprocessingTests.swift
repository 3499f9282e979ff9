import Collectives
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Recordings

@Suite struct PreprocessingTests {
  /// A recording of three neurons and 40 frames, one a second.
  private func recording() -> Recording {
    var plan = RecordingPlan(
      path: "none", format: "test", layout: .series(paths: []), neurons: 3, frames: 40,
      labels: ["a", "b", "c"])
    plan.dt = 1
    return Recording(plan: plan, tables: RecordingTables())
  }

  /// A wave, a rising line with noise, a constant; a gap in the first one.
  private func traces() -> Matrix<Double> {
    var matrix = Matrix<Double>(rows: 3, columns: 40)
    for t in 0..<40 {
      matrix[0, t] = 100 + 20 * sin(0.7 * Double(t))
      matrix[1, t] = 50 + 2 * Double(t) + cos(2.1 * Double(t))
      matrix[2, t] = 5
    }
    matrix[0, 3] = .nan
    matrix[0, 4] = .infinity
    return matrix
  }

  /// dF/F, detrend and scale; the frames from 32 on are held out.
  private func prepare(
    _ traces: inout Matrix<Double>, _ kind: ScalingKind, _ baseline: Baseline
  ) throws -> Scaling {
    var preprocessing = Preprocessing()
    preprocessing.baseline = baseline
    preprocessing.detrends = true
    let maps = try preprocessing.apply(
      to: &traces, fitted: 0..<32, local: 0..<3, of: recording(), on: SingleRank())
    var scaling = try Scaling(kind, of: &traces, fitted: 0..<32, group: SingleRank())
    scaling.follow(maps)
    return scaling
  }

  private nonisolated static let baselines = [
    Baseline.percentile(8), .maximin(window: 9, smoothing: 2),
  ]

  @Test(arguments: ScalingKind.allCases, baselines)
  func ratesMapBackToTheRecordingsUnits(kind: ScalingKind, baseline: Baseline) throws {
    let original = traces()
    var rates = original.copy()
    let scaling = try prepare(&rates, kind, baseline)
    var clamped = 0
    for i in 0..<3 {
      for t in 0..<40 {
        if !original[i, t].isFinite {
          #expect(rates[i, t].isNaN)
        } else if abs(rates[i, t]) == 0.999 {
          clamped += 1
        } else {
          let back = scaling.restored(rates[i, t], neuron: i, frame: t)
          #expect(abs(back - original[i, t]) < 1e-9)
        }
      }
    }
    // A wave spends much of its time near its top.
    #expect(clamped <= 20)
  }

  @Test(arguments: ScalingKind.allCases, baselines)
  func heldOutFramesDoNotMatter(kind: ScalingKind, baseline: Baseline) throws {
    var a = traces()
    var b = traces()
    for t in 32..<40 { b[0, t] = 500 * Double(t) }
    let scalings = try (prepare(&a, kind, baseline), prepare(&b, kind, baseline))
    // What a rate of a held-out frame means comes from the fitted frames as well.
    for t in 32..<40 {
      #expect(
        scalings.0.restored(0.1, neuron: 0, frame: t)
          == scalings.1.restored(0.1, neuron: 0, frame: t))
    }
    for i in 0..<3 {
      for t in 0..<32 { #expect(a[i, t] == b[i, t] || a[i, t].isNaN && b[i, t].isNaN) }
    }
  }

  /// z = (x − mean) / deviation of x = 0, 1, ..., 9: mean 4.5, variance 8.25.
  @Test func zScoreIsThatOfTheFittedFrames() throws {
    var rates = Matrix<Double>([(0..<40).map { $0 < 10 ? Double($0) : 4.5 }])
    let scaling = try Scaling(.zscoreTanh, of: &rates, fitted: 0..<10, group: SingleRank())
    #expect(abs(rates[0, 9] - tanh(4.5 / 8.25.squareRoot() / 3)) < 1e-15)
    #expect(scaling.offset == [4.5])
  }

  /// A neuron that is scaled later gets what it would have got with all others.
  @Test(arguments: ScalingKind.allCases)
  func aNeuronIsScaledLater(kind: ScalingKind) throws {
    var rates = traces()
    let series = (0..<32).map { rates[1, $0] }
    let whole = try Scaling(kind, of: &rates, fitted: 0..<32, group: SingleRank())
    let isShared = kind != .quantile && kind != .zscoreTanh
    var later = Scaling(
      kind: kind, offset: [0, 0, 0], drift: [0, 0, 0],
      scale: isShared ? whole.scale : [1, 1, 1], baseline: nil)
    later.choose(for: 1, from: series)
    #expect(later.offset[1] == whole.offset[1] && later.scale[1] == whole.scale[1])
    #expect(later.part(1..<2).scale == [whole.scale[1]] && (isShared || later.scale[0] == 1))
  }

  @Test func baselineMustBePositive() throws {
    var preprocessing = Preprocessing()
    preprocessing.baseline = .percentile(8)
    var zScores = Matrix<Double>([[0.5, -0.5]])
    let error = #expect(throws: RecordingError.self) {
      _ = try preprocessing.apply(
        to: &zScores, fitted: 0..<2, local: 2..<3, of: recording(), on: SingleRank())
    }
    #expect(error?.exitCode == ExitCode.badData)
    #expect(error?.description.contains("neuron c") == true)
  }

  @Test func movingBaselineNeedsAClockAndFluorescence() throws {
    var preprocessing = Preprocessing()
    preprocessing.baseline = .maximin(window: 5, smoothing: 0)
    var plan = RecordingPlan(
      path: "none", format: "test", layout: .series(paths: []), neurons: 1, frames: 40,
      labels: ["a"])
    for (dt, code) in [(nil, ExitCode.usage), (1.0, ExitCode.badData)] {
      plan.dt = dt
      let recording = Recording(plan: plan, tables: RecordingTables())
      // Positive but for one stretch that is as long as the window.
      var values = Matrix<Double>([(0..<40).map { (20..<30).contains($0) ? -1 : 3 }])
      let error = #expect(throws: RecordingError.self) {
        _ = try preprocessing.apply(
          to: &values, fitted: 0..<32, local: 0..<1, of: recording, on: SingleRank())
      }
      #expect(error?.exitCode == code)
    }
  }

  /// A step: y[t] = 1 − (1 − factor)^t after it, from rest; each trial begins anew.
  @Test func lowPassIsACausalOnePole() {
    var series: [Double] = [0, 1, 1, .nan, 1, 7, 7]
    filter(&series, factor: 0.5, resetAt: [0, 5])
    #expect(series[...2] == [0, 0.5, 0.75] && series[3].isNaN && series[4...] == [0.875, 7, 7])
    #expect(abs(onePole(1 / (2 * .pi), 1) - (1 - exp(-1))) < 1e-15)
  }
}
