import Foundation
import FoundationXML

/// The words of a drawing and about where they stand, for tests.
final class Words: NSObject, XMLParserDelegate {
  /// A text with its box, y downwards.
  struct Box {
    let text: String
    let (left, right, top, bottom): (Double, Double, Double, Double)
  }

  private(set) var boxes: [Box] = []
  private var (width, height) = (0.0, 0.0)
  private var attributes: [String: String] = [:]
  private var text: String?

  init(in svg: String) {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    _ = parser.parse()
  }

  /// Texts that the view box cuts.
  var outside: [String] {
    boxes.filter { $0.left < 0 || $0.right > width || $0.top < 0 || $0.bottom > height }
      .map(\.text)
  }

  /// Pairs of texts that lie on each other.
  var collisions: [String] {
    boxes.indices.flatMap { i in
      boxes[..<i].filter { other in
        let own = boxes[i]
        return own.left < other.right && other.left < own.right && own.top < other.bottom
          && other.top < own.bottom
      }.map { "\($0.text) / \(boxes[i].text)" }
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    if name == "svg" {
      let sides = (attributes["viewBox"] ?? "").split(separator: " ").compactMap { Double($0) }
      if sides.count == 4 { (width, height) = (sides[2], sides[3]) }
    }
    guard name == "text" else { return }
    self.attributes = attributes
    text = ""
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text?.append(string) }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    guard name == "text", let text, let x = Double(attributes["x"] ?? ""),
      let y = Double(attributes["y"] ?? "")
    else { return }
    self.text = nil
    // Letters of Arial and its like at 11 pixels.
    let size = (length: 5.6 * Double(text.count), height: 9.0)
    let before =
      switch attributes["text-anchor"] {
      case "middle": size.length / 2
      case "end": size.length
      default: 0.0
      }
    boxes.append(
      attributes["transform"] == nil
        ? Box(
          text: text, left: x - before, right: x - before + size.length, top: y - size.height,
          bottom: y)
        : Box(
          text: text, left: x - size.height, right: x, top: y - size.length / 2,
          bottom: y + size.length / 2))
  }
}
