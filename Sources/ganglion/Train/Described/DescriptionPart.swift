internal import Collectives
internal import Wording
internal import Yams

/// A part of a YAML file, which knows its place for messages.
struct DescriptionPart {
  let file: String
  /// Keys from the file's top, such as `inputs.x.height`; empty at the top.
  let path: String
  let node: Node

  /// A message about this part: `FILE:LINE: PATH text`.
  func wrong(_ text: String) -> CommandLineError {
    let line = node.mark.map { ":\($0.line)" } ?? ""
    return CommandLineError(
      exitCode: ExitCode.configuration,
      description: "\(file)\(line): " + (path.isEmpty ? text : "\(path) \(text)"))
  }

  /// Its entries in the order of the file.
  func entries(expecting what: String) throws -> [(key: String, part: DescriptionPart)] {
    guard case .mapping(let mapping) = node else { throw wrong("is \(shown), expected \(what)") }
    return try mapping.map { key, value in
      guard let name = key.string, !name.isEmpty else { throw wrong("has a key that is no word") }
      let place = path.isEmpty ? name : "\(path).\(name)"
      return (name, DescriptionPart(file: file, path: place, node: value))
    }
  }

  /// Its entries by key; keys that are not known are refused.
  func table(of known: [String], _ what: String) throws -> [String: DescriptionPart] {
    var result: [String: DescriptionPart] = [:]
    for (key, part) in try entries(expecting: what) {
      guard known.contains(key) else {
        let near = suggestion(for: key, among: known)
        throw part.wrong(
          "is unknown" + (near.isEmpty ? ": expected \(alternatives(known))" : near))
      }
      result[key] = part
    }
    return result
  }

  /// Its items.
  func list(expecting what: String) throws -> [DescriptionPart] {
    guard case .sequence(let items) = node else { throw wrong("is \(shown), expected \(what)") }
    return items.enumerated().map {
      DescriptionPart(file: file, path: "\(path)[\($0.offset)]", node: $0.element)
    }
  }

  /// Whether it has entries, or items.
  var isTable: Bool { if case .mapping = node { true } else { false } }
  var isList: Bool { if case .sequence = node { true } else { false } }

  /// Its text; nil if it is no scalar.
  var text: String? {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { return nil }
    return scalar.string
  }

  /// A finite number; nil for another text.
  var number: Double? { text.flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil } }

  /// A number in a range, which `expected` puts in words.
  func number(_ expected: String, where holds: (Double) -> Bool) throws -> Double {
    guard let number, holds(number) else { throw wrong("is \(shown), expected \(expected)") }
    return number
  }

  /// A whole number.
  func whole(_ expected: String, where holds: (Int) -> Bool) throws -> Int {
    guard let value = text.flatMap({ Int($0) }), holds(value) else {
      throw wrong("is \(shown), expected \(expected)")
    }
    return value
  }

  /// One of the words of a list.
  func word<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) throws -> Word
  where Word.RawValue == String {
    guard let word = text.flatMap(Word.init) else {
      let known = Word.allCases.map(\.rawValue)
      let near = suggestion(for: text ?? "", among: known)
      throw wrong("is \(shown)" + (near.isEmpty ? ", expected \(alternatives(known))" : near))
    }
    return word
  }

  /// What it is, for a message.
  var shown: String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "empty" : scalar.string
    case .sequence: "a list"
    case .mapping: "a table"
    case .alias: "an alias"
    }
  }
}
