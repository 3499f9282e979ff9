internal import Foundation

/// A date with a time of day, or a time of day alone, as programs write it in tables:
/// "2024-01-31T12:00:00.05Z", "2024-01-31 12:00:00,05", "12:00:00.05".
struct DateText: Equatable, Sendable {
  /// Whole seconds since 1970, or since midnight.
  let seconds: Int
  /// The rest, in [0, 1).
  let fraction: Double

  /// Nil for other texts; the zone is UTC where none is given.
  init?(_ text: String) {
    let form =
      /(?:(\d{4})[-\/](\d\d)[-\/](\d\d)[T ])?(\d\d?):(\d\d):(\d\d)(?:[.,](\d{1,12}))?(Z|[-+]\d\d:?\d\d)?/
    guard let match = text.wholeMatch(of: form) else { return nil }
    let (_, year, month, day, hour, minute, second, decimals, zone) = match.output
    func number(_ part: Substring?) -> Int { part.flatMap { Int($0) } ?? 0 }
    guard number(hour) < 24, number(minute) < 60, number(second) <= 60 else { return nil }
    var seconds = 3600 * number(hour) + 60 * number(minute) + number(second)
    if year != nil {
      guard (1...12).contains(number(month)), (1...31).contains(number(day)) else { return nil }
      seconds += 86_400 * Self.days(number(year), number(month), number(day))
    }
    if let zone, zone != "Z" {
      let digits = zone.filter(\.isNumber)
      let shift = 3600 * number(digits.prefix(2)) + 60 * number(digits.suffix(2))
      seconds -= zone.hasPrefix("-") ? -shift : shift
    }
    self.seconds = seconds
    fraction = decimals.flatMap { Double("0.\($0)") } ?? 0
  }

  /// Days since 1 January 1970 in the Gregorian calendar.
  ///
  /// Years are counted from March, so that the leap day is their last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = y / 400
    let yearOfEra = y - 400 * era
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return 146_097 * era + 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Seconds since another one.
  func seconds(since other: DateText) -> Double {
    Double(seconds - other.seconds) + (fraction - other.fraction)
  }
}
