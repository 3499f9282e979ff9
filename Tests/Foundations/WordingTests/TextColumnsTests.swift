import Testing
import Wording

@Suite struct TextColumnsTests {
  @Test func textIsPaddedNeverCut() {
    #expect(padded("ab", to: 4) == "ab  " && padded("ab", to: 4, .right) == "  ab")
    #expect(padded("abcde", to: 4) == "abcde" && padded("é×", to: 3, .right) == " é×")
  }

  @Test func columnsOfGivenWidths() {
    let columns = TextColumns([.left(8), .right(6), .right(3)], gap: 1)
    #expect(columns.line(["solve", "1.25", ""]) == "solve      1.25    ")
    #expect(columns.line(["a long name", "1234567", "1"]) == "a long name 1234567   1")
    #expect(TextColumns([.left(8), .right(6)]).line(["solve", "1.25"]) == "solve     1.25")
  }

  @Test func columnsAsWideAsTheirCells() {
    let rows = [["ranks", "s"], ["1×1", "10.000"], ["16×2", "0.5"]]
    #expect(
      TextColumns(fitting: rows, [.left, .right], gap: 2).text(rows) == """
        ranks       s
        1×1    10.000
        16×2      0.5
        """)
  }
}
