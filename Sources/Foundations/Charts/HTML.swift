/// Markup of a page; text that is interpolated into it is escaped.
///
/// ```
/// let item: HTML = "<li>\(name)</li>"   // name is text: "<" becomes "&lt;"
/// ```
package struct HTML: ExpressibleByStringInterpolation, Sendable {
  package let markup: String

  package init(stringLiteral value: String) { markup = value }
  package init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

  /// Markup that is there already, as it is.
  package init(markup: String) { self.markup = markup }

  /// Takes markup as it is and escapes text.
  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate(set) var markup = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      markup.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { markup += literal }
    package mutating func appendInterpolation(_ text: String) { markup += escaped(text) }
    package mutating func appendInterpolation(_ number: Int) { markup += "\(number)" }
    package mutating func appendInterpolation(_ html: HTML) { markup += html.markup }
    package mutating func appendInterpolation(_ parts: [HTML]) {
      for part in parts { markup += part.markup }
    }
  }
}

/// Text as it may stand in markup, in an attribute too.
package func escaped(_ text: String) -> String {
  var result = ""
  for character in text.unicodeScalars {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    // Control characters have no place in a page; labels of a file may hold them.
    case "\u{0}"..<"\u{9}", "\u{B}"..<"\u{20}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(character)
    }
  }
  return result
}
