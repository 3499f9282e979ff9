internal import Charts
internal import Foundation
internal import Wording

/// Lines and points over the number of cores, whose axis is logarithmic.
struct CoresChart {
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
  /// What follows a label of the y axis.
  var unit = ""
  let yScale: YScale
  let series: [Series]
  /// A horizontal line with its name.
  var level: (y: Double, label: String)?

  /// How the y axis holds what is drawn.
  enum YScale {
    case logarithmic
    /// From 0 to this at least.
    case linear(Double)
  }

  private static let (left, top, right, bottom) = (62.0, 60.0, 16.0, 44.0)
  private static let (width, height) = (560.0, 392.0)
  private static let legendLine = 16.0

  /// The drawing.
  var svg: String {
    let area = self.area
    var drawing = Drawing(
      width: Self.width, height: Self.height + Self.legendLine * Double(series.count))
    drawing.head(title, notes, x: area.left)
    drawing.leftAxis(of: area, yLabel, unit: unit)
    drawing.bottomAxis(
      of: area, "cores (ranks × threads)", ticks: cores.map { ($0, grouped(Int($0))) })
    for one in series { draw(one, in: area, on: &drawing) }
    if let level {
      let y = area.y(level.y) ?? area.bottom
      drawing.line(
        [(area.left, y), (area.right, y)], color: Palette.light(.guide), width: 1, dash: "2 3")
      drawing.write(level.label, x: area.right, y: y - 4, anchor: "end")
    }
    for (index, one) in series.enumerated() { drawLegend(one, index, on: &drawing) }
    return drawing.text
  }

  private var cores: [Double] { Set(series.flatMap(\.marks).map(\.x)).sorted() }

  private var area: PlotArea {
    let values =
      series.flatMap(\.marks).flatMap { [$0.y, $0.least ?? $0.y, $0.most ?? $0.y] }
      + (level.map { [$0.y] } ?? [])
    let known = values.filter { $0.isFinite && $0 > 0 }
    let (least, most) = (known.min() ?? 0.5, known.max() ?? 1)
    let y =
      switch yScale {
      case .logarithmic: Scale(logarithmicFrom: least / 1.4, to: most * 1.4)
      case .linear(let reach): Scale(0, max(reach, most * 1.05))
      }
    let margin = exp2(0.3)
    return PlotArea(
      x: Scale(logarithmicFrom: (cores.first ?? 1) / margin, to: (cores.last ?? 1) * margin), y: y,
      left: Self.left, top: Self.top, right: Self.width - Self.right,
      bottom: Self.height - Self.bottom)
  }

  private func draw(_ one: Series, in area: PlotArea, on drawing: inout Drawing) {
    // What cannot be placed, no time at all, lies on the floor.
    func place(_ mark: Mark, _ y: Double) -> (x: Double, y: Double) {
      (area.x(mark.x) ?? area.left, area.y(y) ?? area.bottom)
    }
    drawing.line(
      one.marks.map { place($0, $0.y) }, color: one.color, width: one.style.width,
      dash: one.style.dash)
    guard one.style.hasPoints else { return }
    for mark in one.marks {
      if let least = mark.least, let most = mark.most {
        drawing.line([place(mark, least), place(mark, most)], color: one.color, width: 1)
      }
      let (x, y) = place(mark, mark.y)
      drawing.circle(x: x, y: y, color: one.color, isHollow: one.style == .predicted)
    }
  }

  private func drawLegend(_ one: Series, _ index: Int, on drawing: inout Drawing) {
    let y = Self.height + Self.legendLine * Double(index)
    drawing.line(
      [(Self.left, y), (Self.left + 34, y)], color: one.color, width: one.style.width,
      dash: one.style.dash)
    if one.style.hasPoints {
      drawing.circle(
        x: Self.left + 17, y: y, color: one.color, isHollow: one.style == .predicted)
    }
    drawing.write(one.label, x: Self.left + 42, y: y + 4)
  }
}

extension CoresChart.Style {
  fileprivate var width: Double { self == .measured ? 1.8 : 1.2 }

  fileprivate var hasPoints: Bool { self == .measured || self == .predicted }

  fileprivate var dash: String {
    switch self {
    case .measured: ""
    case .predicted: "7 4"
    case .law: "1.5 3"
    case .ideal: "10 3 2 3"
    }
  }
}
