internal import Collectives
internal import Tasks
internal import Wording

/// Builds a description section by section: each may name what stands before it.
struct DescriptionReader {
  var description: TaskDescription

  init(_ description: TaskDescription) { self.description = description }

  // MARK: - What is drawn

  /// `name: [from, to]`, `name: {choice: [...]}` or `name: {kind: count}`.
  mutating func readValues(_ part: DescriptionPart) throws {
    for (name, value) in try part.entries(expecting: "a table of numbers to draw") {
      description.values.append(.init(name, try valueRule(value)))
    }
  }

  private func valueRule(_ part: DescriptionPart) throws -> TaskDescription.ValueRule {
    if part.isList {
      let ends = try part.list(expecting: "[from, to]").map {
        try $0.number("a number") { _ in true }
      }
      guard ends.count == 2, ends[0] <= ends[1] else {
        throw part.wrong("has \(ends.map { asGiven($0) }), expected [from, to]")
      }
      return .uniform(ends[0]...ends[1])
    }
    let parts = try part.table(of: ["choice", "kind"], "[from, to], a choice or a kind")
    guard parts.count == 1 else { throw part.wrong("wants either a choice or a kind") }
    if let kind = parts["kind"] {
      return .kind(count: try kind.whole("at least 2 kinds") { $0 >= 2 })
    }
    let list = try parts["choice"]?.list(expecting: "a list of numbers") ?? []
    guard !list.isEmpty else { throw part.wrong("has nothing to choose from") }
    return .choice(try list.map { try $0.number("a number") { _ in true } })
  }

  /// `name: step`, `name: [from, to]` or `name: {after: earlier, by: step or [from, to]}`.
  mutating func readTimes(_ part: DescriptionPart) throws {
    for (name, time) in try part.entries(expecting: "a table of steps to draw") {
      guard Int(name) == nil else { throw time.wrong("is a number, expected a name for a time") }
      description.times.append(.init(name, try timeRule(time)))
      let latest = description.bounds(.time(description.times.count - 1)).upperBound
      guard latest < description.steps else {
        throw time.wrong(
          "may be step \(latest), and a trial has the steps 0 to \(description.steps - 1)")
      }
    }
  }

  private func timeRule(_ part: DescriptionPart) throws -> TaskDescription.TimeRule {
    guard part.isTable else { return .init(try steps(part)) }
    let parts = try part.table(of: ["after", "by"], "a step, [from, to], or after and by")
    guard let after = parts["after"], let by = parts["by"] else {
      throw part.wrong("wants both after and by")
    }
    return .init(
      try steps(by), after: try place(after, among: description.times.map(\.name), "time"))
  }

  /// One step, or `[from, to]`.
  private func steps(_ part: DescriptionPart) throws -> ClosedRange<Int> {
    guard part.isList else {
      let step = try part.whole("a step, or [from, to]") { $0 >= 0 }
      return step...step
    }
    let ends = try part.list(expecting: "[from, to]").map { try $0.whole("a step") { $0 >= 0 } }
    guard ends.count == 2, ends[0] <= ends[1] else {
      throw part.wrong("has \(ends), expected [from, to]")
    }
    return ends[0]...ends[1]
  }

  // MARK: - Names

  /// The place of a name.
  func place(_ part: DescriptionPart, among names: [String], _ what: String) throws -> Int {
    guard let text = part.text, let place = names.firstIndex(of: text) else {
      let near = suggestion(for: part.text ?? "", among: names)
      let known = names.isEmpty ? "there is none before it" : "known here: \(alternatives(names))"
      throw part.wrong("is \(part.shown), no \(what)" + (near.isEmpty ? "; \(known)" : near))
    }
    return place
  }

  /// A number or the name of a value; `fallback` where there is none.
  func quantity(
    _ part: DescriptionPart?, or fallback: Double, _ expected: String = "a number",
    where holds: (Double) -> Bool = { _ in true }
  ) throws -> TaskDescription.Quantity {
    guard let part else { return .number(fallback) }
    if let number = part.number {
      guard holds(number) else { throw part.wrong("is \(part.shown), expected \(expected)") }
      return .number(number)
    }
    let index = try place(part, among: description.values.map(\.name), "number or value")
    let possible: [Double] =
      switch description.values[index].rule {
      case .uniform(let range): [range.lowerBound, range.upperBound]
      case .choice(let list): list
      case .kind(let count): [0, Double(count - 1)]
      }
    guard possible.allSatisfy(holds) else {
      throw part.wrong("is \(part.shown), which may be \(possible), expected \(expected)")
    }
    return .value(index)
  }

  /// A step or the name of a time; `fallback` where there is none.
  func moment(_ part: DescriptionPart?, or fallback: Int) throws -> TaskDescription.Moment {
    guard let part else { return .step(fallback) }
    if let text = part.text, Int(text) != nil {
      return .step(
        try part.whole("a step of 0 to \(description.steps - 1)") {
          (0..<description.steps).contains($0)
        })
    }
    return .time(try place(part, among: description.times.map(\.name), "step or time"))
  }

  // MARK: - Loss

  /// What the loss is, and when it counts: everywhere where nothing is said.
  mutating func readLoss(_ part: DescriptionPart?, of targets: DescriptionPart) throws {
    let parts = try part?.table(of: ["kind", "windows"], "a table of kind and windows") ?? [:]
    if let kind = parts["kind"] {
      description.loss = try kind.word(TaskDescription.LossKind.self)
    }
    let width = description.targetWidth
    guard description.loss == .squaredError || width >= 2 else {
      throw targets.wrong("have \(width) channel, and cross-entropy tells at least 2 apart")
    }
    guard let windows = parts["windows"] else {
      description.windows = [.init(from: .step(0), to: nil, weight: 1)]
      return
    }
    description.windows = try windows.list(expecting: "a list of windows").map(window)
    guard (0..<description.steps).contains(where: description.canCount) else {
      throw windows.wrong("give no step a weight: the loss would be 0 whatever the network does")
    }
  }

  private func window(_ part: DescriptionPart) throws -> TaskDescription.Window {
    let parts = try part.table(of: ["from", "to", "weight"], "a table of from, to and weight")
    let to = try parts["to"].flatMap { $0.text == "end" ? nil : try moment($0, or: 0) }
    let weight = try parts["weight"]?.number("a number of 0 or more") { $0 >= 0 } ?? 1
    return .init(from: try moment(parts["from"], or: 0), to: to, weight: weight)
  }
}
