internal import Foundation

/// A drawing of its own file under construction, as SVG text on white paper.
package struct Drawing: Sendable {
  private static let ink = Palette.light(.recorded)
  private static let axis = Palette.light(.persistence)

  private let width: Double
  private let height: Double
  private var body = ""

  /// An empty drawing of so many units, as in all that is drawn on it.
  package init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The finished drawing.
  package var text: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \
    \(Self.number(height))" font-family="sans-serif" font-size="11" fill="\(Self.ink)">
    <rect width="100%" height="100%" fill="white"/>
    \(body)</svg>

    """
  }

  /// Joins points by straight lines; `dash` is what SVG calls `stroke-dasharray`.
  package mutating func line(
    _ points: [(x: Double, y: Double)], color: String, width: Double = 1.5, dash: String = ""
  ) {
    let path = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
    let dashes = dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\""
    add(
      "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" "
        + "stroke-width=\"\(Self.number(width))\"\(dashes)/>")
  }

  /// A mark around a point.
  package mutating func circle(x: Double, y: Double, color: String, isHollow: Bool) {
    add(
      "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"3.5\" stroke=\"\(color)\" "
        + "fill=\"\(isHollow ? "white" : color)\"/>")
  }

  /// A filled rectangle whose upper left corner is (x, y).
  package mutating func bar(x: Double, y: Double, width: Double, height: Double, color: String) {
    add(
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
        + "height=\"\(Self.number(height))\" fill=\"\(color)\"/>")
  }

  /// `anchor`: start, middle or end.
  package mutating func write(
    _ text: String, x: Double, y: Double, anchor: String = "start", bold: Bool = false,
    turned: Bool = false
  ) {
    let turn =
      turned ? " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" : ""
    add(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor)\""
        + "\(bold ? " font-weight=\"bold\"" : "")\(turn)>\(escaped(text))</text>")
  }

  /// A title, and lines under it that end at the drawing's edge.
  package mutating func head(_ title: String, _ notes: [String], x: Double) {
    write(title, x: x, y: 18, bold: true)
    for (line, note) in notes.enumerated() {
      let room = Int((width - x - 8) / Self.widthOfCharacter)
      let text = note.count > room ? note.prefix(max(0, room - 1)) + "…" : note
      write(text, x: x, y: 33 + 14 * Double(line))
    }
  }

  /// The axis of y at the left of an area, with its ticks.
  ///
  /// The unit follows each label; with headroom the axis goes on above the area.
  package mutating func leftAxis(
    of area: PlotArea, _ name: String, unit: String = "", headroom: Double = 0
  ) {
    let top = area.top - headroom
    line([(area.left, top), (area.left, area.bottom)], color: Self.axis, width: 1)
    let ticks = area.y.ticks()
    for (value, label) in zip(ticks.values, ticks.labels) {
      guard let place = area.y(value) else { continue }
      line([(area.left - 4, place), (area.left, place)], color: Self.axis, width: 1)
      write(label + unit, x: area.left - 7, y: place + 4, anchor: "end")
    }
    let middle = (top + area.bottom) / 2
    write(ticks.axisLabel(name), x: 14, y: middle, anchor: "middle", turned: true)
  }

  /// The axis of x at the bottom of an area, with ticks at some values, and the label of each
  /// that there is room for.
  package mutating func bottomAxis(
    of area: PlotArea, _ name: String, ticks: [(value: Double, label: String)]
  ) {
    let floor = area.bottom
    line([(area.left, floor), (area.right, floor)], color: Self.axis, width: 1)
    var free = 0.0
    for (value, label) in ticks {
      guard let place = area.x(value) else { continue }
      line([(place, floor), (place, floor + 4)], color: Self.axis, width: 1)
      let half = Self.width(of: label) / 2
      guard place - half >= free else { continue }
      write(label, x: place, y: floor + 16, anchor: "middle")
      free = place + half + 6
    }
    write(name, x: width / 2, y: floor + 34, anchor: "middle")
  }

  /// About what a text is wide: the widest of the usual fonts, at this size.
  package static func width(of text: String) -> Double { widthOfCharacter * Double(text.count) }
  private static let widthOfCharacter = 6.4

  private mutating func add(_ element: String) { body += element + "\n" }

  private static func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
