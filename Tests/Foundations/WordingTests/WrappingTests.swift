import Testing
import Wording

/// Paragraphs broken into lines.
@Suite struct WrappingTests {
  @Test func linesAreFull() {
    #expect(wrapped("one two three", to: 7) == "one two\nthree")
    #expect(wrapped("one two three", to: 8) == "one two\nthree")
    #expect(wrapped("one two three", to: 9, indent: 2) == "  one two\n  three")
    #expect(wrapped("one two three", to: 80) == "one two three")
  }

  @Test func longWordsAndNone() {
    #expect(wrapped("a extraordinary b", to: 5) == "a\nextraordinary\nb")
    #expect(wrapped("", to: 5) == "")
  }
}
