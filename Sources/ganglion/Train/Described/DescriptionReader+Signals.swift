internal import Collectives
internal import Tasks
internal import Wording

/// The kinds of signals, by their names in the file.
private enum SignalKind: String, CaseIterable {
  case constant, pulse, step, noise, sine
  case oneHot = "one-hot"
  case delay, sum, product, integral, hold

  /// The keys of a kind beside `kind`; those with a star must be there.
  var keys: [String] {
    switch self {
    case .constant: ["height"]
    case .pulse: ["at*", "length*", "height"]
    case .step: ["at*", "height"]
    case .noise: ["deviation*", "channels"]
    case .sine: ["period*", "phase", "height"]
    case .oneHot: ["of*", "at", "length"]
    case .delay: ["of*", "by*"]
    case .sum, .product: ["of*"]
    case .integral: ["of*", "scale"]
    case .hold: ["of*"]
    }
  }
}

extension DescriptionReader {
  /// `name: {kind: ..., ...}` in the order of the file; returns the places of the signals.
  mutating func readSignals(_ part: DescriptionPart) throws -> [Int] {
    var places: [Int] = []
    for (name, entry) in try part.entries(expecting: "a table of signals") {
      guard !description.signals.contains(where: { $0.name == name }) else {
        throw entry.wrong("is the name of a signal before it: give it another")
      }
      let signal = try signal(name, entry)
      places.append(description.signals.count)
      description.signals.append(signal)
    }
    guard !places.isEmpty else { throw part.wrong("has no signal") }
    return places
  }

  private func signal(
    _ name: String, _ part: DescriptionPart
  ) throws -> TaskDescription.Signal {
    let all = SignalKind.allCases.flatMap(\.keys).map { $0.replacing("*", with: "") }
    let given = try part.table(
      of: ["kind"] + all, "a table such as {kind: pulse, at: 5, length: 3}")
    guard let word = given["kind"] else { throw part.wrong("has no kind") }
    let kind = try word.word(SignalKind.self)
    let keys = kind.keys.map { $0.replacing("*", with: "") }
    for (key, other) in given.sorted(by: { $0.key < $1.key })
    where key != "kind" && !keys.contains(key) {
      throw other.wrong("does nothing: \(kind.rawValue) takes \(alternatives(keys))")
    }
    for key in kind.keys where key.hasSuffix("*") {
      guard given[String(key.dropLast())] != nil else {
        throw part.wrong("is a \(kind.rawValue) without \(key.dropLast())")
      }
    }
    return try signal(name, kind, given, part)
  }

  /// Signals that are made of drawn numbers.
  private func signal(
    _ name: String, _ kind: SignalKind, _ given: [String: DescriptionPart], _ part: DescriptionPart
  ) throws -> TaskDescription.Signal {
    func one(_ rule: TaskDescription.SignalRule) -> TaskDescription.Signal {
      .init(name, width: 1, rule)
    }
    let length = try given["length"]?.whole("at least 1 step") { $0 >= 1 }
    switch kind {
    case .constant: return one(.constant(try quantity(given["height"], or: 1)))
    case .pulse, .step:
      return one(
        .pulse(
          at: try moment(given["at"], or: 0), length: length,
          height: try quantity(given["height"], or: 1)))
    case .noise:
      return .init(
        name, width: try given["channels"]?.whole("at least 1 channel") { $0 >= 1 } ?? 1,
        .noise(try quantity(given["deviation"], or: 1, "0 or more") { $0 >= 0 }))
    case .sine:
      return one(
        .sine(
          period: try quantity(given["period"], or: 1, "steps > 0") { $0 > 0 },
          phase: try quantity(given["phase"], or: 0), height: try quantity(given["height"], or: 1)))
    case .oneHot:
      let value = try place(
        given["of"] ?? part, among: description.values.map(\.name), "value")
      guard case .kind(let count) = description.values[value].rule else {
        throw part.wrong(
          "wants a value {kind: count}, and \(description.values[value].name) is none")
      }
      return .init(
        name, width: count,
        .oneHot(of: value, at: try moment(given["at"], or: 0), length: length))
    case .delay, .sum, .product, .integral, .hold: return try derived(name, kind, given, part)
    }
  }

  /// Signals that are made of other signals.
  private func derived(
    _ name: String, _ kind: SignalKind, _ given: [String: DescriptionPart], _ part: DescriptionPart
  ) throws -> TaskDescription.Signal {
    let of = given["of"] ?? part
    let names = description.signals.map(\.name)
    guard kind == .sum || kind == .product else {
      let source = try place(of, among: names, "signal")
      let rule: TaskDescription.SignalRule =
        switch kind {
        case .delay: .delay(of: source, by: try moment(given["by"], or: 0))
        case .integral: .integral(of: source, scale: try quantity(given["scale"], or: 1))
        default: .hold(of: source)
        }
      return .init(name, width: description.signals[source].width, rule)
    }
    let parts = try of.list(expecting: "a list of signals").map {
      try place($0, among: names, "signal")
    }
    guard let first = parts.first else { throw of.wrong("names no signal") }
    let width = description.signals[first].width
    if let other = parts.first(where: { description.signals[$0].width != width }) {
      func counted(_ place: Int) -> String {
        let signal = description.signals[place]
        return "\(signal.name) has \(signal.width) channel\(signal.width == 1 ? "" : "s")"
      }
      throw of.wrong("are of different width: \(counted(first)), \(counted(other))")
    }
    return .init(name, width: width, kind == .sum ? .sum(parts) : .product(parts))
  }
}
