import Testing

@testable import Charts

@Suite struct ChartsTests {
  @Test func textIsEscapedAndMarkupIsNot() {
    let name = "<b>\"A\" & B</b>\u{0}"
    let item: HTML = "<li>\(name)\(3)</li>"
    #expect(item.markup == "<li>&lt;b&gt;&quot;A&quot; &amp; B&lt;/b&gt;\u{FFFD}3</li>")
    let list: HTML = "<ul>\([item, item])</ul>"
    #expect(list.markup == "<ul>\(item.markup)\(item.markup)</ul>")
  }

  @Test func histogramCountsItsEdges() {
    var histogram = Histogram(from: 0, to: 1, bins: 4)
    for value in [0, 0.25, 0.2499, 1, 1.1, -0.1, .nan] { histogram.add(value) }
    #expect(histogram.counts == [2, 1, 0, 1])
    #expect(histogram.below == 1 && histogram.above == 1)
  }

  /// The check values of the two standards for "123456789".
  @Test func checksumsAreThoseOfTheStandards() {
    #expect(cyclicRedundancyCheck(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(adler32(Array("123456789".utf8)) == 0x091E_01DE)
  }

  @Test func linesBreakAtMissingValues() {
    var chart = Chart("x", x: Scale(0, 3), y: Scale(0, 1), xLabel: "x", yLabel: "y")
    chart.line(nil, .network, [0, 1, 2, 3], [0, 1, .nan, 0.5])
    #expect(chart.html.markup.contains("d=\"M0 1000L333.3 0M1000 500\""))
  }

  /// The words of both axes stand in the page, and the column fits the widest label.
  @Test func chartSaysWhatItsTicksLeaveOut() {
    let chart = Chart(
      "x", x: Scale(1_232_580, 1_232_670), y: Scale(0, 0.004), xLabel: "time (s)", yLabel: "y")
    let markup = chart.html.markup
    #expect(markup.contains(">time (s) − 1\u{202F}232\u{202F}500</div>"))
    #expect(markup.contains(">80</span>") && markup.contains(">160</span>"))
    #expect(markup.contains(">0.003</span>") && markup.contains("--ticks:5"))
  }
}
