/// A paragraph broken into lines.
///
/// - Parameters:
///   - text: words with spaces between.
///   - width: most characters of a line, the indentation included; a longer word has a line of its own.
///   - indent: spaces before each line.
/// - Returns: the lines, without a line break at the end.
package func wrapped(_ text: String, to width: Int, indent: Int = 0) -> String {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty, indent + line.count + 1 + word.count > width {
      lines.append(line)
      line = ""
    }
    line += (line.isEmpty ? "" : " ") + word
  }
  return (lines + [line]).map { String(repeating: " ", count: indent) + $0 }
    .joined(separator: "\n")
}
