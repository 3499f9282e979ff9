internal import Foundation

/// A unit of time, as people write it beside numbers.
enum TimeUnit: String, CaseIterable, Codable, Sendable {
  case nanosecond = "ns"
  case microsecond = "µs"
  case millisecond = "ms"
  case second = "s"
  case minute = "min"
  case hour = "h"

  /// The unit that a word names: "ms", "msec", "milliseconds"; nil for other words.
  init?(word: String) {
    switch word.lowercased() {
    case "s", "sec", "secs", "second", "seconds": self = .second
    case "ms", "msec", "msecs", "millis", "millisecond", "milliseconds": self = .millisecond
    // The micro sign, the Greek letter, and what keyboards have.
    case "\u{B5}s", "\u{3BC}s", "us", "usec", "usecs", "microsecond", "microseconds":
      self = .microsecond
    case "ns", "nsec", "nsecs", "nanosecond", "nanoseconds": self = .nanosecond
    case "min", "mins", "minute", "minutes": self = .minute
    case "h", "hr", "hrs", "hour", "hours": self = .hour
    default: return nil
    }
  }

  /// The unit that an attribute such as "milliseconds since 2020-01-01" names.
  init?(attribute: String) {
    guard let word = attribute.split(separator: " ").first else { return nil }
    self.init(word: String(word))
  }

  /// A number of this unit in seconds.
  ///
  /// It divides by whole numbers, so that 50 ms are exactly the number 0.05.
  func seconds(_ value: Double) -> Double {
    switch self {
    case .nanosecond: value / 1e9
    case .microsecond: value / 1e6
    case .millisecond: value / 1e3
    case .second: value
    case .minute: value * 60
    case .hour: value * 3600
    }
  }
}

/// The words of a name, in lower case: "Time (ms)" and "timeMs" are time, ms.
func words(of name: String) -> [String] {
  var words: [String] = []
  var isInWord = false
  var wasLower = false
  for character in name {
    guard character.isLetter else {
      (isInWord, wasLower) = (false, false)
      continue
    }
    if !isInWord || (wasLower && character.isUppercase) { words.append("") }
    words[words.count - 1] += character.lowercased()
    (isInWord, wasLower) = (true, character.isLowercase)
  }
  return words
}

/// What a name says of a column or dataset that may hold time: evidence, not proof.
struct TimeName: Equatable, Sendable {
  /// The unit that stands in the name.
  let unit: TimeUnit?
  /// Whether it says "time", rather than just "t" or a unit.
  let isPlain: Bool

  /// That of a column whose cells are dates: no name is needed.
  static let unnamed = TimeName(unit: nil, isPlain: false)

  private init(unit: TimeUnit?, isPlain: Bool) {
    self.unit = unit
    self.isPlain = isPlain
  }

  private static let nouns: Set<String> = [
    "time", "times", "timestamp", "timestamps", "stamp", "stamps", "timepoint", "timepoints",
    "datetime",
  ]
  private static let company: Set<String> = [
    "t", "date", "in", "of", "since", "start", "elapsed", "relative", "rel", "absolute", "abs",
    "frame", "imaging", "recording", "experiment", "session", "system", "unix", "epoch", "utc",
    "local", "axis", "vector",
  ]

  /// Nil for a name that has a word, or a digit, which no name of time has: `time_to_peak`.
  init?(_ name: String) {
    let words = Recordings.words(of: name)
    guard !words.isEmpty, !name.contains(where: \.isNumber) else { return nil }
    let nouns = words.filter { Self.nouns.contains($0) }
    let units = words.compactMap { TimeUnit(word: $0) }
    let company = words.filter { Self.company.contains($0) }
    guard nouns.count + units.count + company.count == words.count, units.count <= 1 else {
      return nil
    }
    let isShort = words == ["t"] || words == ["date"] || words.first == "t" && units.count == 1
    guard !nouns.isEmpty || isShort || words.contains("elapsed") || units.count == words.count
    else { return nil }
    unit = units.first
    isPlain = !nouns.isEmpty
  }
}

/// Whether a name is that of a column that counts rows: "frame", "index", "Unnamed: 0", "".
func isCounterName(_ name: String) -> Bool {
  let known: Set<String> = [
    "frame", "frames", "index", "idx", "number", "no", "nr", "num", "id", "row", "rows", "rownames",
    "sample", "samples", "volume", "volumes", "scan", "scans", "image", "images", "unnamed",
    "level",
    "count", "i", "of",
  ]
  return words(of: name).allSatisfy { known.contains($0) }
    && !(words(of: name).isEmpty && name.contains(where: \.isNumber))
}
