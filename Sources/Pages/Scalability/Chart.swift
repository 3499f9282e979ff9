internal import Foundation
internal import Reports

/// Lines and points over the number of cores, whose axis is logarithmic.
struct Chart {
  /// How a series is drawn; what was not measured is never drawn like what was.
  enum Style { case measured, predicted, law, ideal }

  /// A value with the range of its runs.
  struct Mark {
    let x: Double
    let y: Double
    var least: Double?
    var most: Double?
  }

  struct Series {
    let label: String
    let style: Style
    let color: String
    let marks: [Mark]
  }

  let title: String
  /// Lines under the title.
  let notes: [String]
  let yLabel: String
  let isLogarithmic: Bool
  let series: [Series]
  /// A horizontal line with its name.
  var level: (y: Double, label: String)?

  private static let (left, top, right, bottom) = (62.0, 60.0, 16.0, 44.0)
  private static let (width, height) = (560.0, 392.0)

  /// The drawing.
  var svg: String {
    var svg = SVG(width: Self.width, height: Self.height + 16 * Double(series.count))
    svg.head(title, notes, x: Self.left)
    drawAxes(&svg)
    for one in series { draw(one, &svg) }
    if let level {
      svg.line(
        [(Self.left, y(level.y)), (Self.width - Self.right, y(level.y))], color: SVG.guide,
        width: 1, dash: "2 3")
      svg.write(level.label, x: Self.width - Self.right, y: y(level.y) - 4, anchor: "end")
    }
    for (index, one) in series.enumerated() { drawLegend(one, index, &svg) }
    return svg.text
  }

  private var xs: [Double] { Set(series.flatMap(\.marks).map(\.x)).sorted() }
  private var ys: [Double] {
    series.flatMap(\.marks).flatMap { [$0.y, $0.least ?? $0.y, $0.most ?? $0.y] }
      + (level.map { [$0.y] } ?? [])
  }

  private func x(_ value: Double) -> Double {
    let (low, high) = (log2(xs.first ?? 1) - 0.3, log2(xs.last ?? 1) + 0.3)
    return Self.left + (log2(value) - low) / (high - low) * (Self.width - Self.left - Self.right)
  }

  /// The axis of times, or that of shares in percent.
  private var scale: Scale {
    let known = ys.filter { $0.isFinite && $0 > 0 }
    let (least, most) = (known.min() ?? 0.5, known.max() ?? 1)
    return isLogarithmic
      ? Scale(logarithmicFrom: least / 1.4, to: most * 1.4)
      : Scale(0, 100 * max(1.1, most * 1.05))
  }

  private func y(_ value: Double) -> Double {
    // What cannot be placed, no time at all, lies on the floor.
    let share = scale.place(isLogarithmic ? value : 100 * value) ?? 0
    return Self.height - Self.bottom - share * (Self.height - Self.bottom - Self.top)
  }

  private func drawAxes(_ svg: inout SVG) {
    let floor = Self.height - Self.bottom
    svg.line([(Self.left, Self.top), (Self.left, floor)], color: SVG.axis, width: 1)
    svg.line([(Self.left, floor), (Self.width - Self.right, floor)], color: SVG.axis, width: 1)
    let ticks = scale.ticks()
    for (value, label) in zip(ticks.values, ticks.labels) {
      let place = y(isLogarithmic ? value : value / 100)
      svg.line([(Self.left - 4, place), (Self.left, place)], color: SVG.axis, width: 1)
      svg.write(
        isLogarithmic ? label : "\(label) %", x: Self.left - 7, y: place + 4, anchor: "end")
    }
    drawCores(&svg, floor)
    svg.write("cores (ranks × threads)", x: Self.width / 2, y: floor + 34, anchor: "middle")
    svg.write(
      ticks.axisLabel(yLabel), x: 14, y: (Self.top + floor) / 2, anchor: "middle", turned: true)
  }

  /// A tick at each number of cores, and the number where there is room for it.
  private func drawCores(_ svg: inout SVG, _ floor: Double) {
    var free = 0.0
    for value in xs {
      let (place, label) = (x(value), grouped(Int(value)))
      svg.line([(place, floor), (place, floor + 4)], color: SVG.axis, width: 1)
      let half = SVG.width(of: label) / 2
      guard place - half >= free else { continue }
      svg.write(label, x: place, y: floor + 16, anchor: "middle")
      free = place + half + 6
    }
  }

  private static func dash(_ style: Style) -> String {
    switch style {
    case .measured: ""
    case .predicted: "7 4"
    case .law: "1.5 3"
    case .ideal: "10 3 2 3"
    }
  }

  private func draw(_ one: Series, _ svg: inout SVG) {
    svg.line(
      one.marks.map { (x($0.x), y($0.y)) }, color: one.color,
      width: one.style == .measured ? 1.8 : 1.2, dash: Self.dash(one.style))
    guard one.style == .measured || one.style == .predicted else { return }
    for mark in one.marks {
      if let least = mark.least, let most = mark.most {
        svg.line([(x(mark.x), y(least)), (x(mark.x), y(most))], color: one.color, width: 1)
      }
      svg.circle(
        x: x(mark.x), y: y(mark.y), color: one.color, isHollow: one.style == .predicted)
    }
  }

  private func drawLegend(_ one: Series, _ index: Int, _ svg: inout SVG) {
    let height = Self.height + 16 * Double(index)
    svg.line(
      [(Self.left, height), (Self.left + 34, height)], color: one.color,
      width: one.style == .measured ? 1.8 : 1.2, dash: Self.dash(one.style))
    if one.style == .measured || one.style == .predicted {
      svg.circle(
        x: Self.left + 17, y: height, color: one.color, isHollow: one.style == .predicted)
    }
    svg.write(one.label, x: Self.left + 42, y: height + 4)
  }
}
