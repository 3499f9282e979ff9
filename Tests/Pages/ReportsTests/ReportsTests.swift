import Charts
import Foundation
import Testing

@testable import Reports

@Suite struct ReportsTests {
  /// Names out of files may hold one backtick; it is one.
  @Test func backticksAreCode() {
    #expect(
      paragraph("give `fit --x` a < b").markup
        == "<p>give <code>fit --x</code> a &lt; b</p>\n")
    #expect(paragraph("neuron `7").markup == "<p>neuron `7</p>\n")
    #expect(figure("t", "", "`a` and `b`").markup.contains("<code>a</code> and <code>b</code>"))
    #expect(notices(["`a`"]).markup.contains("<li><code>a</code></li>"))
  }

  @Test func pageHasNothingFromOutside() {
    var page = Page(title: "a < b", subtitle: "s")
    page.section("One", id: "one", [paragraph("text")])
    #expect(page.text.contains("<title>a &lt; b</title>"))
    #expect(!page.text.contains("http://") && !page.text.contains("https://"))
    #expect(!page.text.contains("<script"))
  }
}
