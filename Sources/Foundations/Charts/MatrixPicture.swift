internal import Wording

/// A matrix as a picture: red for positive, blue for negative, clear for zero, so that it
/// suits a light page and a dark one.
package struct MatrixPicture: Sendable {
  /// A named stretch of rows and columns.
  package struct Stretch: Sendable {
    let name: String
    /// As shares of the side.
    let from: Double
    let to: Double

    /// A picture of `side` × `side` values, row by row; colours are strongest at ± `limit`.
    package init(name: String, from: Double, to: Double) {
      self.name = name
      self.from = from
      self.to = to
    }
  }

  /// What it shows, for those who do not see it.
  let summary: String
  /// Pixels a side.
  let side: Int
  /// Row by row; NaN is drawn grey.
  let values: [Double]
  /// The magnitude of the strongest colour.
  let limit: Double
  /// Rows and columns that belong together; none where there are no regions.
  let stretches: [Stretch]

  package init(
    _ summary: String, side: Int, values: [Double], limit: Double, stretches: [Stretch]
  ) {
    precondition(values.count == side * side, "\(values.count) values for a side of \(side)")
    self.summary = summary
    self.side = side
    self.values = values
    self.limit = limit > 0 ? limit : 1
    self.stretches = stretches
  }

  /// Steps of colour on each side of zero.
  private static let steps = 100
  private static let missing = UInt8(2 * steps + 1)

  private var picture: PNG {
    let steps = Self.steps
    var palette: [(UInt8, UInt8, UInt8, UInt8)] = (-steps...steps).map { step in
      let color = Palette.components(step < 0 ? Palette.negative : Palette.positive)
      return (color.red, color.green, color.blue, UInt8(255 * abs(step) / steps))
    }
    palette.append((128, 128, 128, 90))
    let pixels = values.map { value in
      value.isNaN
        ? Self.missing
        : UInt8(steps + Int((Double(steps) * max(-1, min(1, value / limit))).rounded()))
    }
    return PNG(width: side, height: side, pixels: pixels, palette: palette)
  }

  /// The picture as markup, with lines between the stretches.
  package var html: HTML {
    let lines = stretches.dropFirst().map { stretch in
      let place = decimal(1000 * stretch.from)
      return "M\(place) 0V1000M0 \(place)H1000"
    }
    let rows: [HTML] = named.map { stretch in
      "<span style=\"bottom:\(decimal(100 - 50 * (stretch.from + stretch.to)))%\">"
        + "\(stretch.name)</span>"
    }
    let columns: [HTML] = named.map { stretch in
      "<span style=\"left:\(decimal(50 * (stretch.from + stretch.to)))%;"
        + "max-width:\(decimal(95 * (stretch.to - stretch.from)))%\">\(stretch.name)</span>"
    }
    return """
      <div class="chart square matrix" role="img" aria-label="\(summary)" \
      style="--ticks:\(min(6, named.map(\.name.count).max() ?? 0))">
      <div class="ylabel" aria-hidden="true">onto neuron</div>
      <div class="yticks" aria-hidden="true">\(rows)</div>
      <div class="pixels"><img src="\(picture.dataAddress)" alt="" width="\(side)" \
      height="\(side)"><svg viewBox="0 0 1000 1000" preserveAspectRatio="none" \
      aria-hidden="true"><path class="border" d="\(lines.joined())"/></svg></div>
      <div class="xticks" aria-hidden="true">\(columns)</div>
      <div class="xlabel" aria-hidden="true">from presynaptic neuron</div>
      </div>
      <p class="colours" aria-hidden="true"><span>−\(short(limit))</span>\
      <span class="ramp"></span><span>\(short(limit))</span></p>
      """
  }

  /// The stretches that are wide enough for a line of text on the smallest picture.
  private var named: [Stretch] { stretches.filter { $0.to - $0.from > 0.06 } }
}

private func + (a: HTML, b: HTML) -> HTML { HTML(markup: a.markup + b.markup) }
