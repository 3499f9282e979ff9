internal import Charts
internal import Foundation
internal import Reports
internal import Statistics
internal import Wording

// What `evaluate` found of the network's own dynamics.
extension FitPage {
  /// The free run against the recording as a whole, and the fixed points; empty where the
  /// scores hold neither.
  var dynamicsFigures: [HTML] {
    guard let scores else { return [] }
    let figures = [spectrumFigure(scores), eigenvalueFigure(scores)].compactMap { $0 }
    let tables = [distanceTable(scores), fixedPointTable(scores)].compactMap { $0 }
    return (figures.isEmpty ? [] : [grid(figures)]) + tables
  }

  private func spectrumFigure(_ scores: ResultContents) -> HTML? {
    guard let frequencies = scores.vector("frequency"),
      let recorded = scores.vector("attractor/power_recorded"),
      let network = scores.vector("attractor/power_network"), recorded.contains(where: { $0 > 0 })
    else { return nil }
    let perSecond = model.number("dt").map { 1 / $0 }
    let x = frequencies.map { $0 * (perSecond ?? 1) }
    var chart = Chart(
      "Power density of the recorded and of the free-running rates by frequency",
      x: Scale(0, x.last ?? 1), y: .logarithmic(around: recorded + network),
      xLabel: perSecond == nil ? "cycles a frame" : "frequency (Hz)", yLabel: "power density")
    chart.line("recorded", .recorded, x, recorded)
    chart.line("free-running network", .network, x, network, isDashed: true)
    let frames =
      scores.number("attractor_frames").map { " over \(counted(whole($0), "frame"))" } ?? ""
    return figure(
      "Power spectrum", chart.html,
      "Mean over neurons\(frames): does the network, left alone, move as the recording does?")
  }

  private func distanceTable(_ scores: ResultContents) -> HTML? {
    let rows = [
      ("Distribution of rates, in standard deviations", "wasserstein"),
      ("Power spectrum, from 0 to 1", "spectral_distance"),
    ].compactMap { title, name -> [String]? in
      guard let network = scores.vector("attractor/\(name)"),
        let yardstick = scores.vector("attractor/\(name)_yardstick")
      else { return nil }
      return [
        title, short(median(network.filter(\.isFinite))),
        short(median(yardstick.filter(\.isFinite))),
      ]
    }
    return rows.isEmpty
      ? nil
      : table(
        "Median distance over neurons to the recorded held-out rates",
        ["Distance in", "Free-running network", "Fitted frames, the yardstick"], rows)
  }

  /// The fixed point that most starts ended in.
  private func mainFixedPoint(_ scores: ResultContents) -> Int? {
    guard let found = scores.vector("fixed_points/found") else { return nil }
    return found.indices.max { found[$0] < found[$1] }
  }

  private func eigenvalueFigure(_ scores: ResultContents) -> HTML? {
    guard let point = mainFixedPoint(scores),
      let real = scores.row(point, of: "fixed_points/eigenvalue_real"),
      let imaginary = scores.row(point, of: "fixed_points/eigenvalue_imaginary")
    else { return nil }
    let radius = zip(real, imaginary).map { hypot($0, $1) }.max() ?? 1
    let side = max(1.1, 1.08 * radius)
    var chart = Chart(
      "Eigenvalues of the Jacobian at the fixed point that most starts ended in; largest"
        + " magnitude \(short(radius))",
      x: Scale(-side, side), y: Scale(-side, side), xLabel: "real part", yLabel: "imaginary part",
      isSquare: true)
    let angles = (0...200).map { 2 * Double.pi * Double($0) / 200 }
    chart.line("unit circle", .guide, angles.map(cos), angles.map(sin))
    chart.points("eigenvalues", .network, real, imaginary)
    return figure(
      "Around the main fixed point", chart.html,
      "Eigenvalues of the step from frame to frame: those outside the circle belong to"
        + " directions that grow.")
  }

  private func fixedPointTable(_ scores: ResultContents) -> HTML? {
    guard let starts = scores.number("fixed_point_starts") else { return nil }
    guard let found = scores.vector("fixed_points/found"),
      let residual = scores.vector("fixed_points/residual"),
      let radius = scores.vector("fixed_points/spectral_radius"),
      let unstable = scores.vector("fixed_points/unstable")
    else { return paragraph("None of \(counted(whole(starts), "start")) ended in a fixed point.") }
    let order = found.indices.sorted { (found[$0], $1) > (found[$1], $0) }
    let rows = order.prefix(10).enumerated().map { place, i in
      [
        "\(place + 1)", grouped(whole(found[i])), short(radius[i]), grouped(whole(unstable[i])),
        short(residual[i]),
      ]
    }
    let more = found.count > 10 ? "; the 10 that most starts ended in are shown" : ""
    return table(
      "\(counted(found.count, "fixed point")) from \(counted(whole(starts), "start"))\(more)",
      ["Fixed point", "Starts", "Spectral radius", "Unstable directions", "Residual"], rows)
  }
}
