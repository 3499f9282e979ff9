internal import Charts
internal import Wording

/// A bar a job: the phases' mean seconds, stacked, and what is in none of them.
struct PhaseBars {
  /// Lines under the title.
  let notes: [String]
  /// A job a bar.
  let rows: [StudyReport.Row]
  /// The phases from the floor up, the last one for what is in none of them.
  let names: [String]

  private static let (left, top, floor) = (62.0, 60.0, 348.0)
  /// Room above the highest bar for its seconds.
  private static let headroom = 16.0
  private static let legendLine = 16.0
  /// The share of a job's width that its bar takes.
  private static let fill = 0.7

  /// The drawing.
  var svg: String {
    let legend = Self.left + step * Double(rows.count) + 12
    let words = names.map(Drawing.width(of:)).max() ?? 0
    var drawing = Drawing(
      width: max(560, legend + 24 + words),
      height: max(402, Self.top + Self.legendLine * Double(names.count) + 8))
    drawing.head("Phases, measured, mean over ranks", notes, x: Self.left)
    let area = PlotArea(
      x: Scale(0, Double(max(1, rows.count))), y: Scale(0, rows.map(\.seconds).max() ?? 1),
      left: Self.left, top: Self.top + Self.headroom,
      right: Self.left + step * Double(max(1, rows.count)), bottom: Self.floor)
    for (index, row) in rows.enumerated() { draw(row, index, in: area, on: &drawing) }
    drawing.write("ranks × threads", x: Self.left, y: Self.floor + 36)
    drawing.leftAxis(of: area, "seconds", headroom: Self.headroom)
    for (number, name) in names.enumerated().reversed() {
      let y = Self.top + Self.legendLine * Double(names.count - 1 - number)
      drawing.bar(x: legend, y: y, width: 10, height: 10, color: color(name, number))
      drawing.write(name, x: legend + 16, y: y + 9)
    }
    return drawing.text
  }

  /// The width that a job has.
  private var step: Double {
    let labels = rows.map { Drawing.width(of: $0.point.label) + 8 }.max() ?? 0
    return max(46, labels, min(110, 480 / Double(max(1, rows.count))))
  }

  private func draw(
    _ row: StudyReport.Row, _ index: Int, in area: PlotArea, on drawing: inout Drawing
  ) {
    let x = area.x(Double(index) + (1 - Self.fill) / 2) ?? area.left
    var bottom = area.bottom
    var rest = row.seconds
    for (number, name) in names.enumerated() {
      let own = row.phases.first { $0.name == name }?.mean ?? 0
      let seconds = number == names.count - 1 ? max(0, rest) : own
      rest -= own
      let height = area.bottom - (area.y(seconds) ?? area.bottom)
      bottom -= height
      drawing.bar(
        x: x, y: bottom, width: step * Self.fill, height: height, color: color(name, number))
    }
    let middle = x + step * Self.fill / 2
    drawing.write(row.point.label, x: middle, y: area.bottom + 16, anchor: "middle")
    drawing.write(short(row.seconds), x: middle, y: bottom - 4, anchor: "middle")
  }

  /// Of a phase; what is in none of them has no colour of its own.
  private func color(_ name: String, _ number: Int) -> String {
    number == names.count - 1 ? Palette.light(.persistence) : Palette.category(number)
  }
}
