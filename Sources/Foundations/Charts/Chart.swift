internal import Foundation

/// A chart whose shapes are one SVG that stretches, and whose words are HTML, so that they
/// keep their size on a narrow screen.
package struct Chart: Sendable {
  package typealias Style = Palette.Meaning

  /// One series, or one line that marks a value.
  package struct Mark: Sendable {
    enum Shape: Sendable {
      case line([(x: Double, y: Double)])
      case points([(x: Double, y: Double)])
      case bars([(from: Double, to: Double, height: Double)])
      case vertical(Double)
      case horizontal(Double)
    }
    let name: String?
    let style: Style
    let shape: Shape
    var isDashed = false

    /// As the style sheet calls paths and keys of this shape.
    var kind: String {
      switch shape {
      case .points: "points"
      case .bars: "bars"
      case .line, .vertical, .horizontal: "line"
      }
    }
  }

  /// The side of the drawing, in its own units.
  private static let side = 1000.0

  /// What it shows, in a sentence, for those who do not see it.
  let summary: String
  private let area: PlotArea
  let xLabel: String
  let yLabel: String
  /// A square with equal scales, such as the complex plane.
  let isSquare: Bool
  private(set) var marks: [Mark] = []

  /// An empty chart; `summary` says what it shows to those who do not see it.
  package init(
    _ summary: String, x: Scale, y: Scale, xLabel: String, yLabel: String, isSquare: Bool = false
  ) {
    self.summary = summary
    area = PlotArea(x: x, y: y, left: 0, top: 0, right: Self.side, bottom: Self.side)
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.isSquare = isSquare
  }

  /// Adds a line; it breaks where a value is not finite.
  package mutating func line(
    _ name: String?, _ style: Style, _ x: [Double], _ y: [Double], isDashed: Bool = false
  ) {
    marks.append(
      Mark(
        name: name, style: style, shape: .line(zip(x, y).map { ($0, $1) }), isDashed: isDashed))
  }

  /// Adds a point for each pair of values.
  package mutating func points(_ name: String?, _ style: Style, _ x: [Double], _ y: [Double]) {
    marks.append(Mark(name: name, style: style, shape: .points(zip(x, y).map { ($0, $1) })))
  }

  /// Adds the bars of a histogram.
  package mutating func bars(_ name: String?, _ style: Style, _ histogram: Histogram) {
    let bars = histogram.counts.enumerated().map { i, count in
      (histogram.edge(i), histogram.edge(i + 1), Double(count))
    }
    marks.append(Mark(name: name, style: style, shape: .bars(bars)))
  }

  /// The outline of a histogram, for a second one on the same chart.
  package mutating func outline(_ name: String?, _ style: Style, _ histogram: Histogram) {
    let edges = histogram.counts.indices.flatMap { [histogram.edge($0), histogram.edge($0 + 1)] }
    line(name, style, edges, histogram.counts.flatMap { [Double($0), Double($0)] })
  }

  /// Adds a dashed line from bottom to top.
  package mutating func vertical(_ name: String?, at value: Double) {
    marks.append(Mark(name: name, style: .guide, shape: .vertical(value), isDashed: true))
  }

  /// Adds a dashed line from left to right.
  package mutating func horizontal(_ name: String?, _ style: Style = .guide, at value: Double) {
    marks.append(Mark(name: name, style: style, shape: .horizontal(value), isDashed: true))
  }

  /// Characters of tick labels that the narrowest chart has room for, side by side.
  private static let roomAcross = 36

  /// The chart with its legend.
  package var html: HTML {
    let (across, upwards) = (area.x.ticks(characters: Self.roomAcross), area.y.ticks())
    let widest = max(4, upwards.labels.map(\.count).max() ?? 0)
    let named = marks.filter { $0.name != nil }
    let legend: [HTML] = named.map { mark in
      """
      <li><span class="key \(mark.kind) \(mark.style.rawValue)\(mark.isDashed ? " dashed" : "")">\
      </span>\
      \(mark.name ?? "")</li>
      """
    }
    let list: HTML = named.isEmpty ? "" : "<ul class=\"legend\">\(legend)</ul>"
    return """
      <div class="chart\(isSquare ? " square" : "")" role="img" aria-label="\(summary)" \
      style="--ticks:\(widest)">
      <div class="ylabel" aria-hidden="true">\(upwards.axisLabel(yLabel))</div>
      <div class="yticks" aria-hidden="true">\(labels(upwards, area.y, "bottom"))</div>
      <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">\
      \(gridLines(across, upwards))\(marks.map(drawn))</svg>
      <div class="xticks" aria-hidden="true">\(labels(across, area.x, "left"))</div>
      <div class="xlabel" aria-hidden="true">\(across.axisLabel(xLabel))</div>
      </div>
      \(list)
      """
  }

  private func labels(_ ticks: Ticks, _ scale: Scale, _ side: String) -> [HTML] {
    zip(ticks.values, ticks.labels).compactMap { value, label in
      scale.place(value).map { place in
        "<span style=\"\(side):\(decimal(100 * place))%\">\(label)</span>"
      }
    }
  }

  private func gridLines(_ across: Ticks, _ upwards: Ticks) -> HTML {
    let lines = across.values.map(verticalLine) + upwards.values.map(horizontalLine)
    return HTML(markup: "<path class=\"grid\" d=\"\(lines.joined())\"/>")
  }

  private func verticalLine(at value: Double) -> String {
    area.x(value).map { "M\(decimal($0)) 0V1000" } ?? ""
  }

  private func horizontalLine(at value: Double) -> String {
    area.y(value).map { "M0 \(decimal($0))H1000" } ?? ""
  }

  private func drawn(_ mark: Mark) -> HTML {
    let path =
      switch mark.shape {
      case .line(let points): self.path(points)
      case .points(let points): dots(points)
      case .bars(let bars): outline(bars)
      case .vertical(let value): verticalLine(at: value)
      case .horizontal(let value): horizontalLine(at: value)
      }
    let dashed = mark.isDashed ? " dashed" : ""
    return HTML(
      markup: "<path class=\"\(mark.kind) \(mark.style.rawValue)\(dashed)\" d=\"\(path)\"/>")
  }

  private func path(_ points: [(x: Double, y: Double)]) -> String {
    var text = ""
    var isDown = false
    for point in points {
      guard let place = area.place(point) else {
        isDown = false
        continue
      }
      text += "\(isDown ? "L" : "M")\(decimal(place.x)) \(decimal(place.y))"
      isDown = true
    }
    return text
  }

  /// Lines of no length with round ends: round on a stretched drawing too.
  private func dots(_ points: [(x: Double, y: Double)]) -> String {
    points.compactMap(area.place).map { "M\(decimal($0.x)) \(decimal($0.y))h0" }.joined()
  }

  private func outline(_ bars: [(from: Double, to: Double, height: Double)]) -> String {
    bars.compactMap { bar in
      guard bar.height > 0, let from = area.place((bar.from, bar.height)),
        let to = area.x(bar.to)
      else { return nil }
      return "M\(decimal(from.x)) 1000V\(decimal(from.y))H\(decimal(to))V1000Z"
    }.joined()
  }
}

/// A number with at most one decimal, as drawings use them.
func decimal(_ value: Double) -> String {
  let tenths = Int((10 * Swift.max(-1e6, Swift.min(1e6, value))).rounded())
  let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
  return "\(tenths < 0 ? "-" : "")\(whole)\(rest == 0 ? "" : ".\(rest)")"
}
