import Testing

@testable import Charts

@Suite struct DrawingTests {
  private let area = PlotArea(
    x: Scale(logarithmicFrom: 1, to: 100), y: Scale(0, 4), left: 60, top: 20, right: 260,
    bottom: 120)

  @Test func valuesHaveTheirPlaces() {
    #expect(area.x(1) == 60 && area.x(10) == 160 && area.x(100) == 260)
    #expect(area.y(0) == 120 && area.y(1) == 95 && area.y(4) == 20)
    #expect(area.x(0) == nil && area.y(.nan) == nil)
    #expect(area.place((10, 1)).map { [$0.x, $0.y] } == [160, 95])
    #expect(area.place((-1, 1)) == nil)
  }

  @Test func elementsAreSVG() {
    var drawing = Drawing(width: 300, height: 150)
    drawing.line([(1, 2), (3.14159, 4)], color: "red", width: 1, dash: "7 4")
    drawing.write("a < b", x: 10, y: 20, anchor: "end")
    for element in [
      "viewBox=\"0 0 300 150\"",
      "<polyline points=\"1,2 3.142,4\" fill=\"none\" stroke=\"red\" stroke-width=\"1\""
        + " stroke-dasharray=\"7 4\"/>",
      "<text x=\"10\" y=\"20\" text-anchor=\"end\">a &lt; b</text>",
    ] {
      #expect(drawing.text.contains(element), "\(element)")
    }
  }

  /// Ticks at 0 to 4 with their unit; the axis goes on above the area.
  @Test func leftAxisHasItsTicks() {
    var drawing = Drawing(width: 300, height: 150)
    drawing.leftAxis(of: area, "efficiency", unit: " %", headroom: 16)
    for element in [
      "points=\"60,4 60,120\"", "points=\"56,95 60,95\"", "<text x=\"53\" y=\"99\"",
      ">1 %</text>", ">4 %</text>", ">efficiency</text>", "rotate(-90 14 62)",
    ] {
      #expect(drawing.text.contains(element), "\(element)")
    }
  }

  /// Two labels on one place: the tick of both, the label of the first.
  @Test func crowdedLabelsAreLeftOut() {
    var drawing = Drawing(width: 300, height: 150)
    drawing.bottomAxis(of: area, "cores", ticks: [(10, "ten"), (10.1, "near"), (100, "hundred")])
    #expect(drawing.text.contains(">ten<") && drawing.text.contains(">hundred<"))
    #expect(!drawing.text.contains("near"))
    #expect(drawing.text.contains("points=\"160.4,120 160.4,124\""))
  }

  @Test func coloursOfKindsBeginAnew() {
    #expect(Palette.category(0) == "#4477aa" && Palette.category(12) == "#4477aa")
    #expect(Palette.category(11) != Palette.category(0))
  }
}
