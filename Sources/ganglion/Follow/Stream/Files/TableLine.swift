/// A line of a text table: numbers apart by commas, semicolons, tabs or blanks.
struct TableLine {
  /// NaN where one is missing, or a word is none.
  let values: [Double]
  /// The first word that is neither a number nor says that one is missing.
  let wordThatIsNone: String?

  init(_ line: some StringProtocol) {
    let words = line.split { ",;\t \r".contains($0) }
    values = words.map { word in Double(word).flatMap { $0.isFinite ? $0 : nil } ?? .nan }
    wordThatIsNone = zip(words, values).first { word, value in
      value.isNaN && Double(word) == nil && !["nan", "na"].contains(word.lowercased())
    }.map { String($0.0) }
  }
}
