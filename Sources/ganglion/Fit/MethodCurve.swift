internal import Collectives
internal import Foundation
internal import Results
internal import Rivals
internal import Wording

extension MethodLog.Point {
  /// For the log of a run.
  var event: [String: any Encodable & Sendable] {
    [
      "iteration": iteration, "seconds": seconds, "objective": quality.objective,
      "error": quality.error, "weight_correlation": quality.weightCorrelation,
    ]
  }
}

extension MethodLog {
  /// Points that are printed at most: the first, the last, and some between.
  private static var mostLines: Int { 8 }

  /// The curve in a few lines, and why it ended where the user must know.
  func text(of method: MethodName) -> String {
    let step = max(1, (points.count - 1 + Self.mostLines - 2) / (Self.mostLines - 1))
    let shown = points.indices.filter { ($0 % step == 0) || $0 == points.count - 1 }
    let rows =
      [["iteration", "seconds", "objective", "mse / persistence", "r of W"]]
      + shown.map { index in
        let point = points[index]
        return [
          plain(point.iteration, digits: 4), String(format: "%.3f", point.seconds),
          String(format: "%.6g", point.quality.objective),
          String(format: "%.4f", point.quality.error),
          String(format: "%.4f", point.quality.weightCorrelation),
        ]
      }
    let columns = TextColumns(
      fitting: rows, Array(repeating: .right, count: rows[0].count), gap: 2)
    return ([columns.text(rows)] + note(of: method)).joined(separator: "\n")
  }

  /// How the method ended, if not as it was meant to.
  private func note(of method: MethodName) -> [String] {
    switch ending {
    case .diverged: ["warning: " + divergence(of: method)]
    case .stopped: ["note: \(method.rawValue) was stopped; the weights are those it had"]
    case .finished, .iterationLimit, .reached: []
    }
  }

  private func divergence(of method: MethodName) -> String {
    guard case .diverged(let iteration) = ending else { return "" }
    return
      "\(method.rawValue) diverged, which showed at iteration \(plain(iteration)); the weights "
      + "of the least objective are kept"
  }

  /// - Throws: `CommandLineError` (1) where the method ran away.
  func requireNoDivergence(of method: MethodName) throws {
    guard case .diverged = ending else { return }
    throw CommandLineError(
      exitCode: ExitCode.notConverged,
      description: divergence(of: method) + "; give it smaller steps or another start")
  }
}

extension MethodEnding {
  /// The word for it in a result.
  var name: String {
    switch self {
    case .finished: "finished"
    case .iterationLimit: "iteration-limit"
    case .reached: "reached"
    case .stopped: "stopped"
    case .diverged: "diverged"
    }
  }
}

extension ResultFile {
  /// Writes the curve under /log/method.
  mutating func write(_ log: MethodLog) throws {
    let points = log.points
    try addDimension("method_point", count: points.count, longName: "measurement")
    let curves: [(name: String, values: [Double], meaning: String)] = [
      ("iteration", points.map(\.iteration), "iterations done"),
      ("seconds", points.map(\.seconds), "wall time since the method began, without measurements"),
      (
        "objective", points.map(\.quality.objective),
        "cross entropy above that of a perfect fit, plus ridge, summed over neurons"
      ),
      ("error", points.map(\.quality.error), "held-out squared one-step error / persistence"),
      (
        "weight_correlation", points.map(\.quality.weightCorrelation),
        "Pearson correlation of the weights between different neurons with the true ones"
      ),
    ]
    for curve in curves {
      try write(
        "log/method/\(curve.name)", curve.values, ["method_point"], longName: curve.meaning)
    }
  }
}
