/// What the columns of a table are for: neurons, the clock, counters, inputs, trials.
struct ColumnRoles {
  /// The columns of numbers that are nothing else: neurons, or frames where a row is a neuron.
  private(set) var traces: [Int] = []
  /// The column of time.
  private(set) var clock: Int?
  /// The unit that the clock's name says.
  private(set) var unit: TimeUnit?
  /// The column of the rows' names.
  private(set) var labels: Int?
  private(set) var inputs: [Int] = []
  private(set) var trials: Int?
  /// Why the rows are frames, if a column says so.
  private(set) var framesDown: String?
  /// What was decided, in words.
  private(set) var notes: [String] = []

  private let table: TextTable
  private let request: RecordingRequest

  /// - Throws: `RecordingError`, 64 where a column may be one or the other, 66 for columns that
  ///   are not there.
  init(_ table: TextTable, _ request: RecordingRequest) throws {
    self.table = table
    self.request = request
    inputs = try request.inputs.flatMap { try columns($0, of: "--inputs") }
    trials = try request.trials.map { try column($0, of: "--trials") }
    clock = try request.timestamps.map { try column($0, of: "--timestamps") }
    let chosen = try request.traces.map { try columns($0, of: "--traces") }
    let spoken = Set(inputs + [trials, clock].compactMap { $0 } + (chosen ?? []))
    if request.timestamps == nil {
      let free = (0..<table.width).filter { !spoken.contains($0) }
      try findClock(among: free, isAsked: chosen == nil)
    }
    if let clock { try takeClock(clock) }
    var left = (0..<table.width).filter {
      !spoken.contains($0) && !others.contains($0) && $0 != clock
    }
    try takeCounters(&left, isAsked: chosen == nil)
    traces = chosen ?? left
    if let twice = traces.first(where: {
      (inputs + [trials, clock].compactMap { $0 }).contains($0)
    }) {
      throw RecordingError.usage(
        "\(table.file): \(table.title(twice)) is among the traces of --traces and something else"
          + " too: give it to one flag")
    }
  }

  /// Which dimension is time, where a column says so.
  var axis: (axis: Int, reason: String)? {
    if let framesDown { return (0, framesDown) }
    guard let labels, table.columns[labels].holdsWords else { return nil }
    return (1, "the first column names the rows")
  }

  /// Columns of time beside the clock.
  private var others: Set<Int> = []

  // MARK: - Flags

  /// The columns that a flag names: names or patterns with commas between, or numbers from 0.
  private func columns(_ wanted: String, of flag: String) throws -> [Int] {
    let names = table.names ?? []
    if let exact = names.firstIndex(of: wanted) { return [exact] }
    var found: [Int] = []
    for part in wanted.split(separator: ",").map({ $0.trimmingPrefix(" ") }) {
      let range = part.wholeMatch(of: /(\d+)(?:-(\d+))?/).flatMap { match in
        Int(match.output.1).flatMap { low in
          match.output.2.map { Int($0) ?? -1 }.map { low <= $0 ? low...$0 : nil } ?? low...low
        }
      }
      let matching = names.indices.filter { !names[$0].isEmpty && matches(names[$0], String(part)) }
      if !matching.isEmpty {
        found += matching
      } else if table.names == nil, part == "*" {
        found += 0..<table.width
      } else if let range, range.upperBound < table.width {
        found += range
      } else {
        let offer = names.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
        throw RecordingError.missing(
          "\(table.file): \(flag) \(wanted): no column is called \(part); there are"
            + " \(table.width) columns"
            + (names.isEmpty ? " without names, numbered from 0" : ": \(offer)")
            + (names.count > 20 ? ", ..." : ""))
      }
    }
    return Set(found).sorted()
  }

  private func column(_ wanted: String, of flag: String) throws -> Int {
    let found = try columns(wanted, of: flag)
    guard found.count == 1 else {
      throw RecordingError.usage(
        "\(table.file): \(flag) \(wanted) are \(found.count) columns, where one is needed")
    }
    return found[0]
  }

  // MARK: - Time

