internal import Foundation

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
  let note: String
  let yLabel: String
  let isLogarithmic: Bool
  let series: [Series]
  /// A horizontal line with its name.
  var level: (y: Double, label: String)?

  private static let (left, top, right, bottom) = (62.0, 48.0, 16.0, 44.0)
  private static let (width, height) = (560.0, 380.0)

  /// The drawing.
  var svg: String {
    var svg = SVG(width: Self.width, height: Self.height + 16 * Double(series.count))
    svg.write(title, x: Self.left, y: 20, bold: true)
    svg.write(note, x: Self.left, y: 36)
    drawAxes(&svg)
    for one in series { draw(one, &svg) }
    if let level {
      svg.line(
        [(Self.left, y(level.y)), (Self.width - Self.right, y(level.y))], color: "#9aa5b1",
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

  private func y(_ value: Double) -> Double {
    let (low, high) = range
    let share =
      isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
    return Self.height - Self.bottom - share * (Self.height - Self.bottom - Self.top)
  }

  private var range: (low: Double, high: Double) {
    let most = ys.max() ?? 1
    guard isLogarithmic else { return (0, max(1.1, most * 1.05)) }
    return ((ys.min() ?? 1) / 1.4, most * 1.4)
  }

  private var ticks: [Double] {
    let (low, high) = range
    guard isLogarithmic else { return stride(from: 0, through: high, by: 0.2).map { $0 } }
    let decades = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    return decades.flatMap { decade in [1, 2, 5].map { $0 * pow(10, Double(decade)) } }
      .filter { $0 >= low && $0 <= high }
  }

  private func drawAxes(_ svg: inout SVG) {
    let floor = Self.height - Self.bottom
    svg.line([(Self.left, Self.top), (Self.left, floor)], color: "#9aa5b1", width: 1)
    svg.line([(Self.left, floor), (Self.width - Self.right, floor)], color: "#9aa5b1", width: 1)
    for tick in ticks {
      svg.line([(Self.left - 4, y(tick)), (Self.left, y(tick))], color: "#9aa5b1", width: 1)
      let text = isLogarithmic ? String(format: "%g", tick) : String(format: "%.0f %%", 100 * tick)
      svg.write(text, x: Self.left - 7, y: y(tick) + 4, anchor: "end")
    }
    for value in xs {
      svg.write(String(format: "%g", value), x: x(value), y: floor + 16, anchor: "middle")
    }
    svg.write("cores (ranks × threads)", x: Self.width / 2, y: floor + 34, anchor: "middle")
    svg.write(yLabel, x: 14, y: (Self.top + floor) / 2, anchor: "middle", turned: true)
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
