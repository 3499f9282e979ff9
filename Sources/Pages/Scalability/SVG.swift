internal import Foundation
internal import Reports

/// A drawing under construction, as SVG text: no library, and any browser shows it.
struct SVG {
  static let ink = Palette.light(.recorded)
  static let axis = Palette.light(.persistence)
  static let guide = Palette.light(.guide)

  let width: Double
  let height: Double
  private var body = ""

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The finished drawing.
  var text: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.short(width)) \
    \(Self.short(height))" font-family="sans-serif" font-size="11" fill="\(Self.ink)">
    <rect width="100%" height="100%" fill="white"/>
    \(body)</svg>

    """
  }

  mutating func line(
    _ points: [(x: Double, y: Double)], color: String, width: Double = 1.5, dash: String = ""
  ) {
    let path = points.map { "\(Self.short($0.x)),\(Self.short($0.y))" }.joined(separator: " ")
    let dashes = dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\""
    add(
      "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" "
        + "stroke-width=\"\(Self.short(width))\"\(dashes)/>")
  }

  mutating func circle(x: Double, y: Double, color: String, isHollow: Bool) {
    add(
      "<circle cx=\"\(Self.short(x))\" cy=\"\(Self.short(y))\" r=\"3.5\" stroke=\"\(color)\" "
        + "fill=\"\(isHollow ? "white" : color)\"/>")
  }

  mutating func bar(x: Double, y: Double, width: Double, height: Double, color: String) {
    add(
      "<rect x=\"\(Self.short(x))\" y=\"\(Self.short(y))\" width=\"\(Self.short(width))\" "
        + "height=\"\(Self.short(height))\" fill=\"\(color)\"/>")
  }

  /// `anchor`: start, middle or end.
  mutating func write(
    _ text: String, x: Double, y: Double, anchor: String = "start", bold: Bool = false,
    turned: Bool = false
  ) {
    let turn =
      turned ? " transform=\"rotate(-90 \(Self.short(x)) \(Self.short(y)))\"" : ""
    add(
      "<text x=\"\(Self.short(x))\" y=\"\(Self.short(y))\" text-anchor=\"\(anchor)\""
        + "\(bold ? " font-weight=\"bold\"" : "")\(turn)>\(escaped(text))</text>")
  }

  /// A title, and lines under it that end at the drawing's edge.
  mutating func head(_ title: String, _ notes: [String], x: Double) {
    write(title, x: x, y: 18, bold: true)
    for (line, note) in notes.enumerated() {
      let room = Int((width - x - 8) / Self.widthOfCharacter)
      let text = note.count > room ? note.prefix(max(0, room - 1)) + "…" : note
      write(text, x: x, y: 33 + 14 * Double(line))
    }
  }

  /// About what a text is wide: the widest of the usual fonts, at this size.
  static func width(of text: String) -> Double { widthOfCharacter * Double(text.count) }
  private static let widthOfCharacter = 6.4

  private mutating func add(_ element: String) { body += element + "\n" }

  private static func short(_ value: Double) -> String { String(format: "%.4g", value) }
}