  /// The column whose name and values are those of time.
  ///
  /// `isAsked` is false where the user has said which columns are the neurons: then nothing
  /// about the others need be asked.
  private mutating func findClock(among free: [Int], isAsked: Bool) throws {
    var found: [(field: Int, name: TimeName)] = []
    for field in free {
      let profile = table.columns[field]
      let name = table.names.flatMap { TimeName($0[field]) }
      if profile.holdsDates {
        found.append((field, name ?? TimeName.unnamed))
        continue
      }
      guard let name, profile.numbers > 0 else { continue }
      if profile.mayBeClock {
        found.append((field, name))
      } else if name.isPlain, isAsked, profile.words == 0 {
        let fall = profile.firstFall.map { " (line \($0))" } ?? ""
        throw RecordingError.badData(
          "\(table.file): \(table.title(field)) is named like time, and its numbers do not rise"
            + "\(fall): mend it, or say by --traces which columns are the neurons")
      }
    }
    guard found.count > 1 else {
      clock = found.first?.field
      return
    }
    others = Set(found.map(\.field))
    // A unit, then a name, tells more than a bare "t".
    let dates = found.filter { table.columns[$0.field].holdsDates }
    let best =
      [found.filter { $0.name.unit != nil }, dates, found.filter { $0.name.isPlain }]
      .first { !$0.isEmpty } ?? found
    guard best.count == 1 || best[0].name.unit != nil else {
      guard isAsked else { return }
      throw RecordingError.usage(
        "\(table.file): \(best.map { table.title($0.field) }.joined(separator: " and ")) may both"
          + " be the time: choose one by --timestamps")
    }
    clock = best[0].field
  }

  private mutating func takeClock(_ field: Int) throws {
    let profile = table.columns[field]
    guard profile.words == 0 || profile.holdsDates else {
      throw RecordingError.badData(
        "\(table.file): \(table.title(field)) is no clock: line \(profile.firstWord?.line ?? 0)"
          + " holds \"\(profile.firstWord?.text ?? "")\"")
    }
    unit = profile.holdsDates ? .second : table.names.flatMap { TimeName($0[field])?.unit }
    framesDown = "\(table.title(field)) holds the time"
    let form = profile.holdsDates ? "dates" : unit.map(\.rawValue)
    notes.append(
      "\(table.title(field)) is the clock" + (form.map { ", in \($0)" } ?? "") + ", and no neuron")
  }

  // MARK: - Counters and names

  /// Takes columns that count or name the rows away from those that may be neurons.
  private mutating func takeCounters(_ left: inout [Int], isAsked: Bool) throws {
    let isTable = left.count > 1 && !left.allSatisfy { table.columns[$0].isRising }
    for field in left {
      let profile = table.columns[field]
      let name = table.names?[field]
      if field == 0, profile.holdsWords, request.timeAxis != .first || name?.isEmpty ?? true {
        labels = field
        left.removeFirst()
        continue
      }
      let isFirst = field == left.first && isTable
      let isCounter = name.map(isCounterName) ?? false
      let isNamed = isCounter && !(name ?? "").isEmpty
      guard isNamed || isFirst && (name == nil || isCounter) else { continue }
      if profile.counts {
        left.removeAll { $0 == field }
        if isNamed, words(of: name ?? "").contains(where: { $0.hasPrefix("frame") }) {
          framesDown = framesDown ?? "\(table.title(field)) counts the frames"
        }
        if field == 0, labels == nil { labels = field }
        notes.append("\(table.title(field)) counts the rows, and is no neuron")
      } else if isAsked, request.timeAxis != .second, isNamed || profile.isRising {
        throw RecordingError.usage(question(field, profile, isNamed: isNamed))
      }
    }
  }

  private func question(_ field: Int, _ profile: ColumnProfile, isNamed: Bool) -> String {
    let rest = (0..<table.width).filter { $0 != field }
    let numbers =
      field == 0 ? "1-\(table.width - 1)" : rest.map(String.init).joined(separator: ",")
    let which = isNamed ? "is named like a counter, and does not count evenly" : "always rises"
    return
      "\(table.file): \(table.title(field)) \(which): is it the time, a counter or a neuron? Give"
      + " --timestamps \(field) if it is the time in seconds, --traces \(numbers) to leave it out,"
      + " or --traces '*' if it is a neuron"
  }
}
